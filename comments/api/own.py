"""One's own comments: where they stand, changing and withdrawing them. Private answers, never cached."""

from __future__ import annotations

from functools import reduce
from itertools import groupby
from operator import or_

from django.db.models import Q
from ninja import Router

from comments.access import get_own_comment_or_404
from comments.api.auth import OPTIONAL_SECURITY, READER, IdentifiedRequest
from comments.api.presenting import own_comments_json
from comments.api.schemas import ArticleRef, OwnArticlesIn, OwnComment, OwnComments, Problem, PublicId, RevisionIn
from comments.models import Article, ArticleKey
from comments.services.own import own_hidden_comments
from comments.services.posting import revise_comment, withdraw_comment

router = Router(tags=["One's own comments"], auth=READER)
COMMENT = "/comments/{comment_id}"
Json = dict[str, object]


@router.get(
    COMMENT,
    response={200: OwnComment, (401, 404): Problem},
    summary="See where one's comment stands",
    openapi_extra=OPTIONAL_SECURITY,
)
def get_comment(request: IdentifiedRequest, comment_id: PublicId) -> Json:
    """The caller's own comment with its status, its text as written and, if it was judged, the reason."""
    return own_comments_json([get_own_comment_or_404(comment_id, request.auth)])[0]


@router.patch(
    COMMENT,
    response={200: OwnComment, (400, 401, 403, 404, 409, 413, 415, 422): Problem},
    summary="Change or revise one's comment",
    openapi_extra=OPTIONAL_SECURITY,
)
def patch_comment(request: IdentifiedRequest, comment_id: PublicId, payload: RevisionIn) -> Json:
    """A new text: shortly after posting, or after the comment was returned for revision. It waits to be judged again;
    the text that was published stays public meanwhile. 409 `stale` where the comment is no longer what was expected."""
    comment = get_own_comment_or_404(comment_id, request.auth)
    revised = revise_comment(
        comment=comment,
        body=payload.body,
        expected_status=payload.expected_status,
        expected_revision=payload.expected_revision,
        network=request.auth.network,
    )
    return own_comments_json([revised])[0]


@router.delete(
    COMMENT,
    response={200: OwnComment, (401, 403, 404, 409): Problem},
    summary="Withdraw one's comment",
    openapi_extra=OPTIONAL_SECURITY,
)
def delete_comment(request: IdentifiedRequest, comment_id: PublicId) -> Json:
    """Take one's comment back. Where it has replies, an empty place stays in the thread."""
    comment = get_own_comment_or_404(comment_id, request.auth)
    return own_comments_json([withdraw_comment(comment=comment)])[0]


@router.post(
    "/me/comments",
    response={200: OwnComments, (400, 401, 403, 413, 415, 422): Problem},
    summary="See one's comments that others do not see",
    openapi_extra=OPTIONAL_SECURITY,
)
def post_own_comments(request: IdentifiedRequest, payload: OwnArticlesIn) -> dict[str, list[Json]]:
    """The caller's own comments under these articles that the public does not see, and published ones with an edit that
    waits; oldest first. A POST, so that the list of what somebody reads is in no address."""
    articles = _readable_articles(payload.articles)
    own = [
        comment
        for _site_id, of_site in groupby(articles, key=lambda article: article.site_id)
        for comment in own_hidden_comments(articles=list(of_site), identity=request.auth)
    ]
    return {"comments": own_comments_json(own)}


def _readable_articles(references: list[ArticleRef]) -> list[Article]:
    """The articles named whose discussion is not hidden, by site, also by former keys. 1 query."""
    if not references:
        return []
    named = reduce(or_, (Q(site__slug=one.site, key=one.key) for one in references))
    former = ArticleKey.objects.filter(named).values("article")
    found = Article.objects.with_site().readable().filter(named | Q(pk__in=former))
    return list(found.order_by("site_id", "id"))
