from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from comments.enums import Status
from comments.exceptions import CommentError
from comments.models import Comment
from moderation.access import get_comment_or_404, get_decision_or_404
from moderation.forms import DecisionForm
from moderation.models import Decision, Opinion
from moderation.queue import next_in_queue, read_change, read_flagged, read_item
from moderation.sampling import is_judged_unaided
from moderation.services.decisions import undo
from moderation.services.judging import judge
from moderation.views.answers import HttpResponseSeeOther, desk_url, refusal_of
from moderation.views.asides import leave_aside, read_aside
from moderation.views.desk import Desk, Refusal, desk_action, is_fragment, open_desk, render_desk, signed_in
from moderation.views.history import render_history


@desk_action
def decide_comment(request: HttpRequest, public_id: str) -> HttpResponse:
    """Judge a comment; then 303 to the next one, with the decision named so that it can be taken back there.

    Refused: 409 when the comment changed meanwhile, 403 for who may only look, 422 otherwise; the note is kept.
    """
    comment = get_comment_or_404(request.user, public_id)
    desk = open_desk(request, comment.site)
    form = DecisionForm(request.POST)
    note = request.POST.get("note", "")
    if not form.is_valid():
        incomplete = Refusal(_("The form was incomplete. Please decide once more."), note)
        return _refuse_decision(request, desk, comment, incomplete)
    following = "" if is_fragment(request) else next_in_queue(desk.site, desk.filters, public_id)
    action, clause = form.cleaned_data["decision"]
    expected = Status(form.cleaned_data["expected_status"])
    try:
        decision = judge(
            comment=comment,
            moderator=signed_in(request),
            action=action,
            expected_status=expected,
            expected_revision=form.cleaned_data["expected_revision"],
            clause=clause,
            note=form.cleaned_data["note"],
        )
    except CommentError as error:
        return _refuse_decision(request, desk, comment, refusal_of(error, note, expected))
    if isinstance(decision, Opinion):
        return _say_kept(request, desk, comment, following)
    if is_fragment(request):
        # The script has painted the next card already and only wants to know what has become of this one.
        return _say_decided(request, desk, comment, decision)
    return HttpResponseSeeOther(desk_url(desk, comment=following, decided=str(decision.pk)))


@desk_action
def undo_decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a decision back; then 303 to the comment, on the desk or in its history, wherever the button was."""
    decision = get_decision_or_404(request.user, pk)
    comment = decision.comment
    is_from_history = "history" in request.POST
    desk = open_desk(request, comment.site)
    try:
        undo(decision=decision, moderator=signed_in(request))
    except CommentError as error:
        refusal = refusal_of(error, "", Status(decision.to_status))
        if is_from_history:
            return render_history(request, comment, refusal=refusal)
        return _refuse_decision(request, desk, comment, refusal)
    if is_from_history:
        return HttpResponseSeeOther(reverse("moderation:history", args=[comment.public_id]))
    if is_fragment(request):
        now = get_comment_or_404(request.user, comment.public_id)
        return render_desk(request, desk, item=read_item(now))
    return HttpResponseSeeOther(desk_url(desk, comment=comment.public_id))


def _refuse_decision(request: HttpRequest, desk: Desk, comment: Comment, refusal: Refusal) -> HttpResponse:
    """The desk with the comment as it stands now."""
    now = get_comment_or_404(request.user, comment.public_id)
    return render_desk(request, desk, item=read_item(now), refusal=refusal)


def _say_kept(request: HttpRequest, desk: Desk, comment: Comment, following: str) -> HttpResponse:
    """That the judgement was kept as one of two people's, with the way back; as after a decision."""
    if not is_fragment(request):
        leave_aside(request, comment)
        return HttpResponseSeeOther(desk_url(desk, comment=following))
    item = read_item(get_comment_or_404(request.user, comment.public_id))
    return render_desk(request, desk, item=item, aside=read_aside(item, signed_in(request)))


def _say_decided(request: HttpRequest, desk: Desk, comment: Comment, decision: Decision) -> HttpResponse:
    """What was decided, in the words that the card and the list say it in. 1 query, whatever the queue holds; 1 to 3 more for a comment
    of the blind sample."""
    change = read_change(decision.change, revision=decision.change.revision)
    decided: dict[str, object] = {
        "public_id": comment.public_id,
        "author_name": comment.author_name,
        "status": change.to_status,
    }
    if is_judged_unaided(comment):
        decided |= {"is_sampled": True, "flagged": read_flagged(comment, decision.revision)}
    decided |= {"clause_title": change.clause_title, "last_change": change}
    context = {"desk": desk, "site": desk.site, "decided": decided}
    return render(request, "moderation/_decided.html", context)
