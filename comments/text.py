"""The one door for text: what people type, send or import is brought into a form every other part can trust.

After `clean_body`, `clean_line` (and so after every `normalise_*` function) a text

* can be encoded as UTF-8 and consists of characters that XML 1.0 allows, so a feed stays well-formed;
* is in Unicode normalisation form C;
* has no control characters but newline and tab (a line: neither), no noncharacters, no lone surrogates, no private use
  characters (they show as boxes, or as the icons of whatever font the page uses: a way to imitate a badge);
* has no characters that show nothing and that no script needs (soft hyphen, zero width space, byte order mark, fillers,
  tag characters). The zero width joiners and the variation selectors stay in a body: emoji, Persian and Indic scripts need them;
* has no hair space within a word, which shows hardly anything;
* has no bidirectional embeddings and overrides: an override shows Latin letters backwards, so that a word is another one to
  the eye than to every check. Who writes Arabic or Hebrew has the isolates and the marks, which turn no Latin word round;
* has at most eight combining marks in a row, and bidirectional isolates that end on the line on which they began.

All functions are pure, defined for every `str` (lone surrogates included), idempotent, and take time in proportion to the text.
Lengths are counted in code points, as `len` does: JavaScript's `text.length` counts more for emoji, `[...text].length` the same.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy, ngettext_lazy

from comments.exceptions import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrPromise

BODY_LIMIT = 5_000
MARKS_LIMIT = 8

# Sorting a run of combining marks costs the square of its length, so long runs are cut before they are normalised.
_RAW_MARKS_LIMIT = 64

_SURROGATES = re.compile("[\ud800-\udfff]")
_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_EXCESS_BLANK_LINES = re.compile("\n{4,}")
# With something before and behind.
_HAIR_SPACES = re.compile("(?<=.)\u200a+(?=.)")

# England, Scotland and Wales are the only flags in use that are spelled with tag characters; all other tags are hidden text.
_TAG_FLAGS = "|".join(
    "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in region) + "\U000e007f"
    for region in ("gbeng", "gbsct", "gbwls")
)
_UNWANTED = re.compile(
    f"({_TAG_FLAGS})|["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls
    "\xad\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"  # show nothing
    "\u202a-\u202e"  # embeddings and overrides of direction
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # show nothing
    "\ue000-\uf8ff\U000f0000-\U0010ffff"  # private use
    "\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)

_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_EMBEDDING_END, _ISOLATE_END = "\u202c", "\u2069"
_BIDI_END = dict.fromkeys("\u202a\u202b\u202d\u202e", _EMBEDDING_END) | dict.fromkeys(
    "\u2066\u2067\u2068", _ISOLATE_END
)

# In a line a joiner stays only where a reader can see what it does: between two letters of a script that joins
# or stacks its letters, and in emoji. So Persian titles keep their spelling and nothing can be hidden.
_JOINING = "\u0620-\u06dc\u06de-\u06ff\u0710-\u07f5\u08a0-\u08c7\u0900-\u0dff\u1000-\u109f\u1780-\u17b3\u17b6-\u17d3\u1820-\u18aa\ufb50-\ufdc7"
_EMOJI = "\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_VISIBLE_JOINER = re.compile(
    f"(?<=[{_JOINING}])[\u200c\u200d](?=[{_JOINING}])"
    f"|(?:(?<=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f))\u200d(?=[{_EMOJI}])"
    f"|(?<=[{_EMOJI}#*0-9])[\ufe0e\ufe0f]"
)
_SELECTORS = (
    frozenset("\u034f\u180b\u180c\u180d\u180f")
    | {chr(0xFE00 + n) for n in range(16)}
    | {chr(0xE0100 + n) for n in range(240)}
)
# What turns the direction of writing: letters and digits of scripts from right to left, marks, embeddings, isolates.
_TURNS_DIRECTION = frozenset("R AL AN LRE RLE LRO RLO PDF LRI RLI FSI PDI".split())  # noqa: SIM905
_BLANK_SYMBOLS = frozenset("\u2800")


class TextError(ValueError):
    """A text that cannot be accepted. `str(error)` is a whole sentence, in the language active then, that says what to do.

    `code` names the rule for programs: "empty", "too_long", or a code that starts with "name_".
    `params` are the values the sentence mentions.
    """

    def __init__(self, message: StrPromise, code: str, params: Mapping[str, int] | None = None) -> None:
        super().__init__(message, code)
        self.message = message
        self.code = code
        self.params = dict(params or {})

    def __str__(self) -> str:
        return self.message % self.params if self.params else str(self.message)


def normalise_body(source: str) -> str:
    """Return the text of a comment, 1 to `BODY_LIMIT` characters, lines separated by newlines.

    Raises TextError ("empty", "too_long"). The length is that of the cleaned text.
    """
    text = clean_body(source)
    check_length(text, BODY_LIMIT)
    return text


def normalise_line(source: str, *, limit: int) -> str:
    """Return a one-line text (a title, a label), 1 to `limit` characters, without bidirectional controls or hidden characters.

    Raises TextError ("empty", "too_long"); a caller whose field may stay empty asks only when something was typed.
    """
    text = clean_line(source)
    check_length(text, limit)
    return text


def require_length(field: str, text: str, limit: int) -> None:
    """As `check_length`, for the field of a form. Raises InvalidInputError for the field."""
    try:
        check_length(text, limit)
    except TextError as error:
        raise InvalidInputError(field, str(error)) from error


def check_length(text: str, limit: int) -> None:
    """Raise TextError unless cleaned text has something to see and at most `limit` characters."""
    if not any(map(is_visible, text)):
        raise TextError(gettext_lazy("There is no text yet. Please write something."), "empty")
    excess = len(text) - limit
    if excess > 0:
        message = ngettext_lazy(
            "The text is %(excess)d character too long. Please shorten it to at most %(limit)d characters.",
            "The text is %(excess)d characters too long. Please shorten it to at most %(limit)d characters.",
            "excess",
        )
        raise TextError(message, "too_long", {"excess": excess, "limit": limit})


def clean_body(source: str) -> str:
    """Return the text with everything unwanted removed, however long or empty it is. Never raises.

    Trailing spaces of lines go; more than two blank lines in a row become two. For imports and as a second line of defence;
    what a person submits goes through `normalise_body`.
    """
    text = _compose(_close_words(balance_bidi(_remove_unwanted(_LINE_BREAKS.sub("\n", source)))))
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return _EXCESS_BLANK_LINES.sub("\n\n\n", text).strip()


def clean_line(source: str) -> str:
    """Return the text as one line, each run of white space as one space, whatever its length. Never raises."""
    text = _compose(_remove_unwanted(" ".join(source.split())))
    if has_hidden(text):
        text = _compose(without_hidden(text))
    return " ".join(text.split())


def without_hidden(text: str) -> str:
    """Return the text without hidden characters, but for joiners and selectors of which a reader can see what they do."""
    if not has_hidden(text):
        return text
    kept = {match.start() for match in _VISIBLE_JOINER.finditer(text)}
    return "".join(char for at, char in enumerate(text) if at in kept or not is_hidden(char))


def body_digest(body: str) -> str:
    """The same 32 letters and digits for texts that differ only in case, spaces and punctuation.

    Of a text that is nothing but punctuation, every sign counts.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", body).casefold())
    words = "".join(char for char in folded if unicodedata.category(char)[0] not in "PZC")
    return hashlib.sha256((words or folded).encode()).hexdigest()[:32]


def is_hidden(char: str) -> bool:
    """Whether a character only steers how others are shown: format characters, direction marks, variation selectors."""
    return char in _SELECTORS or unicodedata.category(char) == "Cf"


def has_hidden(text: str) -> bool:
    """Whether any character of a text `is_hidden`."""
    return "Cf" in map(unicodedata.category, text) or not _SELECTORS.isdisjoint(text)


def is_visible(char: str) -> bool:
    """Whether a character puts ink on the page by itself. Not yet assigned ones count: they may be a newer emoji."""
    category = unicodedata.category(char)
    return category[0] not in "ZM" and category not in {"Cc", "Cf", "Cs", "Co"} and char not in _BLANK_SYMBOLS


def limit_marks(text: str, limit: int) -> str:
    """Return the text with at most `limit` combining marks after one another; joiners between marks do not start a new count."""
    if not _too_many_marks(limit).search("".join(map(unicodedata.category, text))):
        return text
    kept: list[str] = []
    run = 0
    for char in text:
        category = unicodedata.category(char)
        if category[0] == "M":
            run += 1
            if run > limit:
                continue
        elif category != "Cf":
            run = 0
        kept.append(char)
    return "".join(kept)


def balance_bidi(text: str) -> str:
    """Return the text with the bidirectional embeddings and isolates of each line closed on that line, in order.

    As in UAX 9, the end of an isolate ends the embeddings opened inside it, and an embedding is not ended from inside an
    isolate. What closes nothing is dropped.
    """
    if not _BIDI.search(text):
        return text
    return "\n".join(map(_balance_line, text.split("\n")))


def isolate(text: str) -> str:
    """Return the text, of one line, so that it turns round nothing of a sentence in which it is put."""
    if _TURNS_DIRECTION.isdisjoint(map(unicodedata.bidirectional, text)):
        return text
    return f"\u2068{balance_bidi(text)}{_ISOLATE_END}"


@cache
def _too_many_marks(limit: int) -> re.Pattern[str]:
    """Return a pattern for the categories of a text, two letters a character: more than `limit` marks, format characters between."""
    return re.compile(rf"(?:M[a-z](?:Cf)*+){{{limit + 1}}}")


def _remove_unwanted(text: str) -> str:
    if _SURROGATES.search(text):
        # Two halves that belong together (JSON written with escapes) become the character they stand for.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return _UNWANTED.sub(_keep_flag, text)


def _keep_flag(match: re.Match[str]) -> str:
    return match[1] or ""


def _close_words(text: str) -> str:
    """Return the text without the hair spaces that stand within a word; at a dash or a quotation mark they are typography."""
    return _HAIR_SPACES.sub(lambda gap: "" if _are_of_a_word(text[gap.start() - 1], text[gap.end()]) else gap[0], text)


def _are_of_a_word(*chars: str) -> bool:
    return all(category[0] in "LM" or category == "Cf" for category in map(unicodedata.category, chars))


def _compose(text: str) -> str:
    if text.isascii():
        return text
    return limit_marks(unicodedata.normalize("NFC", limit_marks(text, _RAW_MARKS_LIMIT)), MARKS_LIMIT)


def _balance_line(line: str) -> str:
    kept: list[str] = []
    expected: list[str] = []
    isolates = 0
    for char in line:
        if char in _BIDI_END:
            expected.append(_BIDI_END[char])
            isolates += _BIDI_END[char] == _ISOLATE_END
        elif char == _ISOLATE_END:
            if not isolates:
                continue
            while expected.pop() != _ISOLATE_END:
                kept.append(_EMBEDDING_END)
            isolates -= 1
        elif char == _EMBEDDING_END:
            if not expected or expected[-1] != _EMBEDDING_END:
                continue
            expected.pop()
        kept.append(char)
    return "".join(kept + expected[::-1])
