"""Every state that a reader's page can be in. Each function leaves the stage's page in the state of its name."""

from __future__ import annotations

import datetime

from django.db.models import F

from comments.enums import ArticleMode, Status
from comments.models import Author, Comment, StatusChange
from comments.services.identity import Identity, make_status_token
from comments.services.secret_feeds import make_replies_feed
from moderation.enums import Action, Role
from moderation.services.appeals import file_appeal, reject_appeal
from moderation.services.decisions import decide
from moderation.services.reports import ReportDraft, make_receipt_token, report_comment
from tests.browser.stage import Stage
from tests.browser.threads import make_thread
from tests.comments.pages import discussion_url
from tests.factories import make_comment, make_moderator, make_user

FIVE_MINUTES = datetime.timedelta(minutes=5)
OPEN_DETAILS = "for (const one of document.querySelectorAll('details')) one.open = true"
LET_EMPTY_FORMS_GO = "for (const form of document.forms) form.noValidate = true"


def empty_discussion(stage: Stage) -> None:
    stage.go(discussion_url(stage.make_article())).locator("[data-mg=empty]").wait_for()


def sixty_comments_and_replies(stage: Stage) -> None:
    article = stage.make_article()
    make_thread(article, roots=15, replies=3)
    page = stage.go(discussion_url(article))
    assert page.locator(".mg-comment").count() == 60


def menu_of_a_comment(stage: Stage) -> None:
    article = stage.make_article()
    make_comment(article, status=Status.APPROVED)
    stage.go(discussion_url(article)).locator("details.mg-menu summary").click()


def reply_form(stage: Stage) -> None:
    article = stage.make_article()
    comment = make_comment(article, status=Status.APPROVED)
    page = stage.go(discussion_url(article, f"?reply_to={comment.public_id}"))
    page.locator(".mg-reply-to").wait_for()


def refused_comment(stage: Stage) -> None:
    page = stage.go(discussion_url(stage.make_article()))
    page.evaluate(LET_EMPTY_FORMS_GO)
    page.locator("[data-mg=form] textarea").focus()
    page.locator("[data-mg=form] [type=submit]").first.click()
    page.locator("textarea[aria-invalid=true]").wait_for()


def refused_comment_without_script(stage: Stage) -> None:
    stage.page.route("**/embed/v1.js", lambda route: route.abort())
    refused_comment(stage)


def preview(stage: Stage) -> None:
    page = stage.go(discussion_url(stage.make_article()))
    page.locator("[data-mg=form] textarea").fill("> Who *pays*?\n\nSee https://river.example/1911 and `this`.")
    page.locator("button[data-mg=preview]").click()
    page.locator("[data-mg=preview-area] blockquote").wait_for()


def own_comments(stage: Stage) -> None:
    """Waiting, returned, rejected with a reason, published with an edit that waits: everything of one's own opened."""
    article = stage.make_article()
    first = make_comment(article, name="Bo Lund")
    stage.be_guest(first.author)
    for action in (Action.RETURN, Action.REJECT):
        _judge(_another(first), action)
    page = stage.go(discussion_url(article))
    page.evaluate(OPEN_DETAILS)
    assert page.locator(".mg-own__item").count() == 3


def bell(stage: Stage) -> None:
    """A reply and three decisions that somebody who is signed in has not seen yet."""
    article = stage.make_article()
    account = Identity(user=make_user(name="Bo Lund"))
    mine = make_comment(article, identity=account, status=Status.APPROVED)
    make_comment(article, parent=mine, status=Status.APPROVED, name="Kim Bly")
    for action in (Action.REJECT, Action.RETURN):
        _judge(make_comment(article, identity=account), action)
    # All of it some minutes ago, after the reader had been here.
    Author.objects.update(seen_at=mine.posted_at - datetime.timedelta(days=1))
    Comment.objects.filter(published_at__isnull=False).update(published_at=F("published_at") - FIVE_MINUTES)
    StatusChange.objects.update(created_at=F("created_at") - FIVE_MINUTES)
    stage.be_account(mine.author.user)
    stage.go(discussion_url(article)).locator("details:has([data-mg=seen]) > summary").click()
    stage.page.locator("[data-mg=seen] button").wait_for()


def closed_discussion(stage: Stage) -> None:
    _discussion_in(stage, ArticleMode.CLOSED)


def paused_discussion(stage: Stage) -> None:
    _discussion_in(stage, ArticleMode.READ_ONLY)


def status_pending(stage: Stage) -> None:
    _status_page(stage, make_comment(stage.make_article()))


def status_published(stage: Stage) -> None:
    _status_page(stage, make_comment(stage.make_article(), status=Status.APPROVED))


def status_returned(stage: Stage) -> None:
    _status_page(stage, _judge(make_comment(stage.make_article()), Action.RETURN))


def status_rejected_with_reason_and_appeal(stage: Stage) -> None:
    _status_page(stage, _judge(make_comment(stage.make_article()), Action.REJECT))
    stage.page.locator("textarea[name=text]").wait_for()


def status_refused_appeal(stage: Stage) -> None:
    status_rejected_with_reason_and_appeal(stage)
    stage.page.evaluate(LET_EMPTY_FORMS_GO)
    stage.page.locator("form[action$='/appeal/'] [type=submit]").click()
    stage.page.locator(".mg-errors").wait_for()


def status_appeal_sent(stage: Stage) -> None:
    comment = _judge(make_comment(stage.make_article()), Action.REJECT)
    file_appeal(comment=comment, text="I quoted the paper.")
    _status_page(stage, comment)


def status_appeal_answered(stage: Stage) -> None:
    comment = _judge(make_comment(stage.make_article()), Action.REJECT)
    appeal = file_appeal(comment=comment, text="I quoted the paper.")
    senior = make_moderator(comment.site, role=Role.SENIOR)
    reject_appeal(appeal=appeal, moderator=senior, answer="You did, and named a private person.")
    _status_page(stage, comment)


def status_removed(stage: Stage) -> None:
    _status_page(stage, _judge(make_comment(stage.make_article(), status=Status.APPROVED), Action.REMOVE))


def status_withdrawn(stage: Stage) -> None:
    _status_page(stage, make_comment(stage.make_article(), status=Status.WITHDRAWN))


def report_page(stage: Stage) -> None:
    comment = make_comment(stage.make_article(), status=Status.APPROVED)
    stage.go(f"/c/{comment.public_id}/report/").evaluate(OPEN_DETAILS)


def refused_report(stage: Stage) -> None:
    report_page(stage)
    stage.page.locator("[value=unlawful]").check()
    stage.page.evaluate(LET_EMPTY_FORMS_GO)
    stage.page.locator("main .mg-form [type=submit]").first.click()
    stage.page.locator(".mg-errors").wait_for()


def report_receipt(stage: Stage) -> None:
    comment = make_comment(stage.make_article(), status=Status.APPROVED)
    sent = report_comment(comment=comment, identity=Identity(), draft=ReportDraft(reason="respect"))
    stage.go(f"/reports/{make_receipt_token(sent)}/")


def vote_page(stage: Stage) -> None:
    comment = make_comment(stage.make_article(), status=Status.APPROVED)
    stage.go(f"/c/{comment.public_id}/vote/")


def mute_page(stage: Stage) -> None:
    comment = make_comment(stage.make_article(), status=Status.APPROVED)
    stage.go(f"/c/{comment.public_id}/mute/")


def muted_author(stage: Stage) -> None:
    mute_page(stage)
    stage.page.locator("main .mg-form [type=submit]").click()
    stage.page.locator("[data-mg-muted]").wait_for()


def my_comments(stage: Stage) -> None:
    article = stage.make_article()
    first = make_comment(article, name="Bo Lund")
    _judge(_another(first), Action.REJECT)
    stage.be_guest(first.author)
    stage.go("/my-comments/").evaluate(OPEN_DETAILS)
    assert stage.page.locator(".mg-own__item").count() == 2


def my_comments_with_a_feed(stage: Stage) -> None:
    comment = make_comment(stage.make_article(), name="Bo Lund")
    make_replies_feed(comment.author)
    stage.be_guest(comment.author)
    stage.go("/my-comments/").locator("a[href$='.atom']").first.wait_for()


def my_comments_of_a_stranger(stage: Stage) -> None:
    stage.go("/my-comments/")


def sign_in_page(stage: Stage) -> None:
    stage.go("/accounts/login/")


def sign_in_window_at_its_end(stage: Stage) -> None:
    article = stage.make_article()
    stage.be_account(make_user())
    stage.go(f"/embed/sign-in/?site={article.site.slug}&origin={stage.host.url}&state={'a' * 22}")


def sign_in_window_refused(stage: Stage) -> None:
    site = stage.make_article().site
    stage.go(f"/embed/sign-in/?site={site.slug}&origin=https://else.example&state={'a' * 22}")


def policy_page(stage: Stage) -> None:
    stage.go(f"/policy/{stage.make_article().site.slug}/")


def missing_page(stage: Stage) -> None:
    stage.go("/c/zzzzzzzzzzzz/")


def _discussion_in(stage: Stage, mode: ArticleMode) -> None:
    article = stage.make_article()
    make_comment(article, status=Status.APPROVED)
    type(article).objects.filter(pk=article.pk).update(mode=mode, version=article.version + 1)
    stage.go(discussion_url(article))
    assert stage.page.locator("[data-mg=form]").count() == 0


def _status_page(stage: Stage, comment: Comment) -> None:
    stage.go(f"/status/{make_status_token(comment)}/").evaluate(OPEN_DETAILS)
    stage.page.locator(".mg-status").wait_for()


def _another(comment: Comment) -> Comment:
    return make_comment(comment.article, name=comment.author_name, identity=Identity(author=comment.author))


def _judge(comment: Comment, action: Action) -> Comment:
    decide(
        comment=comment,
        moderator=make_moderator(comment.site),
        action=action,
        expected_status=Status(comment.status),
        expected_revision=comment.revision,
        clause="respect",
        note="Please say it without calling anybody names.",
    )
    comment.refresh_from_db()
    return comment


READER_STATES = (
    empty_discussion,
    sixty_comments_and_replies,
    menu_of_a_comment,
    reply_form,
    refused_comment,
    refused_comment_without_script,
    preview,
    own_comments,
    bell,
    closed_discussion,
    paused_discussion,
    status_pending,
    status_published,
    status_returned,
    status_rejected_with_reason_and_appeal,
    status_refused_appeal,
    status_appeal_sent,
    status_appeal_answered,
    status_removed,
    status_withdrawn,
    report_page,
    refused_report,
    report_receipt,
    vote_page,
    mute_page,
    muted_author,
    my_comments,
    my_comments_with_a_feed,
    my_comments_of_a_stranger,
    sign_in_page,
    sign_in_window_at_its_end,
    sign_in_window_refused,
    policy_page,
    missing_page,
)
