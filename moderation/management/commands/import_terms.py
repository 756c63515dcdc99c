from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, no_translations

from comments.models import Site
from moderation.conf import settings
from moderation.services.terms import import_terms


class Command(BaseCommand):
    """Adds and changes the terms of a site as a CSV file says."""

    help = (
        "Add and change terms of a site by a CSV file (UTF-8) with the columns phrase, language, clause, note, active. "
        "Terms that are not in the file stay. A file with a line that is refused changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the CSV file; - for what is piped in")
        parser.add_argument("--site", required=True, help="slug of the site")

    # In English, as all that it says beside the reasons.
    @no_translations
    def handle(self, *_args: object, **options: str) -> None:
        site = Site.objects.filter(slug=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site {options['site']!r}.")
        try:
            data = sys.stdin.buffer.read() if options["file"] == "-" else Path(options["file"]).read_bytes()
            text = data.decode("utf-8")
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise CommandError(
                f"{options['file']} is not in UTF-8, as a spreadsheet saves it when asked to. Nothing was changed."
            ) from error
        result = import_terms(site=site, text=text)
        if result.refused:
            lines = (f"line {number}: {reason}" for number, reason in sorted(result.refused.items()))
            raise CommandError("\n".join(["Nothing was changed.", *lines]))
        self.stdout.write(f"{result.added} added, {result.changed} changed, {result.unchanged} as they were.")
        if result.added or result.changed:
            seconds = settings.knowledge_max_age.total_seconds()
            self.stdout.write(f"It holds in every process within {seconds:g} seconds (MODERATION_KNOWLEDGE_MAX_AGE).")
