"""Words and phrases of the site's own list.

A term is found as a whole word in any of its usual forms and spellings, never inside another word. What a site writes:

    Idiot       Idiot, Idioten, IDIOTIN, Id1ot, I d i o t, Idi*t; not "idiotisch", not "Vollidiot"
    Idiot*      besides: every word that begins so ("Idiotenverein")
    *pack       besides: every word that ends so ("Lumpenpack")
    *nazi*      besides: every word that has it inside
    "Pack"      this very form alone, whatever its case: not "packen"
    fick dich   both words one after the other, each in any of its forms
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext_noop

from comments.screening import Finding, ScreeningInput, Span
from moderation.flaggers.base import SiteKnowledge, Stage, TermEntry, clear, flagged, primary_language
from moderation.flaggers.inflection import forms_in_phrase, forms_of
from moderation.flaggers.spelling import Folded, fold
from moderation.flaggers.words import Word, disguised_words, mask_pattern, masked_words, plain_words

_ONE = gettext_noop("Contains a term on the site's list: %(terms)s")
_SOME = gettext_noop("Contains terms on the site's list: %(terms)s")
_MANY = gettext_noop("Contains %(count)s terms on the site's list, among them %(terms)s")
_LABEL = gettext_noop("Term on the site's list")

_OPENING: Final = ('"', "“", "„", "«", "»")
_CLOSING: Final = ('"', "“", "”", "«", "»")
_AROUND_WORDS: Final = ".,;:!?*()"
_NAMED: Final = 3
_MOST_SPANS: Final = 50
_PART_LENGTH: Final = 3
# Of signs between the words of a phrase; white space aside, which a page shows as one space however much of it there is.
_WIDEST_GAP: Final = 3


class TermsFlagger:
    """Finds the site's terms; inline. Linear in the text; the list is compiled once."""

    name = "terms"
    version = "2"
    stage = Stage.INLINE
    languages: tuple[str, ...] = ()

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Which terms of the list the text contains, each marked where it stands."""
        if not site.terms:
            return clear(self)
        text = fold(comment.body)
        found = _compile(site.terms, primary_language(comment.language)).find(text.text)
        hits = sorted(set(found), key=lambda hit: (hit.start, -hit.end))
        if not hits:
            return clear(self)
        phrases = list(dict.fromkeys(hit.entry.phrase for hit in hits))
        message = (_ONE, _SOME)[len(phrases) > 1] if len(phrases) <= _NAMED else _MANY
        return flagged(
            self,
            message,
            {"terms": ", ".join(f"“{phrase[:80]}”" for phrase in phrases[:_NAMED]), "count": len(phrases)},
            score=1.0 if any(not hit.is_disguised for hit in hits) else 0.8,
            clause=next((hit.entry.clause for hit in hits if hit.entry.clause), ""),
            spans=_mark(text, hits),
        )


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    is_disguised: bool
    entry: TermEntry = field(compare=False, hash=False)


@dataclass(slots=True)
class _Parts:
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
class _Matcher:
    """A compiled list: every form of every term, ready to be looked up."""

    words: dict[str, TermEntry] = field(default_factory=dict)
    phrases: dict[str, list[tuple[tuple[frozenset[str], ...], TermEntry]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    beginnings: _Parts = field(default_factory=_Parts)
    endings: _Parts = field(default_factory=_Parts)
    insides: _Parts = field(default_factory=_Parts)
    # What has neither letters nor digits: emoji.
    symbols: dict[str, TermEntry] = field(default_factory=dict)
    # Forms by their first and last letter: what a word with asterisks may stand for.
    by_frame: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def find(self, text: str) -> Iterator[_Hit]:
        """Every place of folded text where a term stands."""
        words = plain_words(text)
        for at, word in enumerate(words):
            if entry := self._whole_or_part(word):
                yield _Hit(word.start, word.end, False, entry)  # noqa: FBT003
            yield from self._phrases_from(text, words, at)
        for word in disguised_words(text):
            if entry := self._whole(word):
                yield _Hit(word.start, word.end, True, entry)  # noqa: FBT003
        for word in masked_words(text):
            if entry := self._masked(word.readings[0]):
                yield _Hit(word.start, word.end, True, entry)  # noqa: FBT003
        for symbol, entry in self.symbols.items():
            if (start := text.find(symbol)) >= 0:
                yield _Hit(start, start + len(symbol), False, entry)  # noqa: FBT003

    def _whole(self, word: Word) -> TermEntry | None:
        return next((self.words[reading] for reading in word.readings if reading in self.words), None)

    def _whole_or_part(self, word: Word) -> TermEntry | None:
        if entry := self._whole(word):
            return entry
        for reading in word.readings:
            entry = self.beginnings.at_start(reading) or self.endings.at_end(reading) or self.insides.inside(reading)
            if entry:
                return entry
        return None

    def _phrases_from(self, text: str, words: list[Word], at: int) -> Iterator[_Hit]:
        for reading in words[at].readings:
            for rest, entry in self.phrases.get(reading, ()):
                following = words[at + 1 : at + 1 + len(rest)]
                if len(following) == len(rest) and self._continues(text, words[at], following, rest):
                    yield _Hit(words[at].start, following[-1].end, False, entry)  # noqa: FBT003

    def _continues(self, text: str, first: Word, following: list[Word], rest: tuple[frozenset[str], ...]) -> bool:
        end = first.end
        for word, forms in zip(following, rest, strict=True):
            gap = text[end : word.start]
            if "\n\n" in gap or sum(map(len, gap.split())) > _WIDEST_GAP or forms.isdisjoint(word.readings):
                return False
            end = word.end
        return True

    def _masked(self, masked: str) -> TermEntry | None:
        pattern = mask_pattern(masked)
        forms = self.by_frame.get(masked[0] + masked[-1], ())
        return next((self.words[form] for form in forms if pattern.fullmatch(form)), None)


@lru_cache(maxsize=64)
def _compile(terms: tuple[TermEntry, ...], language: str) -> _Matcher:
    matcher = _Matcher()
    for entry in terms:
        if not entry.language or primary_language(entry.language) == language:
            _add(matcher, entry, language)
    for form in matcher.words:
        matcher.by_frame[form[0] + form[-1]].append(form)
    return matcher


def _add(matcher: _Matcher, entry: TermEntry, language: str) -> None:
    phrase = entry.phrase.strip()
    first, *rest = _word_forms(phrase, language) or [frozenset()]
    if rest:
        for form in first:
            matcher.phrases[form].append((tuple(rest), entry))
        return
    for form in first:
        matcher.words.setdefault(form, entry)
    if not first and (symbol := fold(phrase).text):
        matcher.symbols[symbol] = entry
    _add_parts(matcher, entry, first)


def _add_parts(matcher: _Matcher, entry: TermEntry, forms: frozenset[str]) -> None:
    bare = min(forms, key=len, default="")
    starts, ends = entry.phrase.strip().endswith("*"), entry.phrase.strip().startswith("*")
    if starts and ends:
        matcher.insides.add(bare, entry)
    elif starts:
        matcher.beginnings.add(bare, entry)
    elif ends:
        for form in forms:
            matcher.endings.add(form, entry)


def _word_forms(phrase: str, language: str) -> list[frozenset[str]]:
    """For each word of a phrase the forms in which it counts; one form each in a phrase in quotation marks."""
    is_exact = phrase[:1] in _OPENING and phrase[-1:] in _CLOSING
    folded = fold(phrase).text
    words = [folded[word.start : word.end] for word in plain_words(folded)]
    sources = phrase.strip("*").split()
    if is_exact or not words or len(sources) != len(words):
        return [frozenset({word}) for word in words]
    *before, last = (source.strip(_AROUND_WORDS) for source in sources)
    return [*(forms_in_phrase(word, language) for word in before), forms_of(last, language)]


def _mark(text: Folded, hits: list[_Hit]) -> Iterator[Span]:
    end = 0
    for hit in hits[:_MOST_SPANS]:
        start, stop = text.source_span(hit.start, hit.end)
        if start >= end:
            yield Span(start, stop, _LABEL)
            end = stop
