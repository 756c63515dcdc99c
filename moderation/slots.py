"""What the moderators' side puts into the readers' pages, by the setting COMMENTS_SLOTS."""

from __future__ import annotations

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import override

from comments.gate import GateAct
from comments.models import Author, Comment, Site
from comments.services.gate import describe
from comments.services.identity import Identity, make_status_token
from moderation.gate import restriction_url, standing_restrictions, what_it_means
from moderation.models import Decision
from moderation.services.appeals import TEXT_LIMIT, may_appeal, restrictions_of
from moderation.services.policies import current_policy


def form_policy(*, site: Site, language: str) -> SafeString:
    """The policy in force as it stands at the form; empty for a site without one. 2 queries."""
    policy = current_policy(site)
    if policy is None:
        return SafeString()
    with override(language):
        return render_to_string("moderation/_form_policy.html", {"site": site, "policy": policy, "language": language})


def status_outcomes(*, comments: Sequence[Comment]) -> dict[int, SafeString]:
    """Why comments, or edits of published ones, are not public, for their author, with the way to appeal; by primary key,
    without those that nobody decided against. 1 query when the comments' sites are loaded, none when all are public."""
    restrictions = restrictions_of(comments)
    return {
        comment.pk: _outcome(comment, restrictions[comment.pk]) for comment in comments if comment.pk in restrictions
    }


def _outcome(comment: Comment, decision: Decision) -> SafeString:
    context = {
        "comment": comment,
        "site": comment.site,
        "decision": decision,
        "appeal": getattr(decision, "appeal", None),
        "may_appeal": may_appeal(decision),
        "token": make_status_token(comment),
        "limit": TEXT_LIMIT,
    }
    return render_to_string("moderation/_status_outcome.html", context)


def reader_notices(*, authors: Sequence[Author]) -> SafeString:
    """What holds for a reader who is known as these authors, with reasons and ways to object. 1 query, none for a stranger."""
    known = [
        describe(site=author.site, identity=Identity(author=author), act=GateAct.POST, authors=[author])
        for author in authors
    ]
    restrictions = standing_restrictions(known)
    if not restrictions:
        return SafeString()
    lines = [{"restriction": one, "meaning": what_it_means(one), "url": restriction_url(one)} for one in restrictions]
    return render_to_string("moderation/_reader_notices.html", {"lines": lines})


def comment_actions(*, public_id: str, language: str) -> SafeString:
    """The way to report a comment. No query: it is asked for once, with a marker in place of the identifier."""
    # reverse() would encode the marker.
    before = reverse("moderation:report", args=["0"]).removesuffix("0/report/")
    with override(language):
        return render_to_string(
            "moderation/_report_link.html", {"address": format_html("{}{}/report/", before, public_id)}
        )
