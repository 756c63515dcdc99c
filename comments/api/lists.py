"""Lists for front pages: the latest comments of a site, and what it discusses most."""

from __future__ import annotations

import datetime
import json
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from comments.access import get_site_or_404
from comments.api.public import Freshness, PublicResponse, is_confirmed, make_etag
from comments.api.schemas import Problem, PublicId, SiteSlug, ThreadAuthor
from comments.lists import (
    DAYS_LIMIT,
    LIMIT,
    DiscussedArticle,
    LatestComment,
    featured_comments,
    latest_comments,
    most_discussed,
)

FRESHNESS = Freshness(max_age=30, stale_while_revalidate=60)

router = Router(tags=["Discussion"])


class LatestQuery(Schema):
    limit: int = Field(10, ge=1, le=LIMIT)


class FeaturedQuery(LatestQuery):
    article: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~:-]{0,200}$")] = Field(
        "", description="The key of an article; all of the site without it."
    )


class MostDiscussedQuery(LatestQuery):
    days: int = Field(7, ge=1, le=DAYS_LIMIT, description="How many days back comments count.")


class ListedArticle(Schema):
    key: str
    url: str
    title: str


class ListedComment(Schema):
    """A published comment with its first words as plain text."""

    id: PublicId
    url: str = Field(description="Its permalink.")
    article: ListedArticle
    author: ThreadAuthor
    excerpt: str = Field(description="The first 200 characters or fewer, as plain text: to be escaped in HTML.")
    posted_at: datetime.datetime


class LatestComments(Schema):
    comments: list[ListedComment]


class MostDiscussedArticle(ListedArticle):
    recent_count: int = Field(description="Comments published in these days.")
    count: int = Field(description="All published comments.")


class MostDiscussed(Schema):
    articles: list[MostDiscussedArticle]


@router.get(
    "/sites/{site}/comments/latest",
    response={200: LatestComments, 304: None, (404, 422): Problem},
    summary="List the latest comments",
)
def get_latest_comments(request: HttpRequest, site: SiteSlug, query: Query[LatestQuery]) -> HttpResponse:
    """The comments of a site that were published last, the same bytes for everybody, with an ETag. 2 queries."""
    found = get_site_or_404(site)
    return _answer(request, {"comments": [_comment_json(one) for one in latest_comments(found.slug, query.limit)]})


@router.get(
    "/sites/{site}/comments/featured",
    response={200: LatestComments, 304: None, (404, 422): Problem},
    summary="List the editors' choice",
)
def get_featured_comments(request: HttpRequest, site: SiteSlug, query: Query[FeaturedQuery]) -> HttpResponse:
    """The comments of a site, or of one article, that the editors chose, the latest choice first. 2 queries."""
    found = featured_comments(get_site_or_404(site).slug, query.limit, query.article)
    return _answer(request, {"comments": [_comment_json(one) for one in found]})


@router.get(
    "/sites/{site}/articles/most-discussed",
    response={200: MostDiscussed, 304: None, (404, 422): Problem},
    summary="List the most discussed articles",
)
def get_most_discussed(request: HttpRequest, site: SiteSlug, query: Query[MostDiscussedQuery]) -> HttpResponse:
    """The articles of a site with the most comments in the last days, the same bytes for everybody. 2 queries."""
    found = most_discussed(get_site_or_404(site).slug, days=query.days, limit=query.limit)
    return _answer(request, {"articles": [_article_json(one) for one in found]})


def _answer(request: HttpRequest, value: dict[str, object]) -> HttpResponse:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    etag = make_etag("lists", text)
    if is_confirmed(request, etag):
        return PublicResponse(etag=etag, freshness=FRESHNESS, status=304)
    return PublicResponse(text.encode(), etag=etag, freshness=FRESHNESS)


def _comment_json(comment: LatestComment) -> dict[str, object]:
    return {
        "id": comment.public_id,
        "url": comment.url,
        "article": {"key": comment.article_key, "url": comment.article_url, "title": comment.article_title},
        "author": {"name": comment.author_name, "badges": [comment.badge] if comment.badge else []},
        "excerpt": comment.excerpt,
        "posted_at": comment.posted_at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _article_json(article: DiscussedArticle) -> dict[str, object]:
    return {
        "key": article.key,
        "url": article.url,
        "title": article.title,
        "recent_count": article.recent_count,
        "count": article.comment_count,
    }
