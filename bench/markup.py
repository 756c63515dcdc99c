"""How long hostile and ordinary text takes, from the form to the HTML: `python -m bench.markup`.

For each text generator: milliseconds of processor time at a quarter, a half and the whole of the longest comment, the ratio
of the two doublings, and the time of the text that uses up what `comments.markup` allows (the slowest that can be sent).
Prints the worst of each; the promise is 50 ms and a ratio of at most 2.6.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

# Only after the settings are loaded.
from comments.markdown import CommentMarkdown  # noqa: E402
from comments.markup import is_affordable, render  # noqa: E402
from comments.text import BODY_LIMIT, clean_body  # noqa: E402

REPEATS = 5
GENERATORS = {
    "ordinary": "> Ein Satz, der *auffällt*, mit „Zitat“.\n\nUnd https://a.example/x. "
    + "Noch ein Satz. " * 12
    + "\n\n",
    "emphasis, open": "*a ",
    "emphasis, mixed": "*a **b _c ",
    "emphasis, closed": "*a* ",
    "strong emphasis": "***a*** ",
    "strikethrough": "~~a~~ ",
    "code": "`a` ",
    "brackets": "[",
    "links, open": "[a](b",
    "links, closed": "[a](https://a.example) ",
    "titles": '[a](https://a.example "',
    "angles": "<",
    "addresses": "http://",
    "addresses with brackets": "https://a.example/([ ",
    "hosts": "http://üüüüüüüüüüüüüüüüüüüüüüüüüüüüüü.example ",
    "schemes": "a://",
    "quotes": "> ",
    "items": "- a\n",
    "emphasised items": "- *a*\n",
    "item stairs": "- ",
    "lines": "a\n",
    "paragraphs": "a\n\n",
    "ampersands": "&",
    "entities": "&amp;",
    "quotation marks": "\"'",
    "escapes": "\\*",
    "combining marks": "a\u0301\u0316\u0301\u0316\u0301\u0316",
    "directions": "\u2067\u202e",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
}


def milliseconds(function: Callable[[str], object], text: str) -> float:
    """The fastest of some calls: what the function needs when nothing disturbs it."""
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        function(text)
        times.append(time.process_time() - start)
    return min(times) * 1_000


def post(text: str) -> object:
    """What posting a text does to it."""
    return render(clean_body(text))


def filled(text: str) -> str:
    """A text of the greatest length that begins with this one and goes on in words."""
    return (text + " Wort" * BODY_LIMIT)[:BODY_LIMIT]


def longest_affordable(text: str) -> str:
    """The longest beginning of a text that keeps its markup, filled up with words."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if is_affordable(clean_body(filled(text[:middle]))) else (low, middle - 1)
    return filled(text[:low])


def main() -> None:
    """Print one line per generator and the worst figures."""
    markdown = CommentMarkdown()
    worst_time, worst_ratio = 0.0, 0.0
    post("warm up")
    print(f"{'text':26}{'1/4':>8}{'1/2':>8}{'whole':>8}{'ratios':>14}{'allowed':>9}   ms")
    for name, piece in GENERATORS.items():
        text = (piece * BODY_LIMIT)[:BODY_LIMIT]
        parts = [text[: BODY_LIMIT // 4], text[: BODY_LIMIT // 2], text]
        # Growth is that of the parser without any limit; the limit would hide it.
        growth = [milliseconds(lambda part: markdown.render(clean_body(part)), part) for part in parts]
        ratios = [growth[1] / growth[0], growth[2] / growth[1]]
        whole = [milliseconds(post, part) for part in parts]
        allowed = milliseconds(post, longest_affordable(text))
        shown = "".join(f"{value:8.1f}" for value in whole) + f"{ratios[0]:8.1f}{ratios[1]:6.1f}{allowed:9.1f}"
        print(f"{name:26}{shown}")
        worst_time, worst_ratio = max(worst_time, allowed, *whole), max(worst_ratio, *ratios)
    print(f"worst: {worst_time:.1f} ms, ratio {worst_ratio:.1f}")


if __name__ == "__main__":
    main()
