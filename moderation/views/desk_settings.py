from __future__ import annotations

from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from moderation.exceptions import NotAllowedError
from moderation.forms_together import DeskSettingsForm
from moderation.services.desk_settings import change_desk_settings, read_desk_settings
from moderation.views.answers import HttpResponseSeeOther
from moderation.views.desk import Desk, desk_page, open_desk, signed_in


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def desk_settings(request: HttpRequest) -> HttpResponse:
    """How the desk of ?site= works, for those who administer it; 403 for the others of the desk."""
    user = signed_in(request)
    desk = open_desk(request)
    site = desk.site
    if not desk.may_administer:
        raise PermissionDenied(_("Your role on this site does not allow this."))
    if request.method != "POST":
        form = DeskSettingsForm(initial=DeskSettingsForm.values_of(site, read_desk_settings(site)))
        return _render(request, desk, form)
    form = DeskSettingsForm(request.POST)
    if not form.is_valid():
        return _render(request, desk, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        change_desk_settings(site=site, moderator=user, choice=form.choice())
    except NotAllowedError as error:
        raise PermissionDenied(str(error.message)) from error
    return HttpResponseSeeOther(f"{reverse('moderation:settings')}?site={site.slug}&saved=1")


def _render(
    request: HttpRequest, desk: Desk, form: DeskSettingsForm, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    context = {"site": desk.site, "desk": desk, "form": form, "is_saved": "saved" in request.GET and not form.is_bound}
    return render(request, "moderation/settings.html", context, status=status)
