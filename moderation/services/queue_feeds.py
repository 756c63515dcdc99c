"""The feed of a desk's queue for one of its members: under an address that only they have, as long as they are a member."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer

from comments.services.secret_feeds import new_feed_key
from moderation.models import Membership

_signer = Signer(salt="marginalia.queue-feed", sep=".")


def make_queue_feed(member: Membership) -> Membership:
    """Give a member a feed of the queue, under a new address; one handed out before ends. 1 query."""
    member.queue_feed_key = new_feed_key()
    member.save(update_fields=["queue_feed_key"])
    return member


def end_queue_feed(member: Membership) -> Membership:
    """End the address of a member's feed. 1 query."""
    member.queue_feed_key = ""
    member.save(update_fields=["queue_feed_key"])
    return member


def queue_feed_token(member: Membership) -> str:
    """The secret part of the address of a member's feed; empty when they have none. No query."""
    return _signer.sign(member.queue_feed_key) if member.queue_feed_key else ""


def read_queue_feed_token(token: str) -> Membership | None:
    """Whose feed has this address, with the site; None for a forged or ended one, for who has left the desk, and for an account
    that was shut. 1 query for a well-signed one."""
    try:
        key = _signer.unsign(token)
    except BadSignature:
        return None
    found = Membership.objects.filter(queue_feed_key=key, user__is_active=True).exclude(queue_feed_key="")
    return found.select_related("site").first()
