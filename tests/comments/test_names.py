from __future__ import annotations

import random
import unicodedata
from collections import Counter
from string import ascii_letters

import pytest
from confusable_homoglyphs.confusables import confusables_data
from django.utils import translation
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from comments.names import NAME_LIMIT, is_lookalike, normalise_name, skeleton
from comments.text import TextError
from tests.comments.names_of_people import DRAWN_ALIKE, ORDINARY, STYLES

STAFF = [
    *("Redaktion", "Moderation", "Moderator", "Administrator", "Admin", "Editor", "Editorial team", "Chefredaktion"),
    *("Anna Schmidt", "Jürgen Weiß", "Ella Brandt", "Mehmet Yılmaz", "Zoë Müller-Lüdenscheidt", "Bernd Kowalczyk"),
    *("Иван Петров", "Νίκος Παππάς", "فاطمة الزهراء", "Nguyễn Thị Hương"),
]
LATIN_STAFF = [name for name in STAFF if any(char in ascii_letters for char in name)]

HIDDEN = "\u200b\u200c\u200d\u2060\u00ad\ufeff\u202e\u2066\u034f\ufe0f\u115f\u3164\u180e\u00a0\u2009-'._\u00b7\u2019 "


def alike(char):
    """Everything known to look like a letter: listed by hand, styled alphabets, and the data of another project."""
    found = set(DRAWN_ALIKE.get(char, ""))
    for style in STYLES:
        try:
            found.add(unicodedata.lookup(style.format("CAPITAL" if char.isupper() else "SMALL", char.upper())))
        except KeyError:
            continue
    found |= {entry["c"].strip("\u200e") for entry in confusables_data.get(char, [])}
    return sorted(found - {char})


def disguises():
    """(staff name, look-alike of it): every letter exchanged once, and many names with several changes at once."""
    for name in STAFF:
        for at, char in enumerate(name):
            yield from ((name, name[:at] + other + name[at + 1 :]) for other in alike(char))
    chance = random.Random(7)  # noqa: S311  repeatable, not secret
    for _ in range(4_000):
        name = chance.choice(LATIN_STAFF)
        letters = []
        for char in chance.choice((name, name, name.upper(), name.lower())):
            choices = alike(char)
            letters.append(chance.choice(choices) if choices and chance.random() < 0.5 else char)
            if chance.random() < 0.15:
                letters.append(chance.choice([*HIDDEN, "\u0301", "\u0323", "\u0308"]))
        yield name, "".join(letters)


def test_disguised_staff_names_are_never_accepted():
    tried = accepted_by_equality = 0
    accepted = []
    folded = {name.casefold() for name in STAFF}
    for _, disguise in set(disguises()):
        tried += 1
        try:
            name = normalise_name(disguise)
        except TextError:
            continue
        accepted_by_equality += name.casefold() not in folded
        if not is_lookalike(name, STAFF):
            accepted.append(disguise)
    assert tried >= 8_000
    assert accepted_by_equality >= 6_000  # what a plain comparison would let through
    assert accepted == []


@pytest.mark.parametrize(
    "disguise",
    (
        "redaktion|REDAKTION!|Re dak tion|R.e.d.a.k.t.i.o.n|@Redaktion|*Redaktion*|Rédaktiön|R3d4kt10n|🇷🇪🇩🇦🇰🇹🇮🇴🇳|Ⓡⓔⓓⓐⓚⓣⓘⓞⓝ|ᴿᵉᵈᵃᵏᵗⁱᵒⁿ"
        "|Juergen Weiss|JÜRGEN WEISS|Jurgen Weiß|Moderatlon|Adrnin|Ad rn in|E11a Brandt|EIIa Brandt|Иван Пeтров|ИВАН ПЕТРОВ|ΝΊΚΟΣ ΠΑΠΠΆΣ"
        "|Mehmet Yilmaz|MEHMET YILMAZ|Nguyen Thi Huong|فاطمه الزهراء|Zoe Mueller-Luedenscheidt|ZOE MUELLER LUEDENSCHEIDT"
    ).split("|"),
)
def test_is_lookalike_given_a_known_trick_says_so(disguise):
    assert is_lookalike(disguise, STAFF)


def test_ordinary_names_are_left_alone_and_never_refused():
    assert len(set(ORDINARY)) >= 240
    changed = [name for name in ORDINARY if normalise_name(name) != unicodedata.normalize("NFC", name)]
    refused = [name for name in ORDINARY if is_lookalike(normalise_name(name), STAFF)]
    assert changed == []
    assert refused == []


def test_ordinary_names_keep_different_skeletons():
    skeletons = Counter(map(skeleton, set(ORDINARY)))
    assert [found for found, times in skeletons.items() if times > 1] == []


@pytest.mark.parametrize("reserved", [[], [""], ["---", "✔"]])
def test_is_lookalike_given_nothing_reserved_says_no(reserved):
    assert not is_lookalike("Anna", reserved)
    assert not is_lookalike("!!!", reserved)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Jürgen Weiß", "jurgenwelss"),
        ("Modern", "modem"),
        ("MOD3RN", "modem"),
        ("Анна Шмидт", "ahhawmu\u0434t"),
        ("", ""),
        ("!?", "l"),
        ("日本", "日本"),
        ("١٢", "lz"),
    ],
)
def test_skeleton_given_a_name_keeps_its_shape(name, expected):
    assert skeleton(name) == expected


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("  Ada\n Lovelace ", "Ada Lovelace"),
        ("*** Peter ***", "Peter"),
        ("~~xX_Max_Xx~~", "xX_Max_Xx"),
        ("..Max..", "Max."),
        ("Max!!!", "Max!"),
        ("Max !?!", "Max!"),
        ("Max (", "Max"),
        ("\u0301\u0301Max", "Max"),
        ("a" + 9 * "\u0323\u0302", "ậ" + "\u0323" * 4),
        ("\u202eredoM\u202c \u2066x\u2069", "redoM x"),
        ("علی\u200cرضا", "علیرضا"),
        ("Ada\u2028B.", "Ada B."),
        ("A\u2800d\u3164a", "Ada"),
        ("e\u0301" * NAME_LIMIT, "é" * NAME_LIMIT),
    ],
)
def test_normalise_name_given_decoration_takes_it_off(source, name):
    assert normalise_name(source) == name


@pytest.mark.parametrize(
    ("source", "code"),
    [
        *(
            (source, "name_empty")
            for source in ("", "  ", "---", "\u200b", "\u3164\u2800", "!?", "\u0301", "🌻", "\ud800")
        ),
        *((source, "name_too_long") for source in ("x" * (NAME_LIMIT + 1), "ä " * NAME_LIMIT)),
        *(
            (source, "name_address")
            for source in ("https://a.example", "WWW.foo.de", "ada@example.org", "Ada ada@mail.example.org")
        ),
        *(
            (source, "name_address")
            for source in (
                "casino24.com",
                "Billig-Kredit.DE",
                "best.shop/now",
                "ｆｏｏ．ｃｏｍ",
                "foo。com",
                "b\u200best.info",
            )
        ),
        *((source, "name_badge") for source in ("Ada ✔", "Ada ✅", "☑️ Ada", "Ada™", "🛡 Ada")),
    ],
)
def test_normalise_name_given_what_is_no_name_says_why(source, code):
    with pytest.raises(TextError) as caught, translation.override("en"):
        normalise_name(source)
    assert caught.value.code == code
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("excess", "sentence"),
    [
        (1, "The name is 1 character too long. Please shorten it to at most 60 characters."),
        (9, "The name is 9 characters too long. Please shorten it to at most 60 characters."),
    ],
)
def test_normalise_name_over_the_limit_says_by_how_much(excess, sentence):
    with pytest.raises(TextError) as caught:
        normalise_name("x" * (NAME_LIMIT + excess))
    with translation.override("en"):
        assert str(caught.value) == sentence


def refusal(source):
    try:
        name = normalise_name(source)
    except TextError as error:
        return error.code
    name.encode()
    kinds = [unicodedata.category(char) for char in name]
    assert {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}.isdisjoint(kinds), ascii(source)
    assert "MMMMM" not in "".join(kind[0] for kind in kinds)
    assert 1 <= len(name) <= NAME_LIMIT
    assert normalise_name(name) == name
    return None


def test_normalise_name_given_every_code_point_takes_or_refuses_it():
    # Many at a time, each after a letter; a refusal sends them through one by one.
    taken = 0
    for first in range(0, 0x110000, 24):
        points = range(first, min(first + 24, 0x110000))
        if refusal("".join(f"a{chr(point)}" for point in points)) is None:
            taken += len(points)
        else:
            taken += sum(refusal(f"a{chr(point)}") is None for point in points)
    assert 0x110000 - 100 < taken < 0x110000  # all but the badges


@pytest.mark.slow
def test_normalise_name_given_a_single_code_point_takes_or_refuses_it():
    answers = Counter(refusal(chr(point)) for point in range(0x110000))
    assert set(answers) == {None, "name_empty"}  # a badge alone has no letter
    assert answers[None] > 130_000


@pytest.mark.slow
def test_skeleton_given_every_code_point_is_made_of_letters_and_digits():
    found = "".join(skeleton(f"a{chr(point)}") for point in range(0x110000))
    assert found.isalnum()
    found.encode()


@given(
    st.lists(
        st.characters(exclude_categories=()) | st.sampled_from([*HIDDEN, "*", "(", ".", "!", "a", "\u0301"]),
        max_size=70,
    ).map("".join)
)
@hypothesis_settings(max_examples=400, deadline=None)
def test_normalise_name_given_any_text_returns_a_name_or_raises_text_error(source):
    assert refusal(source) in {None, "name_empty", "name_too_long", "name_address", "name_badge"}


@given(st.text(max_size=60))
@hypothesis_settings(max_examples=300, deadline=None)
def test_is_lookalike_given_a_name_itself_says_yes_unless_it_has_no_letters(name):
    assert is_lookalike(name, [name]) == any(skeleton(reading) for reading in (name, name.upper(), name.lower()))
