"""Where the desk leads somebody who has not shown a second factor."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from moderation.access import get_desk_site_or_404
from moderation.second_factor import has_second_factor, needs_second_factor
from moderation.views.desk import signed_in


@never_cache
@login_required
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """Why the desk stays shut, and the way to allauth's pages; for who has shown their second factor, back to the desk."""
    site = get_desk_site_or_404(request.user)
    back = _way_back(request)
    if not needs_second_factor(request):
        return HttpResponseRedirect(back)
    here = f"{reverse('moderation:second_factor')}?{urlencode({'next': back})}"
    context = {"site": site, "has_second_factor": has_second_factor(signed_in(request)), "back": back, "here": here}
    return render(request, "moderation/second_factor.html", context)


def _way_back(request: HttpRequest) -> str:
    """The page of this server that was asked for, or the queue."""
    asked = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None, require_https=False)
    return asked if asked and is_ours else reverse("moderation:queue")
