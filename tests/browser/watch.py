"""Seeing a script run that nobody meant to run: in a page, in each of its frames, and by what a page loads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Route

# What every payload of the corpus calls or loads. A hit is noted in the outermost page, with the number of its frame.
SENTINELS = """
  top.hits ??= [];
  for (const name of ["alert", "confirm", "prompt", "print"])
    window[name] = () => { top.hits.push(self.frameElement?.dataset.number ?? location.pathname); };
  delete Element.prototype.setHTML;
"""
# The browser's own sanitizer is taken away above, so that a wall of ours is measured and not the browser's.
PROVOKE = """() => {
  let started = 0;
  const visit = (root) => {
    for (const one of root.querySelectorAll("*")) {
      for (const { name } of [...one.attributes])
        if (name.startsWith("on")) { started++; one.dispatchEvent(new Event(name.slice(2))); }
      const target = one.href?.baseVal ?? one.href ?? one.formAction ?? "";
      if (/^\\s*(javascript|data|vbscript):/i.test(target)) { started++; one.click?.(); }
      if (one.shadowRoot) visit(one.shadowRoot);
      if (one.contentDocument && !one.src) visit(one.contentDocument);
    }
  };
  visit(document);
  return started;
}"""
# Parsed as documents, or put into an empty one by a script: browsers take some texts differently.
FRAMES = """([texts, isInner]) => {
  document.body.replaceChildren(...texts.map(([number, html]) => {
    const frame = document.createElement("iframe");
    frame.dataset.number = number;
    frame.srcdoc = isInner ? "<!doctype html><body>" : html;
    if (isInner) frame.onload = () => { frame.onload = null; frame.contentDocument.body.innerHTML = html; };
    return frame;
  }));
}"""
EVIL = "evil.example"
GRACE_MS = 250


class Watch:
    """Watches one page. `executions()` is what ran, was about to run, or was loaded from the hostile host since the last call."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.loads: list[str] = []
        page.add_init_script(SENTINELS)
        page.on("request", self._note)
        page.route(lambda url: EVIL in url.split("/")[2:3], self._refuse)

    def _note(self, request: Request) -> None:
        if EVIL in request.url.partition("://")[2].partition("/")[0]:
            self.loads.append(request.url)

    def _refuse(self, route: Route) -> None:
        route.abort()

    def executions(self) -> list[str]:
        """What happened in the page as it is now, handlers and links of scripts set off."""
        started = self.page.evaluate(PROVOKE)
        self.page.wait_for_timeout(GRACE_MS)
        hits: list[str] = [str(one) for one in self.page.evaluate("window.hits.splice(0)")]
        found = [*hits, *self.loads, *["a handler or a link that would run"] * (started if not hits else 0)]
        self.loads.clear()
        return found

    def executions_in_frames(self, texts: Sequence[tuple[int, str]], *, is_inner: bool = False) -> list[str]:
        """The same for many texts, each in a frame of its own: as a whole document, or as HTML put into an empty one."""
        self.page.evaluate(FRAMES, [list(texts), is_inner])
        self.page.wait_for_timeout(GRACE_MS)
        return self.executions()
