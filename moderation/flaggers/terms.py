"""Words and phrases of the site's own list.

A term is found as a whole word in any of its usual forms and spellings, never inside another word. What a site writes:

    Idiot       Idiot, Idioten, IDIOTIN, Id1ot, ldiot, Idiot123, I d i o t, Idi*t, Idi§t; not "idiotisch", not "Vollidiot"
    Idiot*      besides: every word that begins so ("Idiotenverein")
    *pack       besides: every word that ends so ("Lumpenpack")
    *nazi*      besides: every word that has it inside
    "Pack"      this very form alone, whatever its case: not "packen"
    fick dich   both words one after the other, each in any of its forms
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext_noop

from comments.screening import Finding, ScreeningInput, Span
from moderation.enums import Action
from moderation.flaggers.base import SiteKnowledge, Stage, TermEntry, clear, flagged, primary_language
from moderation.flaggers.inflection import forms_in_phrase, forms_of
from moderation.flaggers.letters import with_strokes_read_anew
from moderation.flaggers.matching import Hit, Matcher
from moderation.flaggers.shown import Shown, shown
from moderation.flaggers.spelling import Traced, fold
from moderation.flaggers.words import plain_words

_ONE = gettext_noop("Contains a term on the site's list: %(terms)s")
_SOME = gettext_noop("Contains terms on the site's list: %(terms)s")
_MANY = gettext_noop("Contains %(count)s terms on the site's list, among them %(terms)s")
_LABEL = gettext_noop("Term on the site's list")

_OPENING: Final = ('"', "“", "„", "«", "»")
_CLOSING: Final = ('"', "“", "”", "«", "»")
_AROUND_WORDS: Final = ".,;:!?*()"
# What may stand before a word that is one, also within a disguised one.
_BETWEEN_WORDS: Final = frozenset(" \t\n\r.,;:_·•/-–—")
# Danish words have it for ö, disguised ones for o.
_WITH_PLAIN_O: Final = str.maketrans("øØ", "oO")
_NAMED: Final = 3


NAME: Final = "terms"


class TermsFlagger:
    """Finds the site's terms; inline. Linear in the text; the list is compiled once."""

    name = NAME
    version = "7"
    stage = Stage.INLINE
    languages: tuple[str, ...] = ()
    decides = (Action.REJECT,)

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Which terms of the list the text contains, each marked where it stands; `parameters["term"]` is the one that the clause
        and the score are of: the first with a clause, those that stand there plainly before the disguised ones."""
        if not site.terms:
            return clear(self)
        matcher = _compile(site.terms, primary_language(comment.language))
        hits = _in_order(_find(matcher, comment.body))
        if not hits:
            return clear(self)
        phrases = list(dict.fromkeys(hit.entry.phrase for hit in hits))
        said = min((hit for hit in hits if hit.entry.clause), key=_is_disguised, default=min(hits, key=_is_disguised))
        message = (_ONE, _SOME)[len(phrases) > 1] if len(phrases) <= _NAMED else _MANY
        return flagged(
            self,
            message,
            {
                "terms": ", ".join(f"“{phrase[:80]}”" for phrase in phrases[:_NAMED]),
                "count": len(phrases),
                "term": said.entry.phrase,
            },
            score=0.8 if said.is_disguised else 1.0,
            clause=said.entry.clause,
            spans=_mark(hits),
        )


def _is_disguised(hit: Hit) -> bool:
    return hit.is_disguised


def _find(matcher: Matcher, body: str) -> set[Hit]:
    """Every place where a term stands, in the text as it was typed and as the page shows it: Markdown takes marks out of words,
    and signs for letters too."""
    found = set(_find_in(matcher, body))
    page = shown(body)
    if page.text != body:
        found.update(_placed(hit, page) for hit in _find_in(matcher, page.text))
    return found


def _placed(hit: Hit, page: Shown) -> Hit:
    """A place on the page as one in the source; an empty one for what stands in an address that the page adds to it."""
    moved = _moved(hit, page)
    return replace(moved, end=moved.start) if page.added.issuperset(range(hit.start, hit.end)) else moved


def _find_in(matcher: Matcher, source: str) -> Iterator[Hit]:
    """The terms in a text, also where a small l passes for a capital i, or the other way round."""
    body = source.translate(_WITH_PLAIN_O)
    text = fold(body)
    found = set(matcher.find(text.text))
    if (anew := with_strokes_read_anew(body)) != body:
        places = {(hit.start, hit.end) for hit in found}
        # Both letters are one when they are folded, so that the places are the same.
        others = (hit for hit in matcher.find(fold(anew).text) if (hit.start, hit.end) not in places)
        found |= {replace(hit, is_disguised=True) for hit in others}
    written = _in_order(hit for hit in found if _is_written(text, hit))
    yield from (_moved(hit, text) for hit in _without_scraps(text.text, written))


def _moved(hit: Hit, text: Traced) -> Hit:
    """A place in a text as one in its source."""
    start, end = text.source_span(hit.start, hit.end)
    return replace(hit, start=start, end=end)


def _in_order(hits: Iterable[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (hit.start, -hit.end))


def prepare(site: SiteKnowledge, language: str) -> None:
    """Compile the list for texts in a language, once in each process and after each change: about 50 ms for 1,000 terms."""
    _compile(site.terms, primary_language(language))


@lru_cache(maxsize=64)
def _compile(terms: tuple[TermEntry, ...], language: str) -> Matcher:
    matcher = Matcher(language)
    for entry in terms:
        if not entry.language or primary_language(entry.language) == language:
            _add(matcher, entry, language)
    matcher.prepare()
    return matcher


def _add(matcher: Matcher, entry: TermEntry, language: str) -> None:
    phrase = entry.phrase.strip().translate(_WITH_PLAIN_O)
    # Greek and Cyrillic capitals look like other Latin letters than the small ones; the phrase as it was typed comes first.
    spellings = (phrase, phrase.lower(), phrase.title(), phrase.upper())
    for spelling in {fold(spelling).text: spelling for spelling in reversed(spellings)}.values():
        _add_spelling(matcher, entry, spelling, language)


def _add_spelling(matcher: Matcher, entry: TermEntry, phrase: str, language: str) -> None:
    first, *rest = _word_forms(phrase, language) or [frozenset()]
    if rest:
        for form in first:
            matcher.phrases[form].append((tuple(rest), entry))
        return
    for form in first:
        matcher.words.setdefault(form, entry)
    if not first and (symbol := fold(phrase).text):
        matcher.symbols[symbol] = entry
    _add_parts(matcher, entry, first, fold(phrase.strip("*")).text)


def _add_parts(matcher: Matcher, entry: TermEntry, forms: frozenset[str], written: str) -> None:
    # Without its ending, and as it is written: of "Schwachköpfe" the singular has another vowel.
    bare = {min(forms, key=len, default=""), written}
    starts, ends = entry.phrase.strip().endswith("*"), entry.phrase.strip().startswith("*")
    if starts:
        parts = matcher.insides if ends else matcher.beginnings
        for part in bare:
            parts.add(part, entry)
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


def _is_written(text: Traced, hit: Hit) -> bool:
    """Whether somebody wrote it: a ß by itself is "ss" when it is folded, and not the word."""
    start, end = text.source_span(hit.start, hit.end)
    return end - start > 1 or hit.end - hit.start == 1


def _without_scraps(text: str, hits: list[Hit]) -> Iterator[Hit]:
    """Without what a sign for a letter has left over: "H@ss" is "Hass", and there is no "SS" in it. In the order they come in."""
    disguised_end = 0
    for hit in hits:
        is_inside = hit.end <= disguised_end
        if is_inside and not hit.is_disguised and text[hit.start - 1] not in _BETWEEN_WORDS:
            continue
        if hit.is_disguised:
            disguised_end = max(disguised_end, hit.end)
        yield hit


def _mark(hits: list[Hit]) -> Iterator[Span]:
    end = 0
    for hit in hits:
        if end <= hit.start < hit.end:
            yield Span(hit.start, hit.end, _LABEL)
            end = hit.end
