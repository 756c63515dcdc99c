"""All figures of a desk at once, and one person's own week."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser

from comments.models import Site
from moderation.insights.agreement import (
    Agreement,
    read_double_opinions,
    read_opinions_and_decisions,
    read_own_agreement,
)
from moderation.insights.flow import Backlog, Flow, read_backlog, read_flow
from moderation.insights.judging import (
    GROUP,
    FlaggerShare,
    Outcome,
    Overturned,
    Speed,
    count_people,
    overturned_of,
    read_flaggers,
    read_outcomes,
    read_overturned,
    read_speed,
)
from moderation.insights.places import Place, read_articles, read_sections
from moderation.insights.spans import Period, Span, span_of
from moderation.models import Decision


@dataclass(frozen=True, slots=True)
class Figures:
    """What the page shows. What people decided is None, and not read, where fewer than three people decided."""

    site: Site
    span: Span
    people: int
    backlog: Backlog
    flow: Flow
    articles: list[Place]
    sections: list[Place]
    speed: Speed | None
    outcomes: list[Outcome] | None
    flaggers: list[FlaggerShare] | None
    overturned: Overturned | None
    opinions: Agreement
    decisions: Agreement

    @property
    def is_group(self) -> bool:
        return self.people >= GROUP


@dataclass(frozen=True, slots=True)
class OwnWeek:
    """What somebody did in the last seven days; for that person alone."""

    overturned: Overturned
    agreement: Agreement


def read_figures(site: Site, span: Span) -> Figures:
    """Every figure of a desk over this time. 19 queries, whatever there is."""
    people = count_people(site, span)
    is_group = people >= GROUP
    backlog = read_backlog(site, span)
    return Figures(
        site=site,
        span=span,
        people=people,
        backlog=backlog,
        flow=read_flow(site, span, backlog),
        articles=read_articles(site, span),
        sections=read_sections(site, span),
        speed=read_speed(site, span) if is_group else None,
        outcomes=read_outcomes(site, span) if is_group else None,
        flaggers=read_flaggers(site, span) if is_group else None,
        overturned=read_overturned(site, span) if is_group else None,
        opinions=read_double_opinions(site, span),
        decisions=read_opinions_and_decisions(site, span),
    )


def read_own_week(site: Site, user: AbstractBaseUser) -> OwnWeek:
    """One's own judgements of seven days and what became of them. 2 queries."""
    span = span_of(Period.WEEK)
    own = Decision.objects.filter(
        comment__site=site, moderator=user.pk, applied_at__gte=span.start, applied_at__lte=span.end
    )
    return OwnWeek(overturned=overturned_of(own), agreement=read_own_agreement(site, span, user))
