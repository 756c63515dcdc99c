"""Many comments decided as one act: what would happen, doing it, what came of it, taking it back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from comments.enums import Status
from comments.exceptions import CommentError, InvalidInputError
from comments.models import Comment
from moderation.access import get_batch_or_404, get_comments
from moderation.enums import Action
from moderation.exceptions import (
    AlreadyVotedError,
    ClauseNeededError,
    NotAllowedError,
    SecondPersonNeededError,
    SeniorNeededError,
)
from moderation.forms import BulkForm
from moderation.models import Batch, Decision
from moderation.queue import QueueItem, read_items, read_queue
from moderation.services.bulk import BULK_LIMIT, REASON_LIMIT, BulkAnswer, BulkItem, BulkResult, decide_together
from moderation.services.decisions import CLAUSE_NEEDED, NOTE_LIMIT
from moderation.services.policies import current_policy
from moderation.services.taking_back import UndoPlan, plan_undo, undo_batch
from moderation.views.answers import HttpResponseSeeOther, refusal_of
from moderation.views.bulk_rows import Seen, choices_of, obstacle_of, read_seen, rows_of
from moderation.views.desk import Desk, Refusal, desk_action, desk_page, open_desk, signed_in

# What is wrong with the whole form, not with one comment: nothing was decided then.
_OF_THE_FORM = (ClauseNeededError, InvalidInputError, NotAllowedError)
# What takes more than one person is judged on its own card, where each can see what it is about.
_BY_ITSELF = {
    error.code: error.default_message for error in (SecondPersonNeededError, AlreadyVotedError, SeniorNeededError)
}


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A comment that was decided in a batch, as it stands now. `has_moved` when something came after."""

    decision: Decision
    item: QueueItem
    has_moved: bool


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A comment that was to be decided with the others and was not, with the reason."""

    item: QueueItem
    sentence: str


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """What an action would make of the comments of ?comment=, or of the first 100 of the desk's view; with POST, doing it:
    then 303 to the batch.

    Refused: 422 when something is missing, 403 for who may only look, 409 when none stood as it was seen. 15 queries at most
    besides those of the session, however many comments; those of `decide_together` come on top.
    """
    if request.method == "POST":
        return _decide(request)
    desk, items, is_cut = _selection(request)
    return _render(request, desk, items, is_cut=is_cut)


@desk_page
@require_safe
def batch(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """What was decided together and how it stands now, and what was left out (?left=). 20 queries at most."""
    return _render_batch(request, batch_id)


@desk_action
def undo_batch_together(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Take back all that was decided together, or nothing; then 303 to the batch. Refused: 409, 403."""
    decisions = get_batch_or_404(request.user, batch_id)
    try:
        undo_batch(batch_id=batch_id, moderator=signed_in(request))
    except CommentError as error:
        refusal = refusal_of(error, "", Status(decisions[0].to_status))
        if refusal.is_conflict and any(decision.undone_at is None for decision in decisions):
            message = _("Something has happened to at least one of these comments since. Nothing was taken back.")
            refusal = Refusal(message, is_conflict=True, status=HTTPStatus.CONFLICT)
        return _render_batch(request, batch_id, refusal=refusal)
    return HttpResponseSeeOther(reverse("moderation:batch", args=[batch_id]))


def _selection(request: HttpRequest) -> tuple[Desk, tuple[QueueItem, ...], bool]:
    """The desk, the chosen comments in order, and whether there were more than can be decided at once."""
    ids = list(dict.fromkeys(request.GET.getlist("comment")))
    if not ids:
        desk = open_desk(request)
        page = read_queue(desk.site, desk.filters, size=BULK_LIMIT)
        return desk, page.items, bool(page.next_cursor)
    found = get_comments(request.user, ids)
    chosen = [found[one] for one in ids if one in found]
    desk = open_desk(request, chosen[0].site if chosen else None)
    # One desk at a time: a clause belongs to the policy of one site.
    here = [comment for comment in chosen if comment.site_id == desk.site.pk]
    return desk, read_items(here[:BULK_LIMIT]), len(here) > BULK_LIMIT


def _decide(request: HttpRequest) -> HttpResponse:
    form = BulkForm(request.POST)
    seen = read_seen(request.POST.getlist("item"))
    problem = _problem(form, seen)
    if problem:
        return _refuse(request, form, seen, Refusal(problem))
    found = get_comments(request.user, [one.public_id for one in seen])
    sites = {comment.site_id: comment.site for comment in found.values()}
    desk = open_desk(request, next(iter(sites.values()), None))
    try:
        result = decide_together(
            items=[_item(one, form) for one in seen],
            comments={one: comment for one, comment in found.items() if comment.site_id == desk.site.pk},
            moderator=signed_in(request),
            reason=form.cleaned_data["reason"],
            # The rows of the page have a text and how it stands, and say nothing of what was found.
            shows_findings=False,
        )
    except CommentError as error:
        return _refuse(request, form, seen, refusal_of(error, "", Status.PENDING))
    refusal = _refusal_of_all(result)
    return _refuse(request, form, seen, refusal) if refusal else HttpResponseSeeOther(_batch_url(desk, result))


def _refusal_of_all(result: BulkResult) -> Refusal | None:
    """Why nothing was decided; None where anything was."""
    refusals = [answer.refusal for answer in result.answers if answer.refusal]
    wrong = next((refusal for refusal in refusals if isinstance(refusal, _OF_THE_FORM)), None)
    if wrong is not None:
        return refusal_of(wrong, "", Status.PENDING)
    if any(answer.decision for answer in result.answers):
        return None
    if any(answer.vote for answer in result.answers):
        return Refusal(_vote_sentence(), status=HTTPStatus.ACCEPTED)
    message = _("Nothing was decided: none of these comments stands as you saw it. This is how they stand now.")
    if refusals and all(refusal.code in _BY_ITSELF for refusal in refusals):
        message = str(_BY_ITSELF[refusals[0].code])
    return Refusal(message, is_conflict=True, status=HTTPStatus.CONFLICT)


def _problem(form: BulkForm, seen: list[Seen]) -> str:
    """What is missing in the form, as a sentence."""
    if not seen:
        return _("Please tick at least one comment.")
    if len(seen) > BULK_LIMIT:
        return _("At most %(limit)d comments are decided at once.") % {"limit": BULK_LIMIT}
    if form.is_valid():
        return ""
    if "reason" in form.errors and "action" not in form.errors:
        return str(form.errors["reason"][0])
    return _("The form was incomplete. Please decide once more.")


def _item(seen: Seen, form: BulkForm) -> BulkItem:
    return BulkItem(
        public_id=seen.public_id,
        action=Action(form.cleaned_data["action"]),
        expected_status=seen.status,
        expected_revision=seen.revision,
        # The field of an action that takes no clause is not shown.
        clause=form.cleaned_data["clause"] if form.cleaned_data["action"] in CLAUSE_NEEDED else "",
        note=form.cleaned_data["note"],
    )


def _refuse(request: HttpRequest, form: BulkForm, seen: list[Seen], refusal: Refusal) -> HttpResponse:
    """The page as it stands now, with everything that was ticked and typed."""
    desk, items, is_cut = _selection(request)
    return _render(
        request, desk, items, is_cut=is_cut, form=form, ticked={one.public_id for one in seen}, refusal=refusal
    )


def _render(
    request: HttpRequest,
    desk: Desk,
    items: tuple[QueueItem, ...],
    *,
    is_cut: bool,
    form: BulkForm | None = None,
    ticked: set[str] | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    wanted = request.POST.get("action") or request.GET.get("action", "")
    action = Action(wanted) if wanted in Action.values else None
    rows = rows_of(items, action, ticked)
    policy = current_policy(desk.site) if action in CLAUSE_NEEDED else None
    context = {
        "site": desk.site,
        "desk": desk,
        "rows": rows,
        "is_cut": is_cut,
        "is_selection": "comment" in request.GET,
        "choices": choices_of(items) if desk.may_decide else [],
        "action": action,
        "clauses": policy.clauses.all() if policy else (),
        "possible": sum(not row.obstacle for row in rows),
        "form": form or BulkForm(),
        "refusal": refusal,
        "limit": BULK_LIMIT,
        "reason_limit": REASON_LIMIT,
        "note_limit": NOTE_LIMIT,
    }
    return render(request, "moderation/bulk.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _batch_url(desk: Desk, result: BulkResult) -> str:
    left = [("left", f"{answer.item.public_id}.{_code(answer)}") for answer in result.answers if not answer.decision]
    query = urlencode([*desk.state.items(), *left])
    return reverse("moderation:batch", args=[result.batch_id]) + (f"?{query}" if query else "")


def _code(answer: BulkAnswer) -> str:
    if answer.vote:
        return "vote"
    return answer.refusal.code if answer.refusal else "failed" if answer.has_failed else "gone"


def _vote_sentence() -> str:
    return _("One of two: your judgement is kept; it waits for a second person.")


def _render_batch(request: HttpRequest, batch_id: uuid.UUID, *, refusal: Refusal | None = None) -> HttpResponse:
    decisions = get_batch_or_404(request.user, batch_id)
    desk = open_desk(request, decisions[0].comment.site)
    plans = plan_undo(decisions)
    items = read_items([decision.comment for decision in decisions])
    rows = [
        BatchRow(decision, item, has_moved=_has_moved(plans[decision.pk]))
        for decision, item in zip(decisions, items, strict=True)
    ]
    left = _left_rows(request)
    standing = [row for row in rows if row.decision.undone_at is None]
    context = {
        "site": desk.site,
        "desk": desk,
        "batch_id": batch_id,
        "batch": Batch.objects.filter(pk=batch_id).first(),
        "first": decisions[-1],
        "rows": rows[::-1],
        "left": left,
        "undone": len(rows) - len(standing),
        "may_undo": desk.may_decide and bool(standing) and not any(row.has_moved for row in standing),
        "moved": sum(row.has_moved for row in standing),
        "refusal": refusal,
    }
    return render(request, "moderation/batch.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _has_moved(plan: UndoPlan) -> bool:
    return plan.decision.undone_at is None and (plan.obstacle is not None or bool(plan.later))


def _left_rows(request: HttpRequest) -> list[LeftRow]:
    """The comments of ?left=, which names each with the code of its refusal."""
    codes = dict(one.partition(".")[::2] for one in request.GET.getlist("left")[:BULK_LIMIT])
    found: dict[str, Comment] = get_comments(request.user, codes) if codes else {}
    items = read_items([found[one] for one in codes if one in found])
    return [LeftRow(item, _left_sentence(item, codes[item.public_id])) for item in items]


def _left_sentence(item: QueueItem, code: str) -> str:
    if code == "vote":
        return _vote_sentence()
    if code == "stale":
        return _("It had changed since you looked at it.")
    if code == "failed":
        return _("Something went wrong. Please decide on it by itself.")
    if code in _BY_ITSELF:
        return str(_BY_ITSELF[code])
    if code == "illegal_transition":
        return obstacle_of(item)
    return _("It was not decided.")
