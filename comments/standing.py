"""Where a comment stands, in words for its author."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from comments.conf import settings
from comments.enums import Status
from comments.models import Comment, Revision, Site, StatusChange
from comments.waiting import usual_wait_minutes

# From here on a promise is given in hours.
_MINUTES_AS_HOURS = 90
# And from here on in days.
_HOURS_AS_DAYS = 36


@dataclass(frozen=True, slots=True)
class Standing:
    """A status as its author is told it: `tone` is the last part of the CSS modifiers, `icon` a name in icons.svg,
    `title` the heading of the status page, `lead` the sentence below it, `notice` the line above one's own comment."""

    tone: str
    icon: str
    title: str
    lead: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a comment."""

    tone: str
    icon: str
    what: str
    at: datetime.datetime


def describe(comment: Comment) -> Standing:
    """How a comment stands, in the active language. No query when its site is loaded."""
    status = Status(comment.status)
    if status == Status.PENDING:
        title = gettext("Waits for approval")
        notice = gettext("Waits for approval: only you can see it")
        return Standing("waiting", "waiting", title, _waiting_lead(comment), notice)
    if status == Status.AWAITING_EMAIL:
        title = gettext("Waits for your confirmation")
        lead = gettext("Please open the link that we sent to your e-mail address. Then our team reads your comment.")
        return Standing("waiting", "mail", title, lead, title)
    if status == Status.APPROVED:
        return _published(comment)
    if status == Status.RETURNED:
        title = gettext("Returned to you for revision")
        lead = gettext("It can be published once you have changed something. Only you can see it.")
        return Standing("returned", "returned", title, lead, title)
    if status == Status.REMOVED:
        title = gettext("Removed")
        lead = gettext("Your comment was published and has been taken down. Nobody but you and our team sees it.")
        return Standing("removed", "rejected", title, lead, title)
    if status == Status.WITHDRAWN:
        title = gettext("Withdrawn by you")
        return Standing(
            "withdrawn", "withdrawn", title, gettext("You took this comment back. Nobody else sees it."), title
        )
    title = gettext("Not published")
    lead = gettext("Your comment will not be published. Nobody but you and our team sees it.")
    return Standing("rejected", "rejected", title, lead, title)


def promise(site: Site) -> str:
    """How soon a comment is judged, as the last days say, or as promised before they say anything. See usual_wait_minutes."""
    minutes = usual_wait_minutes(site)
    if minutes > _HOURS_AS_DAYS * 60:
        days = round(minutes / (24 * 60))
        return ngettext(
            "Read by our team, usually within %(count)d day.",
            "Read by our team, usually within %(count)d days.",
            days,
        ) % {"count": days}
    if minutes > _MINUTES_AS_HOURS:
        hours = round(minutes / 60)
        return ngettext(
            "Read by our team, usually within %(count)d hour.",
            "Read by our team, usually within %(count)d hours.",
            hours,
        ) % {"count": hours}
    return ngettext(
        "Read by our team, usually within %(count)d minute.",
        "Read by our team, usually within %(count)d minutes.",
        minutes,
    ) % {"count": minutes}


def timeline(comment: Comment, revisions: Iterable[Revision]) -> list[Step]:
    """What happened to a comment, first things first. 1 query.

    A decision that was taken back within the grace for undoing it never happened for anybody else.
    """
    changes = list(comment.status_changes.all())
    by_id = {change.pk: change for change in changes}
    unseen: set[int] = set()
    for change in changes:
        undone = by_id.get(change.undoes_id) if change.undoes_id else None
        if undone is not None and change.created_at - undone.created_at <= settings.undo_grace:
            unseen |= {undone.pk, change.pk}
    steps = [describe_change(change) for change in changes if change.pk not in unseen]
    # A revision that answers a return is told by the step that sent the comment back to the queue.
    answers = {change.revision for change in changes if change.from_status == Status.RETURNED}
    steps += [
        Step("returned", "returned", gettext("Text changed by you"), revision.created_at)
        for revision in revisions
        if revision.number > 1 and revision.number not in answers
    ]
    return sorted(steps, key=lambda step: step.at)


def describe_change(change: StatusChange) -> Step:
    """A step in the life of a comment as its author is told it, in the active language. No query."""
    to = Status(change.to_status)
    if to == Status.APPROVED:
        return _step_to_published(change)
    if to == Status.PENDING:
        texts = {
            "": gettext("Received, waits for approval"),
            Status.AWAITING_EMAIL: gettext("Address confirmed, waits for approval"),
            Status.RETURNED: gettext("Sent again, waits for approval"),
        }
        return Step(
            "waiting", "waiting", texts.get(change.from_status, gettext("Is being checked again")), change.created_at
        )
    tone, icon, what = {
        Status.AWAITING_EMAIL: ("waiting", "mail", gettext("Received, waits for your confirmation")),
        Status.RETURNED: ("returned", "returned", gettext("Returned to you for revision")),
        Status.REMOVED: ("removed", "rejected", gettext("Removed")),
        Status.WITHDRAWN: ("withdrawn", "withdrawn", gettext("Withdrawn by you")),
    }.get(to, ("rejected", "rejected", gettext("Not published")))
    return Step(tone, icon, what, change.created_at)


def _waiting_lead(comment: Comment) -> str:
    due = (comment.waiting_since or comment.posted_at) + datetime.timedelta(minutes=comment.site.promised_minutes)
    if timezone.now() > due:
        return gettext(
            "Only you can see it. It is taking longer than usual today; nothing is lost, and somebody will read it."
        )
    return promise(comment.site) + " " + gettext("Until then only you can see it.")


def _published(comment: Comment) -> Standing:
    title = gettext("Published")
    if comment.has_waiting_edit:
        lead = gettext("Your newer text waits for approval. Until then everybody sees the earlier one.")
        notice = gettext("Your newer text waits for approval: only you can see it")
        return Standing("waiting", "waiting", title, lead, notice)
    return Standing("published", "published", title, gettext("Everybody can read your comment."), title)


def _step_to_published(change: StatusChange) -> Step:
    what = gettext("Published")
    tone, icon = "published", "published"
    if change.from_status == Status.APPROVED and change.clause:
        tone, icon, what = "rejected", "rejected", gettext("Newer text not published, the earlier one stays")
    elif change.from_status == Status.APPROVED:
        what = gettext("Newer text published")
    elif change.is_rule_decision:
        what = gettext("Published by software, by a rule of this site")
    elif change.from_status != Status.PENDING:
        what = gettext("Decision changed: published after all")
    return Step(tone, icon, what, change.created_at)
