"""`manage.py evaluate_flaggers` and its figures, against numbers worked out by hand."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from moderation.evaluation.judging import BadLineError, read_examples
from moderation.evaluation.metrics import Judged, measure, measure_with_intervals
from moderation.flaggers.respect import RespectFlagger
from moderation.flaggers.shouting import ShoutingFlagger
from moderation.management.commands.evaluate_flaggers import _milliseconds

# By falling score: bad, good, bad, good, good; the flagger itself flagged the first two.
FIVE = [
    Judged(0.9, is_flagged=True, is_bad=True),
    Judged(0.8, is_flagged=True, is_bad=False),
    Judged(0.6, is_flagged=False, is_bad=True),
    Judged(0.3, is_flagged=False, is_bad=False),
    Judged(0.1, is_flagged=False, is_bad=False),
]


def test_figures_of_five_texts_are_those_worked_out_by_hand() -> None:
    # Called bad from .5 on: three, two of them rightly. Bad half: P 2/3, R 1; good half: P 1, R 2/3. F1 of each .8.
    assert asdict(measure(reversed(FIVE))) == pytest.approx(
        {
            "roc_auc": 5 / 6,  # of six pairs the good one at .8 beats the bad one at .6
            "average_precision": (1 + 2 / 3) / 2,
            "macro_f1": 0.8,
            "official_f": 5 / 6,  # of macro precision 5/6 and macro recall 5/6
            "precision_at_recall_50": 1.0,
            "recall_at_precision_90": 0.5,
            "recall_at_precision_99": 0.5,
            "calibration_error": (0.1 + 0.8 + 0.4 + 0.3 + 0.1) / 5,  # each alone in its bin
            "set_aside_keeping_95": 0.4,
            "set_aside_keeping_99": 0.4,
            "precision_when_fired": 0.5,
            "recall_when_fired": 0.5,
            "false_alarms": 1 / 3,
        }
    )


def test_figures_of_equal_scores_count_half() -> None:
    tied = [Judged(0.5, is_flagged=False, is_bad=bad) for bad in (True, False, True, False)]
    figures = measure(tied)
    assert (figures.roc_auc, figures.average_precision) == (0.5, 0.5)
    assert math.isnan(figures.precision_when_fired)


def test_figures_of_harmless_texts_alone_are_unknown_but_for_false_alarms() -> None:
    figures = measure(one for one in FIVE if not one.is_bad)
    assert math.isnan(figures.roc_auc)
    assert math.isnan(figures.set_aside_keeping_95)
    assert figures.false_alarms == pytest.approx(1 / 3)


def test_intervals_hold_the_figure_and_are_the_same_each_time() -> None:
    many = FIVE * 20
    once, again = measure_with_intervals(many, rounds=50), measure_with_intervals(many, rounds=50)
    assert once == again
    auc = once["roc_auc"]
    assert 0.7 < auc.low < auc.value < auc.high < 0.95


def write(path: Path, lines: list[object]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


LINES = [
    {"text": "DAS IST DOCH ALLES EINE LÜGE HIER", "language": "de", "labels": {"shouting": 1}, "slice": "kurz"},
    {"text": "Das sehe ich anders.", "language": "de", "labels": {"shouting": 0}, "slice": "kurz"},
    {"text": "WHY IS NOBODY LISTENING TO ME", "language": "en", "labels": {"shouting": 0}},
    {"text": "No idea.", "language": "en", "article": "Pool", "parent": "Why?", "labels": {"shouting": 1, "other": 0}},
]


def run(path: Path, **options) -> str:
    out = StringIO()
    call_command("evaluate_flaggers", path, stdout=out, rounds=20, **options)
    return out.getvalue()


def test_command_prints_a_flagger_by_language_and_slice(tmp_path: Path) -> None:
    parts = run(write(tmp_path / "lines.jsonl", LINES)).split("\n  ")
    assert parts[0].startswith(f"shouting {ShoutingFlagger.version}, memory ")
    titles = [part.partition(";")[0] for part in parts if not part.startswith("  ")][1:]
    assert titles == [
        "all: 4 texts, 2 of them bad, 0 without an answer",
        "de: 2 texts, 1 of them bad, 0 without an answer",
        "de kurz: 2 texts, 1 of them bad, 0 without an answer",
        "en: 2 texts, 1 of them bad, 0 without an answer",
    ]
    figures = [line.split() for line in "\n".join(parts).splitlines() if line.startswith("  ") and "roc_auc" in line]
    # Both loud ones score 1, one of them rightly: half of all pairs are tied at 1 or at 0.
    assert [figure[1] for figure in figures] == ["0.500", "1.000", "1.000", "0.000"]
    assert "latency p50" in parts[1]


def test_command_counts_what_a_flagger_could_not_answer(tmp_path: Path, settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = ["tests.services.bad_flaggers.Raises"]
    out = run(write(tmp_path / "lines.jsonl", [LINES[0] | {"labels": {"raises": 1}}]))
    # No figure of nothing.
    assert out.count("all: 0 texts, 0 of them bad, 1 without an answer") == 1
    assert "macro_f1" not in out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("nonsense\n", "Line 1 is no JSON: Expecting value at character 1."),
        ("[1]\n", "Line 1: it is no object, as in"),
        ("", "there is no text with a label in it."),
        ('{"text": "x", "language": "de", "labels": {}}\n', "there is no text with a label in it."),
        ('{"text": 5, "language": "de", "labels": {}}\n', "Line 1: its text or language is no text."),
        ('{"text": "x", "language": "de", "labels": {}}\n\n{"text": "x", "labels": {}}\n', "Line 3 has no 'language'"),
        ('{"text": "x", "language": "de", "labels": {"spam": 2}}\n', "Line 1: its labels are no object of 0 and 1 by the names of flaggers."),
        ('{"text": "x", "language": "de", "labels": {"spam": 1}, "parent": {"text": "y"}}\n', "Line 1: its parent is no text."),
        (
            '{"text": "x", "language": "de", "labels": {"spam": 1}, "slice": "a\\n    macro_f1 1.000"}\n',
            "Line 1: its slice, its language or the name of a label cannot be printed.",
        ),
        (
            '{"text": "x", "language": "de", "labels": {"spam": 1}, "article": {"title": "y", "paragraphs": 5}}\n',
            "Line 1: 'paragraphs' of its article is no list of texts.",
        ),
        (
            '{"text": "x", "language": "de", "labels": {"spam": 1}, "article": {"title": "y", "published": "text"}}\n',
            "Line 1: 'published' of its article is no list of texts.",
        ),
        ('{"text": "x", "language": "de", "labels": {"nobody": 1}}\n', "Nothing was measured. The labels of the file are: nobody."),
    ],
)  # fmt: skip
def test_command_says_what_is_wrong_with_a_file(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        run(path)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "half",
    [
        {"text": "Prima \ud83d"},
        {"labels": {"shouting\ud83d": 1}},
        {"slice": "\ude00"},
        {"article": {"title": "\ud83d"}},
        {"article": {"title": "", "published": ["\ud83d"]}},
    ],
)
def test_half_a_character_anywhere_in_a_line_stops_both_commands_with_a_sentence(
    tmp_path: Path, half: dict[str, object]
) -> None:
    path = write(tmp_path / "lines.jsonl", [LINES[0], LINES[1] | half])
    sentence = r"Line 2 has half a character in it, as an emoji that was cut in two: \\ud(83d|e00)\.$"
    with pytest.raises(CommandError, match=sentence):
        run(path)
    with pytest.raises(CommandError, match=sentence):
        call_command("learn", replay=path)


def test_emoji_is_read_whether_it_is_written_as_it_is_or_as_two_halves() -> None:
    lines = [
        '{"text": "\\ud83d\\ude00", "language": "de", "labels": {}}',
        '{"text": "😀", "language": "de", "labels": {}}',
    ]
    assert [one.text for one in read_examples(line.encode() for line in lines)] == ["😀", "😀"]


def test_check_that_guesses_and_cannot_tell_gives_no_answer(tmp_path: Path) -> None:
    article = {"title": "Neues Freibad am See", "paragraphs": ["Der Gemeinderat will am See ein Freibad bauen."]}
    lines: list[object] = [
        # Too short to say anything of.
        {"text": text, "language": "de", "labels": {"topic": label}, "article": article}
        for text, label in (("Ja.", 0), ("Nein!", 1), ("Genau.", 0))
    ]
    out = run(write(tmp_path / "lines.jsonl", lines), flagger="topic")
    assert "all: 0 texts, 0 of them bad, 3 without an answer" in out
    assert "roc_auc" not in out


def test_command_names_labels_without_a_flagger_and_flaggers_that_cannot_be_measured(
    tmp_path: Path, settings: Settings
) -> None:
    settings.MODERATION_FLAGGERS = [
        "moderation.flaggers.shouting.ShoutingFlagger",
        "moderation.flaggers.respect.RespectFlagger",
        "moderation.flaggers.outside.call_out.CallOut",
    ]
    said = StringIO()
    labels = {"shouting": 0, "shoutign": 1, "call_out": 1, "respect": 1}
    line = {"text": "Non.", "language": "fr", "labels": labels}
    out = run(write(tmp_path / "lines.jsonl", [line]), stderr=said)
    heads = [line.partition(",")[0] for line in out.splitlines() if not line.startswith("    ")]
    first = f"shouting {ShoutingFlagger.version}"
    assert heads == [first, "  all: 1 texts", "  fr: 1 texts", f"respect {RespectFlagger().version}"]
    assert "call_out asks a service, so it is not measured here.\n" in said.getvalue()
    assert "  No text with its label is in a language it is for (de, en).\n" in said.getvalue()
    assert "No installed flagger is named shoutign. There are: call_out, respect, shouting.\n" in said.getvalue()


def test_command_refuses_a_flagger_that_there_is_not_and_one_without_labels(tmp_path: Path) -> None:
    path = write(tmp_path / "lines.jsonl", LINES)
    for name, says in (("shoutign", "No installed flagger is named shoutign."), ("spam", "")):
        said = StringIO()
        with pytest.raises(CommandError, match=r"Nothing was measured\. The labels of the file are: other, shouting"):
            run(path, flagger=name, stderr=said)
        assert said.getvalue().startswith(says)
    with pytest.raises(CommandError, match="--rounds is a number from 1 on"):
        call_command("evaluate_flaggers", path, rounds=0)


def test_latency_of_a_few_texts_is_not_less_at_its_95th_percentile_than_at_its_median() -> None:
    assert _milliseconds([0.003, 0.001]) == "latency p50 2.00 ms, p95 3.00 ms"
    assert _milliseconds([number / 1000 for number in range(1, 101)]) == "latency p50 50.50 ms, p95 95.00 ms"


def test_latency_is_without_what_a_flagger_does_once(tmp_path: Path, settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = ["tests.moderation.bad_declarations.SlowAtFirst"]
    lines: list[object] = [line | {"labels": {"slow_at_first": 1}} for line in LINES]
    out = run(write(tmp_path / "lines.jsonl", lines))
    assert "all: 4 texts" in out
    assert max(float(found) for found in re.findall(r"p95 ([\d.]+) ms", out)) < 500


def test_command_says_that_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"No such file or directory\.$"):
        run(tmp_path / "none.jsonl")


def test_command_says_which_line_is_not_in_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "latin.jsonl"
    line = json.dumps({"text": "Blödsinn", "language": "de", "labels": {"spam": 0}}, ensure_ascii=False)
    path.write_bytes(b"\n" + line.encode("latin-1"))
    with pytest.raises(CommandError, match=r"Line 2 is not in UTF-8\.$"):
        run(path)


def test_read_examples_takes_null_for_what_is_not_known() -> None:
    known = {"text": "Ein Satz.", "language": "de", "labels": {"spam": 0}}
    bare, marked = json.dumps(known).encode(), b"\xef\xbb\xbf"
    nulls = json.dumps(known | dict.fromkeys(("article", "parent", "slice"))).encode()
    first, second = read_examples([marked + bare, nulls])
    assert first == second
    assert (second.parent, second.slice, second.article.title) == ("", "", "")


def test_read_examples_takes_no_null_for_a_text() -> None:
    with pytest.raises(BadLineError, match="Line 1: "):
        list(read_examples([json.dumps({"text": None, "language": "de", "labels": {}}).encode()]))
