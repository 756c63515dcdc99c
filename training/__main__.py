"""Makes the models that are shipped, and the files they are measured with. For developers; nothing of it runs on a site.

    python -m training models DATA        # both small models into moderation/flaggers/weights, and what tests compare with
    python -m training encoder DATA WORK  # the encoder after them; what is learnt so far goes to the folder WORK
    python -m training sets DATA FOLDER   # JSON lines for `manage.py evaluate_flaggers`; not to be committed
    python -m training topic DATA         # topic: its weights, and its figures
    python -m training videos DATA [WORK] # spam, each video judged by a model that saw the others alone; of the encoder

DATA is a folder of Parquet files, described in docs/reference/models.md. All figures come out the same each time.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from moderation.evaluation.metrics import Judged, measure_with_intervals
from moderation.flaggers.scorers import WEIGHTS_FOLDER
from training.model import Linear, features_of, fit, held_out_sums, learn, platt, probabilities, write
from training.sentences import testing_sentences
from training.sets import examples
from training.sources import Row, respect_rows, spam_rows, video_rows
from training.tasks import RESPECT, SPAM
from training.topic import make_topic

OWN_DATA: Final = Path(__file__).resolve().parent / "data"

# Texts of our own, for the test that the run time says what was learnt.
COMPARED: Final = (
    ("de", "Danke für den guten Artikel."),
    ("de", "Du bist ein Vollidiot, halt endlich dein dummes Maul!"),
    ("de", "Die Stadt baut 300 Wohnungen, das ist zu wenig."),
    ("de", "V e r d i e n e 5000 € im Monat!!! www.geld.example"),
    ("de", "Der 1d10t hat wieder gewonnen 😀"),
    ("en", "Thank you, a very balanced article."),
    ("en", "You are a stupid moron and everybody hates you."),
    ("en", "Check out my channel and subscribe, free gift card: https://win.example/x"),
    ("en", "I disagree with the council, the bridge should stay open."),
    ("en", "@anna What an 1diot, LOL"),
)


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("models", "encoder", "sets", "topic", "videos"):
        command = commands.add_parser(name)
        command.add_argument("data", type=Path)
        if name not in ("models", "topic"):
            command.add_argument("folder", type=Path, nargs="?" if name == "videos" else None)
    options = parser.parse_args()
    if options.command == "models":
        make_models(options.data)
    elif options.command == "encoder":
        make_encoder(options.data, options.folder)
    elif options.command == "sets":
        write_sets(options.data, options.folder)
    elif options.command == "topic":
        make_topic(options.data, respect_rows(options.data))
    elif options.folder:
        leave_one_video_out_of_encoder(options.data, options.folder)
    else:
        leave_one_video_out(options.data)


def make_models(data: Path) -> None:
    """Both models, and what they say of COMPARED before their weights became bytes."""
    compared: list[dict[str, object]] = [{"language": language, "text": text} for language, text in COMPARED]
    for task, rows in ((RESPECT, respect_rows(data)), (SPAM, spam_rows(data, with_late=True))):
        started = time.monotonic()
        linear, sums = learn(rows, task)
        path = WEIGHTS_FOLDER / f"{task.name}.bin"
        write(linear, rows, task, path)
        said = probabilities(
            linear, [text for _language, text in COMPARED], [language for language, _text in COMPARED], task
        )
        for line, probability in zip(compared, said, strict=True):
            line[task.name] = round(probability, 4)
        print(f"{task.name}: {len(rows)} texts, {path.stat().st_size} bytes, {time.monotonic() - started:.0f} s")
        _print_held_out(rows, linear, sums)
    make_topic(data, respect_rows(data))
    lines = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in compared)
    (OWN_DATA / "compared.jsonl").write_text(lines, encoding="utf-8")
    _write_sentences()


def make_encoder(data: Path, work: Path) -> None:
    """Train it, or go on training it, and write its file and what it says of COMPARED before its weights became bytes."""
    # Torch takes seconds to load, and the small models do without it.
    from training.encoder import train  # noqa: PLC0415
    from training.encoder_file import write_encoder  # noqa: PLC0415

    train(data, work)
    said = write_encoder(data, work, WEIGHTS_FOLDER / "encoder.bin", [text for _language, text in COMPARED])
    lines = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in said)
    (OWN_DATA / "compared_encoder.jsonl").write_text(lines, encoding="utf-8")


def write_sets(data: Path, folder: Path) -> None:
    """One file for each public test."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in examples(data):
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
        print(f"{name}: {len(lines)} texts")


def leave_one_video_out(data: Path) -> None:
    """Each video's comments by a model without that video, all of them measured together."""
    rows, videos = spam_rows(data, with_late=True), video_rows(data)
    features = features_of([row.text for row in rows], SPAM)
    judged = []
    for video in sorted({row.group for row in videos}):
        outside = [at for at, row in enumerate(rows) if row.group != video]
        rest = [rows[at] for at in outside]
        calibration = platt(held_out_sums(features[outside], rest, SPAM), [row.is_bad for row in rest])
        linear = Linear(fit(features[outside], rest, SPAM), {"en": (*calibration, 0.5)})
        inside = [row for row in videos if row.group == video]
        said = probabilities(linear, [row.text for row in inside], ["en"] * len(inside), SPAM)
        own = [Judged(score, score >= 0.5, row.is_bad) for score, row in zip(said, inside, strict=True)]
        _print_figures(video, own)
        judged += own
    _print_figures("all videos", judged)


def leave_one_video_out_of_encoder(data: Path, work: Path) -> None:
    """The same of the encoder, which itself saw no comment under a video: its head and the n-grams without that video."""
    from training.encoder_file import unseen_videos  # noqa: PLC0415 - as above

    everything = []
    for video, probabilities_of, labels in unseen_videos(data, work):
        own = [
            Judged(float(score), bool(score >= 0.5), bool(bad))
            for score, bad in zip(probabilities_of, labels, strict=True)
        ]
        _print_figures(video, own)
        everything += own
    _print_figures("all videos", everything)


def _print_held_out(rows: list[Row], linear: Linear, sums: Iterable[float]) -> None:
    parts: dict[str, list[Judged]] = {}
    for row, total in zip(rows, sums, strict=True):
        probability, threshold = linear.probability(float(total), row.language)
        parts.setdefault(f"{row.language} {row.source}", []).append(
            Judged(probability, probability >= threshold, row.is_bad)
        )
    for name, judged in sorted(parts.items()):
        _print_figures(f"held out, {name}", judged)


def _print_figures(name: str, judged: list[Judged]) -> None:
    names = ("roc_auc", "recall_at_precision_99", "precision_when_fired", "recall_when_fired", "false_alarms")
    figures = measure_with_intervals(judged, rounds=1)
    print(f"  {name} ({len(judged)}): " + ", ".join(f"{one} {figures[one].value:.3f}" for one in names))


def _write_sentences() -> None:
    lines = [
        {"text": one.text, "language": one.language, "slice": one.kind, "labels": {"respect": int(one.is_hateful)}}
        for one in testing_sentences()
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (OWN_DATA / "sentences.jsonl").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
