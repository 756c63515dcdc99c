// The fixed parts of the page, and small helpers. Without these modules every link and button of the desk works by
// loading the page.

export const desk = document.getElementById("main");
export const pane = document.getElementById("card");
export const last = document.getElementById("last");
export const stage = document.getElementById("stage");

/** What the server sent, as elements that are not in the page and run nothing. */
export function parse(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

/** A new element with a class and children. */
export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** The comment that an element belongs to. */
export function commentOf(element) {
  return element?.closest("article[data-comment]")?.dataset.comment ?? "";
}

/** Whether a button does nothing by key for now: on a card that came back because something else had happened to it. */
export function isAsleep(control) {
  return control.type === "submit" && Boolean(control.closest("article[data-asleep]"));
}

/** Whether somebody has typed something in there that was not sent. */
export function hasWords(root) {
  return [...root.querySelectorAll("textarea, input[type=text], input:not([type])")].some((field) => field.value !== field.defaultValue);
}

/** The address of this view of the queue with other parameters. */
export function viewUrl(base, parameters) {
  const query = new URLSearchParams(location.search);
  for (const name of ["comment", "decided", "cursor"]) query.delete(name);
  for (const [name, value] of parameters) query.append(name, value);
  return `${base}?${query}`;
}
