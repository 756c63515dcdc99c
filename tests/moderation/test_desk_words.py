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


def between(text: str) -> Part:
    return Part(text, is_between=True)


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
        (
            [Span(1, 5, "over")],
            ((plain("a"), marked("b", "over")), (Stretch((Part("c"), between("d")), (Label("over"),)),)),
        ),
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
            Stretch((Part(" Oc"), between("hs")), (Label("rude", 2, is_repeated=True),)),
        ),
    )


def test_label_of_a_mark_that_ends_inside_a_word_stands_behind_the_word() -> None:
    (paragraph,) = marked_paragraphs("Lauter Nudel! Wie schöne\u0301 Nu_deln", [Span(7, 11, "x"), Span(19, 22, "y")])
    assert paragraph == (
        plain("Lauter "),
        Stretch((Part("Nude"), between("l")), (Label("x"),)),
        plain("! Wie s"),
        Stretch((Part("chö"), between("ne\u0301")), (Label("y"),)),
        plain(" Nu_deln"),
    )
    assert [paragraph[0].runs, paragraph[1].runs] == [
        [(False, (Part("Lauter "),))],
        [(True, (Part("Nude"),)), (False, (between("l"),))],
    ]


def test_labels_in_writing_without_spaces_stand_where_each_mark_ends() -> None:
    assert marked_paragraphs("这是垃圾和广告", [Span(2, 4, "x"), Span(5, 6, "y")]) == (
        (plain("这是"), marked("垃圾", "x"), plain("和"), marked("广", "y"), plain("告")),
    )


@pytest.mark.parametrize(
    ("marked_sign", "rest"),
    [
        ("\U0001f437", "\u200d\u2744\ufe0f"),
        ("\U0001f44d", "\U0001f3fd"),
        ("\U0001f1e9", "\U0001f1ea"),
        ("\u2764", "\ufe0f"),
    ],
)
def test_label_of_a_mark_that_ends_inside_a_joined_sign_stands_behind_the_sign(marked_sign: str, rest: str) -> None:
    expected = Stretch((Part(marked_sign), between(rest)), (Label("x"),))
    assert marked_paragraphs(f"Du {marked_sign}{rest} da", [Span(3, 4, "x")]) == (
        (plain("Du "), expected, plain(" da")),
    )
    # Signs that are not joined are two.
    assert marked_paragraphs(f"{marked_sign}\U0001f600", [Span(0, 1, "x")]) == (
        (marked(marked_sign, "x"), plain("\U0001f600")),
    )


def test_marks_in_one_word_have_their_labels_behind_it_and_leave_out_what_is_between() -> None:
    marks = [Mark(0, 2, "x", 1), Mark(3, 5, "y", 2), Mark(4, 6, "x", 1), Mark(8, 10, "y", 2)]
    assert marked_paragraphs("Nudelsa at", marks) == (
        (
            Stretch(
                (Part("Nu"), between("d"), Part("e"), Part("l", is_shared=True), Part("s"), between("a")),
                (Label("x", 1), Label("y", 2)),
            ),
            plain(" "),
            Stretch((Part("at"),), (Label("y", 2, is_repeated=True),)),
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
