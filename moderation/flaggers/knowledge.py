"""Loads what flaggers may know of a site."""

from __future__ import annotations

import dataclasses
import datetime
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, Value

from comments.enums import Status
from comments.models import Comment, Revision, Site
from comments.throttling import is_private_network
from moderation.conf import settings
from moderation.enums import FlaggerState
from moderation.flaggers.base import Arrival, RecentText, SiteKnowledge, TermEntry
from moderation.models import FlaggerSwitch, LinkedDomain

RECENT_LIMIT = 500
RECENT_DAYS = 3
NEW_DOMAINS_LIMIT = 20
# How many of the newest comments of all sites are looked through for the recent ones of this: keeps the query small.
_RECENT_ROWS = 5_000

# By slug: what was read, and when (time.monotonic).
_known: dict[str, tuple[SiteKnowledge, float]] = {}


def load_knowledge(site: str) -> SiteKnowledge:
    """Terms, own host names and switches of a site, by its slug; 1 query, none when they were read
    within MODERATION_KNOWLEDGE_MAX_AGE."""
    now = time.monotonic()
    knowledge, read_at = _known.get(site, (None, 0.0))
    if knowledge is None or now - read_at >= settings.knowledge_max_age.total_seconds():
        knowledge = _read(site)
        _known[site] = (knowledge, now)
    return knowledge


def forget_knowledge() -> None:
    """Read anew the next time."""
    _known.clear()


def with_surroundings(knowledge: SiteKnowledge, comment: Comment) -> SiteKnowledge:
    """The same with how the comment came, and the latest texts of others and of the same author without itself. 3 queries.

    Looks at the newest 5,000 comments at most, by primary key: its cost does not grow with the table.
    """
    # Not by the comment itself, which has appeared already where moderation comes after that.
    published = (
        Comment.objects.published().filter(author=OuterRef("comment__author_id")).exclude(pk=OuterRef("comment_id"))
    )
    found = (
        Revision.objects.filter(
            comment_id__gt=comment.pk - _RECENT_ROWS,
            comment__site_id=comment.site_id,
            comment__posted_at__gte=comment.posted_at - datetime.timedelta(days=RECENT_DAYS),
            number=F("comment__revision"),
        )
        .exclude(comment_id=comment.pk)
        .order_by("-comment_id")
        .annotate(is_by_known=Exists(published))
        .values_list(
            "comment__public_id", "body", "comment__author_id", "comment__article_id", "comment__network",
            "comment__posted_at", "is_by_known",
        )[:RECENT_LIMIT]
    )  # fmt: skip
    texts = tuple(
        RecentText(
            comment=public_id,
            body=body,
            by_same_author=author == comment.author_id,
            author=str(author),
            article=str(article),
            network=network,
            seconds_before=(comment.posted_at - posted_at).total_seconds(),
            is_by_newcomer=not is_by_known,
        )
        for public_id, body, author, article, network, posted_at, is_by_known in found
    )
    arrival = _read_arrival(comment, tells_apart=_tells_apart([comment.network, *(one.network for one in texts)]))
    return dataclasses.replace(knowledge, recent_texts=texts, arrival=arrival)


def _tells_apart(networks: Iterable[str]) -> bool:
    """Whether a network says something of who sent a comment: not where all there are may be those of the site's proxies."""
    return any(network and not is_private_network(network) for network in networks)


def _read_arrival(comment: Comment, *, tells_apart: bool) -> Arrival:
    """By what else is published than the comment itself, which may be so already. 2 queries."""
    # Of an edited comment the links are those of the text that waits, which nobody has published.
    elsewhere = LinkedDomain.objects.filter(
        site=comment.site_id,
        domain=OuterRef("domain"),
        comment__status=Status.APPROVED,
        comment__waiting_since__isnull=True,
    ).exclude(comment=comment)
    domains = LinkedDomain.objects.filter(~Exists(elsewhere), comment=comment).order_by("domain")
    return Arrival(
        author=str(comment.author_id),
        article=str(comment.article_id),
        network=comment.network if tells_apart else "",
        is_by_newcomer=not Comment.objects.published().filter(author=comment.author_id).exclude(pk=comment.pk).exists(),
        new_domains=tuple(domains.values_list("domain", flat=True)[:NEW_DOMAINS_LIMIT]),
    )


def _read(slug: str) -> SiteKnowledge:
    """The site with its terms, and its switches, as rows of the same columns. 1 query."""
    terms = Site.objects.annotate(term=FilteredRelation("terms", condition=Q(terms__is_active=True)))
    switches = FlaggerSwitch.objects.filter(site__slug=slug)
    rows = list(
        terms.filter(slug=slug)
        .order_by()
        .values_list("term__id", "origins", "home_url", "term__phrase", "term__language", "term__clause", Value(""))
        .union(
            switches.values_list("id", "site__origins", "site__home_url", "flagger", "language", Value(""), "state"),
            all=True,
        )
    )
    if not rows:
        return SiteKnowledge()
    addresses = [*rows[0][1], rows[0][2]]
    hosts = (urlsplit(address).hostname for address in addresses if isinstance(address, str))
    in_order = sorted((row for row in rows if row[3] and not row[6]), key=lambda row: row[0])
    return SiteKnowledge(
        terms=tuple(TermEntry(phrase, language, clause) for _id, _, _, phrase, language, clause, _state in in_order),
        own_hosts=frozenset(host for host in hosts if host),
        states={(name, language): FlaggerState(state) for _id, _, _, name, language, _, state in rows if state},
    )
