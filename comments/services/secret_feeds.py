"""Feeds under an address that only one reader has: made and ended by them, named by nothing that could be guessed or tried."""

from __future__ import annotations

import secrets

from django.core.signing import BadSignature, Signer

from comments.models import Author

KEY_BYTES = 16
_signer = Signer(salt="marginalia.replies-feed", sep=".")


def new_feed_key() -> str:
    """A random name for a feed, of 128 bits. What is stored is no address yet: that is signed as well."""
    return secrets.token_urlsafe(KEY_BYTES)


def make_replies_feed(author: Author) -> Author:
    """Give a reader a feed of the replies to them, under a new address; one handed out before ends. 1 query."""
    author.replies_feed_key = new_feed_key()
    author.save(update_fields=["replies_feed_key"])
    return author


def end_replies_feed(author: Author) -> Author:
    """End the address of a reader's feed. 1 query."""
    author.replies_feed_key = ""
    author.save(update_fields=["replies_feed_key"])
    return author


def replies_feed_token(author: Author) -> str:
    """The secret part of the address of a reader's feed; empty when they have none. No query."""
    return _signer.sign(author.replies_feed_key) if author.replies_feed_key else ""


def read_replies_feed_token(token: str) -> Author | None:
    """The reader whose feed has this address, with the site; None for a forged or ended one. 1 query for a well-signed one."""
    try:
        key = _signer.unsign(token)
    except BadSignature:
        return None
    return Author.objects.filter(replies_feed_key=key).exclude(replies_feed_key="").select_related("site").first()
