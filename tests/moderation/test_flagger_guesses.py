"""Respect and spam: what the shipped models say of texts of our own, and how they say it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.utils import translation
from pytest_django import Settings

from comments.enums import ArticleMode, CheckOutcome, Status
from comments.screening import Span
from config import settings as config_settings
from moderation.flaggers import registry, respect, scorers
from moderation.flaggers.base import SiteKnowledge
from moderation.flaggers.guard import read_answer
from moderation.flaggers.guesses import quoted
from moderation.flaggers.ngrams import tokenize
from moderation.flaggers.respect import RespectFlagger
from moderation.flaggers.scorers import WEIGHTS_FOLDER, WeightsError, load_scorer
from moderation.flaggers.spam import SpamFlagger
from moderation.models import Finding
from tests.factories import make_article, make_comment
from tests.moderation.inputs import make_input, marked, sentence

DATA = Path(__file__).resolve().parent.parent.parent / "training" / "data"
COMPARED = [json.loads(line) for line in (DATA / "compared.jsonl").read_text(encoding="utf-8").splitlines()]

INSULT = "Du bist ein Vollidiot, halt endlich dein dummes Maul!"
ADVERTISING = "Verdiene 5000 € im Monat von zu Hause, melde dich per WhatsApp: www.geld.example"


def check(body: str, flagger: type[RespectFlagger] | type[SpamFlagger] = RespectFlagger, language: str = "de"):
    return flagger().check(make_input(body, language=language), SiteKnowledge())


def test_words_of_a_finding_stand_in_the_quotation_marks_of_who_reads_it() -> None:
    finding = Finding(message="So: %(words)s", parameters={"words": "“Vollidiot”, “dumm”"})
    for language, sentence_of_it in (("de", "So: „Vollidiot“, „dumm“"), ("en", "So: “Vollidiot”, “dumm”")):
        with translation.override(language):
            assert finding.sentence("Insults") == sentence_of_it


def test_words_from_right_to_left_turn_round_nothing_of_the_sentence_that_quotes_them() -> None:
    body = "Arsch\u2067loch! So dumm\u2069 שלום"
    words = quoted(body, [Span(0, 10, ""), Span(15, 19, ""), Span(21, 25, "")])
    finding = Finding(message="So: %(words)s on %(host)s.", parameters={"words": words, "host": "\u202eshop.example"})
    with translation.override("en"):
        assert finding.sentence("Insults") == (
            "So: \u2068“Arsch\u2067loch\u2069”\u2069, “dumm”, \u2068“שלום”\u2069 on \u2068\u202eshop.example\u202c\u2069."
        )


@pytest.mark.parametrize("flagger", [RespectFlagger, SpamFlagger])
def test_half_a_character_is_looked_at_as_any_other(flagger: type[RespectFlagger] | type[SpamFlagger]) -> None:
    for body in (f"{INSULT} \ud83d", f"{ADVERTISING} a\udc00b", "\ud83d\ud83d\ud83d"):
        assert check(body, flagger).outcome == check(body.encode("utf-8", "replace").decode(), flagger).outcome


@pytest.mark.parametrize("name", ["respect", "spam"])
def test_scorer_says_what_was_learnt_before_its_weights_became_bytes(name: str) -> None:
    scorer = load_scorer(WEIGHTS_FOLDER / f"{name}.bin")
    said = [scorer.score(line["text"], line["language"]).probability for line in COMPARED]
    assert said == pytest.approx([line[name] for line in COMPARED], abs=0.03)
    assert max(said) - min(said) > 0.5


def test_respect_insult_is_flagged_with_the_words_that_moved_the_guess() -> None:
    finding = check(INSULT)
    assert (finding.outcome, finding.clause) == (CheckOutcome.FLAGGED, "respect")
    assert sentence(finding).startswith("Reads like an insult: “")
    assert sentence(finding).endswith("A guess from the wording, not from what is meant.")
    assert "Vollidiot" in " ".join(marked(finding, INSULT))
    assert {span.label for span in finding.spans} == {"Moved the guess"}


def test_spam_advertising_is_flagged_with_the_words_that_moved_the_guess() -> None:
    finding = check(ADVERTISING, SpamFlagger)
    assert (finding.outcome, finding.clause) == (CheckOutcome.FLAGGED, "no-advertising")
    assert sentence(finding).startswith("Reads like advertising: “")
    assert marked(finding, ADVERTISING)


@pytest.mark.parametrize("flagger", [RespectFlagger, SpamFlagger])
@pytest.mark.parametrize(
    "body",
    [
        "Danke für den Artikel, das Freibad soll offen bleiben.",
        "Ich finde den Vorschlag falsch: Wer soll die 300.000 Euro bezahlen?",
        "Danke!",
        "",
        "> Du bist ein Vollidiot, halt dein dummes Maul!\n\nSo reden wir hier nicht miteinander.",
    ],
)
def test_guess_ordinary_text_is_clear_and_has_a_score(flagger: type[RespectFlagger], body: str) -> None:
    finding = check(body, flagger)
    assert (finding.outcome, finding.message, finding.spans) == (CheckOutcome.CLEAR, "", ())
    assert finding.score is not None
    assert 0 <= finding.score < 0.9


@pytest.mark.parametrize("has_encoder", [True, False])
@pytest.mark.parametrize("flagger", [RespectFlagger, SpamFlagger])
@pytest.mark.parametrize("body", ["!!!", "+1", "du", "+1 ja", "@Hans +1", "100 %!!!"])
def test_guess_on_a_text_that_says_nothing_is_none(
    body: str, flagger: type[RespectFlagger], has_encoder: bool, settings: Settings
) -> None:
    settings.MODERATION_ENCODER = has_encoder
    findings = [check(body, flagger, language) for language in ("de", "en")]
    assert [(finding.outcome, finding.score) for finding in findings] == [(CheckOutcome.CLEAR, 0.0)] * 2


def test_guess_on_an_emoji_is_one() -> None:
    assert check("\U0001f595", language="en").outcome == CheckOutcome.FLAGGED


@pytest.mark.parametrize(
    ("count", "says"),
    [(1_499, ""), (1_500, "Found nothing in what it read: the text is too long to be read to its end.")],
)
def test_clear_finding_on_a_text_that_is_too_long_says_that_its_end_was_not_read(count: int, says: str) -> None:
    finding = check("der " * count)
    assert (finding.outcome, sentence(finding), finding.is_whole) == (CheckOutcome.CLEAR, says, not says)


def test_guess_on_a_text_that_is_too_long_is_marked_as_one_of_its_beginning() -> None:
    finding = check(f"{INSULT} " * 200)
    assert (finding.outcome, finding.is_whole) == (CheckOutcome.FLAGGED, False)
    assert check(INSULT).is_whole


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        ("Du V0ll1diot", "Du Vollidiot"),
        ("Du I d i o t", "Du Idiot"),
        ("Du I.d.i.o.t", "Du Idiot"),
        ("Du Idi\u043et", "Du Idiot"),
        ("Du Idiooooot", "Du Idiot"),
        ("Du Id\u200biot", "Du Idiot"),
        ("Du IDIOT", "du idiot"),
        ("Du 1d1ot", "Du Idiot"),
    ],
)
def test_tokens_of_a_disguised_word_are_those_of_the_plain_one(disguised: str, plain: str) -> None:
    assert [token.text for token in tokenize(disguised, with_addresses=False)] == [
        token.text for token in tokenize(plain, with_addresses=False)
    ]


def test_tokens_of_numbers_and_names_with_digits_stay_numbers() -> None:
    texts = [token.text for token in tokenize("Am 3.10. kosten 4711 Stück mit Covid19 5000 €", with_addresses=False)]
    assert "0000" in texts
    assert "covid0" in texts


HOSTILE = ["A" * 5_000, "a " * 2_500, "a." * 2_500, "!" * 5_000, "a!" * 2_500, "@" * 5_000, "https://" * 600,
           "*a" * 2_500, "1a" * 2_500, "😀" * 5_000, "\u0308" * 5_000, "du idiot " * 550, "ß" * 5_000]  # fmt: skip


@pytest.mark.parametrize("flagger", [RespectFlagger(), SpamFlagger()], ids=["respect", "spam"])
@pytest.mark.parametrize("body", [*HOSTILE, *(line["text"] for line in COMPARED)])
def test_guess_any_text_gets_a_valid_finding_with_spans_inside(flagger: RespectFlagger, body: str) -> None:
    finding = flagger.check(make_input(body), SiteKnowledge())
    assert read_answer(finding, flagger, body) == finding
    assert all(a.end <= b.start for a, b in zip(finding.spans, finding.spans[1:], strict=False))
    # The explanation too, of texts that are not flagged.
    assert all(0 <= start < end <= len(body) for start, end in load_scorer(respect.WEIGHTS_FILE).explain(body))


def best_of(times: int, work) -> float:
    """The fastest run in seconds: what else the machine does counts least."""
    found = []
    for _time in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


def test_guess_cost_grows_with_the_text_and_no_faster() -> None:
    scorer = load_scorer(respect.WEIGHTS_FILE)
    words = " ".join(f"Gemeinderat {number} wort" for number in range(150))
    short, long = words[:1_000], (words * 4)[:4_000]
    assert best_of(15, lambda: scorer.score(long, "de")) < 8 * best_of(15, lambda: scorer.score(short, "de"))


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Path]:
    """A copy of the respect model that may be spoilt, in its place."""
    settings.MODERATION_FLAGGERS = config_settings.MODERATION_FLAGGERS
    path = tmp_path / "respect.bin"
    path.write_bytes(respect.WEIGHTS_FILE.read_bytes())
    monkeypatch.setattr(respect, "WEIGHTS_FILE", path)
    registry._load_all.cache_clear()
    yield path
    registry._load_all.cache_clear()


def spoil(content: bytes, how: str) -> bytes:
    head, _newline, table = content[len(scorers.MAGIC) :].partition(b"\n")
    if how == "cut":
        return content[:-1]
    if how == "bit":
        return content[:-5] + bytes([content[-5] ^ 1]) + content[-4:]
    if how == "features":
        return scorers.MAGIC + head.replace(b"fold1", b"fold0") + b"\n" + table
    if how == "header":
        return scorers.MAGIC + b"[1]\n" + table
    return how.encode()


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("cut", "its table has another length than its header says"),
        ("bit", "its checksum is wrong"),
        ("features", "it was made for other features than this version computes"),
        ("header", "its header is no object"),
        ("version https://git-lfs.github.com/spec/v1", "respect.bin: is no file of weights."),
    ],
)
def test_broken_weights_are_said_at_start(weights: Path, how: str, says: str) -> None:
    weights.write_bytes(spoil(weights.read_bytes(), how))
    with pytest.raises(SystemCheckError) as caught:
        call_command("check")
    assert "moderation.flaggers.respect.RespectFlagger cannot be loaded: WeightsError" in str(caught.value)
    assert says in str(caught.value)


def test_missing_weights_are_said_at_start(weights: Path) -> None:
    weights.unlink()
    with pytest.raises(WeightsError, match=r"^respect.bin: cannot be read: No such file or directory\.$"):
        RespectFlagger()


@pytest.mark.django_db
def test_broken_weights_leave_the_comment_unscored_and_to_a_moderator(weights: Path) -> None:
    weights.write_bytes(b"")
    comment = make_comment(make_article(mode=ArticleMode.POST_MODERATED), body="Danke für den Artikel.")
    assert comment.status == Status.PENDING
    rows = Finding.objects.filter(comment=comment)
    assert rows.filter(flagger="respect").count() == 0
    assert [(row.outcome, row.score) for row in rows.filter(flagger="RespectFlagger")] == [(CheckOutcome.FAILED, None)]
    assert rows.get(flagger="spam").outcome == CheckOutcome.CLEAR
