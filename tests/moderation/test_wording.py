"""Which texts count as copies of each other."""

from __future__ import annotations

import pytest

from moderation.flaggers.wording import wording_of

TEXT = "Der Stadtrat hat den Radweg beschlossen."


@pytest.mark.parametrize(
    "copy",
    [
        "Der Stadtrat hat den Radweg beschlossen. 17",
        "der stadtrat  hat den\nRadweg beschlossen!!",
        "Der Stadt\ufe0frat hat den Rad\u034fweg be\u200dschlossen.",
        "D\u0435r Stadtr\u0430t hat den R\u0430dweg beschlossen.",
        "**Der** Stadt*rat* hat den Radweg beschlossen.",
    ],
)
def test_copies_that_were_changed_where_nobody_looks_have_the_same_wording(copy: str) -> None:
    assert wording_of(copy) == wording_of(TEXT)


@pytest.mark.parametrize(
    ("one", "other"),
    [(TEXT, TEXT.replace("Radweg", "Umweg")), (TEXT, ""), ("10", "11"), ("\U0001f44d", "\U0001f44e"), ("!", "?")],
)
def test_texts_that_say_something_else_have_another_wording(one: str, other: str) -> None:
    assert wording_of(one) != wording_of(other)


def test_text_without_letters_is_itself_whatever_is_hidden_in_it() -> None:
    assert wording_of("\U0001f44d\ufe0f") == wording_of("\U0001f44d")
