from __future__ import annotations

import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from comments.exceptions import InvalidInputError
from comments.models import Site
from comments.services.embed_check import EmbedReport, check_embed


class Command(BaseCommand):
    """Looks at a page with an embedded discussion. Exit code 0 when all is well, 1 when something has to be changed."""

    help = "Say what is wrong with the discussion embedded in a page: script, policy, origin, key, address."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", help="address of the page, with http:// or https://")
        parser.add_argument("--site", default="", help="slug of the site the page belongs to (default: what it names)")

    def handle(self, *_args: object, **options: str) -> None:
        wanted = options["site"]
        sites = list(Site.objects.order_by("slug"))
        if wanted and wanted not in {site.slug for site in sites}:
            raise CommandError(f"There is no site {wanted!r}.")
        try:
            report = check_embed(address=options["url"], sites=sites, wanted_site=wanted, only_registered=False)
        except InvalidInputError as error:
            raise CommandError(str(error.message)) from error
        self._print(report)
        if not report.is_fine:
            sys.exit(1)

    def _print(self, report: EmbedReport) -> None:
        """Colour only where the output is a terminal; Django's styles see to it."""
        self.stdout.write(report.address)
        for finding in report.findings:
            style = self.style.ERROR if finding.is_problem else self.style.WARNING
            mark = "✗" if finding.is_problem else "·"
            self.stdout.write(style(f"{mark} {finding.sentence}"))
            if finding.fix:
                self.stdout.write(f"    {finding.fix}")
        if report.is_fine:
            self.stdout.write(self.style.SUCCESS("✓ " + _("The discussion is embedded correctly.")))
