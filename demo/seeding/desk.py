"""What waits for the demo's desk besides comments, as readers send it, and what the desk knows already."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from comments.models import Comment
from comments.services.identity import Identity
from demo.contents import DeskContent
from demo.seeding.people import People
from moderation.models import Appeal, Decision, Report
from moderation.services.appeals import file_appeal
from moderation.services.notes import add_note
from moderation.services.practice import add_case
from moderation.services.reports import ReportDraft, report_comment


def fill_desk(content: DeskContent, stored: Mapping[str, int], people: People, now: datetime.datetime) -> None:
    """Send in the reports and appeals of the file, dated back, and keep its notes and cases for practice.

    `stored` are primary keys of comments by their names in the file.
    """
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
    for note in content["notes"]:
        comment = _comment(stored[note["comment"]])
        add_note(author=comment.author, moderator=people.moderators[0], text=note["text"], comment=comment)
    for case in content["cases"]:
        decision = Decision.objects.select_related("comment__site").get(comment=stored[case["comment"]])
        add_case(decision=decision, teacher=people.teacher, explanation=case["explanation"])


def _comment(pk: int) -> Comment:
    return Comment.objects.with_context().get(pk=pk)


def _moment(now: datetime.datetime, minutes_ago: int) -> datetime.datetime:
    return now - datetime.timedelta(minutes=minutes_ago)
