from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from comments.services.counters import find_drift, repair


class Command(BaseCommand):
    """Compares the counter of every article with its comments, reports what differs and puts it right."""

    help = "Compare the number of published comments that articles show with the comments there are."

    def add_arguments(self, parser: CommandParser) -> None:
        """Adds --site and --dry-run."""
        parser.add_argument("--site", default="", help="slug of a site; all sites without it")
        parser.add_argument("--dry-run", action="store_true", help="report only")

    def handle(self, *_args: Any, **options: Any) -> None:
        """One line for each article that differs, then how many there were; exit code 0 either way."""
        number = 0
        for drift in find_drift(options["site"]):
            number += 1
            name = f"{drift.article.site.slug}/{drift.article.key}"
            self.stdout.write(f"{name}: shows {drift.counted}, has {drift.found}")
            if not options["dry_run"]:
                repair(drift.article)
        done = "differ" if options["dry_run"] else "differed and were put right"
        self.stdout.write(f"{number} articles {done}.")
