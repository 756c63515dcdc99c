"""What leaves the installation: for administrators."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from comments.services.outbox import try_again
from comments.services.subscriptions import write_again
from moderation.access import read_key
from moderation.deliveries import read_deliveries
from moderation.enums import Permission
from moderation.forms_desk import AddressForm
from moderation.permissions import sites_allowing
from moderation.views.answers import HttpResponseSeeOther
from moderation.views.desk import Desk, desk_action, desk_page, open_desk, signed_in


@desk_page
@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """What waits, what was given up and why, which domains rest. 7 to 14 queries besides the session's."""
    return _render(request, _open(request), AddressForm())


@desk_action
def retry(request: HttpRequest) -> HttpResponse:
    """Put the row of `row`, or every row that was given up, back in line; then 303 to the page."""
    desk = _open(request)
    row = request.POST.get("row", "")
    key = read_key(row)
    count = try_again(key) if not row or key is not None else 0
    sentence = ngettext("%(count)s is tried again.", "%(count)s are tried again.", count)
    messages.success(request, sentence % {"count": count})
    return _see_deliveries(desk)


@desk_action
def lift(request: HttpRequest) -> HttpResponse:
    """Write to a typed address again; then 303 to the page. Refused: the form with what was typed."""
    desk = _open(request)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _render(request, desk, form)
    if write_again(form.cleaned_data["email"]):
        messages.success(request, _("This address is written to again."))
    else:
        messages.info(request, _("This address was written to all the time: nothing has changed."))
    return _see_deliveries(desk)


def _open(request: HttpRequest) -> Desk:
    desk = open_desk(request)
    if not desk.may_administer:
        raise PermissionDenied(_("Your role on this site does not allow this."))
    return desk


def _render(request: HttpRequest, desk: Desk, form: AddressForm) -> HttpResponse:
    sites = sites_allowing(signed_in(request), Permission.ADMINISTER)
    context = {"site": desk.site, "desk": desk, "form": form, "deliveries": read_deliveries(sites)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "moderation/deliveries.html", context, status=status)


def _see_deliveries(desk: Desk) -> HttpResponse:
    query = f"?site={desk.site.slug}" if len(desk.sites) > 1 else ""
    return HttpResponseSeeOther(reverse("moderation:deliveries") + query)
