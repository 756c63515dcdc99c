"""The discussion of an article: its thread, its count, a new comment."""

from __future__ import annotations

import json
from typing import Annotated

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Header, Query, Router
from ninja.responses import Status

from comments.access import get_article_or_404, get_site_or_404
from comments.api.auth import OPTIONAL_SECURITY, READER, IdentifiedRequest, keep_author, require_site
from comments.api.presenting import status_url, thread_json
from comments.api.public import Freshness, PublicResponse, is_confirmed, make_etag, prepared
from comments.api.schemas import (
    IDEMPOTENCY_KEY_LIMIT,
    ArticleKey,
    CommentIn,
    Counts,
    CountsQuery,
    PostedComment,
    Problem,
    SiteSlug,
    Thread,
    ThreadQuery,
)
from comments.enums import AuthorKind
from comments.models import Article, Site
from comments.services.article_keys import find_counts
from comments.services.articles import register_from_page
from comments.services.identity import Identity, make_author_token
from comments.services.posting import Draft, Posted, post_comment
from comments.threads import read_page

THREAD_FRESHNESS = Freshness(max_age=10, stale_while_revalidate=30)
COUNTS_FRESHNESS = Freshness(max_age=30, stale_while_revalidate=60)
# Raised when the shape of the thread's JSON changes, so that no cache confirms the old one.
SHAPE = 2

router = Router(tags=["Discussion"])
ARTICLE_COMMENTS = "/sites/{site}/articles/{key}/comments"


@router.get(ARTICLE_COMMENTS, response={200: Thread, 304: None, (404, 422): Problem}, summary="Read a discussion")
def get_article_comments(
    request: HttpRequest, site: SiteSlug, key: ArticleKey, query: Query[ThreadQuery]
) -> HttpResponse:
    """A page of the published comments of an article, the same bytes for everybody, with an ETag."""
    article = get_article_or_404(site, key)
    shown = (SHAPE, article.pk, article.version, article.key, article.url, article.title, article.language)
    run = (article.state, article.ends_at, article.reader_note)
    etag = make_etag("thread", *shown, *run, query.sort.value, query.cursor)
    freshness = THREAD_FRESHNESS.until(article.ends_at)
    if is_confirmed(request, etag):
        return PublicResponse(etag=etag, freshness=freshness, language=article.language, status=304)
    content = prepared(etag, lambda: _thread_bytes(article, query))
    return PublicResponse(content, etag=etag, freshness=freshness, language=article.language)


@router.post(
    ARTICLE_COMMENTS,
    auth=READER,
    response={201: PostedComment, (400, 401, 403, 404, 409, 413, 415, 422, 429): Problem},
    summary="Write a comment",
    openapi_extra=OPTIONAL_SECURITY,
)
def post_article_comment(
    request: IdentifiedRequest,
    response: HttpResponse,
    site: SiteSlug,
    key: ArticleKey,
    payload: CommentIn,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", max_length=IDEMPOTENCY_KEY_LIMIT)] = "",
) -> Status[dict[str, object]]:
    """Write a comment as a guest, with the token of an earlier one, or signed in. It waits for a moderator, as a rule.

    The same `Idempotency-Key` with the same body is the same comment, however often it is sent, and gets the same answer.
    Sent by a page of ours, with its CSRF token, it leaves a guest's token in a cookie, too.
    """
    try:
        article = get_article_or_404(site, key)
    except Http404:
        if not payload.article_url:
            raise
        posted = _post_first(get_site_or_404(site), key, payload, request.auth, idempotency_key)
    else:
        posted = _post(article, payload, request.auth, idempotency_key)
    answer = _posted_json(posted, request.auth, has_key=bool(idempotency_key))
    if answer["author_token"] is not None:
        keep_author(request, response, posted.comment.author)
    return Status(201, answer)


@router.get("/counts", response={200: Counts, 304: None, 422: Problem}, summary="Count comments")
def get_counts(request: HttpRequest, query: Query[CountsQuery]) -> HttpResponse:
    """How many published comments articles have; 0 for those that are hidden or not known. 2 queries at most."""
    counts = dict.fromkeys(query.id, 0) | find_counts(query.site, query.id)
    etag = make_etag("counts", query.site, counts)
    if is_confirmed(request, etag):
        return PublicResponse(etag=etag, freshness=COUNTS_FRESHNESS, status=304)
    return PublicResponse(_dump({"counts": counts}), etag=etag, freshness=COUNTS_FRESHNESS)


def _thread_bytes(article: Article, query: ThreadQuery) -> bytes:
    return _dump(thread_json(article, read_page(article, sort=query.sort, cursor=query.cursor)))


def _dump(value: dict[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _post(article: Article, payload: CommentIn, sender: Identity, idempotency_key: str) -> Posted:
    identity = require_site(sender, article.site)
    return post_comment(article=article, identity=identity, draft=_draft(payload, identity, idempotency_key))


def _post_first(site: Site, key: str, payload: CommentIn, sender: Identity, idempotency_key: str) -> Posted:
    """Register the article from what its page says, together with its first comment or not at all.

    Raises UnknownArticleError where the page is not the site's, also for a hidden article: it is answered for as one
    that is not there.
    """
    with transaction.atomic():
        url, title = payload.article_url or "", payload.article_title or ""
        article = register_from_page(site=site, key=key, url=url, title=title)
        return _post(article, payload, sender, idempotency_key)


def _draft(payload: CommentIn, identity: Identity, idempotency_key: str) -> Draft:
    known_name = identity.author.name if identity.author is not None else ""
    return Draft(
        body=payload.body,
        parent=payload.parent or "",
        name=payload.name or known_name,
        email=payload.email or "",
        idempotency_key=idempotency_key,
        notify=bool(payload.notify),
    )


def _posted_json(posted: Posted, identity: Identity, *, has_key: bool) -> dict[str, object]:
    """The answer, with the author's secrets only for whom they are: the sender of a new comment, its proved author, or
    who knows the key it was sent with. Without either, a repeated post may be a stranger's in the same network."""
    comment = posted.comment
    is_author = comment.author_id in {author.pk for author in identity.authors}
    is_account = identity.user is not None and identity.user.pk == comment.author.user_id
    may_know = posted.created or has_key or is_author or is_account
    is_guest = comment.author.kind == AuthorKind.GUEST
    return {
        "id": comment.public_id,
        "status": comment.status,
        "revision": comment.revision,
        "author_token": make_author_token(comment.author) if may_know and is_guest else None,
        "status_url": status_url(comment) if may_know else None,
    }
