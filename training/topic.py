"""Topic: the words of a language, the weights of the signals, and how well they tell a comment's article from the others.

Articles and comments are our own, see talks.py: seven articles to develop on and others that only weights are learnt from, eight
that nothing was chosen by.
The words of German and English are counted in what the other models learn from; the labels there are not looked at.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from moderation.flaggers.base import ArticleWords
from moderation.flaggers.encoder import MODEL_FILE, missing_packages, read_header
from moderation.flaggers.likeness import FEATURES, LanguageShares, Shares, features_of, words_of
from moderation.flaggers.topic_signals import Signals, SiteIndex
from moderation.flaggers.topic_vectors import Embed, VectorIndex, embed_subjects
from moderation.flaggers.topic_weights import MAGIC, WEIGHTS_FILE, Weights, load_weights
from training.sources import Row, hash_of, read_table
from training.talks import LEARNT, Talk, read_talks

_STRENGTH: Final = 0.1
# Of on-topic comments held out in training, so many are flagged at most.
_FALSE_ALARMS: Final = 0.01
_LEAST_WORDS: Final = 8
_BITS: Final = 17
_LANGUAGES: Final = ("de", "en")
_SECTIONS: Final = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """A comment under an article, its own or another. `kind`: "" alone, "parent" with the parent it came with, "moved"
    with one of that article's. `source` and `target` are numbers of articles."""

    kind: str
    source: int
    target: int
    words: int
    is_reply: bool
    signals: Signals

    @property
    def is_own(self) -> bool:
        """Whether it stands under its own article."""
        return self.source == self.target


def pairs_of(
    talks: Sequence[Talk], language: Shares, *, published: int = 10, embed: Embed | None = None
) -> Iterator[Pair]:
    """Each comment under each article of the same site. Every second conversation plays what was published before, so many
    comments of it at most; then the halves change places."""
    halves = [_halves(talk) for talk in talks]
    for half in (0, 1):
        articles = [
            replace(talk.words, published=tuple(text for text, _parent in parts[1 - half])[:published])
            for talk, parts in zip(talks, halves, strict=True)
        ]
        index = SiteIndex(articles, language)
        vectors = VectorIndex(articles, embed) if embed else None
        for source, parts in enumerate(halves):
            for text, parent in parts[half]:
                for target, article in enumerate(articles):
                    own = source == target
                    others = [one for one, before in halves[target][half] if not before]
                    cases = [("", "")]
                    if parent:
                        moved = parent if own else others[len(text) % len(others)]
                        cases += [("parent", parent), ("moved", moved)]
                    for kind, before in cases:
                        signals = index.signals(text, before, article)
                        if signals is None:
                            continue
                        if vectors is not None:
                            signals += vectors.signals(text, before if signals.answered else "", article)
                        yield Pair(kind, source, target, len(words_of(text)), bool(parent), signals)


def _halves(talk: Talk) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Its comments, each conversation as a whole in one of two halves."""
    halves: tuple[list[tuple[str, str]], list[tuple[str, str]]] = ([], [])
    conversation = 0
    for text, parent in talk.comments:
        conversation += not parent
        halves[conversation % 2].append((text, parent))
    return halves


def learn(pairs: Sequence[Pair]) -> tuple[Weights, Any]:
    """The weights, with a threshold of 0, and for each pair a probability by weights learnt without its two articles."""
    sources = np.array([pair.source for pair in pairs])
    held_out = np.zeros(len(pairs))
    for article in sorted(set(sources)):
        rest = [pair for pair in pairs if article not in (pair.source, pair.target)]
        weights = _fit(rest)
        for at in np.flatnonzero(sources == article).tolist():
            held_out[at] = weights.probability(pairs[at].signals)
    return _fit(pairs), held_out


def _fit(pairs: Sequence[Pair]) -> Weights:
    """First over comments alone, then over those with what they answer, by the sums of the first."""
    alone, answering = ([pair for pair in pairs if bool(pair.kind) is some] for some in (False, True))
    text = _regression([pair.signals.text for pair in alone], alone)
    values = [
        (_total(text, pair.signals.text), _total(text, pair.signals.answered), *pair.signals.nearness)
        for pair in answering
    ]
    return Weights(text, _regression(values, answering), 0.0)


def _regression(values: Sequence[Sequence[float]], pairs: Sequence[Pair]) -> tuple[float, ...]:
    """The weight of each number, and the offset; as many under their own article as under others."""
    own = np.array([pair.is_own for pair in pairs])
    table = np.array(values)
    spread = table.std(axis=0)
    spread[spread == 0] = 1
    counts = np.where(own, 1.0, own.sum() / (~own).sum())
    model = LogisticRegression(C=_STRENGTH, max_iter=3_000).fit(table / spread, ~own, sample_weight=counts)
    return tuple(round(float(weight), 5) for weight in (*(model.coef_[0] / spread), model.intercept_[0]))


def _total(weights: Sequence[float], values: Sequence[float]) -> float:
    return float(np.dot(weights, (*values, 1.0)))


def make_topic(data: Path, rows: Sequence[Row]) -> None:
    """Write what the run time reads, and print how good it is."""
    tables = {language: count_words([row.text for row in rows if row.language == language]) for language in _LANGUAGES}
    sites = list(_sites())
    # Eight weights need no more than the first; with all, what is answered counts too little in either.
    words = _fit_and_print("words", sites[:1], tables, None)
    meanings = _fit_and_print("encoder", sites, tables, embed_subjects) if _has_encoder() else None
    content = b"".join(table.table for table in tables.values())
    header = {
        "version": 2,
        "features": FEATURES,
        "bits": _BITS,
        "totals": {language: table.total for language, table in tables.items()},
        "words": words,
        "meanings": meanings,
        "encoder": read_header(MODEL_FILE).version if meanings else "",
        "data": hash_of(list(rows)),
        "crc32": zlib.crc32(content),
    }
    WEIGHTS_FILE.write_bytes(MAGIC + json.dumps(header).encode() + b"\n" + content)
    load_weights.cache_clear()
    print(f"topic: {WEIGHTS_FILE.stat().st_size} bytes")
    print_topic(data)


def _sites() -> Iterator[list[Talk]]:
    """The articles to develop on, and those of `talks.jsonl` that the encoder learnt no topics from, as sites of three sections."""
    yield [talk for talk in read_talks() if talk.part == "develop"]
    sections: dict[tuple[str, str], list[Talk]] = {}
    for talk in read_talks(LEARNT):
        if talk.part == "weigh":
            sections.setdefault((talk.language, talk.section), []).append(talk)
    for language in _LANGUAGES:
        own = [talks for (spoken, _section), talks in sections.items() if spoken == language]
        for start in range(0, len(own), _SECTIONS):
            yield [talk for talks in own[start : start + _SECTIONS] for talk in talks]


def _fit_and_print(
    name: str, sites: Sequence[Sequence[Talk]], tables: Mapping[str, Shares], embed: Embed | None
) -> dict[str, Any]:
    """The weights for all that may be known of an article, and the highest of the bounds that each asks for."""
    cases: dict[str, list[Pair]] = {}
    talks: list[Talk] = []
    for site in sites:
        for case, known, published in _cases(site):
            found = pairs_of(known, tables[site[0].language], published=published, embed=embed)
            first = len(talks)
            cases.setdefault(case, []).extend(
                replace(pair, source=pair.source + first, target=pair.target + first) for pair in found
            )
        talks += site
    weights, held_out = learn([pair for pairs in cases.values() for pair in pairs])
    threshold = 0.0
    for case, pairs in cases.items():
        said, held_out = held_out[: len(pairs)], held_out[len(pairs) :]
        for part in dict.fromkeys(talk.part for talk in talks):
            chosen = [at for at, pair in enumerate(pairs) if talks[pair.source].part == part]
            own = [
                said[at]
                for at in chosen
                if pairs[at].is_own and pairs[at].kind != "moved" and pairs[at].words >= _LEAST_WORDS
            ]
            threshold = max(threshold, float(np.quantile(own, 1 - _FALSE_ALARMS)))
            _print_kinds(f"{part}, held out, {case}, {name}", talks, [pairs[at] for at in chosen], said[chosen])
    return {"text": weights.text, "answering": weights.answering, "threshold": round(threshold, 5)}


def _cases(talks: Sequence[Talk]) -> Iterator[tuple[str, list[Talk], int]]:
    """What a site may know of an article: its text or its title alone, many published comments, few or none."""
    bare = [replace(talk, words=replace(talk.words, teaser="", paragraphs=())) for talk in talks]
    for name, known in (("whole", list(talks)), ("title alone", bare)):
        for published in (10, 3, 0):
            yield f"{name}, {published} published", known, published


def _has_encoder() -> bool:
    return MODEL_FILE.exists() and not missing_packages()


def print_topic(data: Path) -> None:
    """The figures of the shipped weights, by texts they have not seen."""
    known = load_weights()
    test = [talk for talk in read_talks() if talk.part == "test"]
    sets = [(f"test, {case}", talks, published) for case, talks, published in _cases(test)]
    sets += [(f"{name}, title alone, 10 published", talks, 10) for name, talks in english_talks(data)]
    judges: list[tuple[str, Weights, Embed | None]] = [("words", known.words, None)]
    if known.meanings and _has_encoder():
        judges.append(("encoder", known.meanings, embed_subjects))
    for (judge, weights, embed), (name, talks, published) in product(judges, sets):
        language = known.languages[talks[0].words.language]
        pairs = list(pairs_of(talks, language, published=published, embed=embed))
        said = [weights.probability(pair.signals) for pair in pairs]
        _print_kinds(f"{name}, {judge}", talks, pairs, said)
        for word, is_own in (("of their own", True), ("of others", False)):
            chosen = [
                one >= weights.threshold
                for one, pair in zip(said, pairs, strict=True)
                if pair.is_own is is_own and not pair.kind and pair.words >= _LEAST_WORDS
            ]
            print(f"    flagged {word}: {sum(chosen)} of {len(chosen)} with 8 words and more")


def count_words(texts: Sequence[str]) -> LanguageShares:
    """How often each feature stands in the texts."""
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(features_of(text))
    places = np.zeros(1 << _BITS)
    for feature, count in counts.items():
        places[feature % len(places)] += count
    table = np.minimum(255, np.round(12 * np.log1p(places))).astype(np.uint8).tobytes()
    return LanguageShares(table, float(counts.total()))


def english_talks(data: Path) -> Iterator[tuple[str, list[Talk]]]:
    """English comments of which only the title of the article is known. Nothing learns from them."""
    fox = [(raw["title"], raw["text"]) for raw in read_table(data / "permissive", "fox_threads_5articles")]
    ctc = [(raw["title"], raw["comment"]) for raw in read_table(data / "noncommercial", "ctc_globeandmail_dev")]
    for name, rows in (("Fox News", fox), ("CTC", ctc)):
        by_title: dict[str, list[tuple[str, str]]] = {}
        for title, text in rows:
            by_title.setdefault(title, []).append((text, ""))
        yield (
            name,
            [
                Talk("test", "en", "", ArticleWords(title, "en", title), tuple(comments))
                for title, comments in by_title.items()
            ],
        )


def _print_kinds(name: str, talks: Sequence[Talk], pairs: Sequence[Pair], sums: Any) -> None:
    print(f"  {name}: area under the curve, any other article / same section")
    kinds = (
        ("all", "", 0, False),
        ("10 words and more", "", 10, False),
        ("25 words and more", "", 25, False),
        ("replies, parent not shown", "", 0, True),
        ("replies with their parent", "parent", 0, True),
        ("replies moved under another's", "moved", 0, True),
    )
    for label, kind, least, replies in kinds:
        chosen = [
            (pair, total)
            for pair, total in zip(pairs, sums, strict=True)
            if pair.kind == kind and pair.words >= least and (pair.is_reply or not replies)
        ]
        same = [one for one in chosen if talks[one[0].source].section == talks[one[0].target].section]
        if chosen:
            count = sum(pair.is_own for pair, _total in chosen)
            print(f"    {label:<30} {_area(chosen):.3f} / {_area(same):.3f}  ({count} comments)")


def _area(chosen: Sequence[tuple[Pair, float]]) -> float:
    labels = [not pair.is_own for pair, _total in chosen]
    return float(roc_auc_score(labels, [total for _pair, total in chosen]))
