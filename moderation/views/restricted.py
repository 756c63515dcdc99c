"""The page of whoever is restricted: what holds, until when, why, and how to confirm a warning or object."""

from __future__ import annotations

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods

from comments.exceptions import CommentError, InvalidInputError
from comments.prepared import interface_language
from moderation.access import get_restriction_by_token_or_404
from moderation.forms_people import ObjectionForm
from moderation.gate import what_it_means
from moderation.models import Restriction
from moderation.services.restrictions import REASON_LIMIT, acknowledge, object_to
from moderation.views.answers import HttpResponseSeeOther


@require_http_methods(["GET", "HEAD", "POST"])
def restriction(request: HttpRequest, token: str) -> HttpResponse:
    """What holds for somebody, for whoever has the address. POST confirms a warning, or objects; then 303 back here."""
    found = get_restriction_by_token_or_404(token)
    with translation.override(_language(request, found)):
        if request.method != "POST":
            return _page(request, found, ObjectionForm())
        form = ObjectionForm(request.POST)
        form.full_clean()
        try:
            if "confirm" in request.POST:
                acknowledge(restriction=found)
            else:
                object_to(restriction=found, text=form.cleaned_data["text"])
        except CommentError as error:
            form.refuse(error)
            return _page(request, found, form, status=422 if isinstance(error, InvalidInputError) else 409)
    return _private(HttpResponseSeeOther(request.path))


def _page(request: HttpRequest, found: Restriction, form: ObjectionForm, *, status: int = 200) -> HttpResponse:
    context = {
        "restriction": found,
        "site": found.site,
        "meaning": what_it_means(found),
        "is_standing": found.is_standing(timezone.now()),
        "may_object": found.objected_at is None and found.revoked_at is None,
        "form": form,
        "limit": REASON_LIMIT,
    }
    return _private(render(request, "moderation/restricted.html", context, status=status))


def _language(request: HttpRequest, found: Restriction) -> str:
    """As on the status page: the language somebody chose here, else that of the comment or the site."""
    usual = found.comment.language if found.comment else found.site.language
    if django_settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return translation.get_language() or usual
    return interface_language(usual)


def _private(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, private=True, no_store=True)
    response["X-Robots-Tag"] = "noindex, nofollow"
    # The address is a secret, and our own form needs its origin.
    response["Referrer-Policy"] = "same-origin"
    return response
