"""The pages that end mails, for whoever has their address: no cookie and no session; only POST changes anything (RFC 8058)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from comments.prepared import interface_language
from moderation.access import get_digest_reader_or_404, get_recipient_by_token_or_404
from moderation.services import mail_choices

View = Callable[[HttpRequest, str], HttpResponse]


def by_link(view: View) -> View:
    """The address is the secret: in no index and no cache, told to no other page. Its form needs no token of a session, since
    nobody can send it without the address."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
        patch_cache_control(response, private=True, no_store=True)
        return response

    return answer


@by_link
def leave_mails(request: HttpRequest, token: str) -> HttpResponse:
    """No more mails of a site to an address, or again after all. 2 queries to look, 4 to change it."""
    recipient = get_recipient_by_token_or_404(token)
    if request.method == "POST" and "again" in request.POST:
        mail_choices.take_mails(recipient)
    elif request.method == "POST":
        mail_choices.leave_mails(recipient)
    context = {"site": recipient.site, "has_left": mail_choices.has_left_mails(recipient)}
    with translation.override(interface_language(recipient.site.language)):
        return render(request, "moderation/leave_mails.html", context)


@by_link
def leave_digest(request: HttpRequest, token: str) -> HttpResponse:
    """No more mails to a moderator about what waits; the preferences of the desk bring them back. 1 query, 2 to change it."""
    kept = get_digest_reader_or_404(token)
    if request.method == "POST":
        mail_choices.leave_digest(kept)
    return render(request, "moderation/leave_digest.html", {"kept": kept})
