"""Findings as values: their sentences in the active language, and what those name besides the words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace

from django.utils import timezone
from django.utils.translation import gettext

from comments.enums import CheckOutcome
from comments.models import Comment
from comments.models.identifiers import PUBLIC_ID_PATTERN
from comments.screening import Span
from moderation.flaggers.guard import GONE, RUNNING
from moderation.flaggers.learned import NAME as LEARNED
from moderation.flaggers.names import flagger_name
from moderation.flaggers.outside.verdicts import LABEL_LENGTH, shorten
from moderation.flaggers.registry import installed_flagger
from moderation.models import Clause, Finding, PolicyVersion
from moderation.models.policies import in_reader_language
from moderation.queue.colleagues import CHOSEN, is_judged_blind
from moderation.queue.found import NamedComment, QueueFinding

# What sentences name besides the words of a text.
_OF_NO_TEXT = ("flagger", "clause", "others", "model", "paragraph", "comments", "seconds", "status")
_QUOTED = re.compile('([“„«»‚‘"])[^“”„«»‚‘’"]+([”“«»’‘"])')


@dataclass(frozen=True, slots=True)
class Named:
    """What findings name: comments by their identifiers, and titles of clauses in the active language, by site and identifier, and by
    site and title in either language."""

    comments: dict[str, NamedComment] = field(default_factory=dict)
    titles: dict[tuple[int, str], str] = field(default_factory=dict)
    titles_by_title: dict[tuple[int, str], str] = field(default_factory=dict)


def read_named(findings: Iterable[tuple[int, Finding]]) -> Named:
    """What these findings name, each with the key of its site. No query where they name nothing, else 1 for comments and 1 for
    clauses."""
    found = list(findings)
    named = Named(_read_comments({(site, one) for site, finding in found for one in _comments_in(finding)}))
    _read_titles({site for site, finding in found if _names_clause(finding)}, named)
    return named


def read_findings(comment: Comment, findings: Sequence[Finding]) -> tuple[QueueFinding, ...]:
    """What was found in a text, in the same order. No query, 1 or 2 where something is named."""
    named = read_named((comment.site_id, finding) for finding in findings)
    return tuple(read_finding(finding, comment, named) for finding in findings)


def read_flagged(comment: Comment, revision: int) -> tuple[QueueFinding, ...]:
    """What was found in a text, as far as moderators see it. 1 query, and those for what is named."""
    found = Finding.objects.flagged().filter(comment=comment, revision=revision).order_by("flagger")
    return read_findings(comment, list(found))


def read_finding(finding: Finding, comment: Comment, named: Named) -> QueueFinding:
    """A finding of a comment as a value, its sentence in the active language."""
    finding = _called_as_now(finding, comment.site_id, named)
    return QueueFinding(
        flagger=finding.flagger,
        outcome=CheckOutcome(finding.outcome),
        score=finding.score,
        clause=finding.clause,
        sentence=_sentence(finding),
        veiled_sentence=_sentence(_without_quotations(finding)),
        spans=tuple(_spans(finding.spans)),
        learnt_version=_learnt_version(finding),
        comments=tuple(_named_comment(one, comment, named) for one in _comments_in(finding)),
        pk=finding.pk,
    )


def _called_as_now(finding: Finding, site: int, named: Named) -> Finding:
    """The finding with clauses called as the policy calls them now; as they were called then where the policy no longer does so."""
    if not _names_clause(finding):
        return finding

    def now(title: str) -> str:
        return named.titles_by_title.get((site, title), title)

    called = copy(finding)
    title = named.titles.get((site, finding.clause))
    called.parameters = {**finding.parameters, "clause": title or finding.parameters["clause"]}
    if isinstance(others := finding.parameters.get("others"), str):
        called.parameters["others"] = ", ".join(map(now, others.split(", ")))
    called.spans = [[*place, now(label) if isinstance(label, str) else label] for *place, label in finding.spans]
    return called


def _sentence(finding: Finding) -> str:
    name = flagger_name(finding.flagger)
    # Nobody is at it, however long one waits.
    if finding.message == RUNNING and installed_flagger(finding.flagger) is None:
        return gettext(GONE) % {"flagger": name}
    return finding.sentence(name)


def _without_quotations(finding: Finding) -> Finding:
    """The finding with "…" for what its sentence may quote: a word of a list is in the text, too, however it is written there,
    and so is the name of a link."""
    if not isinstance(finding.parameters, dict):
        return finding
    values = {
        name: value if name in _OF_NO_TEXT else _without_words(name, value)
        for name, value in finding.parameters.items()
    }
    return Finding(flagger=finding.flagger, clause=finding.clause, message=finding.message, parameters=values)


def _without_words(name: str, value: object) -> object:
    """What a sentence says of a text without its words. Of reasons, which are told in words of their own, what they quote."""
    if not isinstance(value, str):
        return value
    quoted = _QUOTED.sub(r"\1…\2", value)
    return quoted if name == "reason" or quoted != value else "…"


def _named_comment(public_id: str, comment: Comment, named: Named) -> NamedComment:
    """Without its author while that of the comment is hidden, who may be the same."""
    found = named.comments.get(public_id, NamedComment(public_id))
    return replace(found, author_name="") if is_judged_blind(comment) else found


def _read_comments(wanted: set[tuple[int, str]]) -> dict[str, NamedComment]:
    if not wanted:
        return {}
    sites, ids = zip(*wanted, strict=True)
    found = Comment.objects.filter(site__in=set(sites), public_id__in=ids).select_related(*CHOSEN)
    return {
        one.public_id: NamedComment(one.public_id, "" if is_judged_blind(one) else one.author_name, one.posted_at)
        for one in found
    }


def _read_titles(sites: set[int], named: Named) -> None:
    """As the newest version in force has them."""
    if not sites:
        return
    versions = PolicyVersion.objects.in_force(timezone.now()).filter(site__in=sites).order_by()
    found = Clause.objects.filter(version__in=versions).order_by("version__effective_at", "version__number")
    for site, slug, *titles in found.values_list("version__site", "slug", "title_de", "title_en"):
        title = named.titles[site, slug] = in_reader_language(*titles)
        # Labels are shortened.
        for one in titles:
            named.titles_by_title[site, one] = named.titles_by_title[site, shorten(one, LABEL_LENGTH)] = title


def _comments_in(finding: Finding) -> list[str]:
    """The identifiers that it names; none of somebody else's flagger that means something else by this place."""
    stored = finding.parameters.get("comments") if isinstance(finding.parameters, dict) else None
    ids = stored.split(", ") if isinstance(stored, str) else []
    return ids if all(re.fullmatch(PUBLIC_ID_PATTERN, one) for one in ids) else []


def _names_clause(finding: Finding) -> bool:
    return bool(finding.clause) and isinstance(finding.parameters, dict) and "clause" in finding.parameters


def _learnt_version(finding: Finding) -> int:
    number = finding.parameters.get("model") if finding.flagger == LEARNED else 0
    return number if isinstance(number, int) else 0


def _spans(stored: object) -> Iterable[Span]:
    """The stored spans that are well formed (a flagger may be somebody else's), labelled in the active language."""
    for span in stored if isinstance(stored, list) else ():
        match span:
            case [int(start), int(end), label] if 0 <= start < end:
                yield Span(start, end, gettext(str(label)) if label else gettext("Flagged"))
