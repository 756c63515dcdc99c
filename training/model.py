"""Fits a linear model to features that the run time computes itself, makes bytes of its weights, and calibrates it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.sparse as sparse
from sklearn.linear_model import LogisticRegression

from moderation.flaggers.ngrams import FEATURES, feature_set, tokenize
from moderation.flaggers.scorers import MAGIC
from training.sources import REMOVED, WRITTEN, Row, hash_of

FOLDS: Final = 4
# Chosen on held-out training groups, see docs/reference/models.md.
_LEAST_RATIO: Final = 0.3
_INDICATOR: Final = 3.0
_MOST_ROUNDS: Final = 2_000
# With a tenth of that accuracy it stops far from the end, and tells texts apart less well.
_TOLERANCE: Final = 1e-4
# Of the weights: what lies beyond is cut to the greatest byte.
_CUT: Final = 0.9999


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be learnt: the table has 2 ** bits entries; `false_alarms` is the share of harmless texts of a language
    that may be flagged; `strength` the inverse of the regularisation."""

    name: str
    bits: int
    with_addresses: bool
    false_alarms: Mapping[str, float]
    strength: float
    licences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights, and a slope and offset and threshold for each language."""

    weights: Any
    languages: dict[str, tuple[float, float, float]]

    def probability(self, total: float, language: str) -> tuple[float, float]:
        """The probability that a sum stands for, and the threshold."""
        slope, offset, threshold = self.languages[language]
        return 1 / (1 + float(np.exp(-(slope * total + offset)))), threshold


def features_of(texts: list[str], task: Task) -> Any:
    """A row for each text: its distinct places in the table, each with one over the root of their number."""
    places, ends, values = [], [0], []
    for text in texts:
        hashes = np.fromiter(feature_set(tokenize(text, with_addresses=task.with_addresses)), dtype=np.uint32)
        row = np.unique(hashes >> np.uint32(32 - task.bits)).astype(np.int32)
        places.append(row)
        ends.append(ends[-1] + len(row))
        values.append(np.full(len(row), 1 / np.sqrt(max(1, len(row))), dtype=np.float32))
    return sparse.csr_matrix(
        (np.concatenate(values), np.concatenate(places), np.array(ends)), shape=(len(texts), 1 << task.bits)
    )


def fit(features: Any, rows: list[Row], task: Task) -> Any:
    """The weights of a logistic regression over features that are scaled by how unevenly they are spread (NB-SVM).

    Each source has an indicator of its own, dropped afterwards, so that no word stands for where a text comes from.
    """
    labels = np.array([row.is_bad for row in rows])
    counts = np.array([row.weight for row in rows])
    present = features.sign()
    bad, good = 1 + present.T @ (counts * labels), 1 + present.T @ (counts * ~labels)
    spread = np.abs(np.log((bad / bad.sum()) / (good / good.sum()))) + _LEAST_RATIO
    origins = np.array(["civil" if row.source == REMOVED else row.source for row in rows])
    indicators = np.stack([(origins == name) * _INDICATOR for name in sorted(set(origins))], axis=1)
    scaled = features @ sparse.diags(spread.astype(np.float32))
    both = sparse.hstack([scaled, sparse.csr_matrix(indicators.astype(np.float32))]).tocsr()
    model = LogisticRegression(C=task.strength, max_iter=_MOST_ROUNDS, tol=_TOLERANCE)
    model.fit(both, labels, sample_weight=counts)
    return model.coef_[0][: features.shape[1]] * spread


def held_out_sums(features: Any, rows: list[Row], task: Task) -> Any:
    """For each row the sum by a model that saw no row of its group."""
    folds = np.array([zlib.crc32(row.group.encode()) % FOLDS for row in rows])
    sums = np.zeros(len(rows))
    for fold in range(FOLDS):
        rest = [row for row, own in zip(rows, folds, strict=True) if own != fold]
        sums[folds == fold] = features[folds == fold] @ fit(features[folds != fold], rest, task)
    return sums


def learn(rows: list[Row], task: Task) -> tuple[Linear, Any]:
    """The calibrated model of all rows, and the held-out sums by which it was calibrated."""
    features = features_of([row.text for row in rows], task)
    sums = held_out_sums(features, rows, task)
    labels = np.array([row.is_bad for row in rows])
    spoken = np.array([row.language for row in rows])
    own = np.array([row.source not in (*WRITTEN, REMOVED) for row in rows])
    languages = {}
    for language in ("de", "en"):
        chosen = (spoken == language) & own
        slope, offset = platt(sums[chosen], labels[chosen])
        harmless = sums[chosen & ~labels]
        edge = float(np.quantile(harmless, 1 - task.false_alarms[language]))
        languages[language] = (slope, offset, max(0.5, 1 / (1 + float(np.exp(-(slope * edge + offset))))))
    return Linear(fit(features, rows, task), languages), sums


def platt(sums: Any, labels: Any) -> tuple[float, float]:
    """The slope and the offset that make probabilities of held-out sums."""
    model = LogisticRegression(C=1e6).fit(np.asarray(sums).reshape(-1, 1), labels)
    return float(model.coef_[0][0]), float(model.intercept_[0])


def write(linear: Linear, rows: list[Row], task: Task, path: Path) -> None:
    """The file that the run time reads: a line that names it, one of JSON, and a byte for each weight."""
    used = np.abs(linear.weights[linear.weights != 0])
    scale = float(np.quantile(used, _CUT)) / 127
    table = np.clip(np.round(linear.weights / scale), -127, 127).astype(np.int8).tobytes()
    header = {
        "version": 1,
        "features": FEATURES,
        "bits": task.bits,
        "scale": scale,
        "with_addresses": task.with_addresses,
        "languages": {language: [round(value, 6) for value in values] for language, values in linear.languages.items()},
        "data": hash_of(rows),
        "crc32": zlib.crc32(table),
        "licences": task.licences,
    }
    path.write_bytes(MAGIC + json.dumps(header, ensure_ascii=False).encode() + b"\n" + table)


def probabilities(linear: Linear, texts: list[str], languages: list[str], task: Task) -> list[float]:
    """What the model says with its weights as they were learnt."""
    totals = features_of(texts, task) @ linear.weights
    return [linear.probability(float(total), language)[0] for total, language in zip(totals, languages, strict=True)]
