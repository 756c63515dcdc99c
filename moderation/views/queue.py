from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from comments.exceptions import InvalidInputError
from moderation.access import find_comments, get_comment_or_404, get_decision_or_404
from moderation.queue import QueueItem, QueuePage, read_item, read_items, read_queue
from moderation.queue.colleagues import read_team
from moderation.views.asides import Aside, read_aside, take_aside
from moderation.views.cards import make_cards
from moderation.views.desk import (
    Desk,
    colleagues_of,
    desk_page,
    open_desk,
    render_desk,
    signed_in,
    team_context,
)

# So many cards are painted ahead.
CARDS_AT_ONCE = 10


@desk_page
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The desk: queues, list, the card of ?comment= or of the first in the list, and the decision just made."""
    desk = open_desk(request)
    item = None
    if public_id := desk.form.value("comment"):
        comment = get_comment_or_404(request.user, public_id)
        item = read_item(comment)
        desk = desk if comment.site_id == desk.site.pk else open_desk(request, comment.site)
    return render_desk(request, desk, item=item, decided=_just_decided(request, desk), aside=_just_left(request))


@desk_page
@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    """Up to ten cards to be painted ahead: of the comments in ?comment=, which are in the list already, or of those that
    come next in the view, with their rows. 12 queries, whatever there is.
    """
    desk = open_desk(request)
    wanted = request.GET.getlist("comment")[:CARDS_AT_ONCE]
    page = QueuePage(read_items(find_comments(request.user, desk.site, wanted)), "") if wanted else _next_page(desk)
    made = make_cards(page.items, desk.site, may_decide=desk.may_decide, colleagues=colleagues_of(desk, page.items))
    team = read_team(desk.site, desk.filters.viewer_id)
    context = team_context(request, desk, team) | {
        "site": desk.site,
        "desk": desk,
        "page": page,
        "cards": made,
        "has_rows": not wanted,
    }
    return render(request, "moderation/_cards.html", context)


def _next_page(desk: Desk) -> QueuePage:
    try:
        return read_queue(desk.site, desk.filters, desk.form.value("cursor"), CARDS_AT_ONCE)
    except InvalidInputError:
        return QueuePage((), "")


def _just_decided(request: HttpRequest, desk: Desk) -> QueueItem | None:
    """The comment that ?decided= is about, while that decision still is the last thing that happened to it."""
    pk = desk.form.value("decided")
    if not pk:
        return None
    try:
        decision = get_decision_or_404(request.user, int(pk))
    except Http404:
        return None
    item = read_item(decision.comment)
    return item if item.last_change and item.last_change.decision == decision.pk else None


def _just_left(request: HttpRequest) -> Aside | None:
    """What there is to say, once, of the comment that was left last without a decision."""
    public_id = take_aside(request)
    if not public_id:
        return None
    try:
        comment = get_comment_or_404(request.user, public_id)
    except Http404:
        return None
    return read_aside(read_item(comment), signed_in(request))
