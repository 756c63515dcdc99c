"""Reporting a published comment, as against a clause, as unlawful, or for another reason."""

from __future__ import annotations

import uuid

from django.urls import reverse
from django.utils import translation
from ninja import Router, Schema
from ninja.responses import Status
from pydantic import Field

from comments.access import get_published_comment_or_404
from comments.api.auth import OPTIONAL_SECURITY, READER, IdentifiedRequest, require_site
from comments.api.errors import FieldsError
from comments.api.schemas import Problem, Prose, PublicId
from comments.conf import settings
from moderation.exceptions import IncompleteReportError
from moderation.services.reports import Notice, ReportDraft, make_receipt_token, report_comment, what_happens_next

router = Router(tags=["Reports"], auth=READER)
Json = dict[str, object]


class NoticeIn(Schema):
    """A notice of unlawful content. Name and e-mail may stay empty where it is about sexual abuse of children."""

    reasons: Prose = Field(default="", description="Why it is unlawful, with the law if known; up to 5,000 characters.")
    name: Prose = ""
    email: Prose = Field(default="", description="For the confirmation and the decision; never shown to the author.")
    good_faith: bool = Field(default=False, description="That the notifier believes it to be accurate and complete.")
    is_child_abuse: bool = Field(default=False, description="Offences of Directive 2011/93/EU, Articles 3 to 7.")


class ReportIn(Schema):
    reason: Prose = Field(description='Identifier of a clause of the policy in force, "unlawful" or "other".')
    text: Prose = Field(default="", description='Up to 1,000 characters; needed with "other".')
    illegal: NoticeIn | None = Field(default=None, description='Needed with "unlawful", ignored otherwise.')


class ReportOut(Schema):
    id: uuid.UUID = Field(description="Names the report, also outside.")
    message: str = Field(description="What happens next, in the language of the request.")
    receipt_url: str = Field(description="A page that says what became of the report, on any device. A secret.")


@router.post(
    "/comments/{comment_id}/reports",
    response={201: ReportOut, (400, 401, 403, 404, 413, 415, 422, 429): Problem},
    summary="Report a comment",
    openapi_extra=OPTIONAL_SECURITY,
)
def post_report(request: IdentifiedRequest, comment_id: PublicId, payload: ReportIn) -> Status[Json]:
    """Tell the desk what is wrong with a published comment. The same report sent again is answered like the first."""
    comment = get_published_comment_or_404(comment_id)
    identity = require_site(request.auth, comment.site)
    given = payload.illegal or NoticeIn()
    draft = ReportDraft(
        reason=payload.reason,
        text=payload.text,
        notice=Notice(given.reasons, given.name, given.email, given.is_child_abuse, given.good_faith),
        language=translation.get_language() or comment.language,
    )
    try:
        report = report_comment(comment=comment, identity=identity, draft=draft)
    except IncompleteReportError as error:
        raise FieldsError(error.code, [(one.field, one.message) for one in error.problems]) from error
    receipt = settings.base_url + reverse("moderation:receipt", args=[make_receipt_token(report)])
    return Status(201, {"id": report.reference, "message": what_happens_next(report), "receipt_url": receipt})
