"""Finds the words in a row of letters that nothing parts: "d u i d i o t" is "du Idiot", "m a r s c h" has no word of the list.

Any word is full of others. So a row counts only where all of it is made of terms and of the few words with which people
speak to each other, and where it speaks to somebody or has two of them beside the term.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from moderation.flaggers.base import TermEntry
from moderation.flaggers.spelling import fold

# By language: words that speak to somebody, and others. None that makes another word of a term: no prepositions ("Vorrat"),
# no "er" ("Mister"), "ist" ("Sexist"), "the" ("therapist") or "he" ("hearse").
_ADDRESSING: Final = {
    "de": frozenset(["du", "dich", "dir", "ihr", "euch", "bist", "seid"]),
    "en": frozenset(["you", "youre", "yourself", "yourselves"]),
}
_BESIDE: Final = {
    "de": frozenset(
        fold(
            "aber alle auch ein eine einem einen einer doch halt ich immer ja nein sie sind so und was wie wir dein deine "
            "dieser diese dieses der die das oder nur nichts"
        ).text.split()
    ),
    "en": frozenset(
        "are she they we what such all your this that an really always just".split()  # noqa: SIM905
    ),
}
_LONGEST: Final = max(len(word) for words in (*_ADDRESSING.values(), *_BESIDE.values()) for word in words)
_SHORTEST: Final = 2
# Only so: else there would be "tit" and "an" in "titan".
_BEFORE_VOWELS: Final = "an"
_VOWELS: Final = frozenset("aeiou")


@dataclass(frozen=True, slots=True)
class Piece:
    """A term in a row of letters: where it ends, and how many words it has."""

    end: int
    words: int
    entry: TermEntry


class _Read(NamedTuple):
    """What a row was read as up to a place: whether one of its words speaks to somebody, of the others beside terms how many
    (two are as good as more), whether there is a term, and whether it is the last: two in a row are rather one other word."""

    is_addressed: bool = False
    beside: int = 0
    has_term: bool = False
    ends_with_term: bool = False


class _Found(NamedTuple):
    """A term, and what was found before it; linked, so that going on costs the same however much was found."""

    start: int
    piece: Piece
    before: _Found | None


def split_row(
    letters: str, language: str, pieces_at: Callable[[str, int], Iterator[Piece]]
) -> list[tuple[int, int, TermEntry]]:
    """Where terms begin and end in a row of letters, and which; none where a part of it is no word that counts in this
    language, of which others than German and English have none. Linear."""
    ways: list[dict[_Read, _Found | None]] = [{} for _ in range(len(letters) + 1)]
    ways[0][_Read()] = None
    for at, reached in enumerate(ways[:-1]):
        if not reached:
            continue
        for end, is_addressing in _words_at(letters, language, at):
            for read, found in reached.items():
                with_word = _Read(read.is_addressed or is_addressing, min(2, read.beside + 1), read.has_term)
                ways[end].setdefault(with_word, found)
        for piece in pieces_at(letters, at):
            for read, found in reached.items():
                if not read.ends_with_term:
                    with_term = _Read(read.is_addressed, read.beside, has_term=True, ends_with_term=True)
                    ways[piece.end].setdefault(with_term, _Found(at, piece, found))
    return next((_collect(found) for read, found in ways[-1].items() if _counts(read, found)), [])


def _words_at(letters: str, language: str, at: int) -> Iterator[tuple[int, bool]]:
    """Where words that begin at a place end, and whether they speak to somebody."""
    addressing, beside = _ADDRESSING.get(language, frozenset()), _BESIDE.get(language, frozenset())
    for end in range(at + _SHORTEST, min(at + _LONGEST, len(letters)) + 1):
        word = letters[at:end]
        is_beside = word in beside and (word != _BEFORE_VOWELS or letters[end : end + 1] in _VOWELS)
        if word in addressing or is_beside:
            yield end, word in addressing


def _counts(read: _Read, found: _Found | None) -> bool:
    if found is None:
        return False
    is_phrase_alone = not read.beside and found.before is None and found.piece.words > 1
    return read.is_addressed or read.beside > 1 or is_phrase_alone


def _collect(found: _Found | None) -> list[tuple[int, int, TermEntry]]:
    terms = []
    while found is not None:
        terms.append((found.start, found.piece.end, found.piece.entry))
        found = found.before
    return terms
