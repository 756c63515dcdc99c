// One key, one decision. A key counts by what it writes; it is dead while somebody writes, in dialogs and with modifiers.
import { desk, isAsleep, pane, stage } from "./page.js";
import { repeat, undo } from "./decisions.js";
import { isDone, neighbour, rowIds, undone } from "./list.js";
import { select } from "./selection.js";
import { onShown, show, showList, shownId } from "./stage.js";
import { announce, say } from "./texts.js";

const PAUSE = 1_500;
const keys = JSON.parse(desk.dataset.keys);
const isOn = Object.keys(keys).length > 0;
const names = new Map(Object.entries(keys).map(([name, key]) => [key, name]));
const help = document.getElementById("help");
const single = document.getElementById("single");
let prefix = "";
let prefixTimer = 0;

function isWriting(element) {
  return (
    element.matches("textarea, select, [contenteditable]") ||
    (element.matches("input") && !["checkbox", "radio", "button", "submit", "reset"].includes(element.type))
  );
}

/** To the next comment to judge in a direction; to the very next one where there is nothing to judge. */
function step(by) {
  if (!shownId()) return stepEach(by);
  let id = neighbour(shownId(), by);
  if (undone(shownId()).length) while (id && isDone(id)) id = neighbour(id, by);
  if (id) show(id);
}

/** To the next comment in a direction, also where something has become of it. */
function stepEach(by) {
  const id = shownId() ? neighbour(shownId(), by) : (undone("")[0] ?? rowIds()[0]);
  if (id) show(id);
}

function extend(by) {
  select(shownId(), true);
  const id = neighbour(shownId(), by);
  if (!id) return;
  select(id, true);
  show(id);
}

/** Give the key of a flag to another one of the card: to the one that has the focus. */
function giveKey(flag) {
  const holder = flag.closest("article").querySelector(".mg-wrong[data-key]");
  if (!holder || holder === flag) return;
  delete holder.dataset.key;
  holder.removeAttribute("aria-keyshortcuts");
  flag.dataset.key = "wrong";
  writeKeys(stage);
}

/** To the flag after the one that has the key; after the last one to the first. */
function nextFlag() {
  const flags = [...stage.querySelectorAll("article:not([inert]) .mg-wrong")];
  if (!flags.length) return announce(say("notHere"));
  flags[(flags.findIndex((one) => one.dataset.key) + 1) % flags.length].focus();
}

function toggleSingle() {
  const isSingle = desk.classList.toggle("mg-desk--single");
  single?.setAttribute("aria-pressed", String(isSingle));
}

/** The control of this name: of an opened choice of clauses first, then of the card, then of the page. */
function controlOf(name) {
  const selector = `[data-key="${CSS.escape(name)}"]`;
  const isClause = name.startsWith("clause-");
  const choice = isClause ? stage.querySelector("details[data-clauses][open]") : null;
  return (
    choice?.querySelector(selector) ??
    [...pane.querySelectorAll(selector)].find((one) => !isClause || !one.closest("details:not([open])")) ??
    document.querySelector(selector)
  );
}

function pressControl(control) {
  if (control.matches("summary")) {
    const details = control.parentElement;
    details.open = !details.open || !details.matches("[data-clauses], .mg-veil");
    (details.querySelector("textarea, select, input:not([type=hidden])") ?? control).focus();
    details.scrollIntoView({ block: "nearest" });
  } else if (control.matches("input, textarea")) {
    control.focus();
    control.select();
  } else {
    control.click();
  }
}

const actions = {
  next: () => step(1),
  previous: () => step(-1),
  nextOfAll: () => stepEach(1),
  previousOfAll: () => stepEach(-1),
  undo: () => undo(),
  repeat: () => repeat(),
  select: () => select(shownId()),
  single: toggleSingle,
  help: () => help.showModal(),
  back: showList,
  wake: wakeCard,
};

function press(name) {
  if (actions[name]) return actions[name]();
  const control = controlOf(name);
  if (!control || control.closest("[inert]")) announce(say("notHere"));
  else if (isAsleep(control)) announce(say("asleep"));
  else pressControl(control);
}

/** Whoever has seen what happened to the comment meanwhile decides by keys again. */
function wakeCard() {
  const card = stage.querySelector("article[data-asleep]");
  if (!card) return;
  delete card.dataset.asleep;
  writeKeys(card);
  card.focus({ preventScroll: true });
}

/** Out of a field, back to the decisions; what was typed stays. */
function leaveField(event) {
  event.preventDefault();
  const open = event.target.closest("dialog, .mg-bar__search");
  if (open?.matches("dialog")) return;
  (stage.querySelector("article[data-comment]") ?? desk).focus({ preventScroll: true });
}

function closeChoices() {
  for (const choice of stage.querySelectorAll("details[data-clauses][open]")) choice.open = false;
}

function nameOf(event) {
  const key = event.key.length === 1 ? (event.shiftKey ? event.key : event.key.toLowerCase()) : event.key;
  if (key === "ArrowDown") return "nextOfAll";
  if (key === "ArrowUp") return "previousOfAll";
  if (key === "Enter") return "context";
  if (/^[1-9]$/.test(key)) return `clause-${key}`;
  return names.get(key);
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
  if (isWriting(event.target)) {
    if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) leaveField(event);
    return;
  }
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "z") {
    event.preventDefault();
    return undo();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.getModifierState("AltGraph")) return;
  if (event.key === "Escape") return closeChoices();
  const isControl = event.target.closest("a, button, summary, input");
  if (event.key === "Enter" && isControl) return;
  if (event.shiftKey && event.key.length === 1 && event.key !== event.key.toLowerCase()) {
    const shifted = { next: () => extend(1), previous: () => extend(-1), wrong: nextFlag }[names.get(event.key.toLowerCase())];
    if (shifted) {
      event.preventDefault();
      shifted();
    }
    return;
  }
  const before = prefix;
  prefix = "";
  clearTimeout(prefixTimer);
  const name = before ? names.get(`${before} ${event.key}`) : nameOf(event);
  if (!before && event.key === "g") {
    prefix = "g";
    prefixTimer = setTimeout(() => (prefix = ""), PAUSE);
    return;
  }
  // A key that is held down goes through the list, but decides once.
  if (!name || (event.repeat && !/^(next|previous)/.test(name))) return;
  event.preventDefault();
  press(name);
}

/** The key of each control, for eyes and for screen readers. A key after another key has no words in ARIA. */
function writeKeys(root) {
  // Every flag keeps room for the key that one of them has, so that nothing moves when another one gets it.
  for (const control of root.querySelectorAll("[data-key], .mg-wrong")) {
    if (isAsleep(control)) continue;
    const { key: name = "" } = control.dataset;
    const key = /^clause-[1-9]$/.test(name) ? name.slice(7) : keys[name || "wrong"];
    if (!key) continue;
    if (name && key.length === 1) control.setAttribute("aria-keyshortcuts", name === "undo" ? `${key} Control+z` : key);
    // Two keys, one after the other, stand in the help alone.
    if (key.length > 1 || control.querySelector(".mg-key") || control.matches("input")) continue;
    const hint = document.createElement("kbd");
    hint.className = "mg-key";
    hint.setAttribute("aria-hidden", "true");
    hint.textContent = key;
    control.append(hint);
  }
}

export function watchKeys() {
  document.addEventListener("click", (event) => {
    const control = event.target.closest("[data-act]");
    if (!control) return;
    event.preventDefault();
    actions[control.dataset.key]();
  });
  if (!isOn) return;
  document.addEventListener("keydown", onKey);
  stage.addEventListener("focusin", (event) => event.target.matches(".mg-wrong") && giveKey(event.target));
  onShown(writeKeys);
  document.addEventListener("desk:changed", () => writeKeys(document));
  writeKeys(document);
}
