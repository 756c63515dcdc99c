"""A text's vector for the judge that learns: from the encoder where it can be used, and as the bytes that are kept of it.

Plain Python, so that what was learnt with vectors can be learnt from and asked where the extra `ml` is not installed.
"""

from __future__ import annotations

import struct
from array import array
from typing import Final

from moderation.flaggers.encoder import MODEL_FILE, WIDTH, fault, read_header, usable_encoder
from moderation.flaggers.ngrams import is_whole, tokenize

_FORMAT: Final = f"<{WIDTH}e"
# Bytes of a kept vector.
SIZE: Final = struct.calcsize(_FORMAT)


def encoder_version() -> str:
    """Which encoder makes vectors here; empty where none can be used."""
    return "" if fault() else read_header(MODEL_FILE).version


def vector_of(text: str) -> array[float] | None:
    """`WIDTH` numbers, together of length 1; None where no encoder can be used. About 20 ms for 50 words, nothing for a text
    that was read just before."""
    encoder = usable_encoder()
    return None if encoder is None else array("f", encoder.read(text).vector.tobytes())


def is_read_whole(text: str, *, by_encoder: bool) -> bool:
    """Whether a text is short enough for the words of it that count, and for its vector, where one was made just before."""
    encoder = usable_encoder() if by_encoder else None
    return is_whole(tokenize(text, with_addresses=False)) and (encoder is None or encoder.read(text).is_whole)


def as_kept(vector: array[float]) -> bytes:
    """Two bytes for each number."""
    return struct.pack(_FORMAT, *vector)


def from_kept(content: bytes) -> array[float]:
    """The vector of kept bytes. Raises struct.error where their number is another one."""
    return array("f", struct.unpack(_FORMAT, content))
