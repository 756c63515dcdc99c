"""The forms in which a word turns up in a sentence. By rules of endings, not by a dictionary: rather a form that nobody
uses than one that is another word.
"""

from __future__ import annotations

import re
from typing import Final

from moderation.flaggers.base import primary_language
from moderation.flaggers.spelling import fold

# Words this short become other words by an ending ("Sau", "sauer"; "ass", "asset"): they are taken as they stand.
_SHORT: Final = 3
# From here on also endings that make other words of short ones ("Mist", "Mister").
_LONG: Final = 5

# From here on no other word is made by an umlaut alone, as "drück" is of "Druck": to a reader "Arschlöch" is a disguise.
_UMLAUT_ALONE: Final = 8

# Comparative and superlative, in every case.
_DEGREES: Final = tuple(degree + case for degree in ("er", "st", "est") for case in ("e", "en", "er", "es", "em"))
_GERMAN_ENDINGS: Final = ("e", "en", "n", "s", "es", "in", "innen")
_GERMAN_LONG_ENDINGS: Final = ("er", "ern", "ens")
_AFTER_E: Final = ("n", "s", "ns")
_UMLAUT_ENDINGS: Final = ("e", "en", "er", "ern", "in", "innen")
# A word with a capital is a noun and has none of these ("Mode", "Modem").
_ADJECTIVE_ENDINGS: Final = ("em", *_DEGREES)
_ADJECTIVE_AFTER_E: Final = ("r", "m")
_VERB_ENDINGS: Final = tuple("e st t te ten test tet end ende enden ender endes et est".split(" "))  # noqa: SIM905
_ENGLISH_ENDINGS: Final = ("s", "ed", "ing")
_HISSING: Final = ("s", "x", "z", "ch", "sh")

# A plural of which the singular is looked for, too. Only of long nouns: "Stärke", "Größe" are no plurals of "stark", "groß". Nor
# of those in -er, which are people as well: "Ausländer", "Datenschützer".
_UMLAUT_OF_PLURAL = re.compile(r"[äöü](?=u?[^aeiouyäöü]*e\Z)")
_FROM_UMLAUT: Final = str.maketrans("äöü", "aou")
_TO_UMLAUT: Final = str.maketrans({"a": "ä", "o": "ö", "u": "ü"})
_CASE_ENDING = re.compile(r"e[rsmn]?\Z")
_LAST_VOWEL = re.compile(r"(au|[aou])(?=[^aeiouyäöü]*e?\Z)")


def forms_of(word: str, language: str) -> frozenset[str]:
    """Every form of one word, folded as `spelling.fold` does; the word itself for a language without rules."""
    base = fold(word).text
    known = primary_language(language)
    if known == "de":
        return frozenset({base, *_german_forms(word, base)})
    if known == "en":
        return frozenset({base, *_english_forms(base)})
    return frozenset({base})


def forms_in_phrase(word: str, language: str) -> frozenset[str]:
    """The forms of a word before another one, where an adjective may stand in any case: "dummer Hund", "dumme Hunde"."""
    forms = forms_of(word, language)
    ending = _CASE_ENDING.search(word)
    if primary_language(language) == "de" and ending is not None and ending.start() >= _SHORT:
        forms |= forms_of(word[: ending.start()], language)
    return forms


def _german_forms(word: str, base: str) -> set[str]:
    umlauted = fold(_LAST_VOWEL.sub(lambda match: match[0][0].translate(_TO_UMLAUT) + match[0][1:], word.lower())).text
    if len(base) <= _SHORT:
        return {umlauted + "e"} if umlauted != base else set()
    is_noun = word[:1].isupper() and not word.isupper()
    forms = {base + ending for ending in _direct_endings(base, is_noun=is_noun)}
    if base.endswith("e"):
        forms |= {base[:-1] + ending for ending in ("in", "innen")}
    if is_noun:
        forms |= _singular_forms(word.lower())
    if umlauted != base:
        if is_noun and len(base) >= _UMLAUT_ALONE:
            forms.add(umlauted)
        stem = umlauted.removesuffix("e")
        forms |= {stem + ending for ending in _UMLAUT_ENDINGS + (() if is_noun else _DEGREES)}
    if base.endswith("en") and len(base) > _SHORT + 2:
        stem = base.removesuffix("en")
        forms |= {stem + ending for ending in _VERB_ENDINGS} | {f"ge{stem}t", f"ge{stem}en"}
    return forms


def _singular_forms(plural: str) -> set[str]:
    singular, count = _UMLAUT_OF_PLURAL.subn(lambda match: match[0].translate(_FROM_UMLAUT), plural)
    base = fold(singular.removesuffix("e")).text
    return {base + ending for ending in ("", "s", "es")} if count and len(base) >= _UMLAUT_ALONE else set()


def _direct_endings(base: str, *, is_noun: bool) -> tuple[str, ...]:
    if base.endswith("e"):
        return _AFTER_E + (() if is_noun else _ADJECTIVE_AFTER_E)
    if len(base) < _LONG:
        return _GERMAN_ENDINGS
    return _GERMAN_ENDINGS + _GERMAN_LONG_ENDINGS + (() if is_noun else _ADJECTIVE_ENDINGS)


def _english_forms(base: str) -> set[str]:
    if len(base) < _SHORT:
        return set()
    plural = base + ("es" if base.endswith(_HISSING) else "s")
    if len(base) == _SHORT:
        return {plural}
    forms = {plural, *(base + ending for ending in _ENGLISH_ENDINGS)}
    if base.endswith("e"):
        forms |= {base[:-1] + "ing", base + "d"}
    if base.endswith("y"):
        forms |= {base[:-1] + "ies"}
    if base.endswith("o"):
        forms |= {base + "es"}
    if base[-1] not in "aeiouywx" and base[-2] in "aeiou" and base[-3] not in "aeiou":
        forms |= {base + base[-1] + ending for ending in ("ed", "ing", "er", "ers")}
    return forms
