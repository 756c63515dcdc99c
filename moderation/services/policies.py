"""Policies: the one in force, and publishing a new version."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from django.db import transaction
from django.db.models import Subquery
from django.utils import timezone

from comments.models import Site
from moderation.models import Clause, PolicyVersion
from moderation.prepared import Prepared, given_moment, given_number


def current_policy(site: Site) -> PolicyVersion | None:
    """The version in force now, with its clauses in order; None for a site without a policy. 2 queries."""
    return PolicyVersion.objects.in_force(timezone.now()).filter(site=site).prefetch_related("clauses").first()


def current_clauses(site: Site) -> tuple[Clause, ...]:
    """The clauses in force now, in order; none for a site without a policy. 1 query."""
    return tuple(_clauses().run(site=site.pk, now=timezone.now()))


@cache
def _clauses() -> Prepared[Clause]:
    version = PolicyVersion.objects.in_force(given_moment("now")).filter(site=given_number("site")).values("pk")[:1]
    return Prepared(Clause.objects.filter(version=Subquery(version)).order_by("position"))


def publish_policy(*, version: PolicyVersion, clauses: Sequence[Clause]) -> PolicyVersion:
    """Store a complete version with its clauses; from then on it is never changed. 2 queries."""
    with transaction.atomic():
        version.save(force_insert=True)
        for clause in clauses:
            clause.version = version
        Clause.objects.bulk_create(clauses)
    return version
