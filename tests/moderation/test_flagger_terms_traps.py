"""No innocent word is taken for a term, alone or among others; the terms themselves are found."""

from __future__ import annotations

import pytest

from comments.enums import CheckOutcome
from comments.screening import Finding
from moderation.flaggers.base import SiteKnowledge, TermEntry
from moderation.flaggers.terms import TermsFlagger
from tests.moderation.innocent_words import COMPOUNDS, INNOCENT_DE, INNOCENT_EN, TERMS_DE, TERMS_EN
from tests.moderation.inputs import make_input, marked

OTHER_STROKES = str.maketrans({"l": "I", "I": "l"})
LISTS = (("de", TERMS_DE, INNOCENT_DE), ("en", TERMS_EN, INNOCENT_EN))


def check(body: str, terms: tuple[str, ...], language: str) -> Finding:
    knowledge = SiteKnowledge(terms=tuple(map(TermEntry, terms)))
    return TermsFlagger().check(make_input(body, language=language), knowledge)


def with_other_strokes(word: str) -> str:
    """The word with a capital i for every small l, and the other way round."""
    return word.translate(OTHER_STROKES)


@pytest.mark.parametrize(("language", "terms", "innocent"), LISTS)
def test_terms_are_never_found_in_innocent_words(
    language: str, terms: tuple[str, ...], innocent: tuple[str, ...]
) -> None:
    assert len(set(innocent)) >= 200
    spellings = (str.strip, str.lower, str.upper, str.capitalize)
    wrong = [
        (word, marked(check(word, terms, language), word))
        for one in sorted(set(innocent))
        for word in dict.fromkeys(spell(one) for spell in spellings)
        if check(word, terms, language).outcome == CheckOutcome.FLAGGED
    ]
    assert wrong == []


@pytest.mark.parametrize(("language", "terms", "innocent"), LISTS)
def test_terms_are_never_found_in_innocent_words_with_the_other_stroke_or_digits_behind(
    language: str, terms: tuple[str, ...], innocent: tuple[str, ...]
) -> None:
    others = (with_other_strokes, *(lambda word, end=end: word + end for end in ("24", "123", "2026")))
    words = sorted(set(innocent) | set(COMPOUNDS))
    spellings = [spell(case(word)) for word in words for case in (str.strip, str.lower, str.upper) for spell in others]
    wrong = [word for word in dict.fromkeys(spellings) if check(word, terms, language).outcome == CheckOutcome.FLAGGED]
    assert wrong == []


@pytest.mark.parametrize("joint", [" ", ".", "  ", " - "])
@pytest.mark.parametrize(("language", "terms", "innocent"), LISTS)
def test_terms_are_never_found_in_innocent_words_set_apart(
    language: str, terms: tuple[str, ...], innocent: tuple[str, ...], joint: str
) -> None:
    neighbours = ("", "du ", "so ") if language == "de" else ("", "you ", "such ")
    texts = [
        joint.join(before + word).replace(f"{joint} ", "") for before in neighbours for word in sorted(set(innocent))
    ]
    wrong = [(text, found) for text in texts if (found := marked(check(text, terms, language), text))]
    assert wrong == []


@pytest.mark.parametrize("joint", [" ", ", ", "\n", "-", " / ", "; "])
@pytest.mark.parametrize(("language", "terms", "innocent"), LISTS)
def test_terms_are_never_found_across_innocent_words(
    language: str, terms: tuple[str, ...], innocent: tuple[str, ...], joint: str
) -> None:
    text = joint.join(innocent)
    assert marked(check(text, terms, language), text) == []


@pytest.mark.parametrize(
    ("phrase", "body"),
    [("Größe", "groß"), ("Stärke", "stark"), ("Ausländer", "Ausland"), ("Datenschützer", "Datenschutz")],
)
def test_terms_are_no_plural_of_another_word_because_of_their_umlaut(phrase: str, body: str) -> None:
    assert check(body, (phrase,), "de").outcome == CheckOutcome.CLEAR
    assert check(phrase, (phrase,), "de").outcome == CheckOutcome.FLAGGED


@pytest.mark.parametrize(("language", "terms", "innocent"), LISTS)
def test_terms_are_found_between_innocent_words(
    language: str, terms: tuple[str, ...], innocent: tuple[str, ...]
) -> None:
    for term in terms:
        word = term.strip('"')
        for disguised in (word, word.upper(), f"{word}!!!"):
            body = f"{innocent[0]} {disguised} {innocent[1]}"
            assert marked(check(body, terms, language), body) == [disguised.rstrip("!")]
