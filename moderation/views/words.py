"""A comment's own words, cut into pieces for a template to escape and mark. Nothing here makes HTML."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby, pairwise

from comments.screening import Span
from moderation.queue import QueueFinding

PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\n]+)*")
# Marks over and behind letters, and what joins or parts them unseen.
_WITHIN_WORDS = ("Mn", "Mc", "Cf")
# What goes on with the sign before it: marks, the shades of skin, the letters of flags; and what joins it with the next.
_WITHIN_SIGNS = ("Mn", "Mc", "Me")
_SHADES_AND_FLAGS = re.compile("[\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")
_JOINER = "\u200d"
WORD = re.compile(r"\s*\S+|\s+\Z")
# Pairs of equal words that a comparison may have to look at; above it the texts are shown whole.
COMPARISON_LIMIT = 50_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a comparison: "added", "gone" or, without a label, what stays."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch that a finding marks, with the number of the finding."""

    start: int
    end: int
    label: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Label:
    """What a finding says of a stretch; its number is 0 for none. `is_repeated`: the label before it says the same."""

    text: str
    number: int = 0
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a stretch; `is_shared` where several marks lie over it and over other parts do not; `is_between` where none does,
    in a word of which another part is marked."""

    text: str
    is_shared: bool = False
    is_between: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """Text in one piece, with everything that is said of it; unmarked where nothing is."""

    parts: tuple[Part, ...]
    labels: tuple[Label, ...] = ()

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)

    @property
    def runs(self) -> list[tuple[bool, tuple[Part, ...]]]:
        """Its parts in rows, each with whether it is marked."""
        rows = groupby(self.parts, lambda part: bool(self.labels) and not part.is_between)
        return [(is_marked, tuple(parts)) for is_marked, parts in rows]


def numbered_spans(flagged: Iterable[QueueFinding]) -> Iterator[Mark]:
    """Everything that findings mark, each with the number of its finding in their order, from 1."""
    for number, finding in enumerate(flagged, start=1):
        for span in finding.spans:
            yield Mark(span.start, span.end, span.label, number)


def marked_paragraphs(text: str, spans: Iterable[Span | Mark]) -> tuple[tuple[Stretch, ...], ...]:
    """The paragraphs of a text, each cut where a marked stretch begins or ends.

    Marks that overlap, or stand in one word, are one stretch with the labels of all at its end, in the order of the findings, and
    behind the word that it ends in: no label stands inside what is marked, nor in a word. Offsets beyond the text are cut off.
    """
    clipped = {
        Mark(span.start, min(span.end, len(text)), span.label, getattr(span, "number", 0))
        for span in spans
        if span.label
    }
    coming = deque(sorted((one for one in clipped if one.start < one.end), key=_place))
    reached: list[Mark] = []
    paragraphs = []
    for paragraph in PARAGRAPH.finditer(text):
        start, end = paragraph.span()
        while coming and coming[0].start < end:
            reached.append(coming.popleft())
        reached = [mark for mark in reached if mark.end > start]
        here = sorted((replace(one, start=max(one.start, start), end=min(one.end, end)) for one in reached), key=_place)
        paragraphs.append(tuple(_with_repetitions(_stretches(text, here, start, end))))
    return tuple(paragraphs)


def _place(mark: Mark) -> tuple[int, int, int, str]:
    return mark.start, mark.end, mark.number, mark.label


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


def _stretches(text: str, marks: Iterable[Mark], start: int, end: int) -> Iterator[Stretch]:
    """From `start` to `end`, with the marks in order and none beyond."""
    for joined in _joined(text, marks):
        first, last = joined[0].start, max(mark.end for mark in joined)
        if first > start:
            yield Stretch((Part(text[start:first]),))
        said = sorted({(mark.number, mark.label) for mark in joined})
        start = next((at for at in range(last, end) if not _is_one_word(text[at - 1 : at + 1])), end)
        rest = (Part(text[last:start], is_between=True),) if start > last else ()
        yield Stretch((*_parts(text, joined), *rest), tuple(Label(label, number) for number, label in said))
    if start < end:
        yield Stretch((Part(text[start:end]),))


def _joined(text: str, marks: Iterable[Mark]) -> Iterator[list[Mark]]:
    """The marks in order, together those that overlap, say the same of neighbouring text, or stand in one word."""
    together: list[Mark] = []
    end = 0
    for mark in marks:
        is_apart = (mark.start > end and not _is_one_word(text[max(0, end - 1) : mark.start + 1])) or (
            mark.start == end
            and (text[end - 1].isspace() or text[end].isspace())
            and {(one.number, one.label) for one in together} != {(mark.number, mark.label)}
        )
        if together and is_apart:
            yield together
            together = []
        together.append(mark)
        end = max(end, mark.end)
    if together:
        yield together


def _is_one_word(stretch: str) -> bool:
    """Whether nothing in it parts two words, or two signs; signs that are put over letters, or cannot be seen, do not. No word
    goes on in writing without spaces, as Chinese is."""
    return all(_goes_on(before, after) for before, after in pairwise(stretch))


def _goes_on(before: str, after: str) -> bool:
    """Whether a character belongs to the same word as the one before it, or to the same sign, as joined emoji are one."""
    if _is_of_word(before) and _is_of_word(after):
        return True
    if before.isspace() or after.isspace():
        return False
    is_flag = bool(_FLAG_LETTER.match(before) and _FLAG_LETTER.match(after))
    is_mark = unicodedata.category(after) in _WITHIN_SIGNS or bool(_SHADES_AND_FLAGS.match(after))
    return is_flag or is_mark or _JOINER in (before, after)


def _is_of_word(char: str) -> bool:
    return (
        (char.isalnum() and unicodedata.east_asian_width(char) != "W")
        or char == "_"
        or unicodedata.category(char) in _WITHIN_WORDS
    )


def _parts(text: str, marks: Iterable[Mark]) -> Iterator[Part]:
    """What several of them say something about, apart from what one does, and from what none does."""
    steps: dict[int, Counter[tuple[int, str]]] = defaultdict(Counter)
    for mark in marks:
        steps[mark.start][mark.number, mark.label] += 1
        steps[mark.end][mark.number, mark.label] -= 1
    edges = sorted(steps)
    over: Counter[tuple[int, str]] = Counter()
    # Where each part begins, and how much is said of it: nothing, one thing or several.
    shares: list[tuple[int, int]] = []
    for edge in edges[:-1]:
        for said, count in steps[edge].items():
            over[said] += count
            if not over[said]:
                del over[said]
        count = min(len(over), 2)
        if not shares or shares[-1][1] != count:
            shares.append((edge, count))
    has_single = any(count == 1 for _start, count in shares)
    for (start, count), (end, _count) in pairwise([*shares, (edges[-1], 0)]):
        yield Part(text[start:end], is_shared=count > 1 and has_single, is_between=not count)


def _with_repetitions(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """With each label that a finding has just said known as repeated."""
    before: Label | None = None
    for stretch in stretches:
        labels = []
        for label in stretch.labels:
            labels.append(replace(label, is_repeated=bool(label.number) and label == before))
            before = label
        yield replace(stretch, labels=tuple(labels))


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
