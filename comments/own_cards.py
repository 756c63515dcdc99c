"""One's own comments as cards: where each stands and why, and what its author can still do with it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from comments.conf import settings
from comments.enums import Status
from comments.forms import ReviseForm
from comments.models import Article, Author, Comment, Revision
from comments.models.comments import CommentQuerySet
from comments.services.identity import make_status_token
from comments.services.posting import may_revise, may_withdraw
from comments.slots import fill_outcomes
from comments.standing import Standing, describe

# How many cards a discussion shows at most.
CARD_LIMIT = 20


@dataclass(frozen=True, slots=True)
class OwnCard:
    """A comment as its author sees it. `body` is the source, so that a link in it leads nowhere before somebody has read
    it; `outcome` says why it is not public; `form` is there while the text may be changed, until `editable_until` where
    a clock runs; `token` opens its status page."""

    comment: Comment
    parent: str
    standing: Standing
    body: str
    outcome: SafeString
    form: ReviseForm | None
    may_withdraw: bool
    editable_until: datetime.datetime | None
    token: str

    @property
    def status_url(self) -> str:
        return reverse("comments:status", args=[self.token])


def cards_in_discussion(*, article: Article, readers: Sequence[Author]) -> list[OwnCard]:
    """The reader's newest comments here that the public does not see as they are, or that they may still change; newest
    first, at most 20. 2 queries and those of the slot, none for a stranger."""
    if not readers:
        return []
    own = Comment.objects.for_article(article).filter(author__in=readers)
    found = own.unsettled(timezone.now() - settings.edit_window)
    cards = list(build_cards(found.order_by("-posted_at", "-id")[:CARD_LIMIT]))
    for card in cards:
        card.comment.article = article
        card.comment.site = article.site
    return cards


def build_cards(comments: CommentQuerySet) -> Iterable[OwnCard]:
    """The cards of these comments, in their order. 2 queries, and those of the slot."""
    latest = Revision.objects.filter(number=F("comment__revision"))
    with_texts = comments.select_related("article__site", "site", "author", "parent").prefetch_related(
        Prefetch("revisions", queryset=latest, to_attr="latest_revisions")
    )
    found = list(with_texts)
    outcomes = fill_outcomes(found)
    for comment in found:
        body = comment.latest_revisions[0].body  # type: ignore[attr-defined]
        yield _card(comment, body, outcomes.get(comment.pk, SafeString()))


def _card(comment: Comment, body: str, outcome: SafeString) -> OwnCard:
    parent = comment.parent
    allowed = may_revise(comment)
    return OwnCard(
        comment=comment,
        parent=parent.public_id if parent is not None else "",
        standing=describe(comment),
        body=body,
        outcome=outcome,
        form=ReviseForm(comment=comment, body=body, id_prefix=f"mg-{comment.public_id}") if allowed else None,
        may_withdraw=may_withdraw(comment),
        editable_until=editable_until(comment) if allowed else None,
        token=make_status_token(comment),
    )


def editable_until(comment: Comment) -> datetime.datetime | None:
    """When the time for changes ends; None for one that was returned, which may be changed at any time, and afterwards."""
    if comment.status == Status.RETURNED:
        return None
    until = comment.posted_at + settings.edit_window
    return until if until > timezone.now() else None
