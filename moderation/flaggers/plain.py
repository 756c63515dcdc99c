"""Which texts are written so plainly that checks read what readers see: what software may publish without anybody looking at it."""

from __future__ import annotations

import re
from typing import Final

from moderation.flaggers.letters import with_strokes_read_anew
from moderation.flaggers.shown import own_words

# What checks by wording are measured on: the letters of German and English, and the accents that both use ("Café", "à la carte").
_LETTERS: Final = "A-Za-zÄÖÜäöüßẞÀÉÈàéè"
_LETTER: Final = f"[{_LETTERS}]"
# Those of the keyboard, of typesetters and for numbers. Not the narrow spaces, which look like none within a word.
_SIGNS: Final = re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \n\t\u00a0–—…„“”‚‘’«»‹›•€£§°©®™‰²³¼½¾×÷±´")
# Arrows, clocks, signs and dingbats: some of them look like letters ("✝", "⭕").
_PICTOGRAPHS: Final = "\u203c\u2049\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff"
# Without squared letters and those of flags, which spell words, and without alchemy, which looks like letters.
_EMOJI: Final = "\U0001f300-\U0001f6ff\U0001f7e0-\U0001f7eb\U0001f900-\U0001f9ff\U0001fa70-\U0001faff"
_PICTURE: Final = rf"[{_PICTOGRAPHS}{_EMOJI}]\ufe0f?"

# Characters that show nothing are in none but emoji.
_PLAIN = re.compile(rf"(?:[0-9#*]\ufe0f?\u20e3|[{_LETTERS}0-9{_SIGNS}]|{_PICTURE}(?:\u200d{_PICTURE})*+)*+")

# "I.d.i.o.t", "I d i o t", "I-d-i-o-t". Not "geht's, z. B." and "I'm a".
_LETTERS_APART = re.compile(rf"(?<![{_LETTERS}0-9'’]){_LETTER}(?:[^{_LETTERS}0-9'’]{{1,3}}{_LETTER}(?!{_LETTER})){{2}}")
# What stands between two letters of a word: "Baden-Württemberg", "er’s", "und/oder", "„Welt“-Artikel", "Leser*innen", "z.B.".
_JOINT: Final = rf"(?:[“”\"»«]?[-–—]|['’](?!{_LETTER}['’])|[/&]|[:*_](?=in(?:nen)?(?!{_LETTER}))|(?<=(?<!{_LETTER}){_LETTER})\.(?={_LETTER}(?!{_LETTER})))"
# Anything else hides letters or stands for them: "Id.iot", "Idi§t", "f*ck".
_PARTED_WORD = re.compile(rf"(?<={_LETTER})(?!{_JOINT}{_LETTER})[^{_LETTERS}0-9\s]++(?={_LETTER})")
# "1d10t", "5chlampe", "Idio7". Not "18jährig", "2te", "CO2".
_DIGIT_FOR_LETTER = re.compile(
    rf"(?<={_LETTER})[0-9]+(?={_LETTER})|(?<![0-9])[0-9](?={_LETTER}{{3}})|(?<={_LETTER}{{3}})[0-9](?![0-9])"
)
# "$chlampe", "|diot", "Idio✝". Not "@Hanna".
_SIGN_FOR_LETTER = re.compile(
    rf"[$€£|+©®×÷±{_PICTOGRAPHS}]\ufe0f?{_LETTER}|{_LETTER}[$€|+°{_PICTOGRAPHS}]|!{_LETTER}|@[a-zäöü]"
)
_DISGUISES: Final = (_PARTED_WORD, _DIGIT_FOR_LETTER, _SIGN_FOR_LETTER)


def is_plain(text: str) -> bool:
    """Whether a cleaned text has none but the letters of German and English, digits, punctuation and emoji, and no word that is
    spelled otherwise than it is read. Linear.

    Rather says no: of Greek, of "I.d.i.o.t", and also of "Erdoğan", a flag and "H2O".
    """
    if not _PLAIN.fullmatch(text) or _LETTERS_APART.search(text) or with_strokes_read_anew(text) != text:
        return False
    # Addresses have full stops, digits and signs where words have none.
    words = own_words(text)
    return not any(disguise.search(words) for disguise in _DISGUISES)
