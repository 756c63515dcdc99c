"""Makes the encoder's file of what was learnt: the heads, their calibration together with the n-grams, bytes.

Respect is calibrated with the texts that were held out. The head for spam is fitted anew over the vectors, also to the
comments under videos, which the encoder itself never saw; it is calibrated by parts that were left out of the fit.
"""

from __future__ import annotations

import json
import random
import zlib
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import onnxruntime
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from moderation.flaggers.encoder import MAGIC
from moderation.flaggers.pieces import END, START, Pieces
from training.encoder import LONGEST, learnt_files, vocabulary
from training.encoder_base import Base, base_file, read_base
from training.encoder_graph import graph_of
from training.encoder_network import HEADS, Encoder, batch_of
from training.encoder_rows import SEED, is_held_out, lessons
from training.model import FOLDS, features_of, fit, held_out_sums
from training.sources import WRITTEN, Row, hash_of, respect_rows, spam_rows, video_rows
from training.tasks import RESPECT, SPAM

VERSION: Final = 1
BASE_LICENCE: Final = "multilingual-e5-small: MIT"
SPAM_STRENGTH: Final = 0.03
BASE_SHARE: Final = 0.1
# GAHD calls hateful what is said of a group, and harmless many an insult of one person.
RESPECT_SOURCES: Final = ("germeval2018_train",)
# Of the held-out texts that are called harmless, many of which insult somebody; of others it flags fewer.
FALSE_ALARMS: Final = {"de": 0.02, "en": 0.01}
# A text is flagged from this probability on, or a higher one. Nothing that was held out is like the comments of a newspaper; of
# the first half (each other one) of those that `sets` writes, two are flagged from .99 on, of the second half five.
LEAST: Final = {"respect": 0.5, "spam": 0.99}
# Of each source.
_HARMLESS: Final = 9_000
SUMS: Final = "sums"


class Reader:
    """Vectors and heads' numbers of texts by the graph, as at run time."""

    def __init__(self, graph: bytes, pieces: Pieces) -> None:
        """One thread."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._pieces = pieces

    def read(self, texts: list[str]) -> tuple[Any, Any]:
        """Of each text the first place and the mean (texts, 2 * width), and what the heads say (texts, heads)."""
        both, said = [], []
        for text in texts:
            numbers = np.array([START, *self._pieces.encode(text)[: 2 * LONGEST - 2], END], dtype=np.int64)
            first, mean, own = self._session.run(["first", "mean", "said"], {"numbers": numbers})
            both.append(np.concatenate([first, mean]))
            said.append(own)
        return np.stack(both), np.stack(said)


def write_encoder(data: Path, work: Path, path: Path, compared: list[str]) -> list[dict[str, object]]:
    """The file of what lies in `work`. Prints how it does on what was held out. What it says of the compared texts before
    its weights become bytes."""
    base = read_base(base_file())
    kept = vocabulary(base, data, work)
    texts, scores = _pieces_of(base, kept)
    state, steps = learnt(base, kept, work)
    reader = Reader(_graph(base, state, scores), Pieces(texts, scores))
    calibrations = {"respect": _calibrate_respect(data, work, reader)}
    weights, bias, calibrations["spam"] = _fit_spam(data, work, reader)
    state["head.weight"][HEADS.index("spam")], state["head.bias"][HEADS.index("spam")] = weights, bias
    graph = _graph(base, state, scores)
    header = {
        "version": VERSION,
        "data": hash_of([lesson.row for lesson in lessons(data, with_late=True)]),
        "steps": steps,
        "heads": HEADS,
        "calibrations": calibrations,
        "crc32": zlib.crc32(graph),
        "licences": [BASE_LICENCE, *SPAM.licences],
        "pieces": texts,
        "scores": scores,
    }
    path.write_bytes(MAGIC + json.dumps(header, ensure_ascii=False).encode() + b"\n" + graph)
    print(f"{path.name}: {path.stat().st_size} bytes")
    network = Encoder(base, kept).eval()
    network.load_state_dict({name: torch.tensor(value) for name, value in state.items()})
    pieces = Pieces(texts, scores)
    found: list[dict[str, object]] = []
    for text in compared:
        with torch.no_grad():
            _vector, said, _both = network(*batch_of([pieces.encode(text)]))
        found.append(
            {"text": text} | {head: round(float(value), 4) for head, value in zip(HEADS, said[0], strict=True)}
        )
    return found


def unseen_videos(data: Path, work: Path) -> list[tuple[str, Any, Any]]:
    """Each video with the probabilities and labels of its comments, by a head and n-grams that saw none of them."""
    base = read_base(base_file())
    kept = vocabulary(base, data, work)
    texts, scores = _pieces_of(base, kept)
    reader = Reader(_graph(base, learnt(base, kept, work)[0], scores), Pieces(texts, scores))
    rows, videos = _spam_rows(data), video_rows(data)
    both = _kept(work, "spam", lambda: reader.read(_texts(rows))[0])
    labels, features = _labels(rows), features_of(_texts(rows), SPAM)
    found = []
    for video in sorted({row.group for row in videos}):
        inside = [row for row in videos if row.group == video]
        outside = [place for place, row in enumerate(rows) if row.group != video]
        rest = [rows[place] for place in outside]
        own = _left_out(both[outside], rest)
        others = held_out_sums(features[outside], rest, SPAM)
        alike = _are_alike_to_comments(rest)
        blend = LogisticRegression(C=1e6).fit(np.stack([own, others], axis=1)[alike], labels[outside][alike])
        head = _spam_head(both[outside], rest)
        said = head.decision_function(reader.read(_texts(inside))[0])
        sums = features_of(_texts(inside), SPAM) @ fit(features[outside], rest, SPAM)
        probabilities = blend.predict_proba(np.stack([said, sums], axis=1))[:, 1]
        found.append((video, probabilities, _labels(inside)))
    return found


def learnt(base: Base, kept: list[int], work: Path) -> tuple[dict[str, Any], list[int]]:
    """The mean of the weights of all courses (Wortsman and others 2022, "Model soups", https://arxiv.org/abs/2203.05482), and
    the steps of each. Besides a tenth of each weight is the base's, the heads' aside, for texts unlike those that were
    learnt (Wortsman and others 2022, "Robust fine-tuning of zero-shot models", https://doi.org/10.1109/CVPR52688.2022.00780).
    """
    courses = [torch.load(path) for path in learnt_files(work)]
    before = Encoder(base, kept).state_dict()
    state = {}
    for name in before:
        mean = torch.stack([course["mean"]["network"][name] for course in courses]).mean(dim=0)
        state[name] = (mean if name.startswith("head.") else torch.lerp(mean, before[name], BASE_SHARE)).numpy()
    for part in ("weight", "bias"):
        rows = [row for course in courses for row in _respect_rows_of(course, part)]
        state[f"head.{part}"][HEADS.index("respect")] = torch.stack(rows).mean(dim=0).numpy()
    return state, [course["step"] for course in courses]


def _respect_rows_of(course: dict[str, Any], part: str) -> list[Any]:
    """Of the head that all sources share, and of those of the sources that call an insult what our clause does."""
    own = [course["mean"]["own"][part][course["sources"].index(source)] for source in RESPECT_SOURCES]
    return [course["mean"]["network"][f"head.{part}"][HEADS.index("respect")], *own]


def _pieces_of(base: Base, kept: list[int]) -> tuple[list[str], list[float]]:
    """The kept pieces and the logarithms of their likelihood, as the file has them."""
    return [base.pieces[number] for number in kept], [round(base.scores[number], 4) for number in kept]


def _graph(base: Base, state: dict[str, Any], scores: list[float]) -> bytes:
    graph = graph_of(state, scores, layers=base.layers, heads=base.heads, epsilon=base.epsilon)
    return bytes(graph.SerializeToString())


def _calibrate_respect(data: Path, work: Path, reader: Reader) -> dict[str, list[float]]:
    everything = respect_rows(data)
    sums = _kept(work, SUMS, lambda: held_out_sums(features_of(_texts(everything), RESPECT), everything, RESPECT))
    known = {row.text: float(total) for row, total in zip(everything, sums, strict=True)}
    rows = [lesson.row for lesson in lessons(data) if lesson.head == 0 and is_held_out(lesson.row)]
    said = reader.read(_texts(rows))[1][:, HEADS.index("respect")]
    others = np.array([known[row.text] for row in rows])
    alike = np.array([row.source != "sentences" for row in rows])
    return _calibrations(rows, said, others, alike, FALSE_ALARMS, LEAST["respect"], "balanced")


def _fit_spam(data: Path, work: Path, reader: Reader) -> tuple[Any, float, dict[str, list[float]]]:
    rows = _spam_rows(data)
    both = _kept(work, "spam", lambda: reader.read(_texts(rows))[0])
    said = _left_out(both, rows)
    others = held_out_sums(features_of(_texts(rows), SPAM), rows, SPAM)
    head = _spam_head(both, rows)
    alike = _are_alike_to_comments(rows)
    calibrations = _calibrations(rows, said, others, alike, SPAM.false_alarms, LEAST["spam"])
    return head.coef_[0], float(head.intercept_[0]), calibrations


def _are_alike_to_comments(rows: list[Row]) -> Any:
    """Which rows are most like what comes under articles: in English those under videos, in German there are none of others."""
    return np.array([row.language == "de" or row.source == "youtube" for row in rows])


def _calibrations(
    rows: list[Row],
    said: Any,
    others: Any,
    alike: Any,
    false_alarms: Any,
    least: float,
    counted: Literal["balanced"] | None = None,
) -> dict[str, list[float]]:
    """For each language the weights of the head and of the n-grams, the offset, and the threshold; "balanced" as if half of the
    texts were bad.

    How much the one counts beside the other is learnt from the rows that are `alike` to what is to be judged, the comments under
    our own articles among them; how likely a text is to be bad, from those of others alone.
    """
    labels = _labels(rows)
    both = np.stack([said, others], axis=1)
    found = {}
    for language in ("de", "en"):
        spoken = alike & np.array([row.language == language for row in rows])
        own = np.array([row.language == language and row.source not in WRITTEN for row in rows])
        shares = LogisticRegression(C=1e6, class_weight=counted).fit(both[spoken], labels[spoken]).coef_[0]
        totals = (both[own] @ shares)[:, None]
        model = LogisticRegression(C=1e6, class_weight=counted).fit(totals, labels[own])
        probabilities = model.predict_proba(totals)[:, 1]
        threshold = max(least, float(np.quantile(probabilities[~labels[own]], 1 - false_alarms[language])))
        weights = (*(shares * model.coef_[0, 0]), model.intercept_[0])
        found[language] = [round(float(value), 6) for value in (*weights, threshold)]
        print(
            f"  held out, {language}: {sum(own)} texts, AUC "
            + ", ".join(
                f"{name} {_area(values, labels[own]):.3f}"
                for name, values in (("encoder", said[own]), ("n-grams", others[own]), ("both", probabilities))
            )
        )
    return found


def _spam_rows(data: Path) -> list[Row]:
    chance = random.Random(SEED)  # noqa: S311 - the same rows each time
    found: dict[str, int] = {}
    chosen = []
    rows = spam_rows(data, with_late=True)
    for row in chance.sample(rows, len(rows)):
        found[row.source] = found.get(row.source, 0) + (not row.is_bad)
        if row.is_bad or found[row.source] <= _HARMLESS:
            chosen.append(row)
    return chosen


def _spam_head(both: Any, rows: list[Row]) -> LogisticRegression:
    model = LogisticRegression(C=SPAM_STRENGTH, max_iter=500, class_weight="balanced")
    return model.fit(both, _labels(rows), sample_weight=[row.weight for row in rows])


def _left_out(both: Any, rows: list[Row]) -> Any:
    """What a head says of each row that saw no row of its group."""
    folds = np.array([zlib.crc32(row.group.encode()) % FOLDS for row in rows])
    said = np.zeros(len(rows))
    for fold in range(FOLDS):
        rest = [row for row, own in zip(rows, folds, strict=True) if own != fold]
        said[folds == fold] = _spam_head(both[folds != fold], rest).decision_function(both[folds == fold])
    return said


def _kept(work: Path, name: str, make: Any) -> Any:
    """An array that is made once, and anew when more was learnt, unless it is the n-grams' sums."""
    path = work / f"{name}.npy"
    newest = max(learnt_file.stat().st_mtime for learnt_file in learnt_files(work))
    is_old = name != SUMS and path.exists() and path.stat().st_mtime < newest
    if is_old or not path.exists():
        np.save(path, make())
    return np.load(path)


def _texts(rows: list[Row]) -> list[str]:
    return [row.text for row in rows]


def _labels(rows: list[Row]) -> Any:
    return np.array([row.is_bad for row in rows])


def _area(scores: Any, labels: Any) -> float:
    return float(roc_auc_score(labels, scores))
