"""How far people agree who judged the same text without seeing each other's judgement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, F, Q, QuerySet

from comments.models import Site
from moderation.insights.judging import JUDGING
from moderation.insights.spans import Span
from moderation.insights.statistics import agreement_share, cohens_kappa
from moderation.models import Opinion

Pairs = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Pairs of judgements of one text, each as (one action, other action), and how many people gave them."""

    pairs: Pairs = field(default_factory=dict)
    people: int = 0

    @property
    def count(self) -> int:
        return sum(self.pairs.values())

    @property
    def same(self) -> int:
        return sum(number for (one, other), number in self.pairs.items() if one == other)

    @property
    def share(self) -> float | None:
        return agreement_share(self.pairs)

    @property
    def kappa(self) -> float | None:
        return cohens_kappa(self.pairs)


def read_double_opinions(site: Site, span: Span) -> Agreement:
    """Opinions of two moderators on the same text, the earlier one first, the later one in this time. 1 query."""
    rows = _opinions(site, span).filter(
        comment__opinions__revision=F("revision"),
        comment__opinions__pk__lt=F("pk"),
        comment__opinions__moderator__isnull=False,
    )
    return _agreement(rows, earlier="comment__opinions")


def read_opinions_and_decisions(site: Site, span: Span) -> Agreement:
    """Opinions given in this time, each with the standing decision that somebody else made on the same text. 1 query."""
    return _agreement(_with_decisions(_opinions(site, span)), earlier="", later="comment__decisions")


def read_own_agreement(site: Site, span: Span, user: AbstractBaseUser) -> Agreement:
    """One person's opinions with the decisions of others on the same texts; for that person alone. 1 query."""
    own = _opinions(site, span).filter(moderator=user.pk)
    return _agreement(_with_decisions(own), earlier="", later="comment__decisions")


def _opinions(site: Site, span: Span) -> QuerySet[Opinion]:
    return Opinion.objects.filter(
        comment__site=site, created_at__gte=span.start, created_at__lte=span.end, moderator__isnull=False
    )


def _with_decisions(opinions: QuerySet[Opinion]) -> QuerySet[Opinion]:
    # Not a negation: over many rows that would say that no decision at all is one's own.
    others = Q(comment__decisions__moderator__lt=F("moderator")) | Q(comment__decisions__moderator__gt=F("moderator"))
    return opinions.filter(
        others,
        comment__decisions__revision=F("revision"),
        comment__decisions__undone_at__isnull=True,
        comment__decisions__action__in=JUDGING,
    )


def _agreement(rows: QuerySet[Opinion], *, earlier: str, later: str = "") -> Agreement:
    """Counted in the database by action and person; there are as many rows as there are such combinations."""
    first, second = (f"{one}__" if one else "" for one in (earlier, later))
    columns = (f"{first}action", f"{second}action", f"{first}moderator", f"{second}moderator")
    counted: Iterable[tuple[str, str, int, int, int]] = (
        rows.order_by().values_list(*columns).annotate(count=Count("pk"))
    )
    pairs: dict[tuple[str, str], int] = {}
    people: set[int] = set()
    for one, other, who, whom, number in counted:
        pairs[one, other] = pairs.get((one, other), 0) + number
        people |= {who, whom}
    return Agreement(pairs=pairs, people=len(people))
