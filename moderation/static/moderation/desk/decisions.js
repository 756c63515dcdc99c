// Deciding without waiting: the next card is painted at once, the decision is on its way behind it.
import { commentOf, isAsleep, last, make, stage } from "./page.js";
import { cardIn, forgetCard, keep } from "./cards.js";
import { comeBack, countOn, countsOf, dimRow, takeCounts, takeRows, takeState } from "./list.js";
import { recall, send } from "./outbox.js";
import { goOn, onShown, refresh, show, shownId } from "./stage.js";
import { announce, button, icon, say } from "./texts.js";

const TOAST = 8_000;
const toast = make("div", "mg-toast");
// Decisions of this page, the last one at the end; those that were taken back are no longer among them.
const made = [];
let repeatable = null;
let isRepeating = false;
let toastTimer = 0;

function forget(job) {
  const place = made.indexOf(job);
  if (place >= 0) made.splice(place, 1);
}

function sentence(job) {
  return say(job.again ? "decidedAgain" : "decided", { a: job.author, w: job.says, s: job.again });
}

/** The fields of a form into which somebody has written words. */
function wordFields(form) {
  return [...form.querySelectorAll("textarea, input[type=text]")];
}

function undoButton(job) {
  const element = button("mg-button", make("span", "", say("undo")), () => undo(job));
  element.prepend(icon("undo"));
  element.dataset.key = "undo";
  return element;
}

/** A line that says what was decided, with the way back: above the card, and for a while over the list. */
function tell(job) {
  const words = make("p", `mg-state mg-state--${job.tone}`, make("span", "", sentence(job)));
  const strip = make("div", `mg-verdict mg-verdict--${job.tone}`, words, undoButton(job));
  strip.dataset.strip = "";
  last.replaceChildren(strip);
  toast.className = `mg-toast mg-verdict--${job.tone}`;
  toast.replaceChildren(words.cloneNode(true), undoButton(job));
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(hideToast, TOAST);
  announce(sentence(job));
  document.dispatchEvent(new CustomEvent("desk:changed"));
}

function hideToast() {
  if (toast.matches(":hover, :focus-within")) toastTimer = setTimeout(hideToast, TOAST);
  else toast.hidden = true;
}

/** Send the decision of a pressed button, and go on. */
export function decide(form, pressed) {
  const card = form.closest("article[data-comment]");
  const id = card.dataset.comment;
  const author = card.querySelector(".mg-card__author")?.textContent.trim() ?? "";
  const job = {
    id,
    card,
    author,
    tone: pressed.dataset.tone ?? "waiting",
    says: pressed.dataset.says ?? pressed.innerText.trim(),
    url: form.action,
    body: new URLSearchParams(new FormData(form, pressed)),
    done: (answer, status) => isDecided(job, answer, status),
  };
  const words = wordFields(form).filter((field) => field.value.trim());
  if (isRepeating && words.length) job.again = shorten(words[0].value);
  repeatable = {
    name: pressed.name,
    value: pressed.value,
    key: pressed.dataset.key,
    words: words.map((field) => [field.name, field.value]),
  };
  job.putBack = dimRow(id, job.tone, job.says);
  countOn(-1);
  made.push(job);
  tell(job);
  // The card is a part of the past now: whoever goes back to it sees what was decided.
  card.inert = true;
  card.classList.add("mg-card--decided");
  goOn(id);
  send(job);
}

function isDecided(job, answer, status) {
  job.isDone = true;
  const card = cardIn(answer);
  const isMine = card?.dataset.comment === job.id;
  // An answer that was lost on its way comes as a conflict with one's own decision.
  const isLostAnswer = status === 409 && job.isRepeated && (card ?? answer).querySelector("[data-by-me]");
  if (status < 400 || isLostAnswer) {
    job.card.inert = false;
    takeRows(answer);
    if (!job.isUndone) takeState(job.id, answer);
    takeCounts(countsOf(answer));
    const strip = answer.querySelector("[data-strip]");
    job.undoUrl = (strip ?? card ?? answer).querySelector("form[data-undoes]")?.getAttribute("action");
    if (!job.undoUrl) offerNoUndo(job);
    // Whoever goes back to the comment sees it as it is then.
    if (!job.isUndone) {
      forgetCard(job.id);
      if (shownId() === job.id) show(job.id);
    }
    if (card && !isMine) refresh(card);
    if (strip && made.at(-1) === job && last.querySelector("[data-strip]")) {
      last.replaceChildren(document.adoptNode(strip));
      document.dispatchEvent(new CustomEvent("desk:changed"));
    }
    if (job.isUndone) sendUndo(job);
    return;
  }
  forget(job);
  if (job.isUndone) return;
  refuse(job, answer, card);
}

/** What the server does not take back (a comment that was put aside is taken up again on its card) offers no undo. */
function offerNoUndo(job) {
  if (made.at(-1) === job) for (const place of [last, toast]) place.querySelector("[data-key=undo]")?.remove();
  forget(job);
}

function putBack(job) {
  job.putBack();
  job.card.inert = false;
  job.card.classList.remove("mg-card--decided");
  countOn(1);
}

/** A decision that was not stored: its card comes back with who decided what; the line above the card says so at once. */
function refuse(job, answer, card) {
  putBack(job);
  takeRows(answer);
  const shown = card ?? answer;
  const reason = shown.querySelector(".mg-verdict__title, .mg-errors__title")?.textContent ?? say("gone");
  const who = Array.from(shown.querySelectorAll(".mg-verdict [data-announce]"), (one) => one.textContent);
  const words = [`${say("refused")} ${sentence(job)}.`, ...(who.length ? who : [reason])]
    .map((one) => one.replace(/\s+/g, " ").trim())
    .join(" ");
  const alert = make("div", "mg-verdict mg-verdict--waiting", make("p", "mg-verdict__title", words));
  alert.setAttribute("role", "alert");
  alert.dataset.about = job.id;
  if (card) {
    refresh(card, { force: true });
    comeBack(job.id);
    if (shownId() !== job.id) alert.append(button("mg-button", say("look"), () => show(job.id)));
  }
  toast.hidden = true;
  last.replaceChildren(alert);
  // Hands that are quicker than eyes must not decide about a card that they have not seen: it waits for its turn.
  if (card && !shownId()) goOn("");
}

/** Take a decision back: the last one, or a certain one. */
export function undo(job = made.at(-1)) {
  if (!job) {
    const pressed = last.querySelector("[data-key=undo]") ?? stage.querySelector("[data-key=undo]");
    if (pressed && isAsleep(pressed)) announce(say("asleep"));
    else if (pressed) pressed.click();
    else announce(say("nothingToUndo"));
    return;
  }
  forget(job);
  job.isUndone = true;
  putBack(job);
  keep(job.card, { force: true });
  toast.hidden = true;
  last.replaceChildren();
  announce(say("undone", { a: sentence(job) }));
  show(job.id);
  if (!recall(job) && job.isDone) sendUndo(job);
}

function sendUndo(job) {
  if (!job.undoUrl) return;
  send({
    url: job.undoUrl,
    body: new URLSearchParams(),
    done: (answer, status) => {
      takeRows(answer);
      takeCounts(countsOf(answer));
      const card = cardIn(answer);
      if (status < 400) return;
      job.putBack = () => {};
      countOn(-1);
      refuse(job, answer, card);
    },
  });
}

function shorten(words) {
  const line = words.replace(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 79).trimEnd()}…` : line;
}

/** Press again, on the card that is shown, what was pressed last, with the same words unless others are typed there. */
export function repeat() {
  if (!repeatable) return announce(say("nothingDecided"));
  const { name, value, key, words } = repeatable;
  const same = [...stage.querySelectorAll("form[data-decides] button")].find((one) =>
    name ? one.name === name && one.value === value : one.dataset.key === key,
  );
  if (!same) return announce(say("nothingToRepeat"));
  if (isAsleep(same)) return announce(say("asleep"));
  const fields = wordFields(same.form);
  if (!fields.some((field) => field.value.trim())) {
    for (const field of fields) field.value = words.find(([one]) => one === field.name)?.[1] ?? "";
  }
  isRepeating = true;
  same.click();
  isRepeating = false;
}

/** An undo button that the server made: of what was decided before this page, or on a card of the past. */
export function undoFrom(form) {
  const job = made.find((one) => one.undoUrl === form.getAttribute("action"));
  if (job) return undo(job);
  const id = commentOf(form);
  send({
    url: form.action,
    body: new URLSearchParams(),
    done: (answer, status) => {
      takeRows(answer);
      takeCounts(countsOf(answer));
      const card = cardIn(answer);
      if (!card) return;
      keep(card, { force: true });
      if (!id) last.replaceChildren();
      if (status < 400 || shownId() === card.dataset.comment) show(card.dataset.comment);
      else refuse({ says: "", author: "", putBack: () => {}, card, id: card.dataset.comment }, answer, card);
    },
  });
}

export function setUpToast() {
  // Whoever looks at the card that came back reads there what the line above it says.
  onShown(() => last.querySelector("[data-about]")?.dataset.about === shownId() && last.replaceChildren());
  toast.hidden = true;
  document.body.append(toast);
}
