"""Background work of the moderators' side. Every message is a hint to look; the truth is in the rows."""

from __future__ import annotations

import datetime
import logging

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from celery.exceptions import SoftTimeLimitExceeded

from comments.hints import hint_on_commit
from comments.models import Site
from comments.services.screening import find_unscreened
from moderation.insights.flagger_report import DRIFT_WEEKS, read_flagger_report
from moderation.insights.weeks import weeks_up_to_now
from moderation.services.deciding import decide_by_rules
from moderation.services.deciding_rules import review_rules
from moderation.services.desk_digests import put_digests
from moderation.services.flagger_days import sum_days
from moderation.services.learning import learn, needs_learning
from moderation.services.outside import ask, find_questions, put_questions
from moderation.services.publications import take_back_flagged, weigh_drawn
from moderation.services.restrictions import forget_networks
from moderation.services.screening import screen_stored_comment
from moderation.services.topic_projection import learn_topics
from moderation.services.trust import review_trust_by_rules

logger = logging.getLogger(__name__)

SWEEP_LIMIT = 200
# Each that is answered draws the next after it.
QUESTIONS_LIMIT = 10
# Younger ones still have their own message under way.
SWEEP_AGE = datetime.timedelta(seconds=5)
# By then the next sweep has found what is still to be done: where much waits, no message is there several times.
SWEEP_EXPIRES_S = 15


@shared_task(base=DjangoTask, soft_time_limit=6, time_limit=9, acks_late=True)
def screen_comment_task(comment_id: int) -> None:
    """Have services outside asked about a comment, and let the asynchronous flaggers look at it; again when the time was not
    enough for all."""
    for question_id in put_questions(comment_id):
        hint_on_commit(ask_outside_task, question_id)
    # A message comes again, at once, when the process that had it ended.
    is_after_crash = bool((screen_comment_task.request.delivery_info or {}).get("redelivered"))
    if not screen_stored_comment(comment_id, is_after_crash=is_after_crash):
        hint_on_commit(screen_comment_task, comment_id)
    _follow_findings(comment_id)


def _follow_findings(comment_id: int) -> None:
    """Do what follows from what checks have said of a comment by now."""
    take_back_flagged(comment_id)
    weigh_drawn(comment_id)
    decide_by_rules(comment_id)


@shared_task(base=DjangoTask, soft_time_limit=75, time_limit=85, acks_late=True)
def ask_outside_task(question_id: int) -> None:
    """Ask a service outside about a comment; then the next in its place."""
    comment_id, next_id = ask(question_id)
    if comment_id is not None:
        _follow_findings(comment_id)
    if next_id is not None:
        hint_on_commit(ask_outside_task, next_id)


@shared_task(base=DjangoTask, soft_time_limit=20, time_limit=30, acks_late=True)
def sweep_outside_task() -> None:
    """Find questions whose turn it may be, also those whose message was lost, and hand each to a worker."""
    for question_id in find_questions(QUESTIONS_LIMIT):
        hint_on_commit(ask_outside_task, question_id)


@shared_task(base=DjangoTask, soft_time_limit=20, time_limit=30, acks_late=True)
def sweep_unscreened_task() -> None:
    """Find comments whose message was lost, whose worker died, or for which a check on trial had no time, and hand each to a worker."""
    for comment_id in find_unscreened(older_than=SWEEP_AGE, limit=SWEEP_LIMIT):
        hint_on_commit(screen_comment_task, comment_id, expires_s=SWEEP_EXPIRES_S)


@shared_task(base=DjangoTask, soft_time_limit=120, time_limit=150, acks_late=False)
def review_trust_task() -> None:
    """Bring the trust that sites give by their rules up to date, and forget which networks were restricted long ago."""
    review_trust_by_rules()
    forget_networks()


@shared_task(base=DjangoTask, soft_time_limit=120, time_limit=150, acks_late=False)
def review_rules_task() -> None:
    """Measure the rules by which checks decide; those that people no longer agree with stop."""
    review_rules()


@shared_task(base=DjangoTask, soft_time_limit=20, time_limit=30, acks_late=True)
def put_desk_digests_task() -> None:
    """Have those moderators written to about what waits who want that now."""
    put_digests()


@shared_task(base=DjangoTask, soft_time_limit=300, time_limit=330, acks_late=False)
def sum_flagger_days_task() -> None:
    """Keep the sums of what flaggers said on the days that are over, and have it in the log when one is no longer what it was."""
    for site in Site.objects.all():
        sum_days(site)
        for drift in read_flagger_report(site, weeks_up_to_now(DRIFT_WEEKS)).drifts:
            logger.warning(
                "Flagger %s on %s: %s was %d of %d before, %d of %d in the last seven days.",
                drift.flagger, site.slug, drift.measure, *drift.before, *drift.now,
            )  # fmt: skip


@shared_task(base=DjangoTask, soft_time_limit=60, time_limit=75, acks_late=True)
def learn_task() -> None:
    """Have every site whose people have decided since the last time learnt from anew."""
    for site in Site.objects.order_by("pk"):
        if needs_learning(site):
            hint_on_commit(learn_site_task, site.pk)


# Acknowledged at once, as all that may take minutes: Redis would hand it to a second worker meanwhile.
# 100,000 decisions take minutes; what takes longer than this is for `manage.py learn`. Topics take a minute.
@shared_task(base=DjangoTask, soft_time_limit=40 * 60, time_limit=45 * 60, acks_late=False)
def learn_site_task(site_id: int) -> None:
    """Learn from the decisions of a site, and from what it has published. Where the time is not enough for all decisions,
    what was learnt before stays in use."""
    site = Site.objects.filter(pk=site_id).first()
    if site is None:
        return
    try:
        learn(site)
    except SoftTimeLimitExceeded:
        # Decisions are learnt in their order, and from the first one each time: a part of them would be the oldest.
        logger.error(  # noqa: TRY400 - where it was at that moment says nothing
            "There was no time to learn from all decisions of %s: what was learnt before stays in use. "
            "Without a limit: manage.py learn --site %s",
            site.slug, site.slug,
        )  # fmt: skip
    learn_topics(site)
