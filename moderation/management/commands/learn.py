from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Collection
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from comments.models import Site
from moderation.evaluation import progress as validation
from moderation.evaluation.judging import BadLineError, read_examples
from moderation.exceptions import NothingLearntError, UnreadableVersionError
from moderation.flaggers import encoder
from moderation.models import SiteModel
from moderation.services import learning, learnt_versions
from moderation.services.topic_projection import LEAST_ARTICLES, learn_topics


class Command(BaseCommand):
    """Learns from decisions, goes back to what was learnt before, or shows on a file how fast it learns."""

    help = (
        "Learn from the decisions of people which comments are against which clause, and from what is published how to tell "
        "articles apart; of all sites unless one is named. The "
        "latest five versions are kept. With --replay nothing is stored: the texts of a file, as evaluate_flaggers takes it, are "
        "judged in its order, each before its label is learnt, and the figures are printed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", help="slug of the site")
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--roll-back", action="store_true", help="use the version before the one in use; needs --site"
        )
        what.add_argument("--replay", type=Path, metavar="FILE.jsonl", help="labelled texts in the order of time")

    # In English, as all that it prints.
    @no_translations
    def handle(self, *_args: Any, site: str | None, roll_back: bool, replay: Path | None, **_options: Any) -> None:
        if replay is not None:
            self._replay(replay)
            return
        sites = Site.objects.order_by("slug") if site is None else Site.objects.filter(slug=site)
        if site is not None and not sites:
            raise CommandError(f"There is no site {site!r}.")
        if roll_back:
            if site is None:
                raise CommandError("Please name the site: --site SLUG.")
            self._roll_back(sites[0])
            return
        for each in sites:
            self._learn(each)
            self._learn_topics(each)

    def _learn(self, site: Site) -> None:
        made = learning.learn(site)
        learnt = learnt_versions.read_learning(site)
        if made.figures:
            self.stdout.write(f"{site.slug}: version {made.number} of {made.decisions} decisions, {_state(made)}.")
        elif not learnt.has_policy:
            self.stdout.write(f"{site.slug}: nothing to learn: no policy is in force, and it is learnt by its clauses.")
        else:
            least = f"{learning.LEAST_BAD} refused by one clause and {learning.LEAST_BAD} published"
            self.stdout.write(f"{site.slug}: too few decisions to learn from: it takes {least}.")
        for clause, figures in made.figures.items():
            self._print(clause, figures["calibration_error"], figures["windows"])
            if compared := figures["compared"]:
                self.stdout.write(
                    f"    of {compared['texts']} texts decided on since version {compared['number']} was begun, {compared['bad']} of "
                    f"them bad: AUC {compared['new']:.3f}, of that version {compared['old']:.3f}"
                )
        if learnt.silenced:
            slugs = ", ".join(sorted(learnt.silenced))
            self.stdout.write(f"  judged no longer, too few decisions stand or the policy has no such clause: {slugs}")

    def _learn_topics(self, site: Site) -> None:
        made = learn_topics(site)
        if made is None:
            too_few = f"fewer than {LEAST_ARTICLES} articles have published comments with vectors."
            self.stdout.write(f"{site.slug}: topics: nothing learnt: {encoder.fault() or too_few}")
            return
        state = "in use" if made.is_used else "no better, so not put to use"
        self.stdout.write(
            f"{site.slug}: topics of {made.comments} comments under {made.articles} articles: told apart {made.told_apart:.3f}, "
            f"{made.without:.3f} without, {state}."
        )

    def _roll_back(self, site: Site) -> None:
        try:
            chosen = learnt_versions.roll_back(site=site)
        except (NothingLearntError, UnreadableVersionError) as error:
            raise CommandError(str(error.message)) from error
        self.stdout.write(f"{site.slug}: version {chosen.number} is in use again.")

    def _replay(self, path: Path) -> None:
        try:
            with path.open("rb") as lines:
                judged = validation.replay(read_examples(lines))
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from error
        except BadLineError as error:
            raise CommandError(f"{path}: {error}") from error
        if not judged:
            raise CommandError(f"{path}: there is no text with a label in it.")
        for label, progress in judged.items():
            self._print(label, progress.calibration_error(), progress.figures())

    def _print(self, name: str, calibration_error: float | None, windows: Collection[validation.WindowFigures]) -> None:
        self.stdout.write(f"  {name}: calibration error {_figure(calibration_error)}")
        self.stdout.write(
            "    decisions        bad  AUC shipped  learnt   both  cal. error  set aside keeping 95 / 99 %"
        )
        for one in windows:
            since_to = f"{one['since']}-{one['to'] or one['since'] + one['texts']}"
            self.stdout.write(
                f"    {since_to:<14} {one['bad']:>5}  {_figure(one['cold']):>11}  {_figure(one['alone']):>6}  {_figure(one['both']):>5}"
                f"  {_figure(one['calibration_error']):>10}  {_figure(one['aside_95'])} / {_figure(one['aside_99'])}"
            )
        if mixed := learnt_versions.mixed_versions(windows):
            versions = ", ".join(f"{version} ({texts})" for version, texts in mixed)
            self.stdout.write(f"    the shipped model was of several versions: {versions}")


def _state(made: SiteModel) -> str:
    if made.is_withheld:
        return "worse than the one in use, so not put to use"
    return "in use" if made.is_current else "not put to use, since somebody chose another one meanwhile"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
