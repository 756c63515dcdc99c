from __future__ import annotations

import math
import statistics
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from moderation.conf import settings
from moderation.evaluation.judging import Answers, BadLineError, Example, ask, read_examples
from moderation.evaluation.metrics import measure_with_intervals
from moderation.flaggers.base import Stage
from moderation.flaggers.installed import BrokenFlaggerError
from moderation.flaggers.registry import load_flagger

_ROUNDS = 200


class Command(BaseCommand):
    help = (
        "Measure the installed flaggers on labelled texts. Each line of FILE.jsonl is an object with text, language, labels "
        '({"respect": 1, "spam": 0}, by the names of flaggers) and, if known, article, parent and slice (any name for a part '
        "of the file). Prints each figure with a 95 % bootstrap interval."
    )
    # They load the flaggers, and with them the memory that is measured here.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="JSON lines, UTF-8")
        parser.add_argument("--flagger", help="only the one of this name")
        parser.add_argument("--rounds", type=int, default=_ROUNDS, help="of the bootstrap (default: %(default)s)")

    def handle(self, *_args: Any, file: Path, flagger: str | None, rounds: int, **_options: Any) -> None:
        if rounds < 1:
            raise CommandError("--rounds is a number from 1 on.")
        examples = _read_file(file)
        labelled = {name for example in examples for name in example.labels}
        if not labelled:
            raise CommandError(f"{file}: there is no text with a label in it.")
        wanted = labelled if flagger is None else {flagger}
        known: set[str] = set()
        for path in settings.flaggers:
            before = _memory_mib()
            try:
                found = load_flagger(path)
            except BrokenFlaggerError as error:
                self.stderr.write(str(error))
                continue
            known.add(found.name)
            if found.name not in labelled & wanted:
                continue
            if found.stage is Stage.OUTSIDE:
                self.stderr.write(f"{found.name} asks a service, so it is not measured here.")
                continue
            parts = ask(found, examples)
            self.stdout.write(f"{found.name} {found.version}, {_growth(before)}")
            if not parts:
                self.stderr.write(
                    f"  No text with its label is in a language it is for ({', '.join(found.languages)})."
                )
            for (language, part), answers in sorted(parts.items()):
                self._print_part(" ".join(filter(None, (language, part))) or "all", answers, rounds)
        self._name_what_there_is_not(wanted, known=known, labelled=labelled)

    def _name_what_there_is_not(self, wanted: set[str], *, known: set[str], labelled: set[str]) -> None:
        """A label without a flagger is most often a slip; raises CommandError where there is nothing else."""
        unknown, unlabelled = sorted(wanted - known), sorted(wanted - labelled)
        for name in unknown:
            self.stderr.write(f"No installed flagger is named {name}. There are: {', '.join(sorted(known))}.")
        if wanted <= {*unknown, *unlabelled}:
            raise CommandError(f"Nothing was measured. The labels of the file are: {', '.join(sorted(labelled))}.")

    def _print_part(self, name: str, answers: Answers, rounds: int) -> None:
        bad = sum(one.is_bad for one in answers.judged)
        self.stdout.write(
            f"  {name}: {len(answers.judged)} texts, {bad} of them bad, {answers.failed} without an answer; "
            f"{_milliseconds(answers.seconds)}"
        )
        if not answers.judged:
            return
        for figure, interval in measure_with_intervals(answers.judged, rounds=rounds).items():
            # NaN, which alone is not equal to itself: the figure has no meaning here.
            if interval.value == interval.value:
                self.stdout.write(f"    {figure:<24} {interval.value:.3f}  [{interval.low:.3f}, {interval.high:.3f}]")


def _read_file(file: Path) -> list[Example]:
    """Its texts. Raises CommandError."""
    try:
        with file.open("rb") as lines:
            return list(read_examples(lines))
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}.") from error
    except BadLineError as error:
        raise CommandError(f"{file}: {error}") from error


def _milliseconds(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    # The least that 95 percent do not exceed.
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return f"latency p50 {statistics.median(ordered) * 1e3:.2f} ms, p95 {p95 * 1e3:.2f} ms"


def _memory_mib() -> float | None:
    """The greatest memory this process had so far; None where the system does not say."""
    try:
        # Not on every system.
        import resource  # noqa: PLC0415
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _growth(before: float | None) -> str:
    after = _memory_mib()
    if before is None or after is None:
        return "memory unknown"
    return f"memory +{after - before:.1f} MiB by it and its work"
