"""What waits for the demo's desk besides comments: reports and an appeal, as readers send them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from comments.models import Comment
from comments.services.identity import Identity
from demo.contents import DeskContent
from demo.seeding.people import People
from moderation.models import Appeal, Report
from moderation.services.appeals import file_appeal
from moderation.services.reports import ReportDraft, report_comment


def fill_desk(content: DeskContent, stored: Mapping[str, int], people: People, now: datetime.datetime) -> None:
    """Send in the reports and appeals of the file, dated back; `stored` are primary keys of comments by their names in it."""
    for one in content["reports"]:
        report = report_comment(
            comment=_comment(stored[one["comment"]]),
            identity=Identity(user=people.readers[one["reporter"]]),
            draft=ReportDraft(reason=one["reason"], text=one["text"]),
        )
        Report.objects.filter(pk=report.pk).update(created_at=_moment(now, one["minutes_ago"]))
    for other in content["appeals"]:
        appeal = file_appeal(comment=_comment(stored[other["comment"]]), text=other["text"])
        Appeal.objects.filter(pk=appeal.pk).update(created_at=_moment(now, other["minutes_ago"]))


def _comment(pk: int) -> Comment:
    return Comment.objects.with_context().get(pk=pk)


def _moment(now: datetime.datetime, minutes_ago: int) -> datetime.datetime:
    return now - datetime.timedelta(minutes=minutes_ago)
