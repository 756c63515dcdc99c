from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from moderation.access import get_comment_or_404, get_decision_or_404
from moderation.queue import QueueItem, read_item
from moderation.views.desk import Desk, desk_page, open_desk, render_desk


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
    return render_desk(request, desk, item=item, decided=_just_decided(request, desk))


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
