"""What follows from the reader's side's news."""

from __future__ import annotations

import logging

from django.db import transaction
from django.dispatch import receiver

from comments.enums import ActorKind, CheckOutcome
from comments.hints import hint_on_commit
from comments.models import Article, Comment, StatusChange
from comments.screening import Verdict
from comments.signals import article_merged, comment_posted, comment_revised, comment_status_changed
from moderation.sampling import is_judged_unaided
from moderation.services.appeals import settle_appeals_with
from moderation.services.article_log import keep_of_merged
from moderation.services.clearing import clear_desk
from moderation.services.deferrals import end_deferral
from moderation.services.findings import store_findings
from moderation.services.indexing import hide_findings, index_text, refresh_risk
from moderation.services.publications import record_publication
from moderation.services.report_outcomes import settle_reports_with
from moderation.tasks import screen_comment_task

logger = logging.getLogger(__name__)


@receiver((comment_posted, comment_revised), dispatch_uid="moderation.keep_findings")
def keep_findings(*, comment: Comment, verdict: Verdict, **_kwargs: object) -> None:
    """Write down what was found in the new text, and have the asynchronous flaggers look at it.

    In the transaction that stores the text, but in a savepoint: findings may get lost, a comment may not.
    """
    try:
        with transaction.atomic():
            store_findings(comment=comment, revision=comment.revision, findings=verdict.findings)
            if comment.revision > 1 or any(
                one.outcome == CheckOutcome.FLAGGED and not one.is_shadow for one in verdict.findings
            ):
                refresh_risk(comment.pk)
            if verdict.drawn_share < 1:
                hide_findings(comment.pk, verdict.drawn_share)
    except Exception as error:  # noqa: BLE001 - a custom screener's findings may be anything
        # Not logger.exception(): a database names the values it refuses.
        logger.error("The findings of comment %s were not stored: %s", comment.pk, type(error).__name__)  # noqa: TRY400
    hint_on_commit(screen_comment_task, comment.pk)


@receiver((comment_posted, comment_revised), dispatch_uid="moderation.index_text")
def make_findable(*, comment: Comment, **_kwargs: object) -> None:
    """Let the desk search the new text. In the same transaction, but in a savepoint: a comment may not get lost."""
    try:
        with transaction.atomic():
            index_text(comment)
    except Exception as error:  # noqa: BLE001 - no text may be refused because it cannot be searched
        # Not logger.exception(): a database names the values it refuses.
        logger.error("The words of comment %s were not indexed: %s", comment.pk, type(error).__name__)  # noqa: TRY400


@receiver(comment_status_changed, dispatch_uid="moderation.settle_reports_and_appeals")
def settle_reports_and_appeals(*, change: StatusChange, **_kwargs: object) -> None:
    """What is said of the comment by readers and by its author is settled by the same step, or none of it is."""
    settle_reports_with(change)
    settle_appeals_with(change)


@receiver(comment_status_changed, dispatch_uid="moderation.clear_the_desk")
def clear_the_desk(*, change: StatusChange, **_kwargs: object) -> None:
    """Nobody has a comment before them, aside or in question any more once something has become of it."""
    clear_desk(change)


@receiver(comment_status_changed, dispatch_uid="moderation.weigh_blind_sample")
def weigh_blind_sample(*, change: StatusChange, **_kwargs: object) -> None:
    """What was found in a comment that is judged without seeing it counts in the queue from when somebody has judged it."""
    if is_judged_unaided(change.comment):
        refresh_risk(change.comment_id)


@receiver(comment_revised, dispatch_uid="moderation.end_deferral_of_new_text")
def end_deferral_of_new_text(*, comment: Comment, **_kwargs: object) -> None:
    """Somebody put another text aside, not this one."""
    end_deferral(comment)


@receiver(comment_status_changed, dispatch_uid="moderation.account_for_trust")
def account_for_trust(*, change: StatusChange, **_kwargs: object) -> None:
    """What was published because its author is trusted is on record as a decision by software."""
    if change.actor_kind == ActorKind.RULE:
        record_publication(change)


@receiver(article_merged, dispatch_uid="moderation.keep_what_was_said_of_an_article")
def keep_what_was_said_of_an_article(*, source: Article, target: Article, **_kwargs: object) -> None:
    """Log and rule of an article that is no more belong to the one that it became a part of."""
    keep_of_merged(source, target)
