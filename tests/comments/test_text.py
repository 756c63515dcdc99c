from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from comments.text import (
    BODY_LIMIT,
    MARKS_LIMIT,
    TextError,
    balance_bidi,
    clean_body,
    clean_line,
    isolate,
    normalise_body,
    normalise_line,
)

CODE_POINTS = 0x110000
CHUNK = 1_000
# Everything outside of XML 1.0, and the noncharacters.
UNFIT = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]|["
    + "".join(chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(0x10000, CODE_POINTS, 0x10000))
    + "]"
)
BIDI_PAIRS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c"}
BIDI_PAIRS |= {"\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}

any_character = st.characters(exclude_categories=())
awkward = st.sampled_from(
    [
        *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
        *"\u200b\u200c\u200d\u2060\ufeff\xad\ufe0f\r\n\t\x00\x0b\x0c\x85\u2028\u2029\xa0 ",
        *"\ud83d\ude00\udc00\u0301\u0316\u0345\u20dd\u093fe\u1100\u1161\u11a8ابپ\u0654\u064bकष\u094dอ้",
        *["\U0001f3f4", "\U000e0067", "\U000e007f", "\U0001f469", "\U0001f3fd", "\u2764", "\n\n\n", "  "],
    ]
)
any_text = st.one_of(st.text(any_character, max_size=300), st.lists(awkward | any_character, max_size=80).map("".join))

INTACT = [
    "Grüße aus Köln: „Das ist ‚gut‘ so“ – oder? »Ja«, sagte sie …",
    "مرحبا بالعالم، هذا تعليق.",
    "می‌خواهم این را بنویسم",
    "שלום עולם, זה תגובה ‎(C++)‎.",
    "שָׁלוֹם",
    "हिन्दी में टिप्पणी, क्‍ष और क्ष",
    "ความคิดเห็นภาษาไทย น้ำใจ",
    "Bình luận tiếng Việt: Nguyễn, phở",
    "ქართული, Ελληνικά, русский, 日本語、한국어",
    "❤️ 👩‍💻 👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇩🇪 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "葛󠄀城市",
    "words that are isolated (\u2067עברית\u2069) and marked (עברית!\u200f)",
    "  eingerückt".strip() + "\n  - eine Liste\n\tmit Tabulator",
]


def chunks():
    """Every code point once, each after a letter, a thousand to a text."""
    for first in range(0, CODE_POINTS, CHUNK):
        yield first, "".join(f"a{chr(point)} " for point in range(first, min(first + CHUNK, CODE_POINTS)))


def refusal(normalise, source):
    """The code of the error the function raises for a text, None when it takes it; the result must be fit for everything."""
    try:
        text = normalise(source)
    except TextError as error:
        return error.code if str(error).endswith(".") else "no sentence"
    assert_trustworthy(text)
    assert text
    assert normalise(text) == text
    return None


def is_balanced(text):
    for line in text.split("\n"):
        expected = []
        for char in line:
            if char in BIDI_PAIRS:
                expected.append(BIDI_PAIRS[char])
            elif char in "\u202c\u2069" and (not expected or expected.pop() != char):
                return False
        if expected:
            return False
    return True


def longest_run_of_marks(text):
    """Joiners and direction marks do not end a run: what follows them is stacked on the same letter."""
    kinds = "".join(map(unicodedata.category, text)).replace("Cf", "")
    return max((len(run) // 2 for run in re.findall("(?:M[a-z])+", kinds)), default=0)


def assert_trustworthy(text):
    text.encode()
    assert not UNFIT.search(text)
    assert unicodedata.is_normalized("NFC", text)
    assert {"Cc", "Cs", "Co"}.isdisjoint(map(unicodedata.category, re.sub("[\n\t]", "", text)))
    assert longest_run_of_marks(text) <= MARKS_LIMIT
    assert is_balanced(text)
    assert not set("\u202a\u202b\u202c\u202d\u202e") & set(text)


# --- Every code point


def test_normalise_body_given_every_code_point_gives_trustworthy_text():
    seen = 0
    for first, source in chunks():
        assert refusal(normalise_body, source) is None, hex(first)
        seen += source.count("a")
    assert seen == CODE_POINTS + 1  # "a" itself is one of them


def test_normalise_line_given_every_code_point_gives_one_trustworthy_line():
    for first, source in chunks():
        text = normalise_line(source, limit=10 * CHUNK)
        assert_trustworthy(text)
        assert {"Cf", "Cc", "Zl", "Zp"}.isdisjoint(map(unicodedata.category, text)), hex(first)
        assert clean_line(text) == text, hex(first)


@pytest.mark.slow
@pytest.mark.parametrize("normalise", [normalise_body, lambda source: normalise_line(source, limit=10)])
def test_normalise_function_given_a_single_code_point_accepts_it_or_finds_it_empty(normalise):
    answers = Counter(refusal(normalise, chr(point)) for point in range(CODE_POINTS))
    assert set(answers) == {None, "empty"}
    assert answers["empty"] > 6_400 + 2 * 65_534 + 2_048 + 65  # private use, surrogates and controls at least


@given(any_text)
@hypothesis_settings(max_examples=400, deadline=None)
def test_clean_body_given_any_text_gives_trustworthy_text_and_changes_it_once(source):
    text = clean_body(source)
    assert_trustworthy(text)
    assert clean_body(text) == text
    assert "\n\n\n\n" not in text
    assert text == text.strip()


@given(any_text)
@hypothesis_settings(max_examples=400, deadline=None)
def test_clean_line_given_any_text_gives_one_line_and_changes_it_once(source):
    text = clean_line(source)
    assert_trustworthy(text)
    assert clean_line(text) == text
    assert "  " not in text
    assert len(text.splitlines()) <= 1


@given(any_text)
@hypothesis_settings(max_examples=300, deadline=None)
def test_normalise_given_any_text_returns_a_text_or_raises_text_error(source):
    assert refusal(normalise_body, source) in {None, "empty", "too_long"}
    assert refusal(lambda text: normalise_line(text, limit=20), source) in {None, "empty", "too_long"}


# --- What stays and what goes


@pytest.mark.parametrize("text", INTACT)
def test_normalise_body_given_ordinary_text_of_any_script_leaves_it_alone(text):
    assert normalise_body(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "text", [text for text in INTACT if not set("\n\u200e\u200f\u2067󠄀") & set(text) and "🏴" not in text]
)
def test_normalise_line_given_ordinary_text_of_any_script_leaves_it_alone(text):
    assert normalise_line(text, limit=200) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("u\u0308ber", "über"),
        ("a\r\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("a\x00b\x1b[31mc\x7f\x9f", "ab[31mc"),
        ("\ufeffa\u200bb\xadc\u2060d\u180ee", "abcde"),
        ("a\ufffeb\ufdd0c\U0010ffffd", "abcd"),
        ("a\ud800b\udfffc", "abc"),
        ("\ud83d\ude00", "😀"),
        ("\udc00\ud800", ""),
        ("a\ue000b\U000f0000c\uf8ff", "abc"),
        ("a" + "".join(chr(0xE0000 + ord(char)) for char in "hidden") + "b", "ab"),
        ("\U0001f3f4\U000e0075\U000e0073\U000e0074\U000e0078\U000e007f", "\U0001f3f4"),
        ("a" + 20 * "\u0301", "á" + 8 * "\u0301"),
        ("b" + 9 * "\u200d\u0301", "b" + 8 * "\u200d\u0301" + "\u200d"),
        ("a\n\n\n\n\n\nb", "a\n\n\nb"),
        ("a\n \t\n\xa0\n\u3000\n\nb", "a\n\n\nb"),
        ("  a  \n  b  \n\n", "a\n  b"),
        ("\u2067abc", "\u2067abc\u2069"),
        ("\u2067abc\nd\u2069e", "\u2067abc\u2069\nde"),
        ("a\u202ab\u202bc\u202cd\u202de\u202ef", "abcdef"),
        ("\u2066a\u202eb\u2069c\u202c", "\u2066ab\u2069c"),
        ("Arsch\u200aloch, I\u200a\u200adi\u200d\u200aot", "Arschloch, Idi\u200dot"),
        ("a\u200a\u0308", "ä"),
        ("ja\u200a\u2013\u200anein\u200a!\u200a", "ja\u200a\u2013\u200anein\u200a!"),
    ],
)
def test_clean_body_given_unwanted_characters_removes_only_them(source, text):
    assert clean_body(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (" a\n b\t\u2028c ", "a b c"),
        ("a\u200db\u200cc\ufe0fd", "abcd"),
        ("\u202eevil\u202c \u2066x\u2069\u200f", "evil x"),
        ("می‌خواهم", "می‌خواهم"),
        ("می‌ ‌خواهم‌", "می خواهم"),
        ("👩‍💻❤️‍🔥", "👩‍💻❤️‍🔥"),
        ("👩‍‍💻a\ufe0f", "👩💻a"),
        ("a\u200d\u0301", "á"),
    ],
)
def test_clean_line_given_hidden_characters_keeps_those_that_do_something(source, text):
    assert clean_line(source) == text


def test_balance_bidi_given_text_without_controls_returns_it():
    assert balance_bidi("a\nb") == "a\nb"


@pytest.mark.parametrize(
    ("text", "balanced"),
    [
        ("\u202eabc", "\u202eabc\u202c"),
        ("\u202eabc\nd\u202ce", "\u202eabc\u202c\nde"),
        ("a\u2069\u202cb", "ab"),
        ("\u2066a\u202bb\u2069c", "\u2066a\u202bb\u202c\u2069c"),
        ("\u202ba\u2066b\u202cc", "\u202ba\u2066bc\u2069\u202c"),
    ],
)
def test_balance_bidi_closes_what_a_line_leaves_open_in_order(text, balanced):
    assert balance_bidi(text) == balanced


@pytest.mark.parametrize(
    ("text", "isolated"),
    [
        ("Straße 5, “ja”!", "Straße 5, “ja”!"),
        ("عربي", "\u2068عربي\u2069"),
        ("ab\u200f", "\u2068ab\u200f\u2069"),
        ("Arsch\u202eloch", "\u2068Arsch\u202eloch\u202c\u2069"),
        ("a\u2069b\u2067c", "\u2068ab\u2067c\u2069\u2069"),
    ],
)
def test_isolate_encloses_what_turns_the_direction_of_writing_and_nothing_else(text, isolated):
    assert isolate(text) == isolated


# --- Limits and their sentences


@pytest.mark.parametrize(
    "source", ["", " \n\t ", "\x00", "\u200b\u200d\ufeff", "\u2800\u3164\u115f", "\u0301", "\ud800", "\u202e"]
)
def test_normalise_body_given_nothing_to_see_asks_for_text(source):
    with pytest.raises(TextError) as caught:
        normalise_body(source)
    assert caught.value.code == "empty"


@pytest.mark.parametrize("length", [1, BODY_LIMIT])
def test_normalise_body_up_to_the_limit_returns_all_of_it(length):
    assert normalise_body("ä" * length) == "ä" * length


@pytest.mark.parametrize(
    ("excess", "sentence"),
    [
        (1, "The text is 1 character too long. Please shorten it to at most 5000 characters."),
        (123, "The text is 123 characters too long. Please shorten it to at most 5000 characters."),
    ],
)
def test_normalise_body_over_the_limit_says_by_how_much(excess, sentence):
    with pytest.raises(TextError) as caught, translation.override("en"):
        normalise_body("ä" * (BODY_LIMIT + excess))
    with translation.override("en"):
        assert str(caught.value) == sentence
    assert caught.value.code == "too_long"
    assert caught.value.params == {"excess": excess, "limit": BODY_LIMIT}


def test_normalise_body_counts_what_is_left_after_cleaning():
    assert len(normalise_body("e\u0301" * BODY_LIMIT + " \x00" * 1_000)) == BODY_LIMIT


def test_normalise_line_over_its_limit_raises_too_long():
    with pytest.raises(TextError) as caught:
        normalise_line("x" * 21, limit=20)
    assert caught.value.params == {"excess": 1, "limit": 20}
