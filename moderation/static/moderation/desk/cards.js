// Cards that are held ready: those that come next, and those that were here, with whatever is typed in them.
import { hasWords, make, parse, viewUrl } from "./page.js";
import { appendRows, finishRow, hasList, isDone, rowOf, undone } from "./list.js";
import { say } from "./texts.js";

const AHEAD = 10;
const ENOUGH = 5;
const cards = new Map();
let isFetching = false;

export function cardOf(id) {
  return cards.get(id);
}

/** Hold a card that the server sent, unless somebody is writing in the one that is here. */
export function keep(card, { force = false } = {}) {
  const id = card.dataset.comment;
  const old = cards.get(id);
  if (!force && old && hasWords(old)) return old;
  cards.set(id, card);
  return card;
}

/** Let go of a card; the server shows it anew when it is chosen again. */
export function forgetCard(id) {
  cards.delete(id);
}

/** The card that an answer shows, ready to stand in this page; null when it shows none. */
export function cardIn(answer) {
  const card = answer.querySelector("article[data-comment]");
  return card && document.adoptNode(card);
}

async function fetchDocument(parameters) {
  const response = await fetch(viewUrl(say("cards"), parameters), { headers: { "X-Desk": "cards" } });
  if (!response.ok) throw new Error(String(response.status));
  return parse(await response.text());
}

/** Hold the cards of an answer; `asked` is the comment whose card was asked for alone. */
function takeCards(answer, asked = "") {
  const found = answer.querySelector("template[data-cards]")?.content.children ?? [];
  for (const card of [...found]) {
    const id = card.dataset.comment;
    const isOver = "done" in card.dataset;
    // What was decided while the answer was on its way is older there than here.
    if (id !== asked && !isOver && rowOf(id) && isDone(id)) continue;
    keep(document.adoptNode(card));
    // A colleague was quicker: nothing is to be judged, and hands in a rhythm must not come upon it.
    if (isOver) finishRow(id);
  }
}

/** The card of one comment, from the server. */
export async function fetchCard(id) {
  takeCards(await fetchDocument([["comment", id]]), id);
  return cards.get(id);
}

/** More rows at the end of the list, with their cards; from the top when the list has no further page. Gives how many. */
async function fetchRows(cursor) {
  const answer = await fetchDocument(cursor ? [["cursor", cursor]] : []);
  takeCards(answer);
  const count = appendRows(answer.querySelector("template[data-rows]")?.content.children ?? []);
  const more = document.getElementById("more");
  const next = answer.querySelector("[data-more]")?.dataset.more;
  if (more && next) more.dataset.cursor = next;
  else if (cursor) more?.remove();
  return count;
}

/** Hold the next cards ready, and the rows that come after the last one of the list. Never twice at a time. */
export async function prefetch(id) {
  if (isFetching || !hasList()) return;
  const coming = undone(id).slice(0, AHEAD);
  const missing = coming.filter((one) => !cards.has(one));
  const ready = coming.findIndex((one) => !cards.has(one));
  const cursor = document.getElementById("more")?.dataset.cursor;
  isFetching = true;
  try {
    if (missing.length && ready < ENOUGH) await fetchDocument(missing.map((one) => ["comment", one])).then((answer) => takeCards(answer));
    if (coming.length < ENOUGH && cursor) await fetchRows(cursor);
  } catch {
    // What is not held ready is loaded when it is chosen, and says then why it could not be.
  } finally {
    isFetching = false;
  }
}

/** What has come into the view since the page was loaded. Gives whether something is there to judge now. */
export async function fetchNewcomers() {
  try {
    await fetchRows(document.getElementById("more")?.dataset.cursor);
    if (!undone("").length) await fetchRows("");
  } catch {
    return false;
  }
  return undone("").length > 0;
}

/** A card's place while it is loaded. */
export function placeholder(words) {
  return make("p", "mg-desk__loading", words);
}
