"""What the moderators' side puts into the readers' pages, by the setting COMMENTS_SLOTS."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import override

from comments.enums import Status
from comments.models import Comment, Site
from moderation.enums import Measure
from moderation.services.policies import current_policy

RESTRICTED = (Status.REJECTED, Status.SPAM, Status.RETURNED, Status.REMOVED)


def form_policy(*, site: Site, language: str) -> SafeString:
    """The policy in force as it stands at the form; empty for a site without one. 2 queries."""
    policy = current_policy(site)
    if policy is None:
        return SafeString()
    with override(language):
        return render_to_string("moderation/_form_policy.html", {"site": site, "policy": policy, "language": language})


def status_outcome(*, comment: Comment) -> SafeString:
    """Why a comment, or the edit of a published one, is not public, for its author; empty when nobody decided against it.

    1 query when the comment's site is loaded, none for a comment that is public as it is.
    """
    has_refused_edit = comment.is_published and comment.revision != comment.published_revision
    if comment.status not in RESTRICTED and not has_refused_edit:
        return SafeString()
    standing = comment.decisions.filter(undone_at__isnull=True).select_related("clause", "policy_version")
    decision = standing.order_by("-id").first()
    if decision is None or decision.to_status != comment.status or decision.measure == Measure.NONE:
        return SafeString()
    if has_refused_edit and decision.revision != comment.revision:
        # The author has written anew since, and that text waits.
        return SafeString()
    context = {"comment": comment, "site": comment.site, "decision": decision}
    return render_to_string("moderation/_status_outcome.html", context)
