"""The desk's figures as a page and as CSV files."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from moderation.insights import GROUP, Period, read_figures, read_own_week, span_of
from moderation.insights.flagger_tables import contribution_words_table
from moderation.insights.graphics import graphics_of
from moderation.insights.tables import TABLES, Cell, Table
from moderation.views.desk import desk_page, open_desk, signed_in

# Tables that the page shows otherwise than their files have them.
_AS_READ = {"flaggers": contribution_words_table}
# What a spreadsheet would run instead of showing it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@desk_page
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Every figure of the desk over the chosen time, and the reader's own week. 21 queries besides the session's."""
    desk = open_desk(request)
    period = _period(request)
    found = read_figures(desk.site, span_of(period))
    context = {
        "site": desk.site,
        "desk": desk,
        "figures": found,
        "period": period,
        "periods": Period,
        "group": GROUP,
        "charts": graphics_of(found),
        "tables": {name: make(found) for name, make in (TABLES | _AS_READ).items()},
        "in_time": found.speed.in_time / found.speed.count if found.speed and found.speed.count else None,
        "own": read_own_week(desk.site, signed_in(request)),
    }
    return render(request, "moderation/figures.html", context)


@desk_page
@require_safe
def figures_csv(request: HttpRequest, table: str) -> HttpResponse:
    """One table of the figures as a CSV file (RFC 4180, UTF-8), in the language of the page."""
    desk = open_desk(request)
    if table not in TABLES:
        raise Http404(_("There is nothing here."))
    period = _period(request)
    made = TABLES[table](read_figures(desk.site, span_of(period)))
    response = HttpResponse(csv_lines(made), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{desk.site.slug}-{made.name}-{period.value}.csv"'
    return response


def _period(request: HttpRequest) -> Period:
    asked = request.GET.get("period", "")
    return Period(asked) if asked in Period.values else Period.WEEK


def csv_lines(table: Table) -> Iterator[str]:
    """A table as the lines of a CSV file."""
    writer = csv.writer(_Echo())
    for row in (table.columns, *table.rows):
        yield writer.writerow([_written(cell) for cell in row])


def _written(cell: Cell) -> Cell:
    """A cell of a file: dates as programs read them, numbers as they are. Words that a spreadsheet would take for a formula
    begin with an apostrophe.
    """
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(timespec="minutes")
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


class _Echo:
    """A file that hands every line on."""

    def write(self, line: str) -> str:
        return line
