"""What the moderators' side puts into the readers' pages, by the setting COMMENTS_SLOTS."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import override

from comments.enums import Status
from comments.models import Comment, Site
from moderation.enums import Action
from moderation.models import Decision
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

    1 query when the comment's site is loaded.
    """
    standing = comment.decisions.filter(undone_at__isnull=True).select_related("clause", "policy_version")
    decision = standing.order_by("-id").first()
    if decision is None or not (_restricts(decision, comment) or _refused_edit(decision, comment)):
        return SafeString()
    context = {"comment": comment, "site": comment.site, "decision": decision}
    return render_to_string("moderation/_status_outcome.html", context)


def _restricts(decision: Decision, comment: Comment) -> bool:
    return comment.status in RESTRICTED and decision.to_status == comment.status


def _refused_edit(decision: Decision, comment: Comment) -> bool:
    """Whether the decision left the published text as it was, and the author has not written another one since."""
    return decision.settles_edit and decision.action == Action.REJECT and decision.revision == comment.revision
