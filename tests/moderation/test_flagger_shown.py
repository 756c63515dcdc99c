"""Checks read what readers see: Markdown may stand within a word, and a link between two."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from comments.enums import CheckOutcome
from comments.markup import render
from comments.screening import Finding
from moderation.flaggers.base import SiteKnowledge, TermEntry
from moderation.flaggers.ngrams import tokenize
from moderation.flaggers.personal_data import PersonalDataFlagger
from moderation.flaggers.shown import FILLER, own_words, shown, unmarked
from moderation.flaggers.terms import TermsFlagger
from tests.moderation.inputs import make_input, marked

WRAPPINGS = (
    "*{}*",
    "**{}**",
    "***{}***",
    "_{}_",
    "~~{}~~",
    "`{}`",
    "``{}``",
    "[{}](https://x.example)",
    "[{}](<https://x.example/t> 'Titel')",
    "[{}](https://x.example/t_(i))",
    "[{}](http&colon;//x.example)",
    "[{}](https:\\/\\/x.example)",
    "\\{}",
    "{}",
)


def page_of(body: str) -> str:
    """What readers see, by the HTML that is delivered to them."""
    return unescape(re.sub(r"<[^>]*>", "", render(body)))


def check(body: str, *phrases: str) -> Finding:
    terms = tuple(map(TermEntry, phrases))
    return TermsFlagger().check(make_input(body), SiteKnowledge(terms=terms))


@pytest.mark.parametrize(
    ("body", "phrase", "found"),
    [
        ("Du Idi`o`t!", "Idiot", "Idi`o`t"),
        ("Du Idi\\_ot!", "Idiot", "Idi\\_ot"),
        ("Du Idi[o](https://x.example)t!", "Idiot", "Idi[o](https://x.example)t"),
        ("Du [Idi](https://x.example)ot!", "Idiot", "Idi](https://x.example)ot"),
        ("Du Idi*o*t!", "Idiot", "Idi*o*t"),
        ("Du Idi*_~~`o`~~_*t!", "Idiot", "Idi*_~~`o`~~_*t"),
        ("Du Lumpen**pack**esel", "*packesel", "Lumpen**pack**esel"),
        ("[fick](https://x.example) dich", "fick dich", "fick](https://x.example) dich"),
        ("f*ck dich, f*ck ihn", "fick", "f*ck"),
    ],
)
def test_terms_are_found_and_marked_whatever_markdown_stands_in_them(body: str, phrase: str, found: str) -> None:
    assert marked(check(body, phrase), body)[0] == found


def test_term_in_an_address_that_the_page_adds_is_marked_where_it_was_typed_alone() -> None:
    body = "[https://ebay.de](https://evil.example/Idiot)"
    assert marked(check(body, "Idiot"), body) == ["Idiot"]


@given(st.lists(st.tuples(st.integers(1, 3), st.lists(st.sampled_from(WRAPPINGS), max_size=2)), min_size=1, max_size=6))
@hypothesis_settings(max_examples=300, deadline=None)
def test_terms_that_readers_see_are_found(wrapped: list[tuple[int, list[str]]]) -> None:
    word, body = "Schwachkopf", "Du "
    for length, wrappings in wrapped:
        part, word = word[:length], word[length:]
        for wrapping in wrappings:
            part = wrapping.format(part) if part else ""
        body += part
    body += f"{word}, *du* da!"
    assume(re.search(r"\bSchwachkopf\b", page_of(body)))
    finding = check(body, "Schwachkopf")
    assert finding.outcome == CheckOutcome.FLAGGED
    assert all(0 <= span.start < span.end <= len(body) for span in finding.spans)


@pytest.mark.parametrize(
    ("body", "added"),
    [
        ("Liebe Leser*innen, das ist **sehr** [gut](https://x.example), \\*nicht\\* wahr?\n\nEin `Wort` noch.", ""),
        ('> zitiert\n> *weiter*\n\n- eins\n- [zwei](https://x.example "Titel")\n\n1. drei_vier~~fünf~~', ""),
        ("\\https://a.example/[x](https://b.example) `a\nb` und\\\nweiter *a **b* c** <https://c.example>*d*", ""),
        (
            "Aha: [](https://x.example/) und [www.a.example](https://b.example/)!",
            "https://x.example/https://b.example/",
        ),
    ],
)
def test_shown_text_has_the_words_of_the_page_and_each_where_it_stands(body: str, added: str) -> None:
    page = shown(body)
    assert page.text.split() == page_of(body).split()
    assert list(page.origins) == sorted(page.origins)
    pairs = zip(page.text, page.origins, strict=True)
    assert "".join(char for char, origin in pairs if char != body[origin] and not char.isspace()) == added


def test_unmarked_text_changes_within_words_alone() -> None:
    plain = "Liebe Leser*innen, das ist **wirklich** [gut](https://x.example), \\*nicht\\* wahr?"
    assert unmarked(plain) == plain
    assert unmarked("Du Idi[o](https://x.example)t`en`!").replace(FILLER, "") == "Du Idioten`!"


@pytest.mark.parametrize("body", ["Du Idi`o`t", "Du Idi[o](https://x.example)t", "Du **Id**i`ot`", "Du I~~di~~ot"])
def test_tokens_of_a_word_with_markdown_in_it_are_those_of_the_word(body: str) -> None:
    assert [token.text for token in tokenize(body, with_addresses=False)] == ["du", "idiot"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Danke `code` und `` a`b `` sehr", "Danke und sehr"),
        ("Danke `eins\nzwei` sehr", "Danke sehr"),
        ("- Danke `eins\n  zwei` sehr\n- `drei`", "Danke sehr"),
        ("> `eins\n> zwei` drei\n\nDanke `vier`", "Danke"),
        ("`\n\nDu Idiot.\n\n`", "Du Idiot"),
        ("\\`Du Idiot.\\`", "Du Idiot"),
        ("`` Du Idiot. `", "Du Idiot"),
        ("Idi`o`t oder `code` oder `Idi`ot", "Idiot oder oder Idiot"),
        ("`Du Idiot.`" + 700 * "*", "Du Idiot"),
    ],
)
def test_own_words_are_all_that_the_page_does_not_show_as_quotation_or_code(body: str, words: str) -> None:
    own = own_words(body)
    assert len(own) == len(body)
    assert re.findall(r"\w+", own.replace(FILLER, "")) == words.split()


@given(st.lists(st.sampled_from(["`", "``", "\\`", "\\\\`", "*", "\n\n", "\n", "-", "du", "Wort"]), max_size=14))
@hypothesis_settings(max_examples=300, deadline=None)
def test_own_words_are_the_words_of_the_page_without_its_code(parts: list[str]) -> None:
    body = " ".join(parts).strip()
    page = re.sub(r"<code>.*?</code>|<[^>]*>", " ", render(body), flags=re.DOTALL)
    assert re.findall(r"\w+", own_words(body)) == re.findall(r"\w+", page)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Schreibt an max\\@gmx.de, los", "max\\@gmx.de"),
        ("Schreibt an max[@](https://x.example)gmx.de, los", "max[@](https://x.example)gmx.de"),
        ("Ruft an: 0171 **234** 5678!", "0171 **234** 5678"),
        ("DE89 3704`0044`0532 0130 00", "DE89 3704`0044`0532 0130 00"),
    ],
)
def test_personal_data_is_found_and_marked_whatever_markdown_stands_in_it(body: str, found: str) -> None:
    assert marked(PersonalDataFlagger().check(make_input(body), SiteKnowledge()), body) == [found]


@pytest.mark.parametrize(
    "body",
    ["[" * 690, "`" * 690, "*a" * 340, "[a](https://b.c)" * 140, "a\\" * 600, "*" * 5_000, "[a](http://" * 300, "\\"],
)
def test_shown_of_hostile_text_has_an_origin_for_every_character(body: str) -> None:
    page = shown(body)
    assert len(page.origins) == len(page.text)
    assert all(0 <= origin < len(body) for origin in page.origins)
    assert len(unmarked(body)) == len(body)
