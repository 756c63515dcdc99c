"""The beat of the desk: what colleagues do just now, asked for every ten seconds and mostly answered with "nothing new"."""

from __future__ import annotations

import hashlib
import json
from functools import wraps
from http import HTTPStatus

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from comments.models import Comment, Site, StatusChange
from moderation.access import get_comment_or_404, get_membership_or_404, read_key
from moderation.enums import Permission
from moderation.models import Lease
from moderation.permissions import PERMISSIONS
from moderation.queue import read_change, read_overview
from moderation.queue.colleagues import name_of, read_leases
from moderation.services.leases import hold, needs_holding, release
from moderation.services.presence import note_presence
from moderation.templatetags.desk import what_happened
from moderation.views.desk import View, desk_action, desk_page, signed_in

# Somebody who was away for longer loads the page anew.
MOST_CHANGES = 100
# A step may be committed after one with a higher number, so a few before the last one seen are told once more.
OVERLAP = 20


def light(view: View) -> View:
    """What is asked for every ten seconds by a script carries no headers that only a page has use for."""

    @wraps(view)
    def lightened(request: HttpRequest, **arguments: object) -> HttpResponse:
        response = view(request, **arguments)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers.pop("Expires", None)
        # What nobody shows needs no rules for showing it.
        response._csp_exempt = True  # type: ignore[attr-defined]  # noqa: SLF001
        response.xframe_options_exempt = True
        return response

    return lightened


@light
@desk_page
@require_safe
def pulse(request: HttpRequest) -> HttpResponse:
    """What has changed on a desk: counts, who is there, who has which comment before them, what was decided since the
    step ?since=. Renews the presence of whoever asks, and their lease of ?comment=.

    JSON; 304 when nothing is new for the ETag that the script sends along. No browser keeps it, so the script does. 4
    queries besides those of the session, and some to write, at most every 20 s.
    """
    user = signed_in(request)
    membership = get_membership_or_404(user, request.GET.get("site", ""))
    site = membership.site
    leases = read_leases(site)
    if Permission.DECIDE in PERMISSIONS[membership.role]:  # type: ignore[index]
        _renew_lease(request, user, site, leases)
    overview = read_overview(site, user.pk)
    team = overview.team
    note_presence(site=site, user=user, members=team.members)
    since, decided = _decided_since(site, request.GET.get("since", ""), user)
    content = {
        "since": since,
        "counts": overview.counts,
        "people": [one.name for one in team.members if one.is_here and one.user_id != user.pk],
        "leases": {one.comment.public_id: name_of(one.user) for one in leases if one.user_id != user.pk},
        "decided": decided,
        "mine": {name: getattr(team.work, name) for name in team.work.__slots__},
    }
    return _conditional(request, json.dumps(content, ensure_ascii=False, separators=(",", ":")))


@desk_action
def release_lease(request: HttpRequest) -> HttpResponse:
    """Somebody has left a comment; sent by a page that is going away, which reads no answer."""
    comment = get_comment_or_404(request.user, request.POST.get("comment", ""))
    release(comment=comment, user=signed_in(request))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _renew_lease(request: HttpRequest, user: AbstractBaseUser, site: Site, leases: list[Lease]) -> None:
    """Hold the comment that somebody looks at. No query while colleagues have it, or it was renewed a moment ago."""
    public_id = request.GET.get("comment", "")
    standing = next((one for one in leases if one.comment.public_id == public_id), None)
    if not public_id or not needs_holding(standing, user):
        return
    comment = Comment.objects.filter(site=site).with_public_id(public_id).first()
    if comment is not None and comment.waiting_since is not None:
        hold(comment_id=comment.pk, user=user)


def _decided_since(site: Site, since: str, viewer: AbstractBaseUser) -> tuple[int, dict[str, str]]:
    """How far the history has gone, and what others did after a step: a sentence by comment. 1 query."""
    step = read_key(since)
    if step is None:
        return StatusChange.objects.aggregate(last=Max("pk"))["last"] or 0, {}
    changes = (
        StatusChange.objects.filter(pk__gt=step - OVERLAP, comment__site=site)
        .exclude(from_status="")
        .exclude(actor=viewer.pk)
        .select_related("comment", "actor", "decision__clause")
        .order_by("-id")[:MOST_CHANGES]
    )
    latest: dict[str, StatusChange] = {}
    for change in changes:
        latest.setdefault(change.comment.public_id, change)
    last = max([step, *(change.pk for change in latest.values())])
    return last, {public_id: _sentence(change) for public_id, change in latest.items()}


def _sentence(change: StatusChange) -> str:
    """What was done and by whom: "Published · Jonas Feld"."""
    read = read_change(change, revision=change.comment.revision)
    words = what_happened(read)
    return f"{words} · {read.actor_name}" if read.actor_name else words


def _conditional(request: HttpRequest, body: str) -> HttpResponse:
    etag = '"' + hashlib.sha256(body.encode()).hexdigest()[:16] + '"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
        del response.headers["Content-Type"]
    else:
        response = HttpResponse(body, content_type="application/json")
    response.headers["ETag"] = etag
    return response
