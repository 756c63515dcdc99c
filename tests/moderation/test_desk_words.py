from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.screening import Span
from moderation.views.words import PARAGRAPH, Label, Mark, Part, Piece, Stretch, marked_paragraphs, word_changes

SPANS = st.lists(st.builds(Span, st.integers(0, 60), st.integers(0, 60), st.sampled_from(["a", "b"])), max_size=8)
TEXT = st.text(alphabet="ab \n", max_size=50)


def plain(text: str) -> Stretch:
    return Stretch((Part(text),))


def marked(text: str, *labels: str) -> Stretch:
    return Stretch((Part(text),), tuple(Label(label) for label in labels))


def test_marked_paragraphs_cuts_at_blank_lines_and_at_marks() -> None:
    text = "Nudeln sind gut.\nReis auch.\n\nUnd Brot."
    assert marked_paragraphs(text, [Span(30, 33, "word"), Span(0, 6, "food"), Span(22, 26, "x")]) == (
        (marked("Nudeln", "food"), plain(" sind gut.\nReis "), marked("auch", "x"), plain(".")),
        (plain("U"), marked("nd ", "word"), plain("Brot.")),
    )


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([Span(0, 99, "all")], ((marked("ab", "all"),), (marked("cd", "all"),))),
        ([Span(1, 5, "over")], ((plain("a"), marked("b", "over")), (marked("c", "over"), plain("d")))),
        (
            [Span(0, 2, "first"), Span(1, 6, "second")],
            (
                (Stretch((Part("a"), Part("b", is_shared=True)), (Label("first"), Label("second"))),),
                (marked("cd", "second"),),
            ),
        ),
        (
            [Span(0, 6, "whole"), Span(1, 2, "part"), Span(4, 6, "last")],
            (
                (Stretch((Part("a"), Part("b", is_shared=True)), (Label("part"), Label("whole"))),),
                # Over all of it lie both.
                (marked("cd", "last", "whole"),),
            ),
        ),
        ([Span(0, 1, "same"), Span(1, 2, "same")], ((marked("ab", "same"),), (plain("cd"),))),
        ([Span(0, 2, "same"), Span(0, 2, "same")], ((marked("ab", "same"),), (plain("cd"),))),
        ([Span(0, 1, "one"), Span(1, 2, "other")], ((marked("ab", "one", "other"),), (plain("cd"),))),
        ([Span(0, 2, "")], ((plain("ab"),), (plain("cd"),))),
        ([Span(2, 4, "between")], ((plain("ab"),), (plain("cd"),))),
        ([Span(9, 12, "beyond"), Span(3, 3, "empty"), Span(5, 1, "backwards")], ((plain("ab"),), (plain("cd"),))),
    ],
)
def test_marked_paragraphs_with_odd_spans_marks_what_there_is(
    spans: list[Span], expected: tuple[tuple[Stretch, ...], ...]
) -> None:
    assert marked_paragraphs("ab\n\ncd", spans) == expected


def test_marks_that_meet_between_words_stand_apart_and_a_label_said_before_is_repeated() -> None:
    marks = [Mark(0, 5, "listed", 1), Mark(5, 10, "rude", 2), Mark(11, 14, "rude", 2)]
    assert marked_paragraphs("alter Esel, Ochs", marks) == (
        (
            Stretch((Part("alter"),), (Label("listed", 1),)),
            Stretch((Part(" Esel"),), (Label("rude", 2),)),
            plain(","),
            Stretch((Part(" Oc"),), (Label("rude", 2, is_repeated=True),)),
            plain("hs"),
        ),
    )


@given(TEXT, SPANS)
def test_marked_paragraphs_of_any_text_keep_every_character_and_cut_nothing_that_is_marked(
    text: str, spans: list[Span]
) -> None:
    paragraphs = marked_paragraphs(text, spans)
    assert ["".join(one.text for one in paragraph) for paragraph in paragraphs] == PARAGRAPH.findall(text)
    assert all(part.text for paragraph in paragraphs for one in paragraph for part in one.parts)
    said: list[set[str]] = [set() for _ in text]
    for found, paragraph in zip(PARAGRAPH.finditer(text), paragraphs, strict=True):
        at = found.start()
        for one in paragraph:
            for place in range(at, at + len(one.text)):
                said[place] = {label.text for label in one.labels}
            at += len(one.text)
            cut = [span for span in spans if span.start < at < min(span.end, found.end())]
            assert cut == []
    inside = [place for found in PARAGRAPH.finditer(text) for place in range(*found.span())]
    for span in spans:
        assert all(span.label in said[place] for place in inside if span.start <= place < span.end)


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
