from __future__ import annotations

import csv
import io
import json
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from comments.models import Site
from moderation.insights.flagger_report import FlaggerReport, read_flagger_report
from moderation.insights.flagger_tables import drift_sentence, measure_table, report_json, trust_table
from moderation.insights.flagger_version_tables import versions_sentence, versions_table
from moderation.insights.tables import Cell, Table
from moderation.insights.weeks import weeks_up_to_now

_MOST_DAYS = 182


class Command(BaseCommand):
    help = (
        "How each flagger does on a site, by language and clause: how often it fired, how often people agreed, its precision "
        "with a 95 % interval, what it missed, what hiding it changed, and what has changed of late."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", help="of this slug (default: every site)")
        parser.add_argument(
            "--days", type=int, default=91, help="up to today, in whole weeks (default: %(default)s, at most 182)"
        )
        written = parser.add_mutually_exclusive_group()
        written.add_argument("--json", action="store_true", help="one object a line, by site")
        written.add_argument("--csv", action="store_true", help="one table, RFC 4180")
        written.add_argument(
            "--versions", action="store_true", help="as --csv, what people judged by the version that had said it"
        )

    # In English, as the names of its options and whatever reads its columns, in any language of the installation.
    @no_translations
    def handle(self, *_args: Any, **options: Any) -> None:
        sites = Site.objects.order_by("slug")
        if options["site"]:
            sites = sites.filter(slug=options["site"])
        if not sites:
            raise CommandError("There is no such site." if options["site"] else "There is no site.")
        if not 0 < options["days"] <= _MOST_DAYS:
            raise CommandError(f"--days is a number from 1 to {_MOST_DAYS}.")
        weeks = weeks_up_to_now(-(-options["days"] // 7))
        for number, site in enumerate(sites):
            report = read_flagger_report(site, weeks)
            if options["json"]:
                self.stdout.write(json.dumps({"site": site.slug} | report_json(report)))
            elif options["csv"] or options["versions"]:
                table = versions_table(report) if options["versions"] else measure_table(report)
                self._write_csv(site, table, with_head=number == 0)
            else:
                self._write_tables(site, report)

    def _write_csv(self, site: Site, table: Table, *, with_head: bool) -> None:
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        if with_head:
            writer.writerow(("site", *table.columns))
        writer.writerows((site.slug, *row) for row in table.rows)
        self.stdout.write(lines.getvalue(), ending="")

    def _write_tables(self, site: Site, report: FlaggerReport) -> None:
        self.stdout.write(f"{site.slug}: {report.weeks.first_day} to {report.weeks.today}")
        for table in (measure_table(report), trust_table(report)):
            self.stdout.write("")
            self._write_aligned((table.columns, *table.rows))
        for one in report.flaggers:
            if sentence := versions_sentence(one):
                self.stdout.write(f"{one.flagger}: {sentence}")
        for drift in report.drifts:
            self.stdout.write(self.style.WARNING(drift_sentence(drift)))

    def _write_aligned(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Columns as wide as their widest cell; words to the left, numbers to the right."""
        written = [["-" if cell is None else str(cell) for cell in row] for row in rows]
        widths = [max(map(len, column)) for column in zip(*written, strict=True)]
        are_words = [any(isinstance(cell, str) for cell in column[1:]) for column in zip(*rows, strict=True)]
        for cells in written:
            aligned = (
                text.ljust(width) if is_word else text.rjust(width)
                for text, width, is_word in zip(cells, widths, are_words, strict=True)
            )
            self.stdout.write("  ".join(aligned).rstrip())
