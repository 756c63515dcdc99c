from __future__ import annotations

from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from moderation.access import get_desk_site_or_404
from moderation.enums import Permission
from moderation.exceptions import NotAllowedError
from moderation.forms_together import DeskSettingsForm
from moderation.permissions import may
from moderation.services.desk_settings import change_desk_settings, read_desk_settings
from moderation.views.answers import HttpResponseSeeOther
from moderation.views.desk import desk_page, signed_in


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def desk_settings(request: HttpRequest) -> HttpResponse:
    """How the desk of ?site= works, for those who administer it; 403 for the others of the desk."""
    user = signed_in(request)
    site = get_desk_site_or_404(user, request.GET.get("site", ""))
    if not may(user, site, Permission.ADMINISTER):
        raise PermissionDenied(_("Your role on this site does not allow this."))
    if request.method != "POST":
        form = DeskSettingsForm(initial=DeskSettingsForm.values_of(site, read_desk_settings(site)))
        return _render(request, site, form)
    form = DeskSettingsForm(request.POST)
    if not form.is_valid():
        return _render(request, site, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        change_desk_settings(site=site, moderator=user, choice=form.choice())
    except NotAllowedError as error:
        raise PermissionDenied(str(error.message)) from error
    return HttpResponseSeeOther(f"{reverse('moderation:settings')}?site={site.slug}&saved=1")


def _render(
    request: HttpRequest, site: object, form: DeskSettingsForm, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    context = {"site": site, "form": form, "is_saved": "saved" in request.GET and not form.is_bound}
    return render(request, "moderation/settings.html", context, status=status)
