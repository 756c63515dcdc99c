"""Letters that are others to the eye: small capitals, those of flags, and the small l and the capital i, which are one stroke."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"
_PHONETIC: Final = (range(0x0250, 0x02B0), range(0x1D00, 0x1DC0), range(0xA720, 0xA800))
_SMALL_CAPITAL = re.compile(r"(?:LATIN LETTER|MODIFIER LETTER) SMALL CAPITAL ([A-Z])")
_FIRST_OF_FLAGS: Final = 0x1F1E6

SMALL_CAPITALS: Final = {
    code: found[1].lower()
    for codes in _PHONETIC
    for code in codes
    if (found := _SMALL_CAPITAL.fullmatch(unicodedata.name(chr(code), "")))
}
# Regional indicators: two of them that are the code of a country are shown as its flag, others as letters.
FLAG_LETTERS: Final = {_FIRST_OF_FLAGS + at: letter for at, letter in enumerate(_ALPHABET)}

# ISO 3166-1 and what Unicode has flags of besides (https://unicode.org/Public/emoji/latest/emoji-sequences.txt).
_COUNTRIES: Final = frozenset(
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by bz ca cc cd "  # noqa: SIM905
    "cf cg ch ci ck cl cm cn co cp cr cu cv cw cx cy cz de dg dj dk dm do dz ea ec ee eg eh er es et eu fi fj fk fm fo fr ga gb "
    "gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu ic id ie il im in io iq ir is it je jm jo jp ke kg kh "
    "ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my "
    "mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh "
    "si sj sk sl sm sn so sr ss st sv sx sy sz ta tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug um un us uy uz va vc ve "
    "vg vi vn vu wf ws xk ye yt za zm zw".split()
)

# Where no word of German or English has them: a small l before a consonant that begins a word, or between capitals; a capital i
# behind a small letter, or before a vowel that begins a word. Words of three letters are as often abbreviations ("lfd").
_CONSONANTS: Final = "bcdfghjkmnpqrstvwxz"
_VOWELS: Final = "aeouäöü"
_STROKE_FOR_I = re.compile(rf"(?<![^\W_])l(?=[{_CONSONANTS}][^\W_]{{2}})|(?<=[A-ZÄÖÜ])l(?=[A-ZÄÖÜ])")
_STROKE_FOR_L = re.compile(rf"(?<=[a-zäöüß])I|(?<![^\W_])I(?=[{_VOWELS}][^\W_]{{2}})")


def with_strokes_read_anew(source: str) -> str:
    """The text with every small l or capital i that passes for the other one ("ldiot", "SchIampe") as what it passes for; as
    long as it was."""
    return _STROKE_FOR_L.sub("l", _STROKE_FOR_I.sub("I", source))


def are_flags(letters: str) -> bool:
    """Whether regional indicators in a row, given as letters, are shown as flags and not as letters."""
    pairs = [letters[at : at + 2] for at in range(0, len(letters), 2)]
    return all(pair in _COUNTRIES for pair in pairs)
