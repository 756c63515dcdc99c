"""Capitals, stretched letters and rows of exclamation marks.

German writes every noun with a capital and both languages have acronyms, so neither counts by itself: what counts is
capitals that run on from word to word, or of which a text has hardly anything else. What is quoted, code or an address is not
the author's voice. It is read as the page shows it: marks of Markdown and hidden characters break no run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_noop

from comments.screening import Finding, ScreeningInput, Span
from comments.text import is_hidden
from moderation.enums import Action
from moderation.flaggers.base import SiteKnowledge, Stage, clear, flagged
from moderation.flaggers.shown import own_words, shown
from moderation.flaggers.spelling import Traced

_CAPITALS = gettext_noop("Written largely in capitals.")
_PASSAGE = gettext_noop("Has a long passage in capitals.")
_STRETCHED = gettext_noop("Stretched letters or rows of exclamation and question marks.")
_CAPITALS_LABEL = gettext_noop("Capitals")
_STRETCHED_LABEL = gettext_noop("Stretched")
_MARKS_LABEL = gettext_noop("Row of marks")

# A run of words in capitals, however much space is between two: commas and slashes end it, since acronyms come in lists.
_WORD: Final = r"[^\W\d_]++"
_RUN = re.compile(rf"(?<![^\W_]){_WORD}(?:(?:[^\S\n]++|[\n'\u2019\-]){{1,2}}+{_WORD})*+")
_LETTERS = re.compile(_WORD)
_LONG_WORD: Final = 4
_LEAST_RUN_WORDS: Final = 3
_LEAST_RUN_LETTERS: Final = 12
# Whatever ends the runs: a text all in capitals that is no list of acronyms. Those are seldom so long, next to each other
# without a comma, or cried out.
_ALL_SHARE: Final = 0.9
_LEAST_LETTERS: Final = 18
_LONGER_THAN_ACRONYMS: Final = 8
_LEAST_SHOUTED_SHARE: Final = 0.5
# In a longer text one sentence in capitals is enough, in a short one half of its letters.
_LOUD_LETTERS: Final = 60
_LOUD_SHARE: Final = 0.5

# An x stands for what is left out ("0711-XXXXXX").
_STRETCHED_LETTERS = re.compile(r"([^\W\d_x])\1{3,}+", re.IGNORECASE)
_VERY_STRETCHED: Final = 6
_MARKS = re.compile(r"[!?¡¿]{3,}+")
_MANY_MARKS: Final = 6
_OFTEN: Final = 3


class ShoutingFlagger:
    """Finds text that shouts; inline, linear."""

    name = "shouting"
    version = "4"
    stage = Stage.INLINE
    languages: tuple[str, ...] = ()
    decides = (Action.REJECT,)

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Whether the text is largely in capitals, or full of stretched letters and rows of marks."""
        voice = _voice(comment.body)
        text = voice.text
        share = _capital_share(text)
        runs = (share >= _ALL_SHARE and list(_all_of(text))) or list(_shouted_runs(text))
        loud = sum(_count_letters(text[run.start : run.end]) for run in runs)
        stretches = [*_spans(_STRETCHED_LETTERS, text, _STRETCHED_LABEL), *_spans(_MARKS, text, _MARKS_LABEL)]
        if runs and (share >= _LOUD_SHARE or loud >= _LOUD_LETTERS):
            message = _CAPITALS if share >= _LOUD_SHARE else _PASSAGE
            score = min(1.0, 0.4 + 0.6 * share)
            return flagged(self, message, score=score, clause="respect", spans=_in_source([*runs, *stretches], voice))
        if _is_overdone(stretches):
            score = min(0.8, 0.3 + 0.1 * len(stretches))
            return flagged(self, _STRETCHED, score=score, clause="respect", spans=_in_source(stretches, voice))
        return clear(self)


def _voice(body: str) -> Traced:
    """What the page shows of the author's own words; blank what is not theirs, the address in place of a link's missing words too."""
    page, own = shown(body), own_words(body)
    parts: list[str] = []
    origins: list[int] = []
    for at, (char, origin) in enumerate(zip(page.text, page.origins, strict=True)):
        if is_hidden(char):
            continue
        is_own = char.isspace() or (own[origin] == body[origin] and at not in page.added)
        parts.append(char if is_own else " ")
        origins.append(origin)
    return Traced("".join(parts), origins)


def _in_source(spans: list[Span], voice: Traced) -> list[Span]:
    return [Span(*voice.source_span(span.start, span.end), span.label) for span in spans]


def _shouted_runs(text: str) -> Iterator[Span]:
    for match in _RUN.finditer(text):
        yield from _capital_stretches(match)


def _capital_stretches(run: re.Match[str]) -> Iterator[Span]:
    """The longest stretches of words in capitals within a run of words."""
    words: list[re.Match[str]] = []
    for word in [*_LETTERS.finditer(run.string, run.start(), run.end()), None]:
        if word is not None and word[0].replace("ß", "SS").isupper():
            words.append(word)
            continue
        has_long_words = sum(len(one[0]) >= _LONG_WORD for one in words) > 1
        letters = sum(len(one[0]) for one in words)
        if len(words) >= _LEAST_RUN_WORDS and letters >= _LEAST_RUN_LETTERS and has_long_words:
            yield Span(words[0].start(), words[-1].end(), _CAPITALS_LABEL)
        words = []


def _all_of(text: str) -> Iterator[Span]:
    """A text in capitals as one stretch, however short its runs; nothing where there is little text, or not much but acronyms."""
    runs = list(_RUN.finditer(text))
    words = _LETTERS.findall(text)
    letters = sum(map(len, words))
    shouted = sum(_count_letters(run[0]) for run in runs if _is_shouted(run))
    has_long_words = sum(len(word) >= _LONG_WORD for word in words) > 1
    is_text = len(words) >= _LEAST_RUN_WORDS and has_long_words and letters >= _LEAST_LETTERS
    if is_text and shouted >= _LEAST_SHOUTED_SHARE * letters:
        yield Span(runs[0].start(), runs[-1].end(), _CAPITALS_LABEL)


def _is_shouted(run: re.Match[str]) -> bool:
    words = _LETTERS.findall(run[0])
    return len(words) > 1 or len(words[0]) >= _LONGER_THAN_ACRONYMS or run.string.startswith("!", run.end())


def _capital_share(text: str) -> float:
    """The share of capitals among all letters, or among those of words of four letters and more where it is less, so that
    acronyms do not count; 0 where there are no such words."""
    words = _LETTERS.findall(text)
    every, long = "".join(words), "".join(word for word in words if len(word) >= _LONG_WORD)
    return min(sum(map(str.isupper, letters)) / len(letters) for letters in (every, long)) if long else 0.0


def _count_letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _spans(pattern: re.Pattern[str], text: str, label: str) -> Iterator[Span]:
    return (Span(match.start(), match.end(), label) for match in pattern.finditer(text))


def _is_overdone(stretches: list[Span]) -> bool:
    """One "sooo" or "!!!" is how people talk: it takes a very long one, or several."""
    return len(stretches) >= _OFTEN or any(
        one.end - one.start >= (_VERY_STRETCHED if one.label == _STRETCHED_LABEL else _MANY_MARKS) for one in stretches
    )
