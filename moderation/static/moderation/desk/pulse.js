// What others do meanwhile: counts, who sits here, who has what before them, what was decided. Asked for while the page
// is seen; mostly the answer is that nothing is new.
import { desk, make, stage, viewUrl } from "./page.js";
import { finishRow, growAges, isOutdated, rowIds, rowOf, takeCounts } from "./list.js";
import { lookForMore, shownId } from "./stage.js";

const EVERY = 10_000;
// Counts stop here, as the server writes them.
const MOST = 1_000;
const { pulse, release } = desk.dataset;
const people = document.getElementById("people");
let etag = "";
let since = "";
let held = "";

async function beat() {
  growAges();
  if (document.hidden || !pulse) return;
  lookForMore();
  held = shownId();
  try {
    const response = await fetch(viewUrl(pulse, Object.entries({ comment: held, since })), {
      headers: { "X-Desk": "pulse", ...(etag && { "If-None-Match": etag }) },
      cache: "no-store",
    });
    if (response.status !== 200) return;
    etag = response.headers.get("ETag") ?? "";
    take(await response.json());
  } catch {
    // The next beat tries again; decisions say themselves when there is no connection.
  }
}

function take(news) {
  since = news.since ?? "";
  // While a decision is on its way the numbers here are ahead of those of the server.
  if (!desk.dataset.unsent) takeCounts(Object.fromEntries(Object.entries(news.counts ?? {}).map(capped)));
  if (isOutdated()) location.reload();
  takeMine(news.mine ?? {});
  for (const id of rowIds()) {
    note(id, "lease", news.leases?.[id]);
    if (news.decided?.[id]) note(id, "decided", news.decided[id]);
  }
  const line = stage.querySelector("[data-lease-line]");
  const holder = news.leases?.[shownId()];
  if (line) line.textContent = holder ? line.dataset.text.replace("{a}", holder) : "";
  if (people) people.textContent = news.people?.length ? people.dataset.text.replace("{a}", news.people.join(", ")) : "";
}

/** How much of the desk is one's own; a link to nothing is not shown. */
function takeMine(mine) {
  for (const [kind, count] of Object.entries(mine)) {
    const number = desk.querySelector(`[data-mine="${kind}"]`);
    const link = number?.closest("a");
    if (!link) continue;
    number.textContent = count;
    link.parentElement.hidden = !count && !link.hasAttribute("aria-current");
  }
}

function capped([name, count]) {
  return [name, count >= MOST ? `${MOST - 1}+` : count];
}

/** A line in the row for what a colleague does with the comment. */
function note(id, kind, words = "") {
  const link = rowOf(id)?.querySelector(".mg-item");
  const old = link?.querySelector(`.mg-item__note--${kind}`);
  if (!link || (old?.textContent ?? "") === words) return;
  if (!words) old.remove();
  else if (old) old.textContent = words;
  else link.append(make("span", `mg-item__note mg-item__note--${kind}`, words));
  if (kind === "decided" && words) finishRow(id);
}

/** Nobody else waits for a comment that nobody looks at any more. */
function letGo() {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1];
  if (!release || !held || !token) return;
  navigator.sendBeacon(release, new URLSearchParams({ comment: held, csrfmiddlewaretoken: token }));
}

export function startPulse() {
  setInterval(beat, EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || beat());
  window.addEventListener("pagehide", letGo);
}
