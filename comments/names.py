"""Names under which people comment: what a name may be, and whether it could be mistaken for another one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy, ngettext_lazy

from comments.confusables import LOOKS_LIKE, letter_in_name
from comments.text import TextError, clean_line, has_hidden, is_hidden, limit_marks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NAME_LIMIT: Final = 60
_MARKS_IN_A_NAME: Final = 4

# Taken off both ends; a full stop, a bracket or an apostrophe may belong to the name there ("Ada B.", "Ali (Ulm)", "'t Hooft").
_DECORATION: Final = " *_~=+#|/\\<>^\u00b7\u2022-\u2013\u2014:;,"
_REPEATED_END = re.compile(r"\s*([.!?\u2026])[.!?\u2026]+\Z")

_BADGES: Final = frozenset(
    "\u00a9\u00ae\u2122\u2120\u221a\u237b\u2611\u2705\u2713\u2714\U0001f5f8\U0001f5f9\U0001f6e1\U0001f396\U0001f3c5\U0001f4f0"
)
_DOMAINS = (
    "com|net|org|info|biz|eu|de|at|ch|li|lu|nl|be|fr|it|es|pt|pl|cz|dk|se|no|fi|uk|ie|ru|su|ua|tr|cn|in|us|ca|au|br|tv|io|me"
    "|co|cc|ai|gg|ly|to|app|dev|xyz|top|icu|shop|store|online|site|website|club|live|link|click|blog|news|vip|win|bet|casino"
)
_ADDRESS = re.compile(
    rf"https?:|//|\bwww\.|[^\s@]@[^\s@]+\.[^\s@]|[^\s.@/()]{{2,}}\.(?:{_DOMAINS})(?![^\W_])", re.IGNORECASE
)

_SHAPES: Final = {char: letters for letters, chars in LOOKS_LIKE.items() for char in chars}
_SAME_SHAPE = str.maketrans("012345789i", "olzeastbgl")
_SYMBOL_LETTERS: Final = {"@": "a", "|": "l", "!": "l"}
_LETTERS: Final = frozenset({"Lu", "Ll", "Lt", "Lo"})
# What some characters look like at a second look.
_SECOND_SHAPES: Final = {
    "\u03b2": "ss",
    "\ua7b5": "ss",
    "\u0454": "e",
    "\u0404": "e",
    "\u0584": "f",
    "\uab35": "f",
    "\u1e9d": "f",
}
_UMLAUTS: Final = {"\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue", "\u00e5": "aa", "\u00f8": "oe"}
_WRITTEN_OUT = str.maketrans(_UMLAUTS | {letter.upper(): pair.upper() for letter, pair in _UMLAUTS.items()})
_WITHOUT_SYMBOL_LETTERS = str.maketrans("", "", "".join(_SYMBOL_LETTERS))


def normalise_name(source: str) -> str:
    """Return a name in one line, 1 to `NAME_LIMIT` characters, without hidden characters and without decoration at its ends.

    Raises TextError: "name_empty" (no letter and no digit), "name_too_long", "name_address" (a web or e-mail address),
    "name_badge" (a check mark or seal, which readers take for a sign of the editorial team).
    Whether the name imitates somebody is another question: `is_lookalike`.
    """
    name = _clean_name(source)
    if not any(map(str.isalnum, name)):
        raise TextError(gettext_lazy("Please enter a name with at least one letter or digit."), "name_empty")
    excess = len(name) - NAME_LIMIT
    if excess > 0:
        message = ngettext_lazy(
            "The name is %(excess)d character too long. Please shorten it to at most %(limit)d characters.",
            "The name is %(excess)d characters too long. Please shorten it to at most %(limit)d characters.",
            "excess",
        )
        raise TextError(message, "name_too_long", {"excess": excess, "limit": NAME_LIMIT})
    if _ADDRESS.search(unicodedata.normalize("NFKC", name).replace("\u3002", ".")):
        message = gettext_lazy("A web or e-mail address cannot be a name. Please choose another one.")
        raise TextError(message, "name_address")
    if not _BADGES.isdisjoint(name):
        message = gettext_lazy(
            "Check marks and seals are kept for the editorial team. Please leave them out of your name."
        )
        raise TextError(message, "name_badge")
    return name


def skeleton(name: str) -> str:
    """Return what is left of a name at a quick look: equal for names that can be mistaken for each other.

    The idea is that of UTS 39, carried further: letters of any alphabet by the Latin shape they resemble, no case, accents,
    spaces or punctuation; 0 is o, 1 and i are l, rn is m. "" for a name without letters. Not for display.
    """
    return _outline(name, _shape_of)


def is_lookalike(name: str, reserved: Iterable[str]) -> bool:
    """Whether a name could be mistaken for one of the reserved names, which includes being one of them.

    Capitals and small letters have different look-alikes, an umlaut may be written out, a symbol may stand for a letter or
    for nothing: a name has several readings, and one in common is enough. Cost: the number of reserved names.
    """
    readings = _readings(name)
    return any(not readings.isdisjoint(_readings(other)) for other in reserved)


def _clean_name(source: str) -> str:
    line = clean_line(source).replace("\u2800", "")  # an empty Braille cell, which looks like a space
    if has_hidden(line):
        line = "".join(char for char in line if not is_hidden(char))
    name = limit_marks(unicodedata.normalize("NFC", line), _MARKS_IN_A_NAME)
    name = " ".join(name.split())
    # A mark that is left without its letter goes, too: it would sit on whatever stands before the name.
    start = next((at for at, char in enumerate(name) if not _is_leading_decoration(char)), len(name))
    return _REPEATED_END.sub(r"\1", name[start:].rstrip(_DECORATION + "("))


def _is_leading_decoration(char: str) -> bool:
    return char in _DECORATION or char in ".!?\u2026)" or unicodedata.category(char)[0] == "M"


@lru_cache(maxsize=1024)
def _readings(name: str) -> frozenset[str]:
    name = unicodedata.normalize("NFC", name)
    written_out = name.translate(_WRITTEN_OUT)
    spellings = {name, name.lower(), name.upper(), written_out, written_out.lower(), written_out.upper()}
    spellings |= {spelling.translate(_WITHOUT_SYMBOL_LETTERS) for spelling in spellings}
    outlines = {_outline(spelling, look) for spelling in spellings for look in (_shape_of, _second_shape_of)}
    return frozenset(outlines - {""})


def _outline(name: str, look: Callable[[str], str]) -> str:
    folded = "".join(map(look, unicodedata.normalize("NFC", name))).casefold()
    bare = "".join(char for char in unicodedata.normalize("NFKD", folded) if unicodedata.category(char)[0] != "M")
    return bare.translate(_SAME_SHAPE).replace("rn", "m").replace("vv", "w")


@lru_cache(maxsize=4096)
def _shape_of(char: str) -> str:
    """Return the Latin letters a character looks like, the character itself when there are none, "" when it is no letter."""
    if char in _SHAPES:
        return _SHAPES[char]
    return "".join(map(_shape_of_part, unicodedata.normalize("NFKD", char)))


@lru_cache(maxsize=4096)
def _second_shape_of(char: str) -> str:
    return _SECOND_SHAPES.get(char) or _SECOND_SHAPES.get(unicodedata.normalize("NFKC", char)) or _shape_of(char)


def _shape_of_part(char: str) -> str:
    if char in _SHAPES:
        return _SHAPES[char]
    if char.isascii():
        return char if char.isalnum() else _SYMBOL_LETTERS.get(char, "")
    if letter := letter_in_name(char):
        return letter
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    return char if unicodedata.category(char) in _LETTERS else ""
