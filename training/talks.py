"""Articles and what was said under them, our own texts: `topic.jsonl` measures, `talks.jsonl` is learnt from; and posts in pairs,
`posts.jsonl`, which are learnt from as well.

In both, comments are of different people and of different length, some of them answer others. The texts of `talks.jsonl` say of each
comment whether it is respectful, and are written without knowledge of what is measured.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from moderation.flaggers.base import ArticleWords

_FOLDER: Final = Path(__file__).resolve().parent / "data"
MEASURED: Final = _FOLDER / "topic.jsonl"
LEARNT: Final = _FOLDER / "talks.jsonl"
POSTS: Final = _FOLDER / "posts.jsonl"


@dataclass(frozen=True, slots=True)
class Talk:
    """An article and what was said under it: texts, each with the one it answers or an empty text.

    `part`: in what is measured "develop" or "test"; in what is learnt from "learn", or "weigh" for those that the encoder does not
    learn topics from. `is_bad`: of each comment whether it puts people down; empty where nobody said. `is_late`: whether it was
    written last, so that only the second course of the encoder learns from it.
    """

    part: str
    language: str
    section: str
    words: ArticleWords
    comments: tuple[tuple[str, str], ...]
    is_bad: tuple[bool, ...] = ()
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """A short text. It and the one before or after it are about the same, in nearly the same words, and one of the two puts people
    down; `pair` is their number."""

    text: str
    language: str
    is_bad: bool
    pair: int


def read_talks(path: Path = MEASURED) -> list[Talk]:
    """All of them, in order."""
    talks = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        raw = json.loads(line)
        texts = [one["text"] for one in raw["comments"]]
        comments = tuple((one["text"], texts[one["parent"]] if "parent" in one else "") for one in raw["comments"])
        words = ArticleWords(f"{number}", raw["language"], raw["title"], raw["teaser"], tuple(raw["paragraphs"]))
        is_bad = tuple(bool(one["respect"]) for one in raw["comments"] if "respect" in one)
        is_late = raw.get("is_late", False)
        talks.append(Talk(raw["part"], raw["language"], raw["section"], words, comments, is_bad, is_late))
    return talks


def read_posts() -> list[Post]:
    """All of them, in order. They were written last."""
    lines = POSTS.read_text(encoding="utf-8").splitlines()
    raws = [json.loads(line) for line in lines]
    return [Post(raw["text"], raw["language"], bool(raw["respect"]), at // 2) for at, raw in enumerate(raws)]
