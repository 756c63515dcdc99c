// Selected rows, for a decision about all of them.
import { desk } from "./page.js";
import { rowOf } from "./list.js";
import { announce } from "./texts.js";

const output = document.getElementById("selected");

function showSelection() {
  if (!output) return;
  const count = desk.querySelectorAll(".mg-pick__box:checked").length;
  output.textContent = count ? output.dataset.text.replace("{n}", count) : "";
}

/** Select a row or not; without `state` the other way round. Gives whether there is such a row to select. */
export function select(id, state) {
  const box = rowOf(id)?.querySelector(".mg-pick__box");
  if (!box) return false;
  box.checked = state ?? !box.checked;
  showSelection();
  announce(output?.textContent ?? "");
  return true;
}

export function watchSelection() {
  desk.addEventListener("change", (event) => {
    if (event.target.matches(".mg-pick__box")) showSelection();
  });
  document.getElementById("selection")?.addEventListener("reset", () => setTimeout(showSelection));
  showSelection();
}
