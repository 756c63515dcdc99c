"""Terms whose letters are others that look alike, or are masked by signs."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from comments.screening import Finding
from moderation.flaggers.base import SiteKnowledge, TermEntry
from moderation.flaggers.terms import TermsFlagger, _compile
from moderation.flaggers.words import Mask, read_mask
from tests.moderation.inputs import make_input, marked


def check(body: str, phrase: str) -> Finding:
    return TermsFlagger().check(make_input(body), SiteKnowledge(terms=(TermEntry(phrase),)))


@pytest.mark.parametrize(
    ("phrase", "word"),
    [
        # Greek capitals, which look like other letters than the small ones.
        ("Hure", "\u0397URE"),
        ("Nazi", "\u039dazi"),
        ("Nazi", "\u039d\u0391\u0396\u0399"),
        ("Missgeburt", "\u039cISSGEBURT"),
        # A letter and its stroke or hook.
        ("Idiot", "I\u0111iot"),
        ("Idiot", "Id\u0268ot"),
        ("Idiot", "Idi\u0275\u0288"),
        ("Schlampe", "Sch\u0142ampe"),
        ("Hure", "\u0126ure"),
        # Lisu and Cherokee.
        ("Idiot", "\ua4f2\ua4d3\ua4f2\ua4f3\ua4d4"),
        ("Idiot", "\u13a5\u13a0\u13a5\u13be\u13a2"),
        # A word of the other alphabet is one in capitals and in small letters.
        ("\u03bc\u03b1\u03bb\u03ac\u03ba\u03b1\u03c2", "\u039c\u0391\u039b\u0391\u039a\u0391\u03a3"),
        ("\u039c\u0391\u039b\u0391\u039a\u0391\u03a3", "\u039c\u03b1\u03bb\u03ac\u03ba\u03b1\u03c2"),
    ],
)
def test_terms_are_found_in_letters_that_look_alike(phrase: str, word: str) -> None:
    body = f"Du {word}!"
    assert marked(check(body, phrase), body) == [word]


def test_terms_masked_word_is_compared_with_a_long_term_without_trying_every_way() -> None:
    mask = "d" + "*" * 16 + "z" * 15 + "t"
    assert read_mask(mask) == Mask(("d", "z" * 15 + "t"), (16,))
    word = "d" + "z" * 40 + "s" + "t"
    assert read_mask(mask).among([word], len(word)) == []
    body = f"{mask} Donaudampf************gesellschaft"
    finding = check(body, "Donaudampfschifffahrtsgesellschaft")
    assert marked(finding, body) == ["Donaudampf************gesellschaft"]


@given(st.text("ab*", min_size=3, max_size=9), st.text("ab", min_size=3, max_size=12))
@hypothesis_settings(max_examples=400, deadline=None)
def test_terms_masked_word_may_be_each_word_with_one_or_two_letters_for_every_sign(masked: str, word: str) -> None:
    assume("*" in masked.strip("*") == masked)
    mask = read_mask(masked)
    is_meant = len(word) in mask.lengths() and mask.among([word], len(word)) == [word]
    assert is_meant == bool(re.fullmatch(masked.replace("*", ".{1,2}"), word))


def test_terms_masked_word_is_compared_with_words_of_its_length_and_ends_alone() -> None:
    matcher = _compile((TermEntry('"sahnen"'), TermEntry('"sonnen"'), TermEntry('"sonnenschein"')), "de")
    assert matcher.by_frame == {("s", "n", 6): ["sahnen", "sonnen"], ("s", "n", 12): ["sonnenschein"]}
    assert [hit.start for hit in matcher.find("s*nnen s*n s*nnen")] == [0, 11]
