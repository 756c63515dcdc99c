"""Votes: a reader found a comment worth reading. And what follows from them: counters and ranks."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.enums import ArticleMode
from comments.exceptions import DiscussionClosedError, InvalidInputError, UnknownArticleError
from comments.gate import GateAct
from comments.models import Article, Author, Comment, Vote
from comments.ranking import rank_comments
from comments.services.gate import require_passage
from comments.services.identity import Identity
from comments.services.readers import Caller, count_act, find_caller, reader_of
from comments.signals import votes_changed

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Ballot:
    """Where a comment and its reader stand after a vote. `reader` is None where nobody had to be made or found."""

    votes: int
    voted: bool
    reader: Author | None


def cast_vote(*, comment: Comment, identity: Identity) -> Ballot:
    """Count the reader's vote for a published comment (with article and site), once however often it is sent.

    About 9 queries. Raises UnknownArticleError (hidden), DiscussionClosedError (paused), RestrictedError,
    InvalidInputError("comment") for one's own comment or one that was just taken away, TooManyRequestsError.
    """
    _require_open(comment.article)
    caller = find_caller(site=comment.site, identity=identity)
    if caller.is_author(comment.author_id):
        raise InvalidInputError("comment", _("This is your own comment; only others can find it worth reading."))
    require_passage(site=comment.site, identity=identity, act=GateAct.VOTE, authors=caller.authors)
    count_act(caller)
    with transaction.atomic():
        reader = _voter(comment, caller) or reader_of(caller)
        # The same vote at the same moment is one: the second waits for the first, and is then not new.
        _vote, is_new = Vote.objects.get_or_create(
            comment=comment, author=reader, defaults={"created_at": timezone.now()}
        )
        if is_new:
            _count(comment, 1)
    return Ballot(_votes(comment), voted=True, reader=reader)


def take_vote_back(*, comment: Comment, identity: Identity) -> Ballot:
    """Forget the reader's vote for a comment, if there is one. About 6 queries, 3 for a stranger.

    Raises UnknownArticleError (hidden), DiscussionClosedError (paused), TooManyRequestsError.
    """
    _require_open(comment.article)
    caller = find_caller(site=comment.site, identity=identity)
    count_act(caller)
    if caller.authors:
        with transaction.atomic():
            # Each row is deleted by one of several at once, who then counts it.
            gone, _by_model = Vote.objects.filter(comment=comment, author__in=caller.authors).delete()
            if gone:
                _count(comment, -gone)
    return Ballot(_votes(comment), voted=False, reader=caller.authors[0] if caller.authors else None)


def voted_comment_ids(*, article: Article, readers: Sequence[Author]) -> list[str]:
    """Public identifiers of the published comments under an article that one of these authors voted for, sorted.

    1 query, none without readers.
    """
    if not readers:
        return []
    found = Comment.objects.for_article(article).published().filter(votes__author__in=readers)
    return list(found.order_by("public_id").values_list("public_id", flat=True).distinct())


def rank_article(article_id: int) -> int:
    """Bring the ranks of an article's published comments up to date with its votes; return how many changed.

    2 queries, and if something changed 1 for every 500 comments and 1 for the article. Safe to be done twice at once:
    both write what the votes say.
    """
    votes = list(Vote.objects.filter(comment__article=article_id).values_list("comment_id", "created_at"))
    published = list(Comment.objects.published().filter(article=article_id).only("published_at", "rank"))
    since = {comment.pk: comment.published_at for comment in published if comment.published_at is not None}
    ranks = rank_comments(since, votes)
    changed = [comment for comment in published if comment.rank != ranks[comment.pk]]
    if not changed:
        return 0
    for comment in changed:
        comment.rank = ranks[comment.pk]
    with transaction.atomic():
        Comment.objects.bulk_update(changed, ["rank"], batch_size=_BATCH)
        Article.objects.filter(pk=article_id).update(version=F("version") + 1)
    return len(changed)


def articles_voted_since(moment: datetime.datetime) -> list[int]:
    """Primary keys of the articles under which somebody voted since a moment. 1 query."""
    found = Vote.objects.filter(created_at__gte=moment).order_by("comment__article_id")
    return list(found.values_list("comment__article_id", flat=True).distinct())


def _require_open(article: Article) -> None:
    if article.mode == ArticleMode.HIDDEN:
        raise UnknownArticleError
    if article.mode == ArticleMode.READ_ONLY:
        raise DiscussionClosedError(_("This discussion is paused; please try again later."))


def _voter(comment: Comment, caller: Caller) -> Author | None:
    """Whichever of the caller's authors voted for the comment already."""
    if not caller.authors:
        return None
    vote = Vote.objects.filter(comment=comment, author__in=caller.authors).select_related("author").first()
    return vote.author if vote is not None else None


def _count(comment: Comment, difference: int) -> None:
    """Bring the counters up to date, in the order in which lifecycle.py locks the same rows."""
    published = Comment.objects.published().filter(pk=comment.pk)
    if not published.update(vote_count=F("vote_count") + difference) and difference > 0:
        raise InvalidInputError("comment", _("This comment is no longer there."))
    # Asked for now, when the comment's row is locked: it may have been moved since it was loaded.
    article = Comment.objects.filter(pk=comment.pk).values("article")
    Article.objects.filter(pk__in=article).update(version=F("version") + 1)
    votes_changed.send(sender=Comment, article_id=comment.article_id)


def _votes(comment: Comment) -> int:
    comment.refresh_from_db(fields=["vote_count"])
    return comment.vote_count
