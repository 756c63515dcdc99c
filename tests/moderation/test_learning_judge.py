"""The judge that learns, without a database: on generated streams, as a model that is kept, and what it says."""

from __future__ import annotations

import json
import random
import sys
import zlib
from array import array
from statistics import fmean

import pytest
from pytest_django import Settings

from comments.enums import CheckOutcome
from moderation.evaluation.metrics import Judged, measure
from moderation.evaluation.progress import replay
from moderation.flaggers.base import SiteKnowledge
from moderation.flaggers.encoder import WIDTH
from moderation.flaggers.guard import read_answer
from moderation.flaggers.learned import LearnedFlagger
from moderation.flaggers.learning.experts import Reliability, Stack
from moderation.flaggers.learning.features import (
    FEATURES,
    Circumstances,
    Example,
    make_example,
)
from moderation.flaggers.learning.learner import ClauseLearner
from moderation.flaggers.learning.model import (
    TENTHS,
    LearnedClause,
    LearnedModel,
    ModelError,
    PastDecision,
    corrected,
    pack,
    unpack,
)
from moderation.flaggers.learning.vectors import as_kept, encoder_version, from_kept, vector_of
from moderation.flaggers.scorers import sigmoid
from tests.moderation.inputs import make_input, marked, sentence
from tests.moderation.learners import REFUSED, make_clause, make_lines, teach

pytestmark = pytest.mark.once


def test_replay_learns_what_the_shipped_model_does_not_know() -> None:
    first, second = replay(make_lines(700, 0.15))["respect"].figures()
    assert (first["texts"], second["texts"]) == (500, 200)
    assert second["cold"] is not None
    assert second["both"] is not None
    assert second["cold"] < 0.8
    assert second["both"] > 0.95
    assert second["calibration_error"] is not None
    assert second["calibration_error"] < 0.06


def test_learner_with_nothing_to_learn_but_noise_stays_with_the_shipped_model() -> None:
    chance = random.Random(2)  # noqa: S311 - the same texts each time
    learner = ClauseLearner("respect")
    cold, both = [], []
    for _text in range(600):
        is_bad = chance.random() < 0.06
        places = array("I", chance.sample(range(1 << 18), 40))
        signal = chance.gauss(1.5 if is_bad else 0.0, 1.0)
        example = Example(places, places, (0.0, 0.0, 0.0, 0.0, 0.0), 0, {"respect": signal})
        judgement = learner.judge(example)
        cold.append(Judged(sigmoid(judgement.cold), is_flagged=False, is_bad=is_bad))
        both.append(Judged(sigmoid(judgement.both), is_flagged=False, is_bad=is_bad))
        learner.learn(example, is_bad=is_bad)
    assert measure(both).roc_auc > measure(cold).roc_auc - 0.01


def test_weights_of_signals_stay_sound_however_many_examples_there_are() -> None:
    chance = random.Random(4)  # noqa: S311 - the same stream each time
    # As after 100,000 decisions and more: this one forgets faster.
    stack = Stack((0.0, 1.0), (0.3, 0.05), 0.97)
    for _example in range(3_000):
        signal = chance.gauss(-2.0, 1.0)
        stack.learn((1.0, signal), is_bad=chance.random() < sigmoid(signal), weight=1.0)
    assert stack.means == pytest.approx([0.0, 1.0], abs=0.7)


@pytest.mark.parametrize(("share", "slips_are_bad"), [(0.5, False), (0.5, True), (0.1, False)])
def test_few_slips_after_many_consistent_decisions_change_little_and_a_change_of_mind_is_followed(
    share: float, *, slips_are_bad: bool
) -> None:
    lines = make_lines(900, share)
    learner = teach(lines[:700])
    examples: dict[bool, list[Example]] = {False: [], True: []}
    for line in lines[700:]:
        examples[line.labels["respect"]].append(make_example(line.text, "de", Circumstances(), ["respect"]))

    def mean(is_bad: bool) -> float:
        return fmean(learner.judge(example).probability for example in examples[is_bad][-20:])

    assert (mean(True) > 0.95, mean(False) < 0.05) == (True, True)
    # Those it is surest of.
    probe = sorted(
        examples[not slips_are_bad], key=lambda one: learner.judge(one).probability, reverse=not slips_are_bad
    )
    for example in probe[:4]:
        learner.learn(example, is_bad=slips_are_bad)
    assert (mean(True) > 0.9, mean(False) < 0.1) == (True, True)
    # Of the same kind, a hundred times: no slip any more.
    for example in (probe * 5)[:100]:
        learner.learn(example, is_bad=slips_are_bad)
    assert (mean(not slips_are_bad) > 0.5) is slips_are_bad


def test_what_is_so_less_often_than_it_is_said_is_said_less_and_the_order_stays() -> None:
    chance = random.Random(5)  # noqa: S311 - the same stream each time
    reliability = Reliability()
    assert reliability.knots() == pytest.approx((0.001, *TENTHS[1:-1], 0.999))
    for _text in range(6_000):
        said = chance.random()
        # Above .5 it is no longer truer the more it says so.
        reliability.learn(said, is_bad=chance.random() < min(0.5, said), weight=1.0)
    knots = reliability.knots()
    assert corrected(0.3, knots) == pytest.approx(0.3, abs=0.07)
    assert corrected(0.75, knots) == pytest.approx(0.5, abs=0.07)
    assert list(knots) == sorted(knots)


def test_model_that_was_kept_says_what_the_learner_said() -> None:
    lines = make_lines(200, 0.2)
    learner = teach(lines)
    (clause,) = unpack(pack([learner.snapshot("Achtung")]), 3).clauses
    assert (clause.clause, clause.title, clause.bad + clause.good) == ("respect", "Achtung", 200)
    for line in lines[:20]:
        example = make_example(line.text, "de", Circumstances(), ["respect"])
        probability, shares = clause.judge(line.text, "de", Circumstances())
        assert probability == pytest.approx(learner.judge(example).probability, abs=0.02)
        assert shares["rejected"] == 0


@pytest.mark.parametrize(
    "content",
    [
        b"nonsense",
        zlib.compress(b"[1]"),
        zlib.compress(b"{}"),
        zlib.compress(json.dumps({"features": FEATURES, "encoder": "", "clauses": [1]}).encode()),
        zlib.compress(json.dumps({"features": FEATURES, "encoder": "", "clauses": None}).encode()),
        zlib.compress(json.dumps({"features": "runs18/words18/1", "clauses": []}).encode()),
    ],
)
def test_bytes_that_are_no_model_are_refused(content: bytes) -> None:
    with pytest.raises(ModelError):
        unpack(content, 1)


def make_vector(chance: random.Random, lean: float) -> array[float]:
    """A direction of its own and much that all have in common; the first number says whether it is bad."""
    own = [chance.gauss(0.0, 0.02) for _number in range(WIDTH)]
    own[0] += lean
    return array("f", [0.05 + number for number in own])


def test_vectors_teach_what_words_cannot() -> None:
    chance = random.Random(3)  # noqa: S311 - the same stream each time
    learners = {"with": ClauseLearner("respect"), "without": ClauseLearner("respect")}
    judged: dict[str, list[Judged]] = {"with": [], "without": []}
    for _text in range(300):
        is_bad = chance.random() < 0.2
        places = array("I", chance.sample(range(1 << 18), 12))
        vector = make_vector(chance, 0.06 if is_bad else -0.06)
        for name, learner in learners.items():
            own = vector if name == "with" else None
            example = Example(places, places, (0.0, 0.0, 0.0, 0.0, 0.0), 0, {}, own)
            judged[name].append(Judged(sigmoid(learner.judge(example).both), is_flagged=False, is_bad=is_bad))
            learner.learn(example, is_bad=is_bad)
    assert measure(judged["without"][150:]).roc_auc < 0.7
    assert measure(judged["with"][150:]).roc_auc > 0.85

    (clause,) = unpack(pack([learners["with"].snapshot("Achtung")], "encoder-1"), 1).clauses
    vector = make_vector(chance, 0.06)
    how = Circumstances(vector=from_kept(as_kept(vector)))
    probability, shares = clause.judge("", "de", how)
    example = make_example("", "de", how, ["respect"])
    assert probability == pytest.approx(learners["with"].judge(example).probability, abs=0.01)
    assert shares["vector"] > 0.5
    # Where no encoder is there, what was learnt of vectors says nothing, and the rest speaks on.
    assert clause.judge("", "de", Circumstances())[1]["vector"] == 0


def test_model_learnt_with_vectors_answers_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("numpy", "onnxruntime"):
        monkeypatch.setitem(sys.modules, module, None)
    model = unpack(pack([teach(make_lines(60, 0.5)).snapshot("Achtung")], "encoder-1"), 1)
    finding = LearnedFlagger().check(make_input("Klüngel und Filz im Rathaus"), SiteKnowledge(learned=model))
    assert finding.score is not None


def test_flagger_that_was_moved_by_the_vector_names_no_words_but_what_is_nearest(settings: Settings) -> None:
    settings.MODERATION_ENCODER = True
    learner = ClauseLearner("respect")
    nothing = array("I")
    places = ("Freibad", "Schwimmbad", "Hallenbad", "Badesee")
    for number in range(96):
        is_bad = number % 2 == 0
        text = f"Das {places[number // 2 % 4]} hat {number} Tage zu." if is_bad else f"Tor Nummer {number} für Bayern!"
        example = Example(nothing, nothing, (0.0, 0.0, 0.0, 0.0, 0.0), 0, {}, vector_of(text))
        learner.learn(example, is_bad=is_bad, past=PastDecision(f"c{number}", ()))
    body = "Warum ist das Hallenbad 3 Tage zu?"
    flagger = LearnedFlagger()
    model = LearnedModel(1, (learner.snapshot("Achtung"),), encoder_version())
    finding = flagger.check(make_input(body), SiteKnowledge(learned=model))
    assert (finding.outcome, finding.spans) == (CheckOutcome.FLAGGED, ())
    assert sentence(finding).startswith(
        "Like comments that were refused here by the clause “Achtung”, in what it says rather than in its words."
    )
    assert str(finding.parameters["comments"]).split(", ")[0] in [f"c{number}" for number in range(4, 96, 8)]
    assert read_answer(finding, flagger, body) == finding

    other = LearnedModel(1, model.clauses, "encoder-other")
    assert flagger.check(make_input(body), SiteKnowledge(learned=other)).score != finding.score


def test_flagger_has_another_version_where_an_encoder_reads_for_it(settings: Settings) -> None:
    learnt = LearnedModel(1, (teach(make_lines(40, 0.5)).snapshot("Achtung"),))
    said = []
    for has_encoder in (False, True):
        settings.MODERATION_ENCODER = has_encoder
        finding = LearnedFlagger().check(make_input("Der Park wird schön."), SiteKnowledge(learned=learnt))
        said.append(finding.version)
    assert said == ["3", f"3-{encoder_version().removeprefix('encoder-1-')}"]
    assert len(said[1]) == len("3-") + 8


def test_flagger_names_words_cases_and_the_authors_past() -> None:
    learner = teach(make_lines(300, 0.3))
    # The author's past is worth something here.
    model = LearnedModel(7, (learner.snapshot("Achtung"),))
    past = next(one for one in make_lines(300, 0.3) if one.labels["respect"])
    flagger = LearnedFlagger()
    finding = flagger.check(make_input(past.text), SiteKnowledge(learned=model, circumstances=Circumstances()))
    assert (finding.outcome, finding.clause, finding.parameters["model"]) == (CheckOutcome.FLAGGED, "respect", 7)
    assert any(word in " ".join(marked(finding, past.text)) for word in REFUSED)
    assert sentence(finding).startswith("Like comments that were refused here by the clause “Achtung”: “")
    named = str(finding.parameters["comments"]).split(", ")
    assert 1 <= len(named) <= 3
    assert read_answer(finding, flagger, past.text) == finding

    harmless = flagger.check(make_input("Der Park wird schön."), SiteKnowledge(learned=model))
    assert (harmless.outcome, harmless.message) == (CheckOutcome.CLEAR, "")
    assert harmless.score is not None


@pytest.mark.parametrize(
    ("clause", "how", "expected"),
    [
        # The shipped model says so, and the words that were learnt speak against it.
        (
            make_clause(cold=1.0, words=-1.0),
            Circumstances(scores={"respect": 0.9}),
            (
                "To the model that comes with the software it reads like a case of the clause “Achtung”; what was decided on this "
                "site adds less."
            ),
        ),
        (
            make_clause("privacy", cold=1.0),
            Circumstances(flagged={"privacy": 0.9}),
            "Likely against the clause “Achtung”, by what other checks found more than by its words.",
        ),
        (
            make_clause(flags=1.0, words=-0.1),
            Circumstances(flagged={"": 0.9}),
            "Likely against the clause “Achtung”, by what other checks found more than by its words.",
        ),
        (
            make_clause(article=1.0),
            Circumstances(article=7),
            (
                "Comments under this article were refused by the clause “Achtung” more often than under others; that counted more "
                "than the words of this one."
            ),
        ),
        (
            make_clause(rejected=1.0),
            Circumstances(rejected=3, approved=1),
            (
                "Earlier comments of the author were refused (3) or published (1); for the clause “Achtung” that counted more than the "
                "words of this one."
            ),
        ),
    ],
)
def test_flagger_that_was_not_moved_by_the_words_names_what_moved_it_and_marks_no_word(
    clause: LearnedClause, how: Circumstances, expected: str
) -> None:
    body = "Klüngel im Rathaus"
    flagger = LearnedFlagger()
    knowledge = SiteKnowledge(learned=LearnedModel(1, (clause,)), circumstances=how)
    finding = flagger.check(make_input(body), knowledge)
    assert (sentence(finding), finding.spans, "comments" in finding.parameters) == (expected, (), False)
    assert read_answer(finding, flagger, body) == finding


def test_flagger_that_was_moved_by_words_marks_them_though_the_shipped_model_says_so_too() -> None:
    how = Circumstances(scores={"respect": 0.6})
    model = LearnedModel(1, (make_clause(cold=1.0, words=1.0),))
    body = "Klüngel im Rathaus"
    finding = LearnedFlagger().check(make_input(body), SiteKnowledge(learned=model, circumstances=how))
    assert sentence(finding) == "Like comments that were refused here by the clause “Achtung”: “Klüngel”."
    assert marked(finding, body) == ["Klüngel"]


def test_flagger_without_a_model_says_that_it_did_not_run() -> None:
    finding = LearnedFlagger().check(make_input("Der Park wird schön."), SiteKnowledge())
    assert finding.outcome == CheckOutcome.NOT_RUN
    assert sentence(finding) == "There are too few decisions on this site to learn from."


@pytest.mark.parametrize(("has_encoder", "count"), [(False, 1_499), (True, 1_008)])
def test_flagger_says_that_a_text_was_too_long_to_be_read_to_its_end(
    has_encoder: bool, count: int, settings: Settings
) -> None:
    settings.MODERATION_ENCODER = has_encoder
    model = LearnedModel(1, (teach(make_lines(100, 0.1)).snapshot("Achtung"),), encoder_version())
    says = "Found nothing in what it read: the text is too long to be read to its end."
    for length, is_whole in ((count, True), (count + 1, False)):
        finding = LearnedFlagger().check(make_input("der " * length), SiteKnowledge(learned=model))
        assert (finding.outcome, finding.is_whole) == (CheckOutcome.CLEAR, is_whole)
        assert sentence(finding) == ("" if is_whole else says)


@pytest.mark.parametrize("body", ["", "!" * 3_000, "> zitiert", "a " * 2_000, "😀" * 900])
def test_flagger_any_text_gets_a_valid_finding(body: str) -> None:
    model = LearnedModel(1, (teach(make_lines(40, 0.5)).snapshot("Achtung"),))
    flagger = LearnedFlagger()
    finding = flagger.check(make_input(body), SiteKnowledge(learned=model))
    assert read_answer(finding, flagger, body) == finding
