from __future__ import annotations

import datetime
from dataclasses import dataclass
from itertools import pairwise

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from comments.models import Site
from moderation.models import PolicyVersion


@dataclass(frozen=True, slots=True)
class EarlierVersion:
    """A policy that was in force before; `until` is when the next one took its place."""

    version: PolicyVersion
    until: datetime.datetime | None


# The switch of the language gives each reader a cookie of their own.
@require_safe
@cache_control(private=True, no_cache=True)
def policy(request: HttpRequest, site_slug: str) -> HttpResponse:
    """The comment policy of a site, with every earlier version in full; ?version= unfolds one of them. 3 queries."""
    site = get_object_or_404(Site, slug=site_slug)
    in_force = PolicyVersion.objects.in_force(timezone.now()).filter(site=site).prefetch_related("clauses")
    versions = list(in_force)
    context = {
        "site": site,
        "current": versions[0] if versions else None,
        "earlier": [EarlierVersion(older, newer.effective_at) for newer, older in pairwise(versions)],
        "unfolded": request.GET.get("version", ""),
    }
    return render(request, "moderation/policy.html", context)
