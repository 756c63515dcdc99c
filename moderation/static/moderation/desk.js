// The desk without page loads. htmx fetches and swaps the card; this keeps the list, the focus and the words for
// screen readers in step with it. Without this file every link and button works by loading the page.

const desk = document.querySelector(".mg-desk");
const pane = document.getElementById("card");
const live = document.getElementById("live");
const trouble = document.getElementById("trouble");

function replaceRows() {
  const rows = pane.querySelector("template[data-rows]");
  for (const row of [...(rows?.content.children ?? [])]) {
    const old = document.getElementById(row.id);
    if (old) {
      old.replaceWith(row);
      window.htmx.process(row);
    }
  }
  rows?.remove();
}

function markRow(chosen) {
  for (const link of desk.querySelectorAll(".mg-item")) {
    if (link.dataset.comment === chosen) {
      link.setAttribute("aria-current", "true");
      link.scrollIntoView({ block: "nearest" });
    } else {
      link.removeAttribute("aria-current");
    }
  }
}

function showTrouble(sentence) {
  const message = document.createElement("p");
  message.className = "mg-message mg-message--error";
  message.textContent = sentence;
  trouble.replaceChildren(message);
}

function followCard() {
  trouble.replaceChildren();
  replaceRows();
  const card = pane.querySelector("article[data-comment]");
  const listed = card && document.getElementById(`row-${card.dataset.comment}`);
  if (desk.querySelector(".mg-item") && (!card || (!listed && pane.querySelector("[data-strip]")))) {
    // The list on the page is worked off; the next part of it is read with the page.
    window.location.reload();
    return;
  }
  desk.classList.add("mg-desk--open");
  markRow(card?.dataset.comment);
  live.textContent = Array.from(pane.querySelectorAll("[data-announce]"), (part) => part.innerText).join(" ");
  pane.scrollTop = 0;
  window.scrollTo(0, 0);
  (pane.querySelector("[data-focus]") ?? card)?.focus({ preventScroll: true });
}

// The chosen queue (on a phone the queues are one line that scrolls sideways) and the chosen comment come into view.
desk.querySelector(".mg-queues__link[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
desk.querySelector(".mg-item[aria-current]")?.scrollIntoView({ block: "nearest" });

document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target === pane) followCard();
});
document.body.addEventListener("htmx:sendError", () => showTrouble(trouble.dataset.offline));
document.body.addEventListener("htmx:responseError", (event) => {
  showTrouble(event.detail.xhr.status === 401 ? trouble.dataset.signedOut : trouble.dataset.failed);
});
