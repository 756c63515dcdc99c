"""The encoder: how it cuts texts, what it says of them, and what judges where it cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from moderation.flaggers import encoder
from moderation.flaggers.base import Stage
from moderation.flaggers.pieces import UNKNOWN, Pieces
from moderation.flaggers.respect import RespectFlagger
from moderation.flaggers.spam import SpamFlagger

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
    assert encoder.fault() == "onnxruntime and numpy cannot be found; install the extra: pip install marginalia[ml]."
    assert RespectFlagger().stage is Stage.INLINE
