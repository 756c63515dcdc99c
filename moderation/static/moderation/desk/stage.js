// The pane: which card is shown, and the address that goes with it.
import { desk, pane, stage, viewUrl } from "./page.js";
import { cardOf, fetchCard, fetchNewcomers, keep, placeholder, prefetch } from "./cards.js";
import { markRow, nextAfter } from "./list.js";
import { say } from "./texts.js";

const shownListeners = [];
let shown = "";

/** The comment whose card is in the pane, "" for none. */
export function shownId() {
  return shown;
}

/** Call this with every card that comes into the pane, before it is painted. */
export function onShown(listener) {
  shownListeners.push(listener);
}

function put(element) {
  stage.replaceChildren(element);
  for (const listener of shownListeners) listener(stage);
  pane.scrollTop = 0;
  window.scrollTo(0, 0);
  (stage.querySelector("[data-focus]") ?? stage.querySelector("article[data-comment]"))?.focus({ preventScroll: true });
}

/** Show a comment's card: at once when it is held ready, else as soon as it is loaded. */
export async function show(id, { push = false } = {}) {
  shown = id;
  desk.classList.add("mg-desk--open");
  markRow(id);
  const address = viewUrl(say("queue"), [["comment", id]]);
  history[push ? "pushState" : "replaceState"]({ comment: id }, "", address);
  const ready = cardOf(id);
  if (ready) {
    put(ready);
  } else {
    put(placeholder(say("loading")));
    const card = await fetchCard(id).catch(() => null);
    if (shown !== id) return;
    put(card ?? placeholder(say("loadFailed")));
  }
  prefetch(id);
}

/** Go on after a comment; when the list is worked off, look whether something has come since. */
export async function goOn(id) {
  const next = nextAfter(id);
  if (next) return show(next);
  shown = "";
  markRow("");
  history.replaceState({}, "", viewUrl(say("queue"), []));
  put(document.getElementById("empty").content.cloneNode(true));
  if ((await fetchNewcomers()) && !shown) goOn("");
}

/** When the list is worked off: whether something has come since. */
export async function lookForMore() {
  if (!shown && stage.querySelector(".mg-desk__empty") && (await fetchNewcomers()) && !shown) goOn("");
}

/** Put a card that the server sent where the one of the same comment is. */
export function refresh(card, options) {
  const kept = keep(card, options);
  const place = stage.querySelector("article[data-comment]");
  if (shown === kept.dataset.comment && place !== kept) put(kept);
}

/** On a narrow screen: the list instead of the card. */
export function showList() {
  desk.classList.remove("mg-desk--open");
  desk.querySelector(".mg-item[aria-current]")?.focus();
}

export function adoptFirstCard() {
  const card = stage.querySelector("article[data-comment]");
  if (!card) return;
  shown = card.dataset.comment;
  keep(card);
  for (const listener of shownListeners) listener(stage);
  prefetch(shown);
}
