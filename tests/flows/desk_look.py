"""The desk and its model, each described in the same words, so that a difference can be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from comments.models import Article, Comment, Outbox, Revision, Site, StatusChange
from comments.services.publications import PUBLICATION
from moderation.models import Appeal, Decision, Deferral, Membership, Opinion, OpinionRequest, Report
from moderation.queue import QueueStatus
from moderation.queue.order import queue_of
from tests.flows import desk_values as model
from tests.flows.desk_model import Desk
from tests.flows.desk_values import Beside, Row, Step

Look = dict[str, object]
# The others hold comments of one status alone.
QUEUES = ("waiting", "deferred", "edited", "reported", "appealed")
STANDING = ("status", "waiting_since", "published_at", "published_revision", "edited_at", "revision")
STEP = ("from_status", "to_status", "revision", "actor_kind", "clause", "undoes_id")
ROW = ("kind", "event_key", "due_at", "done_at", "failed_at")
TEMPLATES = {
    "decision": "decision_mail",
    "undo": "undo_mail",
    "appeal": "appeal_decision",
    "report_receipt": "report_receipt",
    "report_decision": "report_decision",
}


def look_at_desk(site: Site) -> Look:
    """What is stored and what was sent."""
    comments = list(Comment.objects.filter(site=site).order_by("pk").values_list("pk", "public_html", *STANDING))
    changes = list(
        StatusChange.objects.filter(comment__site=site).order_by("pk").values_list("comment_id", "pk", *STEP)
    )
    of_comment = {one[0]: [change[1:] for change in changes if change[0] == one[0]] for one in comments}
    place = {change[0]: index for steps in of_comment.values() for index, change in enumerate(steps)}
    beside = _beside(site)
    texts = Revision.objects.filter(comment__site=site).values_list("comment_id", "body_html", "number")
    numbers = {(pk, html): number for pk, html, number in texts}
    decided = Decision.objects.filter(comment__site=site).order_by("pk")
    decisions = list(decided.values_list("pk", "statement_id", "action", "undone_at"))
    reports = list(Report.objects.filter(comment__site=site).order_by("pk").values_list("pk", "reference", "state"))
    names = {str(one[1]): one[0] for one in (*decisions, *reports)}
    return {
        "standing": [(*one[2:], *beside.get(one[0], Beside())) for one in comments],
        "public": [numbers[one[0], one[1]] if one[1] else None for one in comments],
        "history": [[(*step[1:-1], place.get(step[-1])) for step in of_comment[one[0]]] for one in comments],
        "articles": list(Article.objects.filter(site=site).order_by("pk").values_list("comment_count", "version")),
        "queues": _queues(site, [one[0] for one in comments]),
        "decisions": [(pk, action, undone_at is None) for pk, _name, action, undone_at in decisions],
        "reports": [(pk, state) for pk, _name, state in reports],
        "appeals": sorted(Appeal.objects.filter(decision__comment__site=site).values_list("pk", "state")),
        "outbox": sorted(_row(row, place) for row in Outbox.objects.exclude(kind=PUBLICATION).values_list(*ROW)),
        "mails": [_mail(one, names) for one in mail.outbox],
    }


def look_at_model(desk: Desk) -> Look:
    """The same of the model."""
    return {
        "standing": [(*one.standing, one.revision, *one.beside) for one in desk.comments],
        "public": [
            one.standing.published_revision if one.standing.status == "approved" else None for one in desk.comments
        ],
        "history": [[_model_step(step, one) for step in one.steps] for one in desk.comments],
        "articles": list(zip(desk.counts, desk.versions, strict=True)),
        "queues": _model_queues(desk),
        "decisions": [(one.pk, one.action, not one.is_undone) for one in desk.decisions],
        "reports": sorted((one.pk, one.state) for one in desk.reports),
        "appeals": sorted((one.pk, one.state) for one in desk.appeals),
        "outbox": sorted(_model_row(row) for row in desk.rows),
        "mails": desk.mails,
    }


def _model_step(step: Step, one: model.Comment) -> tuple[object, ...]:
    undoes = one.steps.index(step.takes_back) if step.takes_back is not None else None
    return (step.came_from, step.to, step.revision, step.by, step.clause, undoes)


def _beside(site: Site) -> dict[int, Beside]:
    """By comment: until when it is put aside, who asks whom, and the open opinions, people by their place on the desk."""
    members = Membership.objects.filter(site=site).order_by("pk").values_list("user_id", flat=True)
    places: dict[int | None, int] = {pk: place for place, pk in enumerate(members)}
    found: dict[int, Beside] = {}
    for pk, until in Deferral.objects.filter(comment__site=site).values_list("comment_id", "until"):
        found[pk or 0] = Beside(deferred_until=until)
    asked = OpinionRequest.objects.filter(comment__site=site, answered_at=None)
    for pk, by, of in asked.values_list("comment_id", "asked_by_id", "asked_of_id"):
        found[pk] = found.get(pk, Beside())._replace(question=(places[by], places.get(of)))
    given = Opinion.objects.filter(comment__site=site, change=None)
    for pk, revision, by, action in given.values_list("comment_id", "revision", "moderator_id", "action"):
        one = found.get(pk, Beside())
        found[pk] = one._replace(opinions=tuple(sorted([*one.opinions, (revision, places[by], action)])))
    return found


def _queues(site: Site, pks: list[int]) -> dict[str, list[int]]:
    """By queue: the places of its comments."""
    held = {
        name: set(queue_of(site, QueueStatus(name), timezone.now()).values_list("pk", flat=True)) for name in QUEUES
    }
    return {name: [place for place, pk in enumerate(pks) if pk in found] for name, found in held.items()}


def _model_queues(desk: Desk) -> dict[str, list[int]]:
    reported = {id(one.comment) for one in desk.reports if one.state == "open"}
    appealed = {id(one.decision.comment) for one in desk.appeals if one.state == "open"}

    def is_aside(one: model.Comment) -> bool:
        return one.beside.deferred_until is not None and one.beside.deferred_until > desk.now

    holds: dict[str, Callable[[model.Comment], bool]] = {
        "waiting": lambda one: one.standing.waiting_since is not None and not is_aside(one),
        "deferred": lambda one: one.standing.waiting_since is not None and is_aside(one),
        "edited": lambda one: one.has_waiting_edit and not is_aside(one),
        "reported": lambda one: id(one) in reported,
        "appealed": lambda one: id(one) in appealed,
    }
    return {name: [place for place, one in enumerate(desk.comments) if test(one)] for name, test in holds.items()}


def _row(row: tuple[Any, ...], place: dict[int, int]) -> tuple[object, ...]:
    """A row by what it is about, with the number of the step for what a step has settled."""
    kind, key, due, done, failed = row
    name, *keys = key.split(":")
    step = place.get(int(keys[1]), -1) if name == "report_decision" else -1
    return (kind, int(keys[0]), step, due, done is not None, failed is not None)


def _model_row(row: Row) -> tuple[object, ...]:
    step = -1
    if row.step is not None and isinstance(row.about, model.Report):
        step = row.about.comment.steps.index(row.step)
    return (row.kind, row.about.pk, step, row.due, row.is_done, False)


def _mail(one: EmailMessage, names: dict[str, int]) -> tuple[str, int]:
    """The kind of a mail and the primary key of what it is about."""
    found = re.match(r"<([a-z_]+)-([0-9a-f-]{36})@", one.extra_headers["Message-ID"])
    assert found is not None
    return TEMPLATES[found[1]], names[found[2]]
