"""Public identifiers: random, so that neither their order nor their gaps tell about comments that nobody may see."""

from __future__ import annotations

import secrets

# Crockford's base 32: no i, l, o, u, so an identifier can be read aloud and never spells a word.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 12
PUBLIC_ID_PATTERN = rf"[{ALPHABET}]{{{LENGTH}}}"


def new_public_id() -> str:
    """A random identifier of 60 bits, 12 characters of Crockford's base 32."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
