"""How fast the desk is: `python -m bench.desk [--services]`.

Starts the server as `start.py` does, on SQLite (or on PostgreSQL and Redis), signs a moderator in with Chromium and decides
by keys. Prints, from the real page: from the key press to the next card painted, from the key press to the server's
acknowledgement, decisions a minute without time to think, and what the page costs to load. Nothing here is a timed test.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.replay import environment, prepare, serve

if TYPE_CHECKING:
    from playwright.sync_api import Page

WAITING = 220
PACED = 60
HURRIED = 100
KEYS = "a2as1"
LIMITS = {"painted": 100, "acknowledged": 200, "a minute": 60, "kilobytes": 100, "requests": 6, "third parties": 0}
# A frame that is requested after a change shows it; a message that is sent in that frame arrives when it is painted.
WATCH = """() => {
  window.times = { painted: [], acknowledged: [] };
  let pressed = 0;
  addEventListener("keydown", () => { pressed = performance.now(); }, true);
  new MutationObserver(() => {
    const begun = pressed;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => times.painted.push(performance.now() - begun);
      port2.postMessage("");
    });
  }).observe(document.getElementById("stage"), { childList: true });
  new MutationObserver(() => {
    if (!document.getElementById("main").dataset.unsent) times.acknowledged.push(performance.now() - pressed);
  }).observe(document.getElementById("main"), { attributeFilter: ["data-unsent"] });
}"""
LOADED = """() => performance.getEntries()
  .filter((one) => ["navigation", "resource"].includes(one.entryType))
  .map((one) => [one.name, one.transferSize])"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; times in milliseconds."""

    painted: list[float]
    acknowledged: list[float]
    decisions_a_minute: float
    loaded: list[tuple[str, int]]


def fill_queue() -> str:
    """Pending comments on the site that `prepare` made; returns the moderator's session."""
    from comments.models import Site  # noqa: PLC0415 - needs django.setup()
    from comments.services.identity import Identity  # noqa: PLC0415 - needs django.setup()
    from moderation.models import Membership  # noqa: PLC0415 - needs django.setup()
    from tests.factories import make_article, make_comment  # noqa: PLC0415 - needs django.setup()
    from tests.moderation.desk_pages import sign_in  # noqa: PLC0415 - needs django.setup()

    site = Site.objects.get()
    articles = [make_article(site, key=f"article-{number}") for number in range(4)]
    text = "The ferry stays ashore until the river has risen, and nobody knows when that will be. " * 4
    for number in range(WAITING):
        body = f"{text}This is number {number}."
        make_comment(articles[number % 4], body=body, name=f"Reader {number}", identity=Identity())
    member = Membership.objects.select_related("user").get(site=site)
    return sign_in(member.user).cookies["sessionid"].value


def shown(page: Page) -> str:
    return page.evaluate("document.querySelector('#stage article')?.dataset.comment ?? ''") or ""


def press(page: Page, key: str) -> None:
    """Press, and wait until another card is in the pane."""
    before = shown(page)
    page.keyboard.press(key)
    page.wait_for_function(
        "(before) => document.querySelector('#stage article')?.dataset.comment !== before", arg=before, polling=5
    )


def measure(base: str, session: str) -> Figures:
    """Decide in a real page: first one after the other, then without waiting for the server."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the driver is needed here alone

    from tests.conftest import CHROMIUM, CHROMIUM_FLAGS  # noqa: PLC0415 - needs django.setup()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
        page = context.new_page()
        page.goto(f"{base}/moderation/", wait_until="networkidle")
        loaded = [(name, size) for name, size in page.evaluate(LOADED)]
        page.evaluate(WATCH)
        for number in range(PACED):
            press(page, KEYS[number % len(KEYS)])
            page.wait_for_selector("#main:not([data-unsent])", state="attached")
            page.wait_for_load_state("networkidle")
        times = page.evaluate("times")
        begun = page.evaluate("performance.now()")
        for number in range(HURRIED):
            press(page, KEYS[number % len(KEYS)])
        page.wait_for_selector("#main:not([data-unsent])", state="attached", timeout=120_000)
        lasted = page.evaluate("performance.now()") - begun
        browser.close()
    return Figures(times["painted"], times["acknowledged"], HURRIED * 60_000 / lasted, loaded)


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def report(figures: Figures, base: str, database: str) -> list[str]:
    """Print the table; returns what misses its limit."""
    strangers = [name for name, _size in figures.loaded if not name.startswith(base)]
    rows = {
        "painted": p95(figures.painted),
        "acknowledged": p95(figures.acknowledged),
        "a minute": figures.decisions_a_minute,
        "kilobytes": sum(size for _name, size in figures.loaded) / 1_000,
        "requests": len(figures.loaded),
        "third parties": len(strangers),
    }
    print(f"Desk on {database}, {os.cpu_count()} cores, {WAITING} waiting comments")
    for name, values in (("painted", figures.painted), ("acknowledged", figures.acknowledged)):
        print(f"  {name:14}{p95(values):8.1f} ms p95, {statistics.median(values):.1f} ms median of {len(values)}")
    print(f"  {'decisions':14}{figures.decisions_a_minute:8.0f} a minute without time to think")
    print(f"  {'page':14}{rows['kilobytes']:8.1f} kB in {rows['requests']} requests, {len(strangers)} to third parties")
    for name, size in figures.loaded:
        print(f"    {size / 1_000:8.1f} kB  {name.removeprefix(base)[:90]}")
    return [
        name for name, limit in LIMITS.items() if (rows[name] < limit if name == "a minute" else rows[name] > limit)
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--services", action="store_true", help="PostgreSQL and Redis instead of SQLite")
    options = parser.parse_args()
    with environment(services=options.services):
        prepare()
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        session = fill_queue()
        with serve() as base:
            figures = measure(base, session)
            missed = report(figures, base, "PostgreSQL and Redis" if options.services else "SQLite")
    print("Within every limit." if not missed else f"Missed: {', '.join(missed)}.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
