"""How the checks do, as a page and as a CSV file."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from moderation.insights import GROUP
from moderation.insights.flagger_counts import count_judges
from moderation.insights.flagger_graphics import agreement_chart, firing_chart, precision_chart, trust_chart
from moderation.insights.flagger_report import FlaggerReport, read_flagger_report
from moderation.insights.flagger_tables import (
    drift_sentence,
    measure_table,
    missed_words,
    places_table,
    trust_words_table,
)
from moderation.insights.flagger_version_tables import versions_sentence, versions_table
from moderation.insights.judging import read_clause_titles
from moderation.insights.statistics import difference_interval
from moderation.insights.weeks import Weeks, weeks_up_to_now
from moderation.views.desk import Desk, desk_page, open_desk
from moderation.views.figures import csv_lines

WEEKS = (4, 13, 26)


@desk_page
@require_safe
def flagger_figures(request: HttpRequest) -> HttpResponse:
    """What each check said over the chosen weeks and what people made of it. 13 queries besides the session's."""
    desk = open_desk(request)
    weeks = _weeks(request)
    report, people = read_flagger_report(desk.site, weeks), count_judges(desk.site, weeks)
    is_group, titles = _may_see(desk, people), read_clause_titles(desk.site)
    context = {
        "site": desk.site,
        "desk": desk,
        "weeks": weeks,
        "choices": WEEKS,
        "report": report,
        "figures": {"people": people},
        "group": GROUP,
        "is_group": is_group,
        "drifts": [drift_sentence(one) for one in report.drifts if is_group or one.measure == "firing"],
        "mixed": [one.flagger for one in report.busiest if one.is_mixed],
        "precision": precision_chart(report) if is_group else None,
        "trust": trust_chart(report) if is_group else None,
        "trust_table": trust_words_table(report),
        "difference": _difference(report),
        "checks": [
            {
                "figures": one,
                "firing": firing_chart(one, weeks),
                "looked_for": round(one.misses.all),
                "missed": missed_words(one.misses) if is_group and one.misses.is_estimated else None,
                "versions": versions_sentence(one) if is_group else None,
                "agreement": agreement_chart(one, weeks) if is_group else None,
                "table": places_table(one, titles, is_group=is_group),
            }
            for one in report.busiest
            if one.looks.fired or one.all.judged
        ],
        "silent": [one for one in report.flaggers if not one.looks.fired and not one.all.judged],
    }
    return render(request, "moderation/flagger_figures.html", context, status=HTTPStatus.OK)


@desk_page
@require_safe
def flagger_figures_csv(request: HttpRequest) -> HttpResponse:
    """The same by check, language and clause as a CSV file (RFC 4180, UTF-8). 12 queries besides the session's. With by=version
    what people decided, by version, too."""
    desk = open_desk(request)
    weeks = _weeks(request)
    is_group = _may_see(desk, count_judges(desk.site, weeks))
    by_version = request.GET.get("by") == "version"
    report = read_flagger_report(desk.site, weeks)
    made = versions_table(report, is_group=is_group) if by_version else measure_table(report, is_group=is_group)
    name = f"{desk.site.slug}-{made.name}-{weeks.count}w.csv"
    response = HttpResponse(csv_lines(made), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _weeks(request: HttpRequest) -> Weeks:
    asked = request.GET.get("weeks", "")
    return weeks_up_to_now(next((count for count in WEEKS if str(count) == asked), WEEKS[1]))


def _may_see(desk: Desk, people: int) -> bool:
    """Whether what people decided may be seen: it is about no single person, or for whoever answers for the checks."""
    return people >= GROUP or desk.may_administer


def _difference(report: FlaggerReport) -> tuple[float, float] | None:
    """By how much more often a flagged text is restricted where its flags are seen; None without texts of both kinds."""
    shown, hidden = (report.trust.get((True, is_hidden), (0, 0)) for is_hidden in (False, True))
    return difference_interval(shown, hidden) if shown[1] and hidden[1] else None
