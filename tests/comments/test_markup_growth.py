"""Time for hostile text, counted in steps of Python, which do not depend on the machine. Milliseconds: bench/markup.py."""

from __future__ import annotations

import sys

import pytest

from comments.markdown import CommentMarkdown
from comments.markup import render
from comments.text import BODY_LIMIT, clean_body

GROWING = {
    "emphasis, open": "*a ",
    "emphasis, mixed": "*a **b _c ",
    "emphasis, closed": "*a* ",
    "strikethrough": "~~a ",
    "code, open": "`a ``b ",
    "brackets": "[",
    "bracket pairs": "[]",
    "links, open": "[a](b",
    "links, closed": "[a](https://a.example) ",
    "angles": "<a",
    "addresses": "https://a",
    "addresses with hosts": "https://a.example/( ",
    "schemes": "a://",
    "quotes": "> ",
    "quote lines": ">\n",
    "items": "- a\n",
    "item stairs": "- ",
    "lines": "a\n",
    "entities": "&amp;",
    "escapes": "\\a",
    "bidi": "\u2067\u202e\u202c",
    "marks": "a\u0301\u0316",
    "titles": '[a](https://a.example "',
    "hosts": "http://ü.",
}


def steps(function, argument):
    """How many lines of Python the call runs."""
    count = 0

    def trace(_frame, _event, _argument):
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(argument)
    finally:
        sys.settrace(before)
    return count


def steps_when_doubled(function, piece, size=600):
    """The greater ratio of steps of two doublings of the text."""
    sizes = (size, 2 * size, 4 * size)
    counts = [steps(function, (piece * (length // len(piece) + 1))[:length]) for length in sizes]
    return max(counts[1] / counts[0], counts[2] / counts[1])


@pytest.mark.parametrize("piece", GROWING.values(), ids=GROWING)
def test_cleaning_and_parsing_twice_the_text_takes_about_twice_the_steps(piece):
    markdown = CommentMarkdown()
    assert steps_when_doubled(lambda text: markdown.render(clean_body(text)), piece) <= 2.2


def test_steps_of_a_quadratic_function_are_seen():
    def quadratic(text):
        for _ in text[::20]:
            for _ in text[::20]:
                pass

    assert steps_when_doubled(quadratic, "a") > 3.5


@pytest.mark.parametrize("piece", GROWING.values(), ids=GROWING)
def test_rendering_the_longest_comment_takes_few_steps(piece):
    source = clean_body((piece * BODY_LIMIT)[:BODY_LIMIT])[:BODY_LIMIT]
    assert steps(render, source) <= 600_000
