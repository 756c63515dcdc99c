"""The encoder: how it cuts texts, what it says of them, and what judges where it cannot be used."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from comments.enums import CheckOutcome
from moderation.enums import Role
from moderation.flaggers import encoder, registry
from moderation.flaggers.base import ArticleWords, SiteKnowledge, Stage
from moderation.flaggers.encoder import MODEL_FILE, embed, load_encoder
from moderation.flaggers.guard import check_safely, read_answer
from moderation.flaggers.pieces import UNKNOWN, Pieces
from moderation.flaggers.respect import RespectFlagger
from moderation.flaggers.spam import SpamFlagger
from moderation.flaggers.topic import TopicFlagger
from moderation.models import Finding
from moderation.services.screening import screen_stored_comment
from tests import settings as test_settings
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import sign_in
from tests.moderation.inputs import make_input, marked

pytestmark = pytest.mark.once

PIECES = Pieces(
    ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁der", "▁de", "r", "Wald", "▁Wald", "weg", "e", "W"],
    [0.0, 0.0, 0.0, 0.0, -2.0, -3.0, -3.5, -4.0, -6.0, -5.0, -6.0, -4.5, -8.0],
)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("der", [5]),  # the likeliest way, not the first one
        ("der  Waldweg\n", [5, 9, 10]),  # white space of any kind ends a word
        ("ｄｅｒ", [5]),  # wide letters are letters
        ("de😀r", [6, UNKNOWN, 7]),
        ("", []),
    ],
)
def test_pieces_of_a_text_are_the_likeliest(text: str, numbers: list[int]) -> None:
    assert PIECES.encode(text) == numbers


def test_pieces_of_a_word_without_end_are_found_in_linear_time() -> None:
    assert len(PIECES.encode("e" * 100_000)) >= 100_000


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Path:
    """A file in place of the shipped one, and the packages of the extra."""
    settings.MODERATION_ENCODER = True
    path = tmp_path / "encoder.bin"
    monkeypatch.setattr(encoder, "MODEL_FILE", path)
    monkeypatch.setattr(encoder, "missing_packages", list)
    return path


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "encoder.bin: cannot be read: No such file or directory."),
        (b"version https://git-lfs.github.com/spec/v1", "encoder.bin: is no file of the encoder."),
        (encoder.MAGIC + b"[1]\n", "encoder.bin: is damaged: its header is no object."),
        (encoder.MAGIC + b'{"crc32": 1}\nx', "encoder.bin: is damaged: its checksum is wrong."),
        (encoder.MAGIC + b"{", "encoder.bin: is damaged: "),
        (encoder.MAGIC + b'{"crc32": 0}\n', "encoder.bin: is damaged: 'calibrations'."),
    ],
)
def test_respect_and_spam_have_the_small_models_where_the_file_is_broken(
    file: Path, content: bytes | None, says: str
) -> None:
    if content is not None:
        file.write_bytes(content)
    assert encoder.fault().startswith(says)
    assert [message.id for message in run_checks() if "small models" in message.msg] == ["marginalia_moderation.W002"]
    for flagger in (RespectFlagger(), SpamFlagger()):
        assert flagger.version.startswith("ngrams-")
        assert flagger.stage is Stage.INLINE


def test_respect_has_the_small_model_where_the_site_wants_it_or_packages_are_missing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MODERATION_ENCODER = False
    assert encoder.fault() == "MODERATION_ENCODER is off."
    assert RespectFlagger().version.startswith("ngrams-")
    settings.MODERATION_ENCODER = True
    monkeypatch.setattr(encoder, "missing_packages", lambda: ["onnxruntime", "numpy"])
    assert encoder.fault() == (
        "onnxruntime and numpy cannot be found; install the extra: pip install 'marginalia[ml]', or with an installation from "
        "the repository: .venv/bin/python -m pip install onnxruntime numpy."
    )
    assert RespectFlagger().stage is Stage.INLINE
    said = [message for message in run_checks(include_deployment_checks=True) if "small models" in message.msg]
    assert [(message.id, message.hint) for message in said] == [
        ("marginalia_moderation.I001", "Or set MODERATION_ENCODER = False.")
    ]


def test_flaggers_have_the_small_models_where_onnxruntime_is_broken(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.symlink_to(MODEL_FILE)
    package = tmp_path / "onnxruntime"
    package.mkdir()
    (package / "__init__.py").write_text("raise OSError('libgomp.so.1: cannot open')", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)
    flaggers = (RespectFlagger(), SpamFlagger(), TopicFlagger())
    # Nobody has tried yet.
    assert {flagger.version.partition("-")[0] for flagger in flaggers} == {"encoder"}
    library = ArticleWords("1", "de", "Die Bücherei", "", ("Wer ein Buch zu spät bringt, zahlt.",))
    others = tuple(ArticleWords(str(number), "de", f"Titel {number}", "", ("Ein Absatz.",)) for number in range(2, 20))
    known = SiteKnowledge(article=library, other_articles=others)
    said = [check_safely(flagger, make_input(INSULT), known) for flagger in flaggers]
    assert [finding.outcome for finding in said] == [CheckOutcome.FLAGGED, CheckOutcome.CLEAR, CheckOutcome.CLEAR]
    assert [finding.version.partition("-")[0] for finding in said] == ["ngrams", "ngrams", "words"]
    assert encoder.fault() == "encoder.bin: does not work: OSError('libgomp.so.1: cannot open')."
    assert [message.id for message in run_checks() if "small models" in message.msg] == ["marginalia_moderation.W002"]


# --- With the shipped model

INSULT = "Du bist ein Vollidiot, halt endlich dein dummes Maul!"
POLITE = "Danke für den Artikel, das Freibad soll offen bleiben."
ADVERTISING = "Verdiene 5000 € im Monat von zu Hause, melde dich per WhatsApp: www.geld.example"
COMPARED = Path(__file__).resolve().parent.parent.parent / "training" / "data" / "compared_encoder.jsonl"


@pytest.fixture
def shipped(settings: Settings) -> None:
    """The encoder is switched on."""
    settings.MODERATION_ENCODER = True
    assert encoder.fault() == ""


def said(text: str, head: str) -> float:
    return load_encoder(MODEL_FILE).read(text).said[head]


def test_encoder_says_what_was_learnt_before_its_weights_became_bytes() -> None:
    lines = [json.loads(line) for line in COMPARED.read_text(encoding="utf-8").splitlines()]
    for head in ("respect", "spam"):
        wanted = [line[head] for line in lines]
        spread = max(wanted) - min(wanted)
        off = [abs(said(line["text"], head) - line[head]) / spread for line in lines]
        # Bytes cost a little.
        assert max(off) < 0.15
        assert sum(off) / len(off) < 0.05
    assert MODEL_FILE.stat().st_size <= 40_000_000


@pytest.mark.parametrize("hidden", ["\u200c", "\u200d", "\u034f", "\u200e", "\ufe0f"])
def test_encoder_does_not_see_what_shows_nothing(hidden: str) -> None:
    read = load_encoder(MODEL_FILE).read
    assert read(hidden.join(INSULT)).said == read(INSULT).said


def test_encoder_reads_letters_of_other_alphabets_as_they_look_where_a_word_is_mixed() -> None:
    look = str.maketrans("aeopcBHIMN", "\u0430\u0435\u043e\u0440\u0441\u0392\u0397\u0399\u039c\u039d")
    read = load_encoder(MODEL_FILE).read
    for text in (INSULT, INSULT.upper()):
        assert text.translate(look) != text
        assert read(text.translate(look)).said == read(text).said


@pytest.mark.usefixtures("shipped")
def test_flaggers_with_the_encoder_are_asynchronous_and_name_the_words() -> None:
    respect, spam = RespectFlagger(), SpamFlagger()
    assert respect.version.startswith("encoder-")
    assert respect.stage is spam.stage is Stage.ASYNCHRONOUS
    insult = respect.check(make_input(INSULT), SiteKnowledge())
    assert (insult.outcome, insult.clause) == (CheckOutcome.FLAGGED, "respect")
    assert "Vollidiot" in " ".join(marked(insult, INSULT))
    assert spam.check(make_input(ADVERTISING), SiteKnowledge()).outcome == CheckOutcome.FLAGGED
    for flagger in (respect, spam):
        finding = flagger.check(make_input(POLITE), SiteKnowledge())
        assert (finding.outcome, finding.spans) == (CheckOutcome.CLEAR, ())
        assert finding.score is not None
        assert finding.score < 0.5


@pytest.mark.usefixtures("shipped")
def test_clear_finding_on_a_text_that_is_too_long_says_that_its_end_was_not_read() -> None:
    limit = encoder._MOST_PIECES
    for length, says in (
        (limit, ""),
        (limit + 1, "Found nothing in what it read: the text is too long to be read to its end."),
    ):
        finding = RespectFlagger().check(make_input("der " * length), SiteKnowledge())
        assert (finding.outcome, finding.message, finding.is_whole) == (CheckOutcome.CLEAR, says, not says)


@pytest.mark.usefixtures("shipped")
def test_text_is_not_whole_that_the_encoder_reads_to_its_end_and_the_small_model_does_not() -> None:
    # Of three such signs the encoder makes one piece, the small model three.
    body = "+" * 1_600
    assert load_encoder(MODEL_FILE).read(body).is_whole
    assert not RespectFlagger().check(make_input(body), SiteKnowledge()).is_whole


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("body", ["", "!", "😀" * 5_000, "a" * 5_000, "a. " * 1_600])
def test_encoder_any_text_gets_a_valid_finding(body: str) -> None:
    flagger = RespectFlagger()
    finding = flagger.check(make_input(body), SiteKnowledge())
    assert read_answer(finding, flagger, body) == finding


def test_vectors_of_one_topic_are_nearer_than_those_of_two() -> None:
    vectors = embed(
        [
            "Das Freibad bleibt im Sommer länger offen.",
            "Das Schwimmbad soll im August öffnen.",
            "Der Stürmer schoss drei Tore gegen Bayern.",
        ]
    )
    assert (vectors.shape, vectors.dtype) == ((3, 384), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.02
    assert embed([]).shape == (0, 384)


def test_what_a_text_is_about_is_less_in_its_common_words_than_in_its_rare_ones() -> None:
    read = load_encoder(MODEL_FILE).read
    common = "Und das ist ja auch so wie es hier nun mal ist mit"
    bath, own, other = read("Freibad"), read(f"{common} dem Freibad"), read(f"{common} der Autobahn")
    assert np.linalg.norm(own.subject) == pytest.approx(1, abs=1e-5)
    assert (own.subject - other.subject) @ bath.subject > (own.vector - other.vector) @ bath.vector + 0.02
    assert (read("").subject == read("").vector).all()


def test_encoder_reads_neither_quoted_lines_nor_only_the_beginning() -> None:
    assert said(f"> {INSULT}\n\n{POLITE}", "respect") == said(POLITE, "respect")
    ordinary = f"{POLITE} " * 30
    assert said(ordinary + INSULT, "respect") > said(ordinary, "respect") + 0.5


def test_encoder_takes_little_time() -> None:
    text = " ".join(POLITE.split() * 6)[:330]
    costs = []
    for number in range(9):
        started = time.thread_time()
        said(f"{number} {text}", "respect")
        costs.append(time.thread_time() - started)
    # 20 ms on an idle core; two that share one are slower.
    assert sorted(costs)[4] < 0.08


@pytest.fixture
def site_with_encoder(shipped: None, settings: Settings) -> Iterator[None]:
    """All flaggers of the project, loaded with the encoder."""
    settings.MODERATION_FLAGGERS = test_settings.GUESSES
    registry._load_all.cache_clear()
    yield
    registry._load_all.cache_clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("site_with_encoder")
def test_comment_is_judged_by_the_encoder_after_it_was_stored() -> None:
    comment = make_comment(make_article(), body=INSULT)
    assert not Finding.objects.filter(comment=comment).exists()
    assert screen_stored_comment(comment.pk)
    rows = {row.flagger: row for row in Finding.objects.filter(comment=comment)}
    assert rows["respect"].version.startswith("encoder-")
    assert (rows["respect"].outcome, rows["spam"].outcome) == (CheckOutcome.FLAGGED, CheckOutcome.CLEAR)
    client = sign_in(make_moderator(comment.site, role=Role.ADMINISTRATOR))
    page = client.get(f"/moderation/flaggers/?site={comment.site.slug}").content.decode()
    assert page.count("Judged by the large model, a moment after the text was sent.") == 2
    assert page.count("The latest text was judged by the small model all the same.") == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("site_with_encoder")
def test_comment_taken_by_a_process_with_the_encoder_is_judged_by_workers_without_it(settings: Settings) -> None:
    comment = make_comment(make_article(), body=INSULT)
    settings.MODERATION_ENCODER = False
    registry._load_all.cache_clear()
    assert screen_stored_comment(comment.pk)
    rows = {row.flagger: row for row in Finding.objects.filter(comment=comment)}
    assert rows["respect"].version.startswith("ngrams-")
    assert (rows["respect"].outcome, rows["spam"].outcome) == (CheckOutcome.FLAGGED, CheckOutcome.CLEAR)
    settings.MODERATION_ENCODER = True
    registry._load_all.cache_clear()
    client = sign_in(make_moderator(comment.site, role=Role.ADMINISTRATOR))
    page = client.get(f"/moderation/flaggers/?site={comment.site.slug}").content.decode()
    assert page.count("The latest text was judged by the small model all the same.") == 2
