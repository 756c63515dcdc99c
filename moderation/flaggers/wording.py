"""What a text is called by its wording, so that copies that were changed where nobody looks are still known as copies."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from moderation.flaggers.spelling import fold


# The newest texts are looked at again with every comment that a rule may decide.
@lru_cache(maxsize=1024)
def wording_of(body: str) -> str:
    """The same 32 letters and digits for texts that differ only in hidden characters, digits, punctuation, spaces, case and
    letters that look alike. Of a text without letters, every sign counts that can be seen."""
    folded = fold(body).text
    letters = "".join(filter(str.isalpha, folded))
    return hashlib.sha256((letters or folded).encode("utf-8", "surrogatepass")).hexdigest()[:32]
