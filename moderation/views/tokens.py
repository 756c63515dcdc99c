"""Personal tokens for the API: one's own, and for administrators those of everybody on the site."""

from __future__ import annotations

from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from comments.conf import settings
from comments.feed_addresses import FeedFormat
from moderation.access import get_membership_or_404, get_token_or_404
from moderation.exceptions import NotAllowedError
from moderation.forms_desk import TokenForm
from moderation.models import ApiToken, Membership
from moderation.services.queue_feeds import end_queue_feed, make_queue_feed, queue_feed_token
from moderation.services.tokens import issue_token, possible_scopes, revoke_token
from moderation.views.answers import HttpResponseSeeOther
from moderation.views.desk import Desk, desk_action, desk_page, open_desk, signed_in


@desk_page
@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens on this site, and for administrators everybody's. None of them can be read. 5 queries at most."""
    desk = open_desk(request)
    return _render(request, desk, _form(desk))


@desk_action
def make(request: HttpRequest) -> HttpResponse:
    """Make a token and show it, this once: the answer to the form itself, so that no address and no session holds it."""
    desk = open_desk(request)
    form = TokenForm(request.POST, scopes=possible_scopes(desk.permissions))
    if not form.is_valid():
        return _render(request, desk, form)
    try:
        token = issue_token(user=signed_in(request), site=desk.site, scopes=form.chosen)
    except NotAllowedError as error:
        raise PermissionDenied from error
    return _render(request, desk, _form(desk), token=token)


@desk_action
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token; then 303 to the page."""
    token = get_token_or_404(request.user, pk)
    desk = open_desk(request, token.site)
    try:
        revoke_token(token=token, user=signed_in(request))
    except NotAllowedError as error:
        raise PermissionDenied from error
    query = f"?site={desk.site.slug}" if len(desk.sites) > 1 else ""
    return HttpResponseSeeOther(reverse("moderation:tokens") + query)


@desk_action
def change_feed(request: HttpRequest) -> HttpResponse:
    """Make one's feed of the queue, replace its address or end it; then 303 to the page."""
    desk = open_desk(request)
    member = get_membership_or_404(request.user, desk.site.slug)
    if "end" in request.POST:
        end_queue_feed(member)
    else:
        make_queue_feed(member)
    query = f"?site={desk.site.slug}" if len(desk.sites) > 1 else ""
    return HttpResponseSeeOther(reverse("moderation:tokens") + query + "#feed")


def _form(desk: Desk) -> TokenForm:
    return TokenForm(scopes=possible_scopes(desk.permissions))


def _feed_addresses(member: Membership) -> tuple[str, ...]:
    """Where a member's feed of the queue is, as Atom and as JSON Feed; empty when they have none. No query."""
    token = queue_feed_token(member)
    names = (f"moderation:queue_feed{written.suffix}" for written in (FeedFormat.ATOM, FeedFormat.JSON))
    return tuple(settings.base_url + reverse(name, args=[token]) for name in names) if token else ()


def _render(request: HttpRequest, desk: Desk, form: TokenForm, *, token: str = "") -> HttpResponse:
    of_site = (
        ApiToken.objects.filter(site=desk.site).select_related("user").order_by("revoked_at", "-created_at", "-pk")
    )
    user = signed_in(request)
    context = {
        "site": desk.site,
        "desk": desk,
        "form": form,
        "token": token,
        "feeds": _feed_addresses(get_membership_or_404(user, desk.site.slug)),
        "own": list(of_site.filter(user=user.pk)),
        "others": list(of_site.exclude(user=user.pk)) if desk.may_administer else [],
    }
    status = HTTPStatus.CREATED if token else HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "moderation/tokens.html", context, status=status)
