"""The sign-in window of pages elsewhere."""

from __future__ import annotations

import re
from http import HTTPStatus

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from comments.access import get_site_or_404
from comments.models import Site
from comments.services.sign_in import issue_code, may_receive_code
from comments.views import private

STATE = re.compile(r"[A-Za-z0-9_-]{16,100}")

_UNKNOWN_ORIGIN = _(
    "The page that opened this window does not belong to this publication, so it cannot sign you in. "
    "Please go back to the article and sign in from there."
)
_NO_STATE = _("The page that opened this window left something out. Please close it and sign in once more.")


@require_GET
@private
def sign_in_window(request: HttpRequest) -> HttpResponse:
    """The window in which a reader signs in; its end hands a one-time code to the page that opened it.

    A GET that stores a row, which is safe here because the row does nothing for whoever made the browser ask: the code
    is in this answer alone, which no other origin can read or frame and nobody may store. The window's script gives it to
    its opener by `postMessage` with the registered origin as the target, so a browser delivers it to a page of that
    origin or to none; the exchange asks for the same origin once more, and the opener compares `state` with its own, so
    that nobody can slip it somebody else's code. Asking without being the opener leaves a row that ends in a minute.
    """
    site = get_site_or_404(request.GET.get("site", ""))
    origin, state = request.GET.get("origin", ""), request.GET.get("state", "")
    if not may_receive_code(site, origin):
        response = _window(request, site, refusal=_UNKNOWN_ORIGIN)
    elif not STATE.fullmatch(state):
        response = _window(request, site, refusal=_NO_STATE)
    elif not request.user.is_authenticated:
        response = redirect_to_login(request.get_full_path())
    else:
        code = issue_code(site=site, user=request.user, origin=origin)
        response = _window(request, site, handover={"code": code, "state": state, "origin": origin})
    # There is no form here, whose `Origin` this would hide from the CSRF check.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _window(
    request: HttpRequest, site: Site, *, handover: dict[str, str] | None = None, refusal: str | Promise = ""
) -> HttpResponse:
    context = {"site": site, "handover": handover, "refusal": refusal}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK
    response = render(request, "comments/sign_in_window.html", context, status=status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
