// What the script says, in the language of the page: the sentences are attributes of an element of it.
import { make } from "./page.js";

const texts = document.getElementById("texts").dataset;
const live = document.getElementById("live");

/** A sentence or an address of the page, with what stands for {n}, {a}, {w} put in. */
export function say(name, values = {}) {
  return texts[name].replace(/\{([a-z])\}/g, (found, letter) => values[letter] ?? found);
}

/** Words for screen readers, said when they are idle. */
export function announce(words) {
  live.textContent = "";
  // A text that is the same as before would not be said again.
  setTimeout(() => (live.textContent = words), 20);
}

/** How long something has lasted, as the server writes it. */
export function lengthSince(moment) {
  const minutes = Math.floor((Date.now() - moment) / 60_000);
  if (minutes < 60) return say("minutes", { n: Math.max(1, minutes) });
  if (minutes < 48 * 60) return say("hours", { n: Math.floor(minutes / 60) });
  return say("days", { n: Math.floor(minutes / 60 / 24) });
}

/** A copy of an icon that the page holds for the script. */
export function icon(name) {
  return document.getElementById(`icon-${name}`).content.cloneNode(true);
}

/** A button that does something when it is pressed. */
export function button(className, words, pressed) {
  const element = make("button", className, words);
  element.type = "button";
  element.addEventListener("click", pressed);
  return element;
}
