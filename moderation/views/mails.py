"""Every mail as it is sent, to be looked at by those who answer for a site's words."""

from __future__ import annotations

from dataclasses import dataclass

from csp.decorators import csp_update
from django.conf import settings as django_settings
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMultiAlternatives
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from comments.mail import build
from moderation.mail_samples import SAMPLES, make_sample
from moderation.views.desk import Desk, desk_page, open_desk

# Nothing of a mail's page is run or loaded, and it can lead nowhere: it is only shown.
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"


@dataclass(frozen=True, slots=True)
class ShownMail:
    """A mail as its reader would get it."""

    name: str
    subject: str
    headers: tuple[tuple[str, str], ...]
    text: str
    has_page: bool


@csp_update({"frame-src": ["'self'"]})
@desk_page
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """The mails of ?site= in ?language=, the one of ?name= in full; 403 for who answers neither for the site nor its policy."""
    desk = _open(request)
    language = _language(request)
    name = request.GET.get("name", next(iter(SAMPLES)))
    message = _sample(desk, name, language)
    context = {
        "site": desk.site,
        "desk": desk,
        "samples": SAMPLES.values(),
        "shown": ShownMail(
            name=name,
            subject=str(message.subject),
            headers=tuple((key, value) for key, value in message.extra_headers.items()),
            text=str(message.body),
            has_page=bool(message.alternatives),
        ),
        "language": language,
        "languages": django_settings.LANGUAGES,
    }
    return render(request, "moderation/mails.html", context)


@desk_page
@require_safe
@xframe_options_sameorigin
def page(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of a mail, for the frame in which it is shown."""
    message = _sample(_open(request), name, _language(request))
    if not message.alternatives:
        raise Http404(_("There is nothing here."))
    response = HttpResponse(str(message.alternatives[0][0]))
    response.headers["Content-Security-Policy"] = _PAGE_POLICY
    return response


def _open(request: HttpRequest) -> Desk:
    desk = open_desk(request)
    if not desk.may_see_mails:
        raise PermissionDenied(_("Your role on this site does not allow this."))
    return desk


def _language(request: HttpRequest) -> str:
    chosen = request.GET.get("language", "")
    return chosen if chosen in dict(django_settings.LANGUAGES) else get_language() or django_settings.LANGUAGE_CODE


def _sample(desk: Desk, name: str, language: str) -> EmailMultiAlternatives:
    mail = make_sample(name, desk.site, language)
    if mail is None:
        raise Http404(_("There is nothing here."))
    return build(mail)
