// The forms and links of the pane, sent and followed without loading the page.
import { commentOf, desk, pane, stage } from "./page.js";
import { cardIn } from "./cards.js";
import { decide, undoFrom } from "./decisions.js";
import { countsOf, takeCounts, takeRows } from "./list.js";
import { send } from "./outbox.js";
import { refresh, show, showList, shownId } from "./stage.js";
import { announce, say } from "./texts.js";

// Keys whose control finishes with the comment, so that the next one can be painted at once.
const FINISHING = /^(approve|spam|defer|clause-[0-9]+)$/;

/** A form that decides nothing: its answer replaces the card. */
function sendForm(form, pressed) {
  const id = commentOf(form);
  if (pressed) pressed.disabled = true;
  send({
    url: form.action,
    body: new URLSearchParams(new FormData(form, pressed)),
    done: (answer, status, response) => {
      if (pressed) pressed.disabled = false;
      const card = cardIn(answer);
      if (!card) {
        // Another page was meant to come.
        if (shownId() === id) location.assign(response.redirected ? response.url : location.href);
        return;
      }
      takeRows(answer);
      takeCounts(countsOf(answer));
      if (card.dataset.comment !== id && shownId() === id) {
        refresh(card);
        show(card.dataset.comment);
      } else {
        refresh(card, { force: true });
      }
    },
  });
}

/** A button that stays pressed, as it was before should the server refuse. */
function toggle(form, pressed) {
  const words = pressed.querySelector("span").textContent;
  const flip = () => {
    const isPressed = pressed.getAttribute("aria-pressed") !== "true";
    pressed.setAttribute("aria-pressed", isPressed);
    pressed.value = isPressed ? "0" : "1";
  };
  const body = new URLSearchParams(new FormData(form, pressed));
  flip();
  // Of a button that has the focus the browser says it.
  if (document.activeElement !== pressed) announce(pressed.value === "0" ? words : say("undone", { a: words }));
  send({ url: form.action, body, done: (_answer, status) => status >= 400 && flip() });
}

function onSubmit(event) {
  const form = event.target;
  if (form.matches("[data-native]") || form.method !== "post") return;
  event.preventDefault();
  const pressed = event.submitter;
  if (form.matches("[data-undoes]")) undoFrom(form);
  else if (form.matches("[data-toggles]")) toggle(form, pressed);
  else if (pressed && (form.matches("[data-decides]") || FINISHING.test(pressed.dataset.key))) decide(form, pressed);
  else sendForm(form, pressed);
}

function onClick(event) {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("a");
  if (!link) return;
  if (link.matches("[data-back]")) {
    event.preventDefault();
    if (history.state?.comment && history.state.isOpened) history.back();
    else showList();
  } else if (link.dataset.comment) {
    event.preventDefault();
    show(link.dataset.comment, { push: !desk.classList.contains("mg-desk--open") });
  }
}

export function watchForms() {
  pane.addEventListener("submit", onSubmit);
  desk.addEventListener("click", onClick);
  window.addEventListener("popstate", (event) => {
    if (event.state?.comment) show(event.state.comment);
    else showList();
  });
  // A reader of the stage on a phone that comes from the list goes back there by the browser's own button.
  if (stage.querySelector("[data-focus]")) stage.querySelector("[data-focus]").focus();
}
