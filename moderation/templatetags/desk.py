"""Words and signs of the moderators' pages: what happened to a comment, how long ago, and in which tone."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comments.enums import ActorKind, ArticleMode, AuthorKind, CheckOutcome, Status
from moderation.assets import desk_asset
from moderation.enums import Action, RestrictionKind, RestrictionTarget
from moderation.flaggers.names import flagger_name
from moderation.flaggers.names import flagger_purpose as purpose_of
from moderation.flaggers.registry import guesses
from moderation.queue import COUNT_LIMIT, MOST_TOGETHER, OtherPending, QueueChange, QueueFinding, QueueItem
from moderation.queue.surroundings import StandingRestriction

register = template.Library()

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
# From how many percent on a check is said to be so sure.
SURE, QUITE_SURE = 90, 60

# Tone and sign of a status, as desk.css and icons.svg name them.
TONES = {
    Status.AWAITING_EMAIL: ("waiting", "mail"),
    Status.PENDING: ("waiting", "waiting"),
    Status.APPROVED: ("published", "published"),
    Status.REJECTED: ("rejected", "rejected"),
    Status.SPAM: ("spam", "spam"),
    Status.RETURNED: ("returned", "returned"),
    Status.REMOVED: ("removed", "rejected"),
    Status.WITHDRAWN: ("withdrawn", "withdrawn"),
}


@register.simple_tag
def desk_file(kind: str) -> str:
    """The address of the desk's "css" or "js"."""
    return reverse("moderation:asset", args=[desk_asset(kind).digest, kind])


@register.filter
def tone(status: str) -> str:
    """The modifier of a status: waiting, published, rejected ..."""
    return TONES[Status(status)][0]


@register.filter
def sign(status: str) -> str:
    """The icon of a status."""
    return TONES[Status(status)][1]


@register.filter
def status_label(status: str) -> str:
    """A status in the words of its label."""
    return str(Status(status).label)


@register.filter
def author_kind(kind: str) -> str:
    """How an author is known to us, in words."""
    return str(AuthorKind(kind).label)


@register.filter
def capped(count: int) -> str:
    """A count that stops at a limit: "37", "999+"."""
    return f"{COUNT_LIMIT - 1}+" if count >= COUNT_LIMIT else str(count)


@register.filter
def length_of_time(since: datetime.datetime | None) -> str:
    """How long something has lasted, in one unit: "42 min", "3 h", "2 d"."""
    if since is None:
        return ""
    lasted = timezone.now() - since
    if lasted < HOUR:
        return _("%(count)d min") % {"count": max(1, lasted // MINUTE)}
    if lasted < 2 * DAY:
        return _("%(count)d h") % {"count": lasted // HOUR}
    return _("%(count)d d") % {"count": lasted // DAY}


@register.filter
def time_ago(moment: datetime.datetime) -> str:
    """How long ago something was: "just now", "42 min ago"."""
    if timezone.now() - moment < MINUTE:
        return _("just now")
    return _("%(length)s ago") % {"length": length_of_time(moment)}


@register.filter
def what_happened(change: QueueChange) -> str:
    """A step in a comment's life, in a few words: "Not published: clause 2, Respect"."""
    if change.is_undo:
        return _("Taken back")
    words = _judgement(change) if change.action else _step(change)
    if not change.clause_title:
        return words
    return _("%(what)s: clause %(number)d, %(title)s") % {
        "what": words,
        "number": change.clause_number,
        "title": change.clause_title,
    }


def _judgement(change: QueueChange) -> str:
    if change.settles_edit:
        return _("Change published") if change.action == Action.APPROVE else _("Change not published")
    if change.action == Action.RESTORE:
        return _("Published after all")
    return str(change.to_status.label)


def _step(change: QueueChange) -> str:
    if not change.from_status:
        return _("Received")
    if change.to_status == Status.WITHDRAWN:
        return _("Withdrawn by the author") if change.actor_kind == ActorKind.AUTHOR else _("Withdrawn")
    if change.to_status == Status.PENDING:
        return _("Revised by the author") if change.actor_kind == ActorKind.AUTHOR else _("Waits for approval again")
    return str(change.to_status.label)


@register.filter
def made_by(change: QueueChange) -> str:
    """Who made a step, in words: an account by its name, software by what lets it judge, everybody else by their part."""
    if change.is_by_rule:
        return _("Software, by a rule of this site")
    if change.is_automated:
        return _("Software, because the author is trusted")
    return change.actor_name or (_("Software") if change.actor_kind == ActorKind.RULE else str(change.actor_kind.label))


@register.filter
def why_it_waits(item: QueueItem) -> str:
    """What brought a comment here that waits for a decision, in a sentence."""
    if item.has_waiting_edit:
        return _("The author has changed a published comment; the old text stays public until you decide.")
    if item.came_by_undo:
        return _("A decision was taken back, so it waits again.")
    if item.came_from == Status.APPROVED:
        return _why_it_came_back(item)
    if item.came_from == Status.RETURNED:
        return _("Its author has revised what was returned.")
    if item.article.mode == ArticleMode.POST_MODERATED:
        return _("Comments under this article appear at once; this one waits for a decision.")
    if item.article.mode != ArticleMode.PRE_MODERATED:
        return _("It was sent while the discussion was open, and waits for a decision.")
    if item.spares_trusted:
        return _(
            "Comments under this article wait for approval, except those of trusted authors that may appear at once."
        )
    return _("Every comment under this article waits for approval.")


def _why_it_came_back(item: QueueItem) -> str:
    """Of one that was public: not known where both readers and checks said something, nor while what those said is hidden."""
    if item.hides_findings or bool(item.reports) == bool(item.flagged):
        return _("It was public, and waits for a decision again.")
    if item.reports:
        return _("It was public until readers reported it, and waits for a decision again.")
    return _("It was public until a check found something, and waits for a decision.")


@register.filter
def result(finding: QueueFinding) -> str:
    """What a check came to: its own sentence, or in plain words that it found nothing or did not run."""
    if finding.sentence:
        return finding.sentence
    return {
        CheckOutcome.FLAGGED: _("Found something and did not say what."),
        CheckOutcome.CLEAR: _("Found nothing."),
        CheckOutcome.NOT_RUN: _("This check did not run."),
        CheckOutcome.FAILED: _("This check failed."),
    }[finding.outcome]


@register.simple_tag
def result_parts(finding: QueueFinding, *, is_veiled: bool = False) -> tuple[str, str]:
    """As `result`, what stands before and after the comments that the sentence names; of a veiled text without its words."""
    sentence = finding.veiled_sentence if is_veiled and finding.sentence else result(finding)
    ids = ", ".join(one.public_id for one in finding.comments)
    before, found, after = sentence.rpartition(ids) if ids else (sentence, "", "")
    return (before, after) if found or not ids else (sentence, "")


@register.filter
def flagger_label(name: str) -> str:
    """What a check looks for, in words; one of somebody else's is called by its name."""
    return flagger_name(name)


@register.filter
def flagger_purpose(name: str) -> str:
    """What a check looks for, in a sentence; empty for one of somebody else's."""
    return purpose_of(name)


@register.filter
def in_language(language: str) -> str:
    """Which comments a rule is for, by a primary subtag; "" for all."""
    known = {"": _("In all languages"), "de": _("In German"), "en": _("In English")}
    return known.get(language, language)


@register.filter
def flagger_labels(findings: Iterable[QueueFinding]) -> str:
    """The names of several checks, one after the other."""
    return ", ".join(flagger_label(finding.flagger) for finding in findings)


@register.filter
def flagger_names(names: Iterable[str]) -> str:
    """What several checks look for, given by their names."""
    return ", ".join(map(flagger_label, names))


@register.filter
def sureness(finding: QueueFinding) -> str:
    """How sure a check that guesses is, as a share and in words: "85 %, quite sure"; empty for one that states facts."""
    if finding.score is None or not guesses(finding.flagger):
        return ""
    percent = round(100 * finding.score)
    words = _("sure") if percent >= SURE else _("quite sure") if percent >= QUITE_SURE else _("unsure")
    return _("%(percent)d %%, %(words)s") % {"percent": percent, "words": words}


@register.filter
def how_many(pending: OtherPending) -> str:
    """The number of others that wait: "7", "100+"."""
    return f"{MOST_TOGETHER}+" if pending.count >= MOST_TOGETHER else str(pending.count)


@register.filter
def restricted(restriction: StandingRestriction) -> str:
    """What holds for an author, and until when: "muted until 3 December 2026"."""
    name = {
        RestrictionKind.WARNING: _("warned"),
        RestrictionKind.HOLD: _("everything waits"),
        RestrictionKind.MUTE: _("muted"),
        RestrictionKind.BAN: _("banned"),
    }[restriction.kind]
    if restriction.target == RestrictionTarget.NETWORK:
        name = _("%(what)s, the whole network") % {"what": name}
    if restriction.ends_at is None:
        return name
    return _("%(what)s until %(day)s") % {"what": name, "day": day(restriction.ends_at)}


@register.filter
def day(moment: datetime.datetime | None) -> str:
    """A day as a newspaper of the active language prints it: "12. März 2026", "12 March 2026"."""
    if moment is None:
        return ""
    pattern = "j. F Y" if (get_language() or "de").startswith("de") else "j F Y"
    return date_format(timezone.localtime(moment), pattern)
