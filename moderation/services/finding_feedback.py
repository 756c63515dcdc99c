"""Moderators calling what a flagger found wrong."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser

from moderation.exceptions import NotAllowedError
from moderation.models import Finding, FindingFeedback
from moderation.permissions import may_decide


def call_wrong(*, finding: Finding, moderator: AbstractBaseUser, is_wrong: bool) -> None:
    """Say, or no longer say, that a finding is wrong, whatever becomes of its comment; idempotent. 2 to 5 queries.

    It counts as a disagreement where flaggers are measured, and teaches the judge that learns, once its comment is decided
    (`services.labels`). Raises NotAllowedError.
    """
    if not may_decide(moderator, finding.comment.site):
        raise NotAllowedError
    if is_wrong:
        FindingFeedback.objects.get_or_create(finding=finding, user_id=moderator.pk)
    else:
        FindingFeedback.objects.filter(finding=finding, user_id=moderator.pk).delete()
