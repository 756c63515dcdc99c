"""What the files in demo/content hold: the newspaper's articles, its readers and what they wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, TypedDict

CONTENT_DIR = Path(__file__).resolve().parent / "content"

# Where a comment of the demo ends up; the words are those of comments.enums.Status.
Outcome = Literal["pending", "approved", "rejected", "spam", "returned", "removed", "withdrawn"]


class LookupLink(TypedDict):
    """A place where readers may look a topic up; the url holds {query}."""

    label: str
    url: str


class SiteContent(TypedDict):
    """The newspaper itself. `tagline` by language."""

    slug: str
    name: str
    language: str
    tagline: dict[str, str]
    promised_minutes: int
    sections: list[str]
    lookup_links: list[LookupLink]


class ArticleContent(TypedDict):
    """An article; `mode` is a value of comments.enums.ArticleMode, `author` the handle of an account that wrote it."""

    key: str
    slug: str
    language: str
    section: str
    headline: str
    teaser: str
    byline: str
    author: str | None
    published_days_ago: float
    mode: str
    paragraphs: list[str]


class AuthorContent(TypedDict):
    """Somebody who comments, with an account ("user") or without ("guest")."""

    handle: str
    name: str
    email: str | None
    kind: Literal["user", "guest"]
    badge: str | None


class CommentContent(TypedDict):
    """A comment, what became of it and how many voted for it; `parent` and `id` are names inside the file."""

    id: str
    article: str
    parent: str | None
    author: str
    body: str
    minutes_ago: int
    votes: int
    outcome: Outcome
    clause: str | None
    note: str | None


class TermContent(TypedDict):
    """A word that the desk wants to be told of."""

    phrase: str
    language: str
    clause: str
    note: str


class ReportContent(TypedDict):
    """What a reader with an account says is wrong with a published comment; `reason` as the form of a report takes it."""

    comment: str
    reporter: str
    reason: str
    text: str
    minutes_ago: int


class AppealContent(TypedDict):
    """What the author of a refused comment has to say to that."""

    comment: str
    text: str
    minutes_ago: int


class NoteContent(TypedDict):
    """What the desk keeps in mind of the author of a comment."""

    comment: str
    text: str


class CaseContent(TypedDict):
    """A comment whose judgement is a case for practice, and why it was judged so."""

    comment: str
    explanation: str


class DeskContent(TypedDict):
    """What waits for the desk besides comments, and what it knows."""

    reports: list[ReportContent]
    appeals: list[AppealContent]
    notes: list[NoteContent]
    cases: list[CaseContent]


def site_content() -> SiteContent:
    content: SiteContent = _read("site.json")
    return content


def article_contents() -> list[ArticleContent]:
    content: list[ArticleContent] = _read("articles.json")
    return content


def author_contents() -> list[AuthorContent]:
    content: list[AuthorContent] = _read("authors.json")
    return content


def comment_contents() -> list[CommentContent]:
    """Grouped by article, oldest first, a parent before its replies."""
    content: list[CommentContent] = _read("comments.json")
    return content


def term_contents() -> list[TermContent]:
    content: list[TermContent] = _read("words.json")
    return content


def desk_content() -> DeskContent:
    content: DeskContent = _read("desk.json")
    return content


def _read(name: str) -> Any:
    return json.loads((CONTENT_DIR / name).read_text(encoding="utf-8"))
