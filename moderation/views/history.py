from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments.models import Comment, StatusChange
from moderation.access import get_comment_or_404
from moderation.models import Decision, Opinion
from moderation.queue import QueueChange, QueueFinding, read_change, read_findings
from moderation.queue.colleagues import is_judged_blind, name_of
from moderation.queue.severity import ShownText, read_texts
from moderation.sampling import hides_findings
from moderation.services.taking_back import UndoPlan, plan_with
from moderation.views.desk import Refusal, desk_page, open_desk
from moderation.views.words import Piece, Stretch, marked_paragraphs, numbered_spans, word_changes


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a comment's status. `policy_version` is the number of the policy it was decided by, `batch_id` names what
    was decided with it, `plan` is what taking it back means; each empty where there is none.
    """

    change: QueueChange
    policy_version: int | None
    undone_at: datetime.datetime | None
    undone_by: str
    batch_id: uuid.UUID | None
    plan: UndoPlan | None
    # Who judged it before, where two people had to.
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One text of its author, with what the checks said of it and what differs from the text before. `is_severe`: the text is
    shown to who asks to see it."""

    number: int
    body: str
    created_at: datetime.datetime
    is_published: bool
    paragraphs: tuple[tuple[Stretch, ...], ...]
    changes: tuple[Piece, ...]
    findings: tuple[QueueFinding, ...]
    # Whether that is nothing because it is judged without them.
    hides_findings: bool
    is_severe: bool
    # Whether that, or the text before, of which the changes show words too.
    changes_are_severe: bool


@desk_page
@require_safe
def history(request: HttpRequest, public_id: str) -> HttpResponse:
    """All that ever happened to a comment: steps, decisions, texts, findings. 6 queries besides those of the session, whatever
    happened, 1 or 2 more where findings name other comments or clauses."""
    return render_history(request, get_comment_or_404(request.user, public_id))


def render_history(request: HttpRequest, comment: Comment, *, refusal: Refusal | None = None) -> HttpResponse:
    """The history page; also the answer to an undo that was refused there."""
    desk = open_desk(request, comment.site)
    context = {
        "site": comment.site,
        "desk": desk,
        "comment": comment,
        "author_name": _("Author hidden") if is_judged_blind(comment) else comment.author_name,
        "steps": _steps(comment),
        "revisions": _revisions(comment),
        "may_decide": desk.may_decide,
        "may_teach": desk.may_teach,
        "refusal": refusal,
    }
    return render(request, "moderation/history.html", context, status=refusal.status if refusal else 200)


def _steps(comment: Comment) -> list[Step]:
    related = ("actor", "decision__clause", "decision__policy_version", "decision__undone_by")
    changes = list(comment.status_changes.select_related(*related).order_by("id"))
    taken_back = {change.undoes_id for change in changes}
    standing = [change for change in reversed(changes) if change.undoes_id is None and change.pk not in taken_back]
    votes = list(Opinion.objects.votes().filter(comment=comment, change__isnull=False).select_related("moderator"))
    steps = []
    for change in changes:
        decision: Decision | None = getattr(change, "decision", None)
        undone_by = decision.undone_by if decision else None
        steps.append(
            Step(
                change=read_change(change, revision=comment.revision),
                policy_version=decision.policy_version.number if decision and decision.policy_version else None,
                undone_at=decision.undone_at if decision else None,
                undone_by=(undone_by.get_full_name() or undone_by.get_username()) if undone_by else "",
                others=tuple(
                    name_of(vote.moderator)
                    for vote in votes
                    if vote.change_id == change.pk and vote.moderator_id != change.actor_id
                ),
                batch_id=decision.batch_id if decision else None,
                plan=_plan(decision, comment, standing) if decision else None,
            )
        )
    return steps


def _plan(decision: Decision, comment: Comment, standing: list[StatusChange]) -> UndoPlan:
    decision.comment = comment
    return plan_with(decision, standing)


def _revisions(comment: Comment) -> list[RevisionView]:
    """The latest first."""
    findings = list(comment.findings.counting().order_by("revision", "flagger"))
    hidden = comment.revision if hides_findings(comment, comment.waiting_since) else None
    if hidden is not None:
        findings = [finding for finding in findings if finding.revision != hidden]
    values = list(zip(findings, read_findings(comment, findings), strict=True))
    views: list[RevisionView] = []
    before: ShownText | None = None
    for text in read_texts(comment).values():
        revision = text.revision
        found = tuple(value for finding, value in values if finding.revision == revision.number)
        views.append(
            RevisionView(
                number=revision.number,
                body=revision.body,
                created_at=revision.created_at,
                is_published=comment.is_published and revision.number == comment.published_revision,
                paragraphs=marked_paragraphs(
                    revision.body, numbered_spans(finding for finding in found if finding.is_flagged)
                ),
                changes=() if before is None else word_changes(before.revision.body, revision.body),
                findings=found,
                hides_findings=revision.number == hidden,
                is_severe=text.is_severe,
                changes_are_severe=text.is_severe or (before is not None and before.is_severe),
            )
        )
        before = text
    return views[::-1]
