"""The newcomer's corner: guidance for each clause, and past cases to judge anew."""

from __future__ import annotations

from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments.exceptions import CommentError
from moderation.access import get_case_or_404, get_decision_or_404
from moderation.enums import Action
from moderation.exceptions import AlreadyAnsweredError, NotAllowedError
from moderation.forms_desk import CaseForm
from moderation.models import CalibrationCase
from moderation.queue.severity import read_texts
from moderation.services.policies import current_clauses
from moderation.services.practice import (
    CHOICES,
    add_case,
    agreement_of,
    answer_case,
    desk_action_of,
    read_case,
    read_practice,
    remove_case,
)
from moderation.views.answers import HttpResponseSeeOther
from moderation.views.desk import Refusal, desk_action, desk_page, open_desk, signed_in
from moderation.views.history import render_history


@desk_page
@require_safe
def practice(request: HttpRequest) -> HttpResponse:
    """Tour, guidance, cases, and how far one agrees with the desk. 4 queries besides the session's."""
    desk = open_desk(request)
    practised = read_practice(desk.site, signed_in(request))
    context = {
        "site": desk.site,
        "desk": desk,
        "clauses": current_clauses(desk.site),
        "answered": [one for one in practised if one.answer is not None],
        "open": [one for one in practised if one.answer is None],
        "agreement": agreement_of(practised),
    }
    return render(request, "moderation/practice.html", context)


@desk_page
@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """A case to be judged; once it is, with what the desk decided and why. 5 queries besides the session's."""
    return _render(request, get_case_or_404(signed_in(request), pk))


@desk_action
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Judge a case; then 303 to it, where the desk's decision is to be seen now."""
    found = get_case_or_404(signed_in(request), pk)
    action, _separator, clause = request.POST.get("decision", "").partition(":")
    if action not in [choice.value for choice in CHOICES]:
        raise Http404(_("There is nothing here."))
    try:
        answer_case(case=found, user=signed_in(request), action=Action(action), clause=clause[:50])
    except AlreadyAnsweredError:
        # Sent twice: the first answer counts, and is to be seen there.
        pass
    except CommentError as error:
        return _render(request, found, refusal=str(error.message))
    return HttpResponseSeeOther(reverse("moderation:case", args=[pk]))


@desk_action
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a decision a case for practice; then 303 to the history of its comment."""
    decision = get_decision_or_404(request.user, pk)
    form = CaseForm(request.POST)
    form.is_valid()
    explanation = form.cleaned_data.get("explanation", "")
    try:
        add_case(decision=decision, teacher=signed_in(request), explanation=explanation)
    except NotAllowedError as error:
        raise PermissionDenied from error
    except CommentError as error:
        return render_history(request, decision.comment, refusal=Refusal(str(error.message)))
    return HttpResponseSeeOther(reverse("moderation:history", args=[decision.comment.public_id]))


@desk_action
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a case out of practice; then 303 to practice."""
    found = get_case_or_404(signed_in(request), pk)
    try:
        remove_case(case=found, teacher=signed_in(request))
    except NotAllowedError as error:
        raise PermissionDenied from error
    return HttpResponseSeeOther(reverse("moderation:practice"))


def _render(request: HttpRequest, found: CalibrationCase, *, refusal: str = "") -> HttpResponse:
    desk = open_desk(request, found.decision.comment.site)
    practised = read_case(found)
    comment = found.decision.comment
    text = read_texts(comment)[found.decision.revision]
    clauses = current_clauses(desk.site)
    titles = {clause.slug: clause.title for clause in clauses}
    context = {
        "site": desk.site,
        "desk": desk,
        "practised": practised,
        "case": found,
        "comment": comment,
        "text": text.revision.body,
        "is_severe": text.is_severe,
        "clauses": clauses,
        "refusal": refusal,
        "answered": practised.answer,
        "own_clause": titles.get(practised.answer.clause, practised.answer.clause) if practised.answer else "",
        "desk_action": desk_action_of(found).label if practised.answer else "",
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK
    return render(request, "moderation/case.html", context, status=status)
