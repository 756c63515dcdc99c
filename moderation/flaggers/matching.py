"""Looks for a list of terms in a text: word by word, in phrases, in parts of words, and in what a disguise may stand for."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain
from typing import Final

from moderation.flaggers.base import TermEntry
from moderation.flaggers.rows import Piece, split_row
from moderation.flaggers.words import Word, disguised_words, masked_words, plain_words, read_mask, rows_of_letters

# Shorter ones are in too many words, and in too many rows of letters.
_PART_LENGTH: Final = 3
# Of signs between the words of a phrase; white space aside, which a page shows as one space however much of it there is.
_WIDEST_GAP: Final = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a term stands in folded text, and whether it was disguised."""

    start: int
    end: int
    is_disguised: bool
    entry: TermEntry = field(compare=False, hash=False)


@dataclass(slots=True)
class Parts:
    """Terms that may stand for a part of a word, by their length, so that a look-up costs one slice a length."""

    entries: dict[str, TermEntry] = field(default_factory=dict)
    lengths: set[int] = field(default_factory=set)

    def add(self, form: str, entry: TermEntry) -> None:
        if len(form) >= _PART_LENGTH:
            self.entries.setdefault(form, entry)
            self.lengths.add(len(form))

    def at_start(self, word: str) -> TermEntry | None:
        return self._first(word[:length] for length in self.lengths if length < len(word))

    def at_end(self, word: str) -> TermEntry | None:
        return self._first(word[-length:] for length in self.lengths if length < len(word))

    def inside(self, word: str) -> TermEntry | None:
        return self._first(word[at : at + length] for length in self.lengths for at in range(len(word) - length + 1))

    def _first(self, candidates: Iterable[str]) -> TermEntry | None:
        return next((self.entries[part] for part in candidates if part in self.entries), None)


@dataclass(slots=True)
class Matcher:
    """A compiled list: every form of every term, ready to be looked up; `language` is that of the texts."""

    language: str
    words: dict[str, TermEntry] = field(default_factory=dict)
    # By a form of the first word: the forms of each of the others.
    phrases: dict[str, list[tuple[tuple[frozenset[str], ...], TermEntry]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    beginnings: Parts = field(default_factory=Parts)
    endings: Parts = field(default_factory=Parts)
    insides: Parts = field(default_factory=Parts)
    # What has neither letters nor digits: emoji.
    symbols: dict[str, TermEntry] = field(default_factory=dict)
    # Forms by their first and last letter and their length: what a word with signs for letters may stand for.
    by_frame: dict[tuple[str, str, int], list[str]] = field(default_factory=lambda: defaultdict(list))
    lengths: tuple[int, ...] = ()

    def prepare(self) -> None:
        """Once all terms are there, and before anything is looked up."""
        others = (form for ways in self.phrases.values() for rest, _ in ways for forms in rest for form in forms)
        for form in sorted({*self.words, *self.phrases, *others}):
            self.by_frame[form[0], form[-1], len(form)].append(form)
        self.lengths = tuple(sorted({len(form) for form in (*self.words, *self.phrases)}))

    def find(self, text: str) -> Iterator[Hit]:
        """Every place of folded text where a term stands."""
        words = plain_words(text)
        for word in words:
            if found := self._whole_or_part(word):
                reading, entry = found
                yield Hit(word.start, word.end, reading != word.readings[0], entry)
        # However often a word is masked in the same way, the list is gone through once.
        unmask = cache(self._unmask)
        masked = (replace(word, readings=unmask(word.readings[0])) for word in masked_words(text))
        disguised = [*disguised_words(text), *masked]
        for word in disguised:
            if found := self._whole(word):
                yield Hit(word.start, word.end, True, found[1])  # noqa: FBT003
        yield from self._find_phrases(text, [*words, *disguised])
        for row in rows_of_letters(text):
            for letters in row.readings:
                for start, end, entry in split_row(letters, self.language, self._pieces_at):
                    yield Hit(row.places[start], row.places[end - 1] + 1, True, entry)  # noqa: FBT003
        for symbol, entry in self.symbols.items():
            # In whatever colour of skin, which is a character of its own.
            for match in re.finditer(rf"{re.escape(symbol)}[\U0001f3fb-\U0001f3ff]?", text):
                yield Hit(match.start(), match.end(), False, entry)  # noqa: FBT003

    def _whole(self, word: Word) -> tuple[str, TermEntry] | None:
        """The first of the readings that is a term, and which."""
        return next(((reading, self.words[reading]) for reading in word.readings if reading in self.words), None)

    def _whole_or_part(self, word: Word) -> tuple[str, TermEntry] | None:
        if found := self._whole(word):
            return found
        for reading in word.readings:
            entry = self.beginnings.at_start(reading) or self.endings.at_end(reading) or self.insides.inside(reading)
            if entry:
                return reading, entry
        return None

    def _unmask(self, masked: str) -> tuple[str, ...]:
        """Every form that a word with signs for letters may stand for."""
        mask = read_mask(masked)
        found = (
            mask.among(forms, length)
            for length in mask.lengths()
            if (forms := self.by_frame.get((masked[0], masked[-1], length)))
        )
        return tuple(chain.from_iterable(found))

    def _find_phrases(self, text: str, words: list[Word]) -> Iterator[Hit]:
        if not self.phrases:
            return
        by_start: dict[int, list[Word]] = defaultdict(list)
        for word in words:
            by_start[word.start].append(word)
        starts = sorted(by_start)
        for word in words:
            for reading in word.readings:
                is_read = word.is_disguised or reading != word.readings[0]
                for rest, entry in self.phrases.get(reading, ()):
                    for last, is_disguised in _continue(text, starts, by_start, (word.end, is_read), rest):
                        yield Hit(word.start, last, is_disguised, entry)

    def _pieces_at(self, letters: str, at: int) -> Iterator[Piece]:
        """The terms that begin at a place of a row of letters: words, and phrases without what parts their words."""
        for length in self.lengths:
            form = letters[at : at + length]
            if len(form) < length:
                return
            if length >= _PART_LENGTH and (entry := self.words.get(form)):
                yield Piece(at + length, 1, entry)
            for rest, entry in self.phrases.get(form, ()):
                if end := _follow(letters, at + length, rest):
                    yield Piece(end, 1 + len(rest), entry)


def _continue(
    text: str,
    starts: list[int],
    by_start: Mapping[int, list[Word]],
    first: tuple[int, bool],
    rest: tuple[frozenset[str], ...],
) -> Iterator[tuple[int, bool]]:
    """Where the other words of a phrase end of which the first ends there, and whether one of all is disguised."""
    ends = {first}
    for forms in rest:
        ends = {
            (word.end, is_disguised or word.is_disguised or word.readings[0] not in forms)
            for end, is_disguised in ends
            for start in _next_starts(text, starts, end)
            for word in by_start[start]
            if not forms.isdisjoint(word.readings)
        }
    yield from ends


def _next_starts(text: str, starts: list[int], end: int) -> Iterator[int]:
    """Where the next word may begin: after white space and a few signs, not after another word or a paragraph's end."""
    for at in range(bisect_left(starts, end), len(starts)):
        gap = text[end : starts[at]]
        if "\n\n" in gap or sum(map(len, gap.split())) > _WIDEST_GAP or any(map(str.isalnum, gap)):
            return
        yield starts[at]


def _follow(letters: str, at: int, rest: tuple[frozenset[str], ...]) -> int:
    """Where the other words of a phrase end in a row of letters; 0 where they do not stand there."""
    for forms in rest:
        ends = [at + len(form) for form in forms if letters.startswith(form, at)]
        if not ends:
            return 0
        at = max(ends)
    return at
