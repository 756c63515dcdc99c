"""The states of the pages on which many comments are decided together, and of the list of decisions."""

from __future__ import annotations

from django.contrib.auth.models import User

from comments.enums import Status
from comments.models import Comment
from moderation.enums import Action, Role
from moderation.services.bulk import BulkItem, decide_together
from tests.browser.stage import Stage
from tests.factories import make_comment, make_moderator
from tests.moderation.reporting import judge

LONG = "Die Fähre gehört zum Ort wie der Deich, und wer sie einstellt, der spart am falschen Ende. " * 4


def bulk_preview(stage: Stage) -> None:
    """Comments that can be rejected and some that cannot, with a clause to choose."""
    stage.be_account(_make_desk(stage))
    query = "&".join(f"comment={one.public_id}" for one in Comment.objects.order_by("pk"))
    stage.go(f"/moderation/bulk/?{query}&action=reject").locator(".mg-bulk__rows").wait_for()


def bulk_without_an_action(stage: Stage) -> None:
    stage.be_account(_make_desk(stage))
    stage.go("/moderation/bulk/").locator(".mg-bulk__rows").wait_for()


def bulk_refused(stage: Stage) -> None:
    bulk_preview(stage)
    stage.page.locator(".mg-bulk__form").evaluate("(form) => { form.noValidate = true; }")
    stage.page.locator(".mg-bulk__form [type=submit]").click()
    stage.page.locator(".mg-errors").wait_for()


def batch_that_was_decided(stage: Stage) -> None:
    """With one comment that was left out."""
    moderator = _make_desk(stage)
    comments = list(Comment.objects.with_context().order_by("pk"))
    items = [BulkItem(one.public_id, Action.APPROVE, Status.PENDING, 1) for one in comments]
    found = {one.public_id: one for one in comments}
    result = decide_together(items=items, comments=found, moderator=moderator, reason="Sachliche Antworten")
    left = [one.item.public_id for one in result.answers if one.decision is None]
    stage.be_account(moderator)
    query = "&".join(f"left={one}.stale" for one in left)
    stage.go(f"/moderation/batches/{result.batch_id}/?{query}").locator(".mg-bulk__rows").first.wait_for()


def list_of_decisions(stage: Stage) -> None:
    batch_that_was_decided(stage)
    senior = make_moderator(Comment.objects.all()[0].site, role=Role.SENIOR)
    stage.page.context.clear_cookies()
    stage.be_account(senior)
    stage.go("/moderation/decisions/?by=all").locator(".mg-bulk__rows").wait_for()


def older_decision_to_take_back(stage: Stage) -> None:
    article = stage.make_article()
    moderator = make_moderator(article.site)
    comment = make_comment(article, body=LONG)
    first = judge(comment, Action.APPROVE, moderator=moderator)
    judge(comment, Action.REMOVE, clause="respect", moderator=moderator)
    stage.be_account(moderator)
    stage.go(f"/moderation/decisions/{first.pk}/take-back/").locator(".mg-timeline").wait_for()


def _make_desk(stage: Stage) -> User:
    """Comments that wait, and two on which somebody has decided; whoever did it."""
    article = stage.make_article()
    moderator = make_moderator(article.site)
    moderator.first_name, moderator.last_name = "Jonas", "Feld"
    moderator.save()
    for number, name in enumerate(("Ada", "Bo Lund-Petersen", "Cy", "Dietmar Hansen")):
        make_comment(article, name=name, body=LONG if number == 1 else f"Ich sehe das {number} mal anders.")
    judge(make_comment(article, name="Eva"), Action.SPAM, moderator=moderator)
    judge(make_comment(article, name="Finn"), Action.APPROVE, moderator=moderator)
    return moderator


BULK_STATES = (
    bulk_preview,
    bulk_without_an_action,
    bulk_refused,
    batch_that_was_decided,
    list_of_decisions,
    older_decision_to_take_back,
)
