// What others do meanwhile: counts, who sits here, who looks at what, what was decided. Asked for while the page is seen.
import { desk, make, stage, viewUrl } from "./page.js";
import { growAges, rowIds, rowOf, takeCounts } from "./list.js";
import { shownId } from "./stage.js";

const EVERY = 10_000;
let etag = "";

async function beat() {
  growAges();
  if (document.hidden || !desk.dataset.pulse) return;
  const parameters = shownId() ? [["comment", shownId()]] : [];
  try {
    const headers = etag ? { "If-None-Match": etag } : {};
    const response = await fetch(viewUrl(desk.dataset.pulse, parameters), { headers, cache: "no-store" });
    if (response.status !== 200) return;
    etag = response.headers.get("ETag") ?? "";
    take(await response.json());
  } catch {
    // The next beat tries again; decisions say themselves when there is no connection.
  }
}

function take({ counts = {}, leases = {}, decided = {} }) {
  takeCounts(counts);
  for (const id of rowIds()) {
    mark(id, "lease", leases[id]);
    mark(id, "decided", decided[id]);
  }
  showOn(stage, leases[shownId()], decided[shownId()]);
}

/** A word in the row, in a place that is there anyway. */
function mark(id, kind, words) {
  const link = rowOf(id)?.querySelector(".mg-item");
  const old = link?.querySelector(`[data-${kind}]`);
  if (!link || (old?.textContent ?? "") === (words ?? "")) return;
  old?.remove();
  if (!words) return;
  const note = make("span", `mg-item__note mg-item__note--${kind}`, words);
  note.setAttribute(`data-${kind}`, "");
  link.append(note);
}

function showOn(root, lease, decided) {
  const place = root.querySelector("[data-lease-line]");
  if (place) place.textContent = decided ?? lease ?? "";
}

export function startPulse() {
  setInterval(beat, EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || beat());
}
