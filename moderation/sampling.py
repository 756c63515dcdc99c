"""Which comments are judged without seeing what flaggers say, so that flaggers and the trust in them can be measured."""

from __future__ import annotations

import datetime

from django.utils.crypto import salted_hmac

from comments.models import Comment
from moderation.conf import settings

_BITS = 64


def is_in_blind_sample(public_id: str) -> bool:
    """Whether a comment is one of the share that is drawn, flagged or not. No query.

    By a keyed hash of its identifier: nobody can choose or guess it, and it stays so for ever. A larger share keeps those
    that a smaller one had.
    """
    return is_drawn(public_id, settings.blind_sample_share)


def is_drawn(public_id: str, share: float) -> bool:
    """Whether a comment is among those of a sample of this share, 0 to 1. No query. The blind sample is the first part of
    every larger one."""
    if share <= 0:
        return False
    digest = salted_hmac("moderation.sampling", public_id, algorithm="sha256").digest()
    return bool(int.from_bytes(digest[: _BITS // 8]) < share * 2**_BITS)


def is_judged_unaided(comment: Comment) -> bool:
    """Whether a comment is in the blind sample, or was drawn from what people would else not have judged. No query."""
    return comment.is_drawn or is_in_blind_sample(comment.public_id)


def hides_findings(comment: Comment, waiting_since: datetime.datetime | None) -> bool:
    """Whether nobody may see yet what flaggers say of a comment: it is judged unaided, and waits for a decision since then."""
    return waiting_since is not None and is_judged_unaided(comment)
