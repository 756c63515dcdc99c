"""Which checks a site uses: for its administrators."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from moderation.exceptions import NotAllowedError
from moderation.forms_flaggers import SwitchForm
from moderation.services.flagger_switches import COUNTED_DAYS, choose_states, read_switches
from moderation.views.answers import HttpResponseSeeOther
from moderation.views.desk import desk_action, desk_page, open_administered_desk, signed_in


@desk_page
@require_safe
def flaggers(request: HttpRequest) -> HttpResponse:
    """Every check with its state, what it looks for, and how often it found something. 2 queries besides the session's."""
    desk = open_administered_desk(request)
    forms = [SwitchForm(line) for line in read_switches(desk.site)]
    context = {
        "site": desk.site,
        "desk": desk,
        "forms": forms,
        "days": COUNTED_DAYS,
        "saved": request.GET.get("saved", ""),
    }
    return render(request, "moderation/flaggers.html", context)


@desk_action
def switch(request: HttpRequest, name: str) -> HttpResponse:
    """Choose the states of one check; then 303 to it on the page. 404 for one that is not installed or a state there is not."""
    desk = open_administered_desk(request)
    line = next((one for one in read_switches(desk.site) if one.flagger.name == name), None)
    form = None if line is None else SwitchForm(line, request.POST)
    if form is None or not form.is_valid():
        raise Http404(_("There is nothing here."))
    try:
        choose_states(site=desk.site, administrator=signed_in(request), flagger=name, states=form.states)
    except NotAllowedError as error:
        raise PermissionDenied(str(error.message)) from error
    query = urlencode({"site": desk.site.slug, "saved": name})
    return HttpResponseSeeOther(f"{reverse('moderation:flaggers')}?{query}#check-{name}")
