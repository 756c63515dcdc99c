from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.screening import Span
from moderation.views.words import PARAGRAPH, Piece, marked_paragraphs, word_changes

SPANS = st.lists(st.builds(Span, st.integers(0, 60), st.integers(0, 60), st.sampled_from(["a", "b"])), max_size=8)
TEXT = st.text(alphabet="ab \n", max_size=50)


def test_marked_paragraphs_cuts_at_blank_lines_and_at_marks() -> None:
    text = "Nudeln sind gut.\nReis auch.\n\nUnd Brot."
    assert marked_paragraphs(text, [Span(30, 33, "word"), Span(0, 6, "food"), Span(22, 26, "x")]) == (
        (Piece("Nudeln", "food"), Piece(" sind gut.\nReis "), Piece("auch", "x"), Piece(".")),
        (Piece("U"), Piece("nd ", "word"), Piece("Brot.")),
    )


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([Span(0, 99, "all")], ((Piece("ab", "all"),), (Piece("cd", "all"),))),
        ([Span(1, 5, "over")], ((Piece("a"), Piece("b", "over")), (Piece("c", "over"), Piece("d")))),
        ([Span(0, 2, "first"), Span(1, 6, "second")], ((Piece("ab", "first"),), (Piece("cd", "second"),))),
        (
            [Span(0, 6, "whole"), Span(1, 2, "part"), Span(4, 6, "last")],
            ((Piece("a", "whole"), Piece("b", "part")), (Piece("cd", "last"),)),
        ),
        ([Span(0, 1, "same"), Span(1, 2, "same")], ((Piece("ab", "same"),), (Piece("cd"),))),
        ([Span(2, 4, "between")], ((Piece("ab"),), (Piece("cd"),))),
        ([Span(9, 12, "beyond"), Span(3, 3, "empty"), Span(5, 1, "backwards")], ((Piece("ab"),), (Piece("cd"),))),
    ],
)
def test_marked_paragraphs_with_odd_spans_marks_what_there_is(
    spans: list[Span], expected: tuple[tuple[Piece, ...], ...]
) -> None:
    assert marked_paragraphs("ab\n\ncd", spans) == expected


@given(TEXT, SPANS)
def test_marked_paragraphs_of_any_text_keep_every_character(text: str, spans: list[Span]) -> None:
    paragraphs = marked_paragraphs(text, spans)
    assert ["".join(piece.text for piece in paragraph) for paragraph in paragraphs] == PARAGRAPH.findall(text)
    assert all(piece.text for paragraph in paragraphs for piece in paragraph)


def test_word_changes_tells_what_stays_goes_and_comes() -> None:
    assert word_changes("Das ist ein Hund.", "Das war ein großer Hund.") == (
        Piece("Das"),
        Piece(" ist", "gone"),
        Piece(" war", "added"),
        Piece(" ein"),
        Piece(" großer", "added"),
        Piece(" Hund."),
    )


@given(TEXT, TEXT)
def test_word_changes_of_any_texts_hold_both_of_them(old: str, new: str) -> None:
    pieces = word_changes(old, new)
    assert "".join(piece.text for piece in pieces if piece.label != "added") == old
    assert "".join(piece.text for piece in pieces if piece.label != "gone") == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a " * 2_499 + "x", "b " + "a " * 2_499),
        (" ".join(str(number) for number in range(1_050)), " ".join(str(number) for number in reversed(range(1_050)))),
        ("a b c d e f g " * 357, "g f e d c b a " * 357),
    ],
)
def test_word_changes_of_the_longest_texts_take_no_noticeable_time(old: str, new: str) -> None:
    started = time.perf_counter()
    word_changes(old, new)
    assert time.perf_counter() - started < 0.5
