"""What the moderators' side writes to people: each mail from the rows that it is about, without a query of its own.

Nothing that a commenter typed is in these mails; what moderators wrote to somebody is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractBaseUser
from django.urls import reverse
from django.utils.translation import gettext_lazy, override

from comments.mail import Mail, absolute, title_of
from comments.models import Site
from comments.services.identity import make_status_token
from moderation.enums import ReportState
from moderation.gate import restriction_url, what_it_means
from moderation.models import Appeal, Decision, PolicyVersion, Report, Restriction
from moderation.queue.waiting import WaitingComments
from moderation.services.appeals import APPEALABLE
from moderation.services.mail_choices import make_desk_token, make_recipient_token
from moderation.services.report_outcomes import what_software_did
from moderation.services.reports import make_receipt_token

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_OF_COMMENT = gettext_lazy("You get this mail because a comment was written with this address.")
_OF_NOTICE = gettext_lazy("You get this mail because a notice was sent with this address.")
_OF_DESK = gettext_lazy("You get this mail because you asked for it in your preferences.")


def decision_mail(decisions: Sequence[Decision], template: str = "decision", *, upheld: Collection[int] = ()) -> Mail:
    """What became of a comment, or of several of one address: published or not, why, what can be done. With `template` "undo"
    that a decision no longer holds. `upheld` are the primary keys of those by which an appeal succeeded.

    Comment with author, article and site, clause and version are loaded.
    """
    first = decisions[0]
    comment = first.comment
    return _personal(
        template,
        to=comment.author.email,
        language=comment.language,
        site=comment.site,
        parts=[_of_decision(decision) | {"is_upheld": decision.pk in upheld} for decision in decisions],
        name=f"{template}-{first.statement_id}",
        conversation=f"comment-{comment.public_id}" if len(decisions) == 1 else "",
        reason=_OF_COMMENT,
    )


def appeal_mail(appeal: Appeal) -> Mail:
    """Why a decision stands that its author objected to."""
    decision = appeal.decision
    comment = decision.comment
    return _personal(
        "appeal_rejected",
        to=comment.author.email,
        language=comment.language,
        site=comment.site,
        parts=[_of_decision(decision) | {"appeal": appeal}],
        name=f"appeal-{decision.statement_id}",
        conversation=f"comment-{comment.public_id}",
        reason=_OF_COMMENT,
    )


def report_mail(reports: Sequence[Report], template: str) -> Mail:
    """That notices of one address have come ("report_receipt"), or what was decided ("report_decision")."""
    first = reports[0]
    return _personal(
        template,
        to=first.email,
        language=first.language,
        site=first.comment.site,
        parts=[_of_report(report, first.language) for report in reports],
        name=f"{template}-{first.reference}",
        conversation=f"notice-{first.reference}" if len(reports) == 1 else "",
        reason=_OF_NOTICE,
    )


def restriction_mail(restriction: Restriction, to: str, template: str) -> Mail:
    """What holds for somebody ("restriction"), no longer does ("restriction_lifted"), or why it stands ("objection_answer")."""
    site = restriction.site
    language = restriction.comment.language if restriction.comment else site.language
    with override(language):
        context = {
            "restriction": restriction,
            "site": site,
            "meaning": what_it_means(restriction),
            "page_url": restriction_url(restriction),
            "policy_url": _policy_url(site, restriction.clause.version if restriction.clause else None),
        }
    # A ban that was confirmed is another mail.
    stage = "-confirmed" if restriction.confirmed_at else ""
    return _personal(
        template,
        to=to,
        language=language,
        site=site,
        parts=[context],
        name=f"{template}-{restriction.pk}{stage}",
        conversation=f"restriction-{restriction.pk}",
        reason=_OF_COMMENT,
    )


def waiting_mail(user: AbstractBaseUser, waiting: Sequence[WaitingComments], name: str) -> Mail:
    """What waits on the desks of a moderator, the longest wait first."""
    oldest = min(waiting, key=lambda one: one.oldest)
    desks = [{"desk": one, "url": f"{absolute(reverse('moderation:queue'))}?site={one.site.slug}"} for one in waiting]
    context = {"desks": desks, "total": sum(one.count for one in waiting), "oldest": oldest.oldest}
    return Mail(
        to=str(getattr(user, "email", "")),
        language=oldest.site.language,
        template="moderation/mail/waiting",
        parts=(context,),
        name=name,
        sender=oldest.site.name,
        list_name="desk",
        reason=_OF_DESK,
        leave_url=absolute(reverse("moderation:leave_digest", args=[make_desk_token(user)])),
        conversation="desk",
    )


def _personal(
    template: str,
    *,
    to: str,
    language: str,
    site: Site,
    parts: Sequence[Mapping[str, object]],
    name: str,
    conversation: str,
    reason: str | StrPromise,
) -> Mail:
    """A mail to somebody about what they wrote or reported on a site; one click ends all of these of the site."""
    return Mail(
        to=to,
        language=language,
        template=f"moderation/mail/{template}",
        parts=tuple(parts),
        name=name,
        sender=site.name,
        list_name=f"outcomes.{site.slug}",
        reason=reason,
        leave_url=absolute(reverse("moderation:leave_mails", args=[make_recipient_token(site, to)])),
        conversation=conversation,
    )


def _of_decision(decision: Decision) -> dict[str, object]:
    comment = decision.comment
    return {
        "decision": decision,
        "site": comment.site,
        "title": title_of(comment.article),
        "status_url": absolute(reverse("comments:status", args=[make_status_token(comment)])),
        "policy_url": _policy_url(comment.site, decision.policy_version),
        "can_appeal": decision.to_status in APPEALABLE and not decision.settles_edit,
    }


def _of_report(report: Report, language: str) -> dict[str, object]:
    comment = report.comment
    with override(language):
        software = "" if report.state == ReportState.OPEN else what_software_did(report)
    return {
        "report": report,
        "software": software,
        "site": comment.site,
        "title": title_of(comment.article),
        "receipt_url": absolute(reverse("moderation:receipt", args=[make_receipt_token(report)])),
    }


def _policy_url(site: Site, version: PolicyVersion | None) -> str:
    """The policy as it was in force for a decision."""
    path = reverse("moderation:policy", args=[site.slug])
    return absolute(f"{path}?version={version.number}" if version else path)
