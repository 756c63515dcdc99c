"""Makes the encoder's vectors tell a site's articles apart better: a matrix that is learnt from what was published, without labels.

Of a published comment it is known which article it stands under. The matrix is moved so that comments come nearer to the
title of their own than to those of the others (InfoNCE: van den Oord and others 2018, https://arxiv.org/abs/1807.03748), and
is held near to the one that changes nothing, so that little data moves it little. NumPy, from the extra `ml`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from moderation.flaggers.encoder import WIDTH

# Bytes of a kept matrix.
SIZE: Final = 2 * WIDTH * WIDTH
SEED: Final = 20261129

_ROUNDS: Final = 5
_BATCH: Final = 256
_RATE: Final = 1e-3
_TEMPERATURE: Final = 0.1
# How much each step is drawn back to the matrix that changes nothing.
_HOLD: Final = 0.01
# Of Adam: https://arxiv.org/abs/1412.6980.
_MOMENTUM: Final = 0.9
_SPREAD: Final = 0.999
_OTHERS: Final = 200


# Compared by identity: there is one of a site.
@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A matrix, `WIDTH` by `WIDTH`, that vectors are multiplied with."""

    matrix: Any

    def as_kept(self) -> bytes:
        """Two bytes for each number."""
        return bytes(self.matrix.astype("<f2").tobytes())


def from_kept(content: bytes) -> Projection:
    """The matrix of kept bytes. Raises ValueError where their number is another one."""
    import numpy  # noqa: PLC0415 - only with the extra

    return Projection(numpy.frombuffer(content, "<f2").astype(numpy.float32).reshape(WIDTH, WIDTH))


def learn_projection(titles: Any, comments: Any, articles: Any) -> Projection:
    """Of (pairs, `WIDTH`) centred vectors of titles and of comments, and the number of the article of each pair.

    About a second for 4,000 pairs.
    """
    import numpy  # noqa: PLC0415 - only with the extra

    still = numpy.eye(WIDTH, dtype=numpy.float32)
    matrix, mean, spread = still.copy(), numpy.zeros_like(still), numpy.zeros_like(still)
    titles, comments = unit(titles), unit(comments)
    for step, batch in enumerate(_batches(len(articles)), start=1):
        gradient = _gradient(matrix, titles[batch], comments[batch], articles[batch]) + 2 * _HOLD * (matrix - still)
        mean += (1 - _MOMENTUM) * (gradient - mean)
        spread += (1 - _SPREAD) * (gradient**2 - spread)
        matrix -= _RATE * (mean / (1 - _MOMENTUM**step)) / ((spread / (1 - _SPREAD**step)) ** 0.5 + 1e-8)
    return Projection(matrix)


def tell_apart(projection: Projection | None, titles: Any, comments: Any, articles: Any) -> float:
    """How often a comment is nearer to the title of its own article than to that of another one: the area under the curve, of
    centred vectors as above; each comment is compared with 200 other articles at most."""
    import numpy  # noqa: PLC0415 - only with the extra

    matrix = numpy.eye(WIDTH, dtype=numpy.float32) if projection is None else projection.matrix
    _numbers, first = numpy.unique(articles, return_index=True)
    others = first[:: max(1, len(first) // _OTHERS)]
    titles, comments = unit(unit(titles) @ matrix), unit(unit(comments) @ matrix)
    own = (titles * comments).sum(axis=1)
    cosines = comments @ titles[others].T
    far = numpy.sort(cosines[articles[:, None] != articles[others][None, :]])
    below = numpy.searchsorted(far, own, side="left") + numpy.searchsorted(far, own, side="right")
    return float(below.mean() / 2 / len(far))


def _gradient(matrix: Any, titles: Any, comments: Any, articles: Any) -> Any:
    """Of the loss of a batch, each comment against the titles of the others and each title against the comments."""
    import numpy  # noqa: PLC0415 - only with the extra

    moved, said = titles @ matrix, comments @ matrix
    near, far = unit(moved), unit(said)
    cosines = near @ far.T / _TEMPERATURE
    # Other comments under the same article are no counter-examples.
    cosines[(articles[:, None] == articles[None, :]) & ~numpy.eye(len(articles), dtype=bool)] = -numpy.inf
    shares = _shares(cosines, 1) + _shares(cosines, 0) - 2 * numpy.eye(len(articles), dtype=numpy.float32)
    shares /= 2 * len(articles) * _TEMPERATURE
    return titles.T @ _through(moved, near, shares @ far) + comments.T @ _through(said, far, shares.T @ near)


def _shares(cosines: Any, axis: int) -> Any:
    """Softmax."""
    import numpy  # noqa: PLC0415 - only with the extra

    powers = numpy.exp(cosines - cosines.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _through(vectors: Any, units: Any, gradient: Any) -> Any:
    """The gradient before the vectors were brought to length 1."""
    length = (vectors**2).sum(axis=1, keepdims=True) ** 0.5 + 1e-9
    return (gradient - units * (units * gradient).sum(axis=1, keepdims=True)) / length


def _batches(count: int) -> Iterator[Any]:
    """Numbers of pairs, all of them in each round, in an order that is the same each time."""
    import numpy  # noqa: PLC0415 - only with the extra

    chance = numpy.random.default_rng(SEED)
    for _round in range(_ROUNDS):
        order = chance.permutation(count)
        yield from (order[start:end] for start, end in itertools.pairwise([*range(0, count, _BATCH), count]))


def unit(vectors: Any) -> Any:
    """Vectors brought to length 1; of nothing nothing."""
    return vectors / ((vectors**2).sum(axis=-1, keepdims=True) ** 0.5 + 1e-9)
