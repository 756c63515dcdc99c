"""One's own decisions, everybody's for who may look, and taking an older one back."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from comments.enums import Status
from comments.exceptions import CommentError, InvalidInputError
from comments.models import Comment, Site
from comments.services.identity import full_name
from moderation.access import get_decision_or_404
from moderation.enums import Permission
from moderation.forms import DecidedForm
from moderation.models import Decision
from moderation.permissions import permissions_of
from moderation.queue import QueueChange, read_change
from moderation.queue.decided import DecidedEntry, DecidedPage, read_decided
from moderation.queue.severity import is_veiled, read_latest_texts
from moderation.services.taking_back import UndoPlan, plan_undo, undo_down_to
from moderation.views.answers import HttpResponseSeeOther, refusal_of
from moderation.views.desk import Refusal, desk_page, open_desk, signed_in

EVERYBODY = "all"


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """An entry of the list with what happened, and what taking it back means; a batch is taken back on its own page."""

    entry: DecidedEntry
    change: QueueChange
    plan: UndoPlan | None


@desk_page
@require_safe
def decided(request: HttpRequest) -> HttpResponse:
    """What the moderator decided, the newest first; with ?by= a colleague or "all", for who may audit; everybody else sees
    their own whatever the address says. 10 queries at most, however many decisions.
    """
    desk = open_desk(request)
    form = DecidedForm(request.GET)
    permissions = permissions_of(request.user, desk.site)
    may_audit = Permission.AUDIT in permissions
    by = form.value("by") if may_audit else ""
    people = _people(desk.site) if may_audit else []
    page = _read_page(desk.site, _moderator_id(request, by, people), form.value("cursor"))
    plans = plan_undo([entry.decision for entry in page.entries if entry.batch is None])
    context = {
        "site": desk.site,
        "desk": desk,
        "may_decide": desk.may_decide,
        "may_audit": may_audit,
        "people": people,
        "by": by,
        "everybody": EVERYBODY,
        "page": page,
        "rows": [_row(entry, plans) for entry in page.entries],
    }
    return render(request, "moderation/decisions.html", context)


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """What is taken back with a decision of any age; with POST, doing it: then 303 to the comment's history, or to the list
    the button was in. Refused: 409 when something came in between or the author acted since, 403 for who may only look.
    """
    decision = get_decision_or_404(request.user, pk)
    if request.method != "POST":
        return _render_take_back(request, decision)
    form = DecidedForm(request.POST)
    newest = int(form.value("newest") or 0)
    try:
        undo_down_to(decision=decision, moderator=signed_in(request), newest=newest)
    except CommentError as error:
        fresh = get_decision_or_404(request.user, pk)
        return _render_take_back(request, fresh, refusal=refusal_of(error, "", Status(decision.to_status)))
    if "decisions" in request.POST:
        return HttpResponseSeeOther(f"{reverse('moderation:decisions')}?site={decision.comment.site.slug}")
    return HttpResponseSeeOther(reverse("moderation:history", args=[decision.comment.public_id]))


def _render_take_back(request: HttpRequest, decision: Decision, *, refusal: Refusal | None = None) -> HttpResponse:
    comment = decision.comment
    plan = plan_undo([decision])[decision.pk]
    text = read_latest_texts([comment.pk])[comment.pk]
    context = {
        "site": comment.site,
        "desk": open_desk(request, comment.site),
        "comment": comment,
        "body": text.body,
        "is_severe": is_veiled(comment, is_severe=text.is_severe),
        "decision": decision,
        "plan": plan,
        "changes": [read_change(step, revision=comment.revision) for step in plan.steps],
        "refusal": refusal,
    }
    return render(request, "moderation/take_back.html", context, status=refusal.status if refusal else 200)


def _read_page(site: Site, moderator_id: int | None, cursor: str) -> DecidedPage:
    try:
        return read_decided(site, moderator_id=moderator_id, cursor=cursor)
    except InvalidInputError:
        return read_decided(site, moderator_id=moderator_id)


def _people(site: Site) -> list[AbstractBaseUser]:
    """The members of the desk, by name: a list to choose from, with nothing counted."""
    members = get_user_model().objects.filter(desk_memberships__site=site)
    return sorted(members, key=lambda user: (full_name(user) or user.get_username()).casefold())


def _moderator_id(request: HttpRequest, by: str, people: list[AbstractBaseUser]) -> int | None:
    """Whose decisions are asked for: one's own, unless a member of the desk or everybody (None) was chosen."""
    if by == EVERYBODY:
        return None
    return next((user.pk for user in people if str(user.pk) == by), request.user.pk)


def _row(entry: DecidedEntry, plans: dict[int, UndoPlan]) -> DecidedRow:
    decision, comment = entry.decision, entry.decision.comment
    return DecidedRow(entry, _change(decision, comment), plans.get(decision.pk))


def _change(decision: Decision, comment: Comment) -> QueueChange:
    return read_change(decision.change, revision=comment.revision)
