"""Linear models over hashed runs of letters and words: small, exact to explain, and nothing but Python.

A text becomes tokens in one spelling; each token the set of its letter runs (2 to 5, with its edges), itself and the pair
with the token before. A feature is the CRC-32 of its text, cut to the size of the table. The score is the sum of the
table's entries over the distinct features divided by the square root of their number, so every token has its share in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zlib import crc32

from moderation.flaggers.shown import own_words
from moderation.flaggers.spelling import Traced, fold

# What the weights were trained on: changes with every change of this module that changes a feature.
FEATURES: Final = "fold1/char2-5/word1-2/binary-l2/crc32"

_MARKUP = re.compile(r"[`*_]{2,}|\|lbr\|")
_LETTERS: Final = r"[^\W\d_]"
# An address, a name called, letters set apart, a word (with signs in place of letters), a number, marks, a picture.
_TOKEN = re.compile(
    rf"(?P<address>(?:https?://|www\.)\S+)|(?P<name>@\w++)|"
    rf"(?P<spaced>(?<!\w)\w(?:[\s.,*·•:/\-]{{1,3}}+\w(?!\w)){{2,}}+)|"
    rf"(?P<word>(?:[^\W_]|(?<=\w)[@$!€|*](?={_LETTERS}{{1,40}}+)|[@$](?={_LETTERS}{{2}}))++)|"
    rf"(?P<marks>[!?.]{{2,}}+|[€$£%+])|(?P<picture>[^\s\w!-/:-@\[-`{{-~“”„‘’‚«»–—…])"
)
_STRETCHED = re.compile(r"(\D)\1\1++")
_DISGUISED = re.compile(rf"(?<={_LETTERS})[01345789@$!€|]++(?={_LETTERS})|^[013457@$](?={_LETTERS})")
_AS_LETTERS: Final = str.maketrans("01345789@$!€|", "oieastbgasiei")
_DIGITS = re.compile(r"\d+")
_LONGEST_TOKEN: Final = 40
_NAME: Final = "<name>"
_SAYING = re.compile(r"[^\W\d_]{3}|[\U0001f000-\U0001faff]")
_SHORTEST_RUN, _LONGEST_RUN = 2, 5
# Above what people write; a longer text is judged by its beginning.
MOST_TOKENS: Final = 1500


@dataclass(frozen=True, slots=True)
class Token:
    """A word in one spelling, and where it stands in the source."""

    text: str
    start: int
    end: int


def tokenize(source: str, *, with_addresses: bool) -> list[Token]:
    """The tokens in order: of the whole source, or without addresses of the author's own words alone. Linear."""
    folded = fold(source if with_addresses else own_words(source))
    blank = _MARKUP.sub(lambda match: " " * len(match[0]), folded.text)
    tokens: list[Token] = []
    for match in _TOKEN.finditer(blank):
        tokens.extend(_place(text, match, folded) for text in _spell(match))
        if len(tokens) >= MOST_TOKENS:
            break
    return tokens


def is_whole(tokens: list[Token]) -> bool:
    """Whether these are all that a text has; of exactly MOST_TOKENS it is not known."""
    return len(tokens) < MOST_TOKENS


def says_something(tokens: list[Token]) -> bool:
    """Whether there is a word of three letters, a host or an emoji: of anything less a model knows only what stood beside it."""
    return any(token.text != _NAME and _SAYING.search(token.text) for token in tokens)


def features_by_token(tokens: Iterable[Token]) -> Iterator[tuple[int, ...]]:
    """For each token the 32-bit hashes of what it contributes: its letter runs, itself, and the pair with the one before."""
    before = ""
    for token in tokens:
        yield (*_own_features(token.text), crc32(f"b{before} {token.text}".encode("utf-8", "replace")))
        before = token.text


def feature_set(tokens: Iterable[Token]) -> set[int]:
    """The distinct 32-bit hashes of all tokens' features."""
    return set().union(*features_by_token(tokens))


def _spell(match: re.Match[str]) -> Iterator[str]:
    kind = match.lastgroup
    text = match[0]
    if kind == "address":
        host = text.partition("//")[2] or text
        yield "<address>"
        yield host.removeprefix("www.").partition("/")[0][:_LONGEST_TOKEN]
    elif kind == "name":
        yield _NAME
    elif kind == "spaced":
        yield _spell_word("".join(filter(str.isalnum, text)))
    elif kind == "word":
        yield _spell_word(text)
    elif kind == "marks":
        yield text[:2]
    else:
        yield text


def _spell_word(text: str) -> str:
    if text.isdigit():
        return "0" * min(len(text), 6)
    text = _DISGUISED.sub(lambda found: found[0].translate(_AS_LETTERS), text)
    text = _STRETCHED.sub(r"\1", text.replace("*", ""))
    return _DIGITS.sub("0", text)[:_LONGEST_TOKEN]


def _place(text: str, match: re.Match[str], folded: Traced) -> Token:
    start, end = folded.source_span(match.start(), match.end())
    return Token(text, start, end)


# The commonest words make most of every text.
@lru_cache(maxsize=4096)
def _own_features(text: str) -> tuple[int, ...]:
    padded = f" {text} ".encode("utf-8", "replace")
    length = len(padded)
    runs = {
        crc32(padded[at : at + size])
        for size in range(_SHORTEST_RUN, _LONGEST_RUN + 1)
        for at in range(length - size + 1)
    }
    runs.add(crc32(f"w{text}".encode("utf-8", "replace")))
    return tuple(runs)
