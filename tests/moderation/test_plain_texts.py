"""Which texts are plain enough to be published by software: those whose letters, and nothing else, spell their words."""

from __future__ import annotations

import unicodedata

import pytest

from comments.text import BODY_LIMIT, normalise_body
from moderation.flaggers.plain import is_plain


@pytest.mark.parametrize(
    "text",
    [
        "Vielen Dank für den Artikel!",
        "Ja!!! Nein?! 3/4 + 2 = 5, ±1 °C, 3,50 €, § 5 a, S. 5 f., GmbH & Co. KG.",
        "Die „Welt“-Leser*innen in Baden-Württemberg, z.B. 18jährige, d. h. Schüler:innen…",
        "It’s 5 o'clock—and I'm a “fan” of rock/pop; don't laugh.",
        "Café, à la carte, Müller-Lüdenscheidt, STRAẞE, CO2, U-Bahn, 2te, A55.",
        "Siehe https://www.zeit.de/2024/a1b-k.html?x=1 und www.example.org.",
        "@Hanna: - erstens\n- zweitens\n\n\n**Wichtig!**",
        "Gut😀 👍🏽 ❤️ ☺️ 👨\u200d👩\u200d👧 🏳️\u200d🌈 1️⃣ → ✓ 😂😂😂",
        "5\u00a0% mehr :-) ;) <3 ~10",
    ],
)
def test_ordinary_text_is_plain(text: str) -> None:
    assert is_plain(normalise_body(text))


@pytest.mark.parametrize(
    "text",
    [
        # Direction and what shows nothing.
        "Gut \u202eliehgeiS\u202c", "Gut \u2067liehgeiS\u2069", "Gut\u200e", "Id\u200diot", "Id\u200ciot", "Id\u034fiot",
        "Id\ufe0fiot", "😀\u200d", "👍\u200dgut", "Id\u200aiot", "Id\u2009iot", "Id\u2800iot",
        # Letters that checks were not measured on.
        "أنت كلب", "你他妈的", "Ты дурак", "Ιδιοτ", "Idіot", "ΗURE", "ıpıoʇ", "ꓲꓓꓲꓳꓔ", "⠊⠙⠊⠕⠞", "ᛁᛞᛁᛟᛏ", "Iđiot", "Naƶi", "Nazı", "Ïdïot",
        "Ｉｄｉｏｔ", "𝐈𝐝𝐢𝐨𝐭", "Ⓘⓓⓘⓞⓣ", "🄸🄳🄸🄾🅃", "🅸🅳🅸🅾🆃", "🇳🇦🇿🇮", "🇩🇪", "ᴵᵈᶦᵒᵗ", "ɴᴀᴢɪ", "I̶d̶i̶o̶t̶", "Idi° Idiº", "Miſſgeburt",
        # Letters set apart, and words with something else in them.
        "I.d.i.o.t", "I d i o t", "I-d-i-o-t", "I\nd\ni\no\nt", "I🙂d🙂i🙂o🙂t", "I'd'i'o't", "(I)(d)(i)(o)(t)", "I · d · i",
        "Id.iot", "Id,iot", "Idi()t", "Idi§t", "Arsch🙂loch", "Idi⭕t", "Idi°t", "f*ck", "H***nsohn", "Id_iot", "Id:iot",
        "Idio✝", "Idio†", "✝rottel", "Scheis€", "$chlampe", "|diot", "!diot", "@rschloch", "Nazi$",
        "1d10t", "5chlampe", "Idio7", "ldiot", "SchIampe",
    ],
)  # fmt: skip
def test_text_that_may_be_read_otherwise_than_it_is_spelled_is_not_plain(text: str) -> None:
    assert not is_plain(f"Vielen Dank für den Artikel! {text} So ist es.")


def test_no_letter_of_another_alphabet_is_plain() -> None:
    plain = {chr(code) for code in range(0x80, 0x110000) if is_plain(chr(code))}
    letters = {char for char in plain if unicodedata.category(char)[0] in "LM" or unicodedata.category(char) == "Cf"}
    assert letters == set("ÄÖÜäöüßẞÀÉÈàéè")
    named = {char for char in plain - letters if "LETTER" in unicodedata.name(char, "").split()}
    assert named == {"💌"}


@pytest.mark.parametrize("piece", ["a.", "😀\u200d", "'a", "a*in", "*", "1", "a ", "❤️"])
def test_longest_text_is_looked_at_without_delay(piece: str) -> None:
    assert is_plain(piece * (BODY_LIMIT // len(piece)) + "\u0416") is False
