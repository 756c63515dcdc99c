"""What somebody who is restricted can do about it: confirm a warning. Objecting is done on the page that the refusal names."""

from __future__ import annotations

import datetime

from ninja import Router, Schema
from pydantic import Field

from comments.api.auth import OPTIONAL_SECURITY, READER, IdentifiedRequest
from comments.api.schemas import Problem
from moderation.access import get_restriction_by_token_or_404
from moderation.services.restrictions import acknowledge

router = Router(tags=["Restrictions"], auth=READER)
Json = dict[str, object]


class AcknowledgementOut(Schema):
    """That a warning has been read."""

    restriction: str
    acknowledged_at: datetime.datetime = Field(description="When it was confirmed first.")


@router.post(
    "/me/warnings/{restriction}/acknowledge",
    response={200: AcknowledgementOut, (401, 403, 404, 409): Problem},
    summary="Confirm a warning",
    openapi_extra=OPTIONAL_SECURITY,
)
def acknowledge_warning(request: IdentifiedRequest, restriction: str) -> Json:
    """Confirm that a warning was read; then the text that was refused can be sent again. `restriction` is what the refusal
    named: only who was refused knows it."""
    del request  # Whoever holds the reference may confirm, as on the page.
    warning = acknowledge(restriction=get_restriction_by_token_or_404(restriction))
    return {"restriction": restriction, "acknowledged_at": warning.acknowledged_at}
