// The rows of the list: where one is, what comes next, and what was decided.
import { desk, make } from "./page.js";
import { lengthSince } from "./texts.js";

const list = document.getElementById("list");
// Comments that came back because a decision about them was not stored; they are next.
const returned = [];

export function rowOf(id) {
  return document.getElementById(`row-${id}`);
}

export function rowIds() {
  return Array.from(list?.children ?? [], (row) => row.id.slice(4));
}

/** Whether a decision about the row was made here, on the server, or by somebody else. */
export function isDone(id) {
  const row = rowOf(id);
  return !row || "done" in row.dataset || Boolean(row.querySelector(".mg-item--decided"));
}

/** The comment before or after another one in the list, "" at its ends. */
export function neighbour(id, step) {
  const ids = rowIds();
  const place = ids.indexOf(id);
  return place < 0 ? "" : (ids[place + step] ?? "");
}

/** The comments that are still to be judged, from the one after `id` on and then from the top; `id` is not among them. */
export function undone(id) {
  const ids = rowIds();
  const place = ids.indexOf(id);
  return [...ids.slice(place + 1), ...ids.slice(0, Math.max(place, 0))].filter((one) => !isDone(one) && one !== id);
}

/** What to look at after `id`: what came back first. */
export function nextAfter(id) {
  while (returned.length) {
    const back = returned.shift();
    if (back !== id) return back;
  }
  return undone(id)[0] ?? "";
}

export function comeBack(id) {
  if (!returned.includes(id)) returned.push(id);
}

export function markRow(id) {
  for (const link of desk.querySelectorAll(".mg-item[aria-current]")) link.removeAttribute("aria-current");
  const link = rowOf(id)?.querySelector(".mg-item");
  link?.setAttribute("aria-current", "true");
  link?.scrollIntoView({ block: "nearest" });
}

/** Dim a row and say what was decided, before the server has answered. Gives what puts the row back. */
export function dimRow(id, tone, words) {
  const row = rowOf(id);
  if (!row) return () => {};
  const before = row.cloneNode(true);
  const link = row.querySelector(".mg-item");
  row.dataset.done = "";
  row.dataset.waits = "";
  link.classList.add("mg-item--decided");
  link.querySelector(".mg-item__findings, .mg-item__state")?.remove();
  link.append(make("span", `mg-item__state mg-state mg-state--${tone}`, make("span", "", words)));
  return () => replaceRow(before);
}

/** Dim a row about which nothing is to be decided any more, whoever has done it. */
export function finishRow(id) {
  const row = rowOf(id);
  if (!row) return;
  row.dataset.done = "";
  row.querySelector(".mg-item").classList.add("mg-item--decided");
}

/** What the server says was decided, in the row that said it before. */
export function takeState(id, answer) {
  const row = rowOf(id);
  if (!row) return;
  delete row.dataset.waits;
  const state = answer.querySelector(".mg-item__state");
  if (state) row.querySelector(".mg-item__state")?.replaceWith(document.adoptNode(state));
}

/** One more or one less beside the queue that is shown, until the server says how many there are. */
export function countOn(by) {
  const place = desk.querySelector(".mg-queues__link[aria-current] [data-count]");
  const count = Number(place?.textContent);
  if (place && Number.isInteger(count)) place.textContent = Math.max(0, count + by);
}

/** Put a row that the server sent in the place of the one in the list; selected rows stay selected. */
export function replaceRow(row) {
  const old = document.getElementById(row.id);
  if (!old) return;
  const isCurrent = old.querySelector(".mg-item[aria-current]");
  const link = row.querySelector(".mg-item");
  link.toggleAttribute("aria-current", false);
  if (isCurrent) link.setAttribute("aria-current", "true");
  const [box, oldBox] = [row, old].map((one) => one.querySelector(".mg-pick__box"));
  if (box && oldBox) box.checked = oldBox.checked;
  old.replaceWith(row);
}

/** The rows of an answer, put in place. Those of comments that were decided here stay dimmed. */
export function takeRows(answer) {
  const rows = answer.querySelector("template[data-rows]")?.content.children ?? [];
  for (const row of [...rows]) replaceRow(document.adoptNode(row));
}

/** Rows that are not there yet, at the end of the list. Gives how many. */
export function appendRows(rows) {
  const fresh = [...rows].filter((row) => !document.getElementById(row.id));
  list?.append(...fresh.map((row) => document.adoptNode(row)));
  return fresh.length;
}

export function hasList() {
  return Boolean(list);
}

/** Whether the page was empty when it was loaded, and something has come into its queue since. */
export function isOutdated() {
  const count = desk.querySelector(".mg-queues__link[aria-current] [data-count]")?.textContent ?? "0";
  return !list && count !== "0" && !desk.querySelector(".mg-list__part");
}

/** The numbers beside the queues. */
export function takeCounts(counts) {
  for (const [name, count] of Object.entries(counts)) {
    const place = desk.querySelector(`[data-count="${CSS.escape(name)}"]`);
    if (place && place.textContent !== String(count)) place.textContent = count;
  }
}

export function countsOf(answer) {
  return Object.fromEntries(
    Array.from(answer.querySelectorAll("[data-count]"), (one) => [one.dataset.count, one.textContent]),
  );
}

/** The ages in the rows grow without the server. */
export function growAges() {
  for (const time of desk.querySelectorAll("time[data-age]")) {
    const words = lengthSince(Date.parse(time.dateTime));
    if (time.textContent !== words) time.textContent = words;
  }
}
