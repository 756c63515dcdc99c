"""The encoder: a small transformer that turns a text into a vector, and says how the text reads by respect and spam.

It needs the extra `ml` (onnxruntime, NumPy). About 20 milliseconds for 50 words on one core, no network, no other files
than its own. The first use in a process reads the model, which takes part of a second.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, cast
from zlib import crc32

from celery.exceptions import SoftTimeLimitExceeded

from comments.text import without_hidden
from moderation.conf import settings
from moderation.flaggers.base import primary_language
from moderation.flaggers.pieces import END, START, Pieces
from moderation.flaggers.scorers import WEIGHTS_FOLDER, NgramScorer, Score, Scorer, WeightsError, load_scorer, sigmoid
from moderation.flaggers.shown import own_words
from moderation.flaggers.spelling import unmixed

logger = logging.getLogger(__name__)

MODEL_FILE: Final = WEIGHTS_FOLDER / "encoder.bin"
MAGIC: Final = b"marginalia encoder 1\n"
WIDTH: Final = 384

_PACKAGES: Final = ("onnxruntime", "numpy")
_LONGEST_HEADER: Final = 4_000_000
# A longer text is read in windows, the vectors averaged, the worst window deciding; what lies behind the last is unread.
_WINDOW: Final = 126
_MOST_PIECES: Final = 8 * _WINDOW
# Respect, spam and topic ask about the same comment one after the other.
_READINGS_KEPT: Final = 16

# Of files that this process tried to use in vain: why, in a sentence.
_in_vain: dict[Path, str] = {}


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says of itself. `calibrations`: head, language, then the weights of the head and of the n-grams' sum,
    the offset, and the threshold."""

    version: str
    heads: tuple[str, ...]
    calibrations: Mapping[str, Mapping[str, tuple[float, float, float, float]]]
    start: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A text's vector, of length 1 and `WIDTH` numbers, another one in which its rarer pieces count more, for what it is about,
    what each head says, uncalibrated, and whether the text was read to its end."""

    vector: Any
    subject: Any
    said: Mapping[str, float]
    is_whole: bool


class Encoder:
    """The model of a file, ready to read texts; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Reads the file. Raises WeightsError, also where a package of the extra is missing; what a broken package raises has
        no name in common."""
        self.header = read_header(path)
        try:
            import numpy  # noqa: PLC0415 - only with the extra, and only where the encoder is used
            import onnxruntime  # noqa: PLC0415
        except ImportError as error:
            raise WeightsError(f"{path.name}: needs {error.name}, which is not installed.") from error
        content = path.read_bytes()
        known = _head_of(content, path.name)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # The memory for a long text is given back rather than kept for the next one.
        options.enable_cpu_mem_arena = False
        self._numpy = numpy
        self._session = onnxruntime.InferenceSession(
            content[self.header.start :], options, providers=["CPUExecutionProvider"]
        )
        self._pieces = Pieces(known["pieces"], known["scores"])
        self.read = lru_cache(maxsize=_READINGS_KEPT)(self._read)

    def _read(self, text: str) -> Reading:
        """What the encoder makes of a text, without quoted lines, code and what shows nothing, and of its words as they look."""
        numbers = self._pieces.encode(unmixed(without_hidden(own_words(text, with_addresses=True))))
        cut = min(len(numbers), _MOST_PIECES)
        windows = [numbers[start : min(start + _WINDOW, cut)] for start in range(0, cut, _WINDOW)] or [[]]
        total: Any = 0.0
        subject: Any = 0.0
        said = [-math.inf] * len(self.header.heads)
        for window in windows:
            array = self._numpy.array([START, *window, END], dtype=self._numpy.int64)
            mean, rare, said_now = self._session.run(["mean", "subject", "said"], {"numbers": array})
            total, subject = total + mean * len(array), subject + rare
            said = [max(before, float(now)) for before, now in zip(said, said_now, strict=True)]
        said_by = dict(zip(self.header.heads, said, strict=True))
        # A text without a piece is about nothing.
        about = self._unit(subject if numbers else total)
        return Reading(self._unit(total), about, said_by, is_whole=cut == len(numbers))

    def _unit(self, total: Any) -> Any:
        vector = (total / self._numpy.linalg.norm(total)).astype(self._numpy.float32)
        vector.setflags(write=False)
        return vector


@dataclass(frozen=True, slots=True)
class EncoderScorer:
    """A head of the encoder and the n-gram model of the same name together; the words named are those of the latter.

    The n-grams alone from the moment on at which the encoder turned out not to work in this process.
    """

    head: str
    ngrams: NgramScorer
    header: Header

    @property
    def version(self) -> str:
        """Of what judges: of all that its score follows from."""
        if fault():
            return self.ngrams.version
        judging = f"{self.header.version} {self.header.calibrations[self.head]} {self.ngrams.version}"
        return f"encoder-{crc32(judging.encode()):08x}"

    def score(self, text: str, language: str) -> Score:
        """By the calibration for the language, or the first one for others. A text that says nothing gets 0."""
        encoder = usable_encoder()
        if encoder is None:
            return self.ngrams.score(text, language)
        total, is_whole = self.ngrams.add_up(text)
        if total is None:
            return Score(0.0, is_enough=False, is_whole=is_whole)
        calibrations = self.header.calibrations[self.head]
        first = next(iter(calibrations.values()))
        own, others, offset, threshold = calibrations.get(primary_language(language), first)
        reading = encoder.read(text)
        probability = sigmoid(own * reading.said[self.head] + others * total + offset)
        return Score(probability, is_enough=probability >= threshold, is_whole=is_whole and reading.is_whole)

    def explain(self, text: str) -> list[tuple[int, int]]:
        """The words with the greatest shares in the n-grams' sum."""
        return self.ngrams.explain(text)


def embed(texts: Sequence[str]) -> Any:
    """The vectors of texts as a float32 array (len(texts), WIDTH), each of length 1, so that `a @ b` is the cosine.

    One after the other, about 20 ms for 50 words. Only where there is a `usable_encoder`.
    """
    import numpy  # noqa: PLC0415 - only with the extra

    encoder = load_encoder(MODEL_FILE)
    return (
        numpy.stack([encoder.read(text).vector for text in texts]) if texts else numpy.zeros((0, WIDTH), numpy.float32)
    )


def scorer_for(head: str, weights: Path) -> tuple[Scorer, bool]:
    """What judges by a clause, and whether it is the encoder: that where it is set up, else the n-grams of the file alone.

    The encoder is not read yet, so that it costs nothing where nobody asks it. Raises WeightsError where the n-grams' file
    is missing or damaged.
    """
    ngrams = load_scorer(weights)
    if fault():
        return ngrams, False
    return EncoderScorer(head, ngrams, read_header(MODEL_FILE)), True


def usable_encoder() -> Encoder | None:
    """The encoder, read at its first use in a process; None where it cannot be used: `fault` says why."""
    if fault():
        return None
    try:
        return load_encoder(MODEL_FILE)
    except (MemoryError, SoftTimeLimitExceeded):
        # Of the comment that is looked at, which may have come at a bad moment.
        raise
    except Exception as error:
        # What onnxruntime raises has no name in common; a broken one may raise anything at its import.
        logger.exception("The encoder cannot be used.")
        reason = str(error) if isinstance(error, WeightsError) else f"{MODEL_FILE.name}: does not work: {error!r}."
        _in_vain[MODEL_FILE] = reason
        return None


def fault() -> str:
    """Why the encoder is not used here, in a sentence; empty when it is, or would be if nobody has tried yet in this process."""
    if not settings.encoder:
        return "MODERATION_ENCODER is off."
    if missing := missing_packages():
        return (
            f"{' and '.join(missing)} cannot be found; install the extra: pip install 'marginalia[ml]', or with an "
            f"installation from the repository: .venv/bin/python -m pip install {' '.join(_PACKAGES)}."
        )
    try:
        read_header(MODEL_FILE)
    except WeightsError as error:
        return str(error)
    return _in_vain.get(MODEL_FILE, "")


def missing_packages() -> list[str]:
    """The packages of the extra that are not installed."""
    return [name for name in _PACKAGES if importlib.util.find_spec(name) is None]


@cache
def load_encoder(path: Path) -> Encoder:
    """The encoder in a file, read once per process. Raises WeightsError."""
    return Encoder(path)


@cache
def read_header(path: Path) -> Header:
    """What the file says of itself, its checksum compared. Raises WeightsError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path.name}: cannot be read: {error.strerror}.") from error
    known = _head_of(content, path.name)
    start = content.index(b"\n", len(MAGIC)) + 1
    if crc32(memoryview(content)[start:]) != known.get("crc32"):
        raise WeightsError(f"{path.name}: is damaged: its checksum is wrong.")
    try:
        calibrations = {
            head: {language: _four(values) for language, values in languages.items()}
            for head, languages in known["calibrations"].items()
        }
        # Of the weights themselves: two trainings with the same texts give vectors that have nothing to do with each other.
        version = f"encoder-{known['version']}-{known['crc32']:08x}"
        return Header(version, tuple(known["heads"]), calibrations, start)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise WeightsError(f"{path.name}: is damaged: {error}.") from error


def _head_of(content: bytes, name: str) -> dict[str, Any]:
    if not content.startswith(MAGIC):
        raise WeightsError(f"{name}: is no file of the encoder.")
    try:
        known = json.loads(content[len(MAGIC) : content.index(b"\n", len(MAGIC))][:_LONGEST_HEADER])
    except ValueError as error:
        raise WeightsError(f"{name}: is damaged: {error}.") from error
    if not isinstance(known, dict):
        raise WeightsError(f"{name}: is damaged: its header is no object.")
    return cast("dict[str, Any]", known)


def _four(values: Sequence[float]) -> tuple[float, float, float, float]:
    own, others, offset, threshold = map(float, values)
    return own, others, offset, threshold
