"""What a publisher's article loses while the comment server is down: `python -m bench.embed [loads]`.

Loads an article in Chromium again and again, in turn without the element and with it in each kind of trouble, and prints
the medians in milliseconds from the start of the navigation: the first paint, the parsed document (DOMContentLoaded),
the largest paint, and the page's load event; in brackets the difference from the page without. "server" has everything
on the comment server fail, "answers" only what comes after the script. "after load" is the script that the documents show
first, which adds ours when the page has loaded; "async" is the shorter tag. The promise is 50 ms.
"""

from __future__ import annotations

import os
import statistics
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

# Only after the settings are loaded.
from playwright.sync_api import sync_playwright  # noqa: E402

from comments.embed_check.checks import loader_line, script_line  # noqa: E402
from comments.embed_script import embed_script  # noqa: E402
from tests.browser.faults import FAULTS, faulty_server  # noqa: E402
from tests.comments.widget.host import Host, host_server  # noqa: E402
from tests.conftest import CHROMIUM, CHROMIUM_FLAGS  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LOADS = 9
LIMIT_MS = 50
# A page that is still loading after this has no load event worth speaking of.
PATIENCE_MS = 2_000
FIGURES = ("first paint", "parsed", "largest paint", "loaded")
TEXT = "<p>The ferry stays ashore until the river has risen, and nobody knows when that will be.</p>" * 400
MEASURE = """(patience) => new Promise((done) => {
  let largest = 0;
  new PerformanceObserver((list) => { largest = list.getEntries().at(-1).startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  const begun = performance.now();
  const look = () => {
    const [page] = performance.getEntriesByType("navigation");
    const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    const isLoaded = page.loadEventEnd > 0;
    if ((isLoaded && paint && largest) || performance.now() - begun > patience)
      done([paint ?? Infinity, page.domContentLoadedEventEnd, largest, isLoaded ? page.loadEventEnd : Infinity]);
    else setTimeout(look, 20);
  };
  look();
})"""


def page_of(tag: str) -> str:
    """The article with this in its head, and with the element where there is a tag."""
    element = "<marginalia-comments site=demo article=ferry></marginalia-comments>" if tag else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The ferry</title>{tag}</head>'
        f"<body><h1>The ferry</h1>{TEXT}{element}</body></html>"
    )


def load(browser: Browser, url: str) -> list[float]:
    """The figures of one load in a fresh profile."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        page.goto(url, wait_until="commit")
        figures: list[float] = page.evaluate(MEASURE, PATIENCE_MS)
        return figures
    finally:
        context.close()


def put_pages(host: Host, stack: ExitStack) -> list[str]:
    """One page for each kind of trouble; returns their names, the page without the element first."""
    host.csp = "img-src *"
    host.pages["/without"] = page_of("")
    script = embed_script().content
    for fault in FAULTS:
        bases = {
            "server": stack.enter_context(faulty_server(fault)),
            "answers": stack.enter_context(faulty_server(fault, script=script)),
        }
        for part, base in bases.items():
            for name, line in (("async", script_line), ("after load", loader_line)):
                host.pages[f"/{part} {fault}, {name}".replace(" ", "-")] = page_of(line(base))
    return list(host.pages)


def measure(loads: int) -> dict[str, list[float]]:
    """The median of every figure on every page, loaded in turn so that a slow moment falls on all of them."""
    with ExitStack() as stack:
        host = stack.enter_context(host_server())
        paths = put_pages(host, stack)
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        load(browser, host.url + paths[0])
        taken: dict[str, list[list[float]]] = {path: [] for path in paths}
        for _round in range(loads):
            for path in paths:
                taken[path].append(load(browser, host.url + path))
        browser.close()
    return {path: [statistics.median(column) for column in zip(*rows, strict=True)] for path, rows in taken.items()}


def main() -> None:
    """Print the table, and which figures miss the promise."""
    medians = measure(int(sys.argv[1]) if len(sys.argv) > 1 else LOADS)
    without = medians.pop("/without")
    print(f"{'':36}" + "".join(f"{figure:>22}" for figure in FIGURES))
    print(f"{'without the element':36}" + "".join(f"{value:>22.0f}" for value in without))
    missed = []
    for path, values in medians.items():
        name = path[1:].replace("-", " ")
        lost = [value - alone for value, alone in zip(values, without, strict=True)]
        print(
            f"{name:36}" + "".join(f"{value:>13.0f} ({more:+6.0f})" for value, more in zip(values, lost, strict=True))
        )
        missed += [f"{name}: {figure}" for figure, more in zip(FIGURES, lost, strict=True) if more > LIMIT_MS]
    print(f"Within {LIMIT_MS} ms of the page without the element: " + ("all." if not missed else "all but:"))
    print("".join(f"  {one}\n" for one in missed), end="")


if __name__ == "__main__":
    main()
