"""The words of a text, in every reading that a disguise may have: digits and signs for letters or behind them, letters set apart
or stretched."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from moderation.flaggers.letters import FLAG_LETTERS, are_flags

_LETTER: Final = r"[^\W_]"
# Also a letter that is two when it is folded.
_ONE: Final = rf"(?:ae|oe|ue|ss|{_LETTER})"
_SIGNS: Final = "@$!€|"
_OF_FLAGS: Final = "\U0001f1e6-\U0001f1ff"
# What may stand for a letter, or in between: everything but flags, punctuation that has its place between two words, and
# what is left of an apostrophe that was spoilt on its way ("he?s").
_ODD: Final = rf"[^\w\s.,;:?&=/\\'\"’‘`´()\[\]{{}}<>–—…„“”‚«»‹›·•\ufffd{_OF_FLAGS}\-]"
# Between letters that are set apart. White space counts once, however much of it there is: a page shows it as one space.
_GAP: Final = rf"(?:\s++|[.,;_·•:/\-–—]|{_ODD}){{1,3}}+"
# Between the parts of one word; not what stands in addresses and between sentences.
_JOINT: Final = rf"(?:[-_.:·\\]|(?![@!+]){_ODD}){{1,3}}+"
_MASKING: Final = rf"(?:{_ODD}|[_{_OF_FLAGS}])++"

# Possessive quantifiers and what may not stand before keep each search linear, also in 5,000 letters without a space.
_WORD = re.compile(rf"{_LETTER}++")
_SIGNED_WORD = re.compile(rf"(?:{_LETTER}|[{_SIGNS}])++")
_JOINED_WORD = re.compile(rf"(?<!{_LETTER}){_LETTER}++(?:{_JOINT}{_LETTER}++)++")
_SPACED_WORD = re.compile(rf"(?<!{_LETTER}){_ONE}(?:{_GAP}{_ONE}(?!{_LETTER})){{2,}}+")
_BETWEEN_LETTERS = re.compile(rf"(?<={_LETTER})(?!{_LETTER}).+?(?={_LETTER})", re.DOTALL)
_MASKED_WORD = re.compile(rf"(?<!{_LETTER}){_LETTER}++(?:{_MASKING}{_LETTER}++)++")
_MASK = re.compile(_MASKING)
_FLAGGED_WORD = re.compile(rf"[{_OF_FLAGS}](?:(?:{_GAP})?+[{_OF_FLAGS}]){{2,}}+")
_STRETCHED = re.compile(r"(.)\1\1++")
_FOR_A_LETTER = re.compile(rf"[0-9{_SIGNS}]")

_DIGITS: Final = "0123456789"
# Shorter ones with a digit at an end are rather a line, a section or a model: "S5", "§ 5a", "A55"; of those that digits stand
# behind the letters count: "SA80", "AS400".
_FEWEST_OF_DIGITS: Final = 4
# Of letters that are left where others than asterisks stand for the rest: "R&B" and "C#M" are no disguise.
_FEWEST_LEFT: Final = 3
_LONGEST: Final = 60
_READINGS: Final = (
    str.maketrans("01345789@$!€|", "oieastbgasiei"),
    str.maketrans("01345789@$!€|", "oleastbgaslel"),
)


@dataclass(frozen=True, slots=True)
class Word:
    """A stretch of folded text and what it may be read as; the first reading is the word as it stands."""

    start: int
    end: int
    readings: tuple[str, ...]
    is_disguised: bool = False


@dataclass(frozen=True, slots=True)
class Mask:
    """The rows of letters of a masked word, and between each two of them how many signs stand for letters: a sign for one, or for
    two where one was written out (ß, ä)."""

    letters: tuple[str, ...]
    signs: tuple[int, ...]

    def lengths(self) -> range:
        """How long a word may be that it stands for."""
        shortest = sum(map(len, self.letters)) + sum(self.signs)
        return range(shortest, shortest + sum(self.signs) + 1)

    def among(self, forms: Iterable[str], length: int) -> list[str]:
        """Which of these words of one such length it may stand for."""
        first, *inner, last = self.letters
        if not inner:
            return [form for form in forms if form.startswith(first) and form.endswith(last)]
        # Between which places the second row of letters may stand, counted from both ends.
        count, more = self.signs[0], sum(self.signs[1:])
        behind = length - sum(map(len, self.letters[1:])) - more
        start = max(len(first) + count, behind - more)
        end = min(len(first) + 2 * count, behind) + len(inner[0])
        found = [
            form
            for form in forms
            if form.find(inner[0], start, end) >= 0 and form.startswith(first) and form.endswith(last)
        ]
        return found if len(inner) == 1 else [form for form in found if self._may_be(form)]

    def _may_be(self, form: str) -> bool:
        """Whether it may stand for a word that ends so. Linear: where two ways to share out the letters meet, one goes on."""
        first, *others = self.letters
        ends = {len(first)}
        for count, letters in zip(self.signs, others, strict=True):
            starts = {end + more for end in ends for more in range(count, 2 * count + 1)}
            ends = {start + len(letters) for start in starts if form.startswith(letters, start)}
        return len(form) in ends


@dataclass(frozen=True, slots=True)
class Row:
    """Letters of folded text that stand apart, each with its place; their readings have as many letters."""

    places: tuple[int, ...]
    readings: tuple[str, ...]


def plain_words(text: str) -> list[Word]:
    """The words between white space and punctuation, in order."""
    return [Word(match.start(), match.end(), _readings_of_written(match[0])) for match in _WORD.finditer(text)]


def disguised_words(text: str) -> Iterator[Word]:
    """What becomes a word only when signs are read as letters ("Idi@t"), or separators left out ("I.d.i.o.t", "Idi-ot")."""
    for match in _SIGNED_WORD.finditer(text):
        word = match[0].rstrip("!|")
        if _is_short(word) and not word.isalnum():
            yield Word(match.start(), match.start() + len(word), _readings_of_written(word), is_disguised=True)
    joined = (match.span() for match in _JOINED_WORD.finditer(text))
    for start, end in itertools.chain(joined, _spaced_words(text)):
        word = "".join(filter(str.isalnum, text[start:end]))
        if _is_short(word):
            yield Word(start, end, _readings(word), is_disguised=True)
    for match in _FLAGGED_WORD.finditer(text):
        word = "".join(filter(str.isalpha, match[0].translate(FLAG_LETTERS)))
        if _is_short(word) and not (len(word) == len(match[0]) and are_flags(word)):
            yield Word(match.start(), match.end(), (word,), is_disguised=True)


def rows_of_letters(text: str) -> Iterator[Row]:
    """Letters that stand apart, as they are in a whole sentence of them ("d u i d i o t"). Linear."""
    for start, end in _spaced_words(text):
        places = tuple(at for at in range(start, end) if text[at].isalnum())
        letters = "".join(text[at] for at in places)
        yield Row(places, tuple(dict.fromkeys([letters, *(letters.translate(table) for table in _READINGS)])))


def _spaced_words(text: str) -> Iterator[tuple[int, int]]:
    """Where letters stand apart; where some gaps are wider than others, also what stands between the wide ones."""
    for match in _SPACED_WORD.finditer(text):
        yield match.span()
        gaps = [gap.span() for gap in _BETWEEN_LETTERS.finditer(text, *match.span())]
        narrow = min(end - start for start, end in gaps)
        wide = [gap for gap in gaps if gap[1] - gap[0] > narrow]
        if wide:
            starts, ends = (match.start(), *(end for _, end in wide)), (*(start for start, _ in wide), match.end())
            yield from zip(starts, ends, strict=True)


def masked_words(text: str) -> Iterator[Word]:
    """Words with asterisks or other signs for letters ("f*ck", "Idi§t"), as they stand; at least half of their letters are
    there."""
    for match in _MASKED_WORD.finditer(text):
        word = match[0]
        left = sum(map(str.isalnum, word))
        fewest = 1 if set(word) - {"*"} <= set(filter(str.isalnum, word)) else _FEWEST_LEFT
        if _is_short(word) and left * 2 >= len(word) and left >= fewest:
            yield Word(match.start(), match.end(), (word,), is_disguised=True)


def read_mask(masked: str) -> Mask:
    """The letters and the signs of a masked word."""
    return Mask(tuple(_MASK.split(masked)), tuple(len(signs) for signs in _MASK.findall(masked)))


def _is_short(word: str) -> bool:
    return 1 < len(word) <= _LONGEST


def _is_number(word: str) -> bool:
    """Whether its digits are digits: where there is nothing else, or hardly anything."""
    is_short = len(word) < _FEWEST_OF_DIGITS and word.isalnum()
    return word.isdigit() or (is_short and (word[0].isdigit() or word[-1].isdigit()))


def _readings(word: str) -> tuple[str, ...]:
    """The word, as letters if it mixes letters with digits or signs, and without stretched letters."""
    readings = [word]
    if len(word) > _LONGEST:
        # However long it is stretched: three of a letter are as much as a hundred.
        shortened = _STRETCHED.sub(r"\1\1\1", word)
        return (word,) if len(shortened) > _LONGEST else (word, *_readings(shortened))
    if _FOR_A_LETTER.search(word) and not _is_number(word):
        readings += [word.translate(table) for table in _READINGS]
    if _STRETCHED.search(word):
        readings += [_STRETCHED.sub(kept, one) for one in readings for kept in (r"\1", r"\1\1")]
    return tuple(dict.fromkeys(readings))


def _readings_of_written(word: str) -> tuple[str, ...]:
    """The same of a word in one piece, also without digits behind it."""
    bare = word.rstrip(_DIGITS)
    has_digits_behind = bare != word and len(bare) >= _FEWEST_OF_DIGITS
    return tuple(dict.fromkeys((*_readings(word), *(_readings(bare) if has_digits_behind else ()))))
