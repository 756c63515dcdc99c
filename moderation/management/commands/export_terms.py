from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from comments.models import Site
from moderation.services.terms import export_terms


class Command(BaseCommand):
    """Prints the terms of a site as CSV."""

    help = "Print the site's list of terms as CSV (UTF-8), for import_terms or a spreadsheet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", required=True, help="slug of the site")

    def handle(self, *_args: object, **options: str) -> None:
        site = Site.objects.filter(slug=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site {options['site']!r}.")
        for line in export_terms(site):
            self.stdout.write(line, ending="")
