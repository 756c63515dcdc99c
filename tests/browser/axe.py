"""axe-core in a page: which rules of WCAG 2.2, levels A and AA, it breaks."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Off by default in axe-core, although WCAG 2.2 asks for it.
OPTIONS = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
RUN = """async (options) => {
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) => nodes.map((node) =>
    `${id}: ${node.target.flat(9).join(" ")}: ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message}: ${node.html.slice(0, 160)}`));
}"""
TURN = "(direction) => { document.documentElement.dir = direction; }"
# What lies outside the window is not laid out at first, and axe takes its size for the truth.
LAY_OUT = """() => {
  const everything = new CSSStyleSheet();
  everything.replaceSync("* { content-visibility: visible !important }");
  for (const root of [document, ...[...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean)])
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, everything];
}"""
# Nothing is moved sideways to be read (1.4.10), which axe does not look at.
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SETTLE = "() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))"


@cache
def axe_source() -> str:
    """The script, as the Python package brings it."""
    package = find_spec("axe_playwright_python")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Every violation in the page as it is now, open shadow roots included: rule, element, what is wrong with it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_source())
    found: list[str] = page.evaluate(RUN, OPTIONS)
    return found


def violations_in_looks(page: Page, looks: list[tuple[str, int, str]]) -> list[str]:
    """The violations of a page in each look: light or dark, so many pixels wide, written "ltr" or "rtl"."""
    found: list[str] = []
    page.evaluate(LAY_OUT)
    for scheme, width, direction in looks:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(TURN, direction)
        page.evaluate(SETTLE)
        found += [f"{scheme} {width} {direction}: {one}" for one in violations(page)]
        if wider := page.evaluate(WIDER):
            found.append(f"{scheme} {width} {direction}: reflow: the page is {wider} px wider than the window")
    return found
