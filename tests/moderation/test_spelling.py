"""Letters as they look."""

from __future__ import annotations

import pytest

from moderation.flaggers.spelling import fold, plain_letters, unmixed


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("I\u0434i\u043et", "I\u0434iot"),
        ("\u0397URE \u041dure \U0001d407\u0435xe", "HURE Hure Hexe"),
        ("\u043f\u0430\u043f\u0430 \u0395\u039b\u0391", "\u043f\u0430\u043f\u0430 \u0395\u039b\u0391"),
        ("Żółw łąka Straße", "Żółw łąka Straße"),
    ],
)
def test_unmixed_text_has_latin_letters_in_words_that_have_some(text: str, read: str) -> None:
    assert unmixed(text) == read


@pytest.mark.parametrize(("char", "letters"), [("\ufdfa", "\ufdfa"), ("\ufb03", "ffi"), ("\u2167", "viii")])
def test_no_character_becomes_more_than_a_few(char: str, letters: str) -> None:
    assert fold(char).text == letters
    assert plain_letters(char).lower() == letters


def test_letters_that_stand_upon_others_disappear() -> None:
    assert fold("Idi\u0363ot").text == "idiot"
