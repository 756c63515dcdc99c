"""What everybody reads is looked at, also where its author has written anew by then; what waits takes nothing away from it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from comments.enums import ArticleMode, CheckOutcome, Status
from comments.models import Comment
from comments.screening import Finding, ScreeningInput
from comments.services.posting import revise_comment
from moderation.enums import FlaggerState
from moderation.flaggers.base import SiteKnowledge
from moderation.flaggers.registry import added
from moderation.models import Finding as FindingRow
from moderation.models import FlaggerSwitch
from moderation.tasks import screen_comment_task
from tests.factories import make_article, make_comment
from tests.moderation.deciding import BAD, GOOD, Judge

pytestmark = pytest.mark.django_db


class RevisedMeanwhile(Judge):
    """While it looks at a bad text, the author writes a good one."""

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        if comment.body.startswith(BAD):
            revise_comment(comment=Comment.objects.with_context().get(), body=GOOD)
        return super().check(comment, site)


@pytest.fixture(autouse=True)
def _judge_alone(settings: Settings) -> Iterator[None]:
    settings.MODERATION_FLAGGERS = []
    with added(Judge()):
        yield


def appeared(body: str) -> Comment:
    """A comment that appeared by the mode of its discussion, where the judge may hold back."""
    article = make_article(mode=ArticleMode.POST_MODERATED)
    FlaggerSwitch.objects.create(site=article.site, flagger="judge", state=FlaggerState.ON)
    comment = make_comment(article, body=body)
    assert comment.status == Status.APPROVED
    return comment


def screened(comment: Comment) -> Comment:
    screen_comment_task(comment.pk)
    comment.refresh_from_db()
    return comment


def said(comment: Comment) -> dict[int, str]:
    return dict(FindingRow.objects.filter(comment=comment).values_list("revision", "outcome"))


def test_public_text_is_looked_at_though_another_one_waits_by_then() -> None:
    comment = appeared(BAD)
    revise_comment(comment=comment, body=GOOD)
    screened(comment)
    assert said(comment) == {1: CheckOutcome.FLAGGED, 2: CheckOutcome.CLEAR}
    assert (comment.status, comment.public_html, comment.screened_revision) == (Status.PENDING, "", 2)


def test_public_text_that_was_rewritten_while_it_was_looked_at_waits_too() -> None:
    comment = appeared(BAD)
    FlaggerSwitch.objects.update(flagger="revisedmeanwhile")
    with added(RevisedMeanwhile()):
        screened(comment)
    assert (comment.status, comment.revision) == (Status.PENDING, 2)


def test_what_was_found_in_a_text_that_waits_leaves_the_public_one_where_it_is() -> None:
    comment = screened(appeared(GOOD))
    revise_comment(comment=comment, body=BAD)
    screened(comment)
    assert said(comment) == {1: CheckOutcome.CLEAR, 2: CheckOutcome.FLAGGED}
    assert (comment.status, comment.published_revision, comment.has_waiting_edit) == (Status.APPROVED, 1, True)
