"""A comment's own words, cut into pieces for a template to escape and mark. Nothing here makes HTML."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from heapq import heappop, heappush
from itertools import pairwise

from comments.screening import Span
from moderation.queue import QueueFinding

PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\n]+)*")
WORD = re.compile(r"\s*\S+|\s+\Z")
# Pairs of equal words that a comparison may have to look at; above it the texts are shown whole.
COMPARISON_LIMIT = 50_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and what is said of it; for a comparison "added", "gone" or nothing. `number` is that of the
    finding that says it, 0 for none."""

    text: str
    label: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch that a finding marks, with the number of the finding."""

    start: int
    end: int
    label: str
    number: int = 0


def numbered_spans(flagged: Iterable[QueueFinding]) -> Iterator[Mark]:
    """Everything that findings mark, each with the number of its finding in their order, from 1."""
    for number, finding in enumerate(flagged, start=1):
        for span in finding.spans:
            yield Mark(span.start, span.end, span.label, number)


def marked_paragraphs(text: str, spans: Iterable[Span | Mark]) -> tuple[tuple[Piece, ...], ...]:
    """The paragraphs of a text, each cut where a marked stretch begins or ends. Linear, but for sorting the marks.

    Offsets beyond the text are cut off; of stretches that overlap, the shortest is shown.
    """
    marks = deque(_apart(spans, len(text)))
    return tuple(
        tuple(_pieces(text, marks, paragraph.start(), paragraph.end())) for paragraph in PARAGRAPH.finditer(text)
    )


def word_changes(old: str, new: str) -> tuple[Piece, ...]:
    """Both texts as one: words that stay, words that are gone, words that were added, in reading order."""
    before, after = WORD.findall(old), WORD.findall(new)
    head = _common_length(before, after)
    tail = _common_length(before[head:][::-1], after[head:][::-1])
    middle_before, middle_after = before[head : len(before) - tail], after[head : len(after) - tail]
    pieces = [Piece("".join(before[:head]))]
    pieces += _changes(middle_before, middle_after)
    pieces.append(Piece("".join(before[len(before) - tail :])))
    return tuple(piece for piece in pieces if piece.text)


def _apart(spans: Iterable[Span | Mark], length: int) -> Iterator[Mark]:
    """The stretches without overlaps, in order. Of those that overlap the shortest is shown: it says most."""
    clipped = [Mark(span.start, min(span.end, length), span.label, getattr(span, "number", 0)) for span in spans]
    coming = deque(sorted((span for span in clipped if span.start < span.end), key=lambda span: span.start))
    edges = sorted({edge for span in coming for edge in (span.start, span.end)})
    begun: list[tuple[int, int, int, int, str]] = []
    shown: Mark | None = None
    for left, right in pairwise(edges):
        while coming and coming[0].start <= left:
            span = coming.popleft()
            heappush(begun, (span.end - span.start, span.start, span.end, span.number, span.label))
        while begun and begun[0][2] <= left:
            heappop(begun)
        number, label = begun[0][3:] if begun else (0, "")
        if shown and shown.end == left and (shown.number, shown.label) == (number, label):
            shown = Mark(shown.start, right, label, number)
            continue
        if shown:
            yield shown
        shown = Mark(left, right, label, number) if begun else None
    if shown:
        yield shown


def _pieces(text: str, marks: deque[Mark], start: int, end: int) -> Iterator[Piece]:
    while marks and marks[0].start < end:
        mark = marks.popleft()
        if mark.end <= start:
            continue
        if mark.start > start:
            yield Piece(text[start : mark.start])
        yield Piece(text[max(mark.start, start) : min(mark.end, end)], mark.label, mark.number)
        start = min(mark.end, end)
        if mark.end > end:
            # It goes on in the next paragraph.
            marks.appendleft(mark)
            break
    if start < end:
        yield Piece(text[start:end])


def _common_length(one: list[str], other: list[str]) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


def _changes(before: list[str], after: list[str]) -> Iterator[Piece]:
    counts = Counter(after)
    if sum(counts[word] for word in before) > COMPARISON_LIMIT:
        yield from (Piece("".join(before), "gone"), Piece("".join(after), "added"))
        return
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    yield from (Piece("".join(before[: blocks[0].a]), "gone"), Piece("".join(after[: blocks[0].b]), "added"))
    for block, following in pairwise(blocks):
        stay_before, stay_after = block.a + block.size, block.b + block.size
        yield Piece("".join(before[block.a : stay_before]))
        yield Piece("".join(before[stay_before : following.a]), "gone")
        yield Piece("".join(after[stay_after : following.b]), "added")
