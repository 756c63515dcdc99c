"""A discussion as search engines read it: JSON-LD in the vocabulary of https://schema.org, from public text alone."""

from __future__ import annotations

import datetime
import json

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from comments.conf import settings
from comments.excerpts import plain_text
from comments.models import Article
from comments.threads import ThreadPage, ThreadRow

COMMENT_LIMIT = 50
# Inside <script>, HTML knows no escapes: these characters could end it, or begin what hides its end. JSON can spell them.
_SPELLED_IN_JSON = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def structured_data(article: Article, page: ThreadPage, *, is_kept_from_snippets: bool = False) -> SafeString:
    """The `<script type="application/ld+json">` of an article (with its site) and a page of its thread. No query.

    The first 50 published comments in the order of the page, stubs left out. No comment at all, only their number, where
    search engines are asked not to quote: by the site, or by `is_kept_from_snippets` for this page. It is data and not a
    script to a browser, so no Content-Security-Policy refuses it.
    """
    is_kept = is_kept_from_snippets or article.site.is_kept_from_snippets
    rows = [] if is_kept else [row for row in page.rows if not row.is_stub][:COMMENT_LIMIT]
    text = json.dumps(_article_data(article, rows), ensure_ascii=False, separators=(",", ":"))
    escaped = text.translate(_SPELLED_IN_JSON)
    return mark_safe(f'<script type="application/ld+json">{escaped}</script>')  # noqa: S308 - nothing in it ends it


def _article_data(article: Article, rows: list[ThreadRow]) -> dict[str, object]:
    """The article under its own address, so that what the publisher's page says of it is said of the same thing."""
    discussion = reverse("comments:discussion", args=[article.site.slug, article.key])
    shown = {row.public_id for row in rows}
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "@id": article.url,
        "url": article.url,
        "headline": article.title,
        "discussionUrl": settings.base_url + discussion,
        "commentCount": article.comment_count,
        "comment": [_comment_data(row, shown) for row in rows],
    }
    # An article that nobody has confirmed yet has neither title nor address; a list of nothing says nothing.
    return {name: value for name, value in data.items() if value not in ("", [])}


def _comment_data(row: ThreadRow, shown: set[str]) -> dict[str, object]:
    address = _permalink(row.public_id)
    data: dict[str, object] = {
        "@type": "Comment",
        "@id": address,
        "url": address,
        "text": plain_text(row.body_html),
        "datePublished": _instant(row.posted_at),
        "author": {"@type": "Person", "name": row.author_name},
        "upvoteCount": row.votes,
    }
    if row.edited_at is not None:
        data["dateModified"] = _instant(row.edited_at)
    if row.parent in shown:
        data["parentItem"] = {"@type": "Comment", "@id": _permalink(row.parent)}
    return data


def _permalink(public_id: str) -> str:
    return settings.base_url + reverse("comments:permalink", args=[public_id])


def _instant(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).isoformat(timespec="seconds")
