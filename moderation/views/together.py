"""What moderators do beside deciding: take the next ones, put one aside, ask a colleague, tell what they think."""

from __future__ import annotations

from typing import Protocol

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.enums import Status
from comments.exceptions import CommentError, InvalidInputError
from comments.models import Comment
from moderation.access import get_comment_or_404
from moderation.enums import Mine
from moderation.forms_together import AskForm, DeferForm, OpinionForm
from moderation.queue import next_in_queue, read_item
from moderation.services.deferrals import defer, end_of_deferral, take_up
from moderation.services.leases import give_back, take
from moderation.services.opinions import ask, give_opinion, take_question_back
from moderation.services.two_people import take_vote_back
from moderation.views.answers import HttpResponseSeeOther, desk_url, refusal_of
from moderation.views.asides import leave_aside, read_aside
from moderation.views.desk import desk_action, is_fragment, open_desk, render_desk, signed_in


class Act(Protocol):
    """What somebody does to a comment. Raises CommentError."""

    def __call__(self, *, comment: Comment, moderator: AbstractBaseUser) -> object: ...


@desk_action
def take_next(request: HttpRequest) -> HttpResponse:
    """Reserve the next comments of the view; then 303 to what one has taken. 403 for who may only look."""
    desk = open_desk(request)
    try:
        take(site=desk.site, filters=desk.filters, user=signed_in(request))
    except CommentError as error:
        return render_desk(request, desk, refusal=refusal_of(error, "", Status.PENDING))
    return HttpResponseSeeOther(desk_url(desk, mine=Mine.TAKEN.value, status="", cursor=""))


@desk_action
def give_back_taken(request: HttpRequest) -> HttpResponse:
    """Let colleagues have what one has taken; then 303 to the queue."""
    desk = open_desk(request)
    give_back(site=desk.site, user=signed_in(request))
    return HttpResponseSeeOther(desk_url(desk, mine="", cursor=""))


@desk_action
def defer_comment(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put a comment aside; then 303 to the next one, with a line that says so and the way back. Refused as a decision."""
    form = DeferForm(request.POST)

    def act(*, comment: Comment, moderator: AbstractBaseUser) -> None:
        form.is_valid()
        until = form.moment()
        if "choice" in form.cleaned_data:
            until = end_of_deferral(form.cleaned_data["choice"], timezone.now()) or until
        if until is None:
            raise InvalidInputError("until", _("Please choose a moment within the next 30 days."))
        defer(comment=comment, moderator=moderator, until=until, note=form.cleaned_data.get("note", ""))

    return _answer(request, public_id, act, leads_on=True)


@desk_action
def take_up_comment(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let a comment wait again that was put aside; then 303 to it."""
    return _answer(request, public_id, take_up)


@desk_action
def ask_colleague(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask a colleague, or anybody, about a comment; then 303 to it."""
    form = AskForm(request.POST)

    def act(*, comment: Comment, moderator: AbstractBaseUser) -> None:
        if not form.is_valid():
            raise InvalidInputError("colleague", _("Please choose a colleague who judges comments on this site."))
        ask(comment=comment, moderator=moderator, **form.cleaned_data)

    return _answer(request, public_id, act)


@desk_action
def withdraw_question(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask nobody any more; then 303 to the comment."""
    return _answer(request, public_id, take_question_back)


@desk_action
def tell_opinion(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say what should become of a comment; then 303 to it, where the others' opinions are now seen."""
    form = OpinionForm(request.POST)

    def act(*, comment: Comment, moderator: AbstractBaseUser) -> None:
        if not form.is_valid():
            raise InvalidInputError("opinion", _("Please choose what should become of the comment."))
        action, clause = form.cleaned_data["opinion"]
        give_opinion(
            comment=comment,
            moderator=moderator,
            action=action,
            clause=clause,
            remark=form.cleaned_data["remark"],
            expected_revision=form.cleaned_data["expected_revision"],
        )

    return _answer(request, public_id, act)


@desk_action
def withdraw_vote(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take one's own judgement back that waits for a second person; then 303 to the comment."""
    return _answer(request, public_id, take_vote_back)


def _answer(request: HttpRequest, public_id: str, act: Act, *, leads_on: bool = False) -> HttpResponse:
    """Do it to a comment; then the comment again, or, where it `leads_on`, what comes after it with a line about it."""
    comment, moderator = get_comment_or_404(request.user, public_id), signed_in(request)
    desk = open_desk(request, comment.site)
    following = next_in_queue(desk.site, desk.filters, public_id) if leads_on and not is_fragment(request) else ""
    try:
        act(comment=comment, moderator=moderator)
    except CommentError as error:
        refusal = refusal_of(error, "", Status(comment.status))
        now = get_comment_or_404(request.user, public_id)
        return render_desk(request, desk, item=read_item(now), refusal=refusal)
    if is_fragment(request):
        item = read_item(get_comment_or_404(request.user, public_id))
        return render_desk(request, desk, item=item, aside=read_aside(item, moderator) if leads_on else None)
    if not leads_on:
        return HttpResponseSeeOther(desk_url(desk, comment=public_id))
    leave_aside(request, comment)
    return HttpResponseSeeOther(desk_url(desk, comment=following))
