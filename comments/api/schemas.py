"""The shapes of version 1: what is taken, what is given. Rules that can be broken are in the services, not here."""

from __future__ import annotations

import datetime
import re
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictInt, StringConstraints
from pydantic.config import JsonValue
from pydantic_core import PydanticCustomError

from comments.enums import Badge, Sort, Status

COUNTS_LIMIT = 100
OWN_ARTICLES_LIMIT = 20
IDEMPOTENCY_KEY_LIMIT = 200


def _storable(text: str) -> str:
    """Refuse lone surrogates, which JSON can spell and no database can store."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise PydanticCustomError("string_unicode", "Not a Unicode text.") from error
    return text


def _number_of(value: object) -> object:
    """The number that digits spell; anything else as it is, for pydantic to refuse."""
    return int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value) else value


SiteSlug = Annotated[str, StringConstraints(pattern=r"^[-a-zA-Z0-9_]{1,50}$")]
ArticleKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~:-]{1,200}$")]
PublicId = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{12}$")]
# Every other text. NUL cannot be stored by PostgreSQL, nor asked for.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$"), AfterValidator(_storable)]
# What the normaliser cleans, NUL included.
Prose = Annotated[str, AfterValidator(_storable)]
# Pages hand it on as they have it, in the value of a field.
RevisionNumber = Annotated[StrictInt, BeforeValidator(_number_of)]


def _example(**members: JsonValue) -> ConfigDict:
    """The configuration of a schema with an example for the OpenAPI document."""
    return ConfigDict(json_schema_extra={"examples": [dict(members)]})


class ProblemField(Schema):
    field: str
    message: str


class Problem(Schema):
    """Every refusal: RFC 9457, `application/problem+json`. `code` is for programs, `detail` a sentence for people."""

    model_config = _example(
        type="urn:marginalia:problem:invalid",
        title="Please check what you sent",
        status=422,
        detail="There is no text yet. Please write something.",
        code="invalid",
        errors=[{"field": "body", "message": "There is no text yet. Please write something."}],
    )

    type: str = Field(examples=["urn:marginalia:problem:closed"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["closed"])
    errors: list[ProblemField] | None = Field(None, description="With 422: what is wrong with which field.")
    kind: str | None = Field(None, description="With `restricted`: warning, hold, mute or ban.")
    until: datetime.datetime | None = Field(None, description="With `restricted`: when it ends; null: not by itself.")
    page: str | None = Field(None, description="With `restricted`: where it is explained, confirmed or objected to.")
    restriction: str | None = Field(None, description="With `restricted`: its reference. A secret of who was refused.")


class ArticleRef(Schema):
    """The name of an article: the site's slug and the publisher's key."""

    site: SiteSlug
    key: ArticleKey


class ThreadArticle(Schema):
    key: str
    url: str
    title: str
    count: int = Field(description="Published comments.")
    state: str = Field(description="open, read_only or closed")
    closes_at: datetime.datetime | None = Field(description="When the discussion ends, or ended, by itself.")
    note: str = Field(description="What the editors say to readers, as plain text: to be escaped in HTML.")


class ThreadAuthor(Schema):
    name: str
    badges: list[Badge]


class ThreadComment(Schema):
    """A published comment; or, with `removed`, the place of one that is gone while replies to it are there."""

    id: PublicId
    parent: PublicId | None
    depth: int
    author: ThreadAuthor | None
    body_html: str
    posted_at: datetime.datetime
    edited_at: datetime.datetime | None
    votes: int
    replies: int = Field(description="Published replies below it, at any depth.")
    pinned: bool = Field(description="Whether it stands first in every order; at most three do.")
    featured: bool = Field(description="Whether it is the editors' choice.")
    removed: bool


class Thread(Schema):
    """A page of conversations, each followed by its replies, in the order of display."""

    model_config = _example(
        article={
            "key": "bridge-2031",
            "url": "https://news.example/bridge-2031",
            "title": "The old bridge stays",
            "count": 1,
            "state": "open",
            "closes_at": "2031-05-18T09:00:00Z",
            "note": "Please stay with the bridge.",
        },
        comments=[
            {
                "id": "7c2k9qpx4m1d",
                "parent": None,
                "depth": 0,
                "author": None,
                "body_html": "",
                "posted_at": "2031-05-04T09:12:33Z",
                "edited_at": None,
                "votes": 0,
                "replies": 1,
                "pinned": False,
                "featured": False,
                "removed": True,
            },
            {
                "id": "0zt5h3w8rfge",
                "parent": "7c2k9qpx4m1d",
                "depth": 1,
                "author": {"name": "Hanna Kuhl", "badges": []},
                "body_html": "<p>My grandfather <em>built</em> it.</p>",
                "posted_at": "2031-05-04T10:40:00Z",
                "edited_at": None,
                "votes": 3,
                "replies": 0,
                "pinned": False,
                "featured": True,
                "removed": False,
            },
        ],
        next=None,
    )

    article: ThreadArticle
    comments: list[ThreadComment]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class ThreadQuery(Schema):
    sort: Sort = Sort.NEWEST
    cursor: Annotated[str, StringConstraints(max_length=200)] = Field("", description="`next` of the page before.")


class CountsQuery(Schema):
    site: SiteSlug
    id: list[Annotated[str, StringConstraints(max_length=200)]] = Field(
        default_factory=list, max_length=COUNTS_LIMIT, description="Article keys, the parameter repeated; up to 100."
    )


class Counts(Schema):
    counts: dict[str, int] = Field(examples=[{"article-17": 42, "article-18": 0}])


class CommentIn(Schema):
    """A new comment. Fields other than these are ignored."""

    model_config = _example(body="My grandfather *built* it.", parent="7c2k9qpx4m1d", name="Hanna Kuhl")

    body: Prose = Field(description="1 to 5,000 characters of Markdown's simple part.", examples=["A fair point."])
    parent: PublicId | None = Field(None, description="The published comment that this one answers.")
    name: Prose | None = Field(None, description="A guest's name; needed unless a token or session says who it is.")
    email: Text | None = Field(None, description="Where to write about the outcome. Never shown.")
    notify: bool | None = Field(None, description="Whether to tell the author of replies by mail: see Subscriptions.")
    article_url: Text | None = Field(None, description="Address of the page, which registers an article not known yet.")
    article_title: Prose | None = Field(None, description="Its title, then.")


class RevisionIn(Schema):
    """A new text for one's own comment. Fields other than these are ignored."""

    model_config = _example(body="My grandfather *built* it.", expected_status="pending", expected_revision=1)

    body: Prose
    expected_status: Status | None = Field(None, description="Where the comment stood when the text was written.")
    expected_revision: RevisionNumber | None = Field(None, description="The revision that the text began with.")


class PreviewIn(Schema):
    model_config = _example(body="My grandfather *built* it.")

    body: Prose


class PreviewOut(Schema):
    model_config = _example(body_html="<p>My grandfather <em>built</em> it.</p>")

    body_html: str


class OwnArticlesIn(Schema):
    model_config = _example(articles=[{"site": "news", "key": "bridge-2031"}])

    articles: list[ArticleRef] = Field(max_length=OWN_ARTICLES_LIMIT)


class PostedComment(Schema):
    """What became of a new comment, and what its author may keep to come back to it."""

    model_config = _example(
        id="0zt5h3w8rfge",
        status="pending",
        revision=1,
        author_token="ma_4q8n2v6b0yxj-1.Zk3...",  # noqa: S106 - an example
        status_url="https://comments.example/status/0zt5h3w8rfge.mD1.../",
    )

    id: PublicId
    status: Status = Field(description="pending, as a rule; approved where a rule published it at once.")
    revision: int
    author_token: str | None = Field(
        description="A guest's credential for everything else here. Null for an account, whose session is one."
    )
    status_url: str | None = Field(
        description="A page that shows where the comment stands, on any device. A secret, too."
    )


class Reason(Schema):
    """Why a comment stands where it stands."""

    clause: str = Field(description="Identifier of the clause of the policy; empty when none was named.")
    note: str
    at: datetime.datetime


class OwnArticle(ArticleRef):
    url: str
    title: str


class OwnComment(Schema):
    """A comment as its author sees it."""

    model_config = _example(
        id="0zt5h3w8rfge",
        article={
            "site": "news",
            "key": "bridge-2031",
            "url": "https://news.example/bridge-2031",
            "title": "The old bridge stays",
        },
        parent="7c2k9qpx4m1d",
        status="returned",
        revision=1,
        body="My grandfather *built* it, you fools.",
        body_html="<p>My grandfather <em>built</em> it, you fools.</p>",
        posted_at="2031-05-04T10:40:00Z",
        edited_at=None,
        edit_waiting=False,
        may_revise=True,
        may_withdraw=True,
        reason={"clause": "respect", "note": "Please without the last words.", "at": "2031-05-04T10:55:12Z"},
        status_url="https://comments.example/status/0zt5h3w8rfge.mD1.../",
    )

    id: PublicId
    article: OwnArticle
    parent: PublicId | None
    status: Status
    revision: int
    body: str = Field(description="The latest text, as written.")
    body_html: str
    posted_at: datetime.datetime
    edited_at: datetime.datetime | None
    edit_waiting: bool = Field(description="Published, while a newer text waits to be judged.")
    may_revise: bool
    may_withdraw: bool
    reason: Reason | None
    status_url: str


class OwnComments(Schema):
    comments: list[OwnComment]
