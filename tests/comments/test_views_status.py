"""The page on which an author sees where a comment stands, and changes or withdraws it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from comments import lifecycle
from comments.enums import ActorKind, ArticleMode, Status
from comments.models import Article, Comment, StatusChange
from comments.services.identity import make_status_token
from comments.services.posting import revise_comment
from moderation.enums import Action
from moderation.services.decisions import decide, undo
from tests.comments.pages import read_forms
from tests.factories import make_article, make_comment, make_moderator, move

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db

MODERATOR = lifecycle.Actor(ActorKind.MODERATOR)


def status_url(comment: Comment, action: str = "status") -> str:
    """The page of a comment, or where its forms lead."""
    return reverse(f"comments:{action}", args=[make_status_token(comment)])


def judge(comment: Comment, action: Action, **more: str) -> Comment:
    """A moderator decides; the comment as it stands then."""
    decide(
        comment=comment,
        moderator=make_moderator(comment.site),
        action=action,
        expected_status=Status(comment.status),
        expected_revision=comment.revision,
        **more,
    )
    comment.refresh_from_db()
    return comment


@pytest.mark.parametrize(
    ("status", "tone", "title"),
    [
        (Status.PENDING, "waiting", "Waits for approval"),
        (Status.APPROVED, "published", "Published"),
        (Status.RETURNED, "returned", "Returned to you for revision"),
        (Status.REJECTED, "rejected", "Not published"),
        (Status.SPAM, "rejected", "Not published"),
        (Status.REMOVED, "removed", "Removed"),
        (Status.WITHDRAWN, "withdrawn", "Withdrawn by you"),
    ],
)
def test_status_page_says_where_the_comment_stands(client: Client, status: Status, tone: str, title: str) -> None:
    comment = make_comment(make_article(), body="These are my words.", status=status)
    client.cookies["django_language"] = "en"

    response = client.get(status_url(comment))

    html = response.content.decode()
    assert f'<article class="mg-status mg-status--{tone}">' in html
    assert f"<span>{title}</span></h1>" in html
    assert ("These are my words." in html) == (status != Status.WITHDRAWN)
    may_withdraw = status in (Status.PENDING, Status.APPROVED, Status.RETURNED)
    assert (status_url(comment, "withdraw") in read_forms(response)) == may_withdraw
    assert (status_url(comment, "revise") in read_forms(response)) == may_withdraw


def test_status_page_is_for_its_holder_alone(client: Client) -> None:
    response = client.get(status_url(make_comment(make_article())))

    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex, nofollow">' in response.content.decode()


def test_status_page_of_an_unpublished_comment_links_to_nobody_elses_site(client: Client) -> None:
    article = make_article()
    article.site.home_url = "https://news.example/"
    article.site.save()
    comment = make_comment(article, body="See https://spam.example/ <b>now</b>")

    html = client.get(status_url(comment)).content.decode()

    assert 'href="http' not in html
    assert "See https://spam.example/ &lt;b&gt;now&lt;/b&gt;" in html


def test_status_page_of_a_rejected_comment_says_why(client: Client) -> None:
    comment = judge(make_comment(make_article()), Action.REJECT, clause="respect", note="Not about the person, please.")
    client.cookies["django_language"] = "en"

    html = client.get(status_url(comment)).content.decode()

    assert "Title respect" in html
    assert "Not about the person, please." in html


@pytest.mark.parametrize("token", ["forged", "0123456789ab.forged"])
def test_status_page_with_a_forged_token_is_absent(client: Client, token: str) -> None:
    assert client.get(reverse("comments:status", args=[token])).status_code == 404


def test_status_page_promises_a_time_and_owns_up_when_it_has_passed(client: Client) -> None:
    comment = make_comment(make_article())
    client.cookies["django_language"] = "en"

    soon = client.get(status_url(comment)).content.decode()
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=61)):
        late = client.get(status_url(comment)).content.decode()

    assert "usually within 60 minutes" in soon
    assert "longer than usual" not in soon
    assert "longer than usual" in late


def test_status_page_speaks_the_comments_language_unless_the_reader_chose_one(client: Client) -> None:
    comment = make_comment(make_article())
    Comment.objects.filter(pk=comment.pk).update(language="en")

    assert '<html lang="en">' in client.get(status_url(comment), headers={"Accept-Language": "de"}).content.decode()
    client.cookies["django_language"] = "de"
    assert '<html lang="de">' in client.get(status_url(comment)).content.decode()


def test_status_page_tells_what_happened_but_not_what_was_undone_at_once(client: Client, settings: Settings) -> None:
    settings.COMMENTS_UNDO_GRACE = datetime.timedelta(seconds=15)
    comment = make_comment(make_article())
    client.cookies["django_language"] = "en"
    moderator = make_moderator(comment.site)

    def reject_and_undo_after(seconds: int) -> None:
        comment.refresh_from_db()
        with time_machine.travel(timezone.now(), tick=False) as clock:
            decision = decide(
                comment=comment,
                moderator=moderator,
                action=Action.REJECT,
                clause="respect",
                expected_status=Status.PENDING,
                expected_revision=1,
            )
            clock.shift(seconds)
            undo(decision=decision, moderator=moderator)

    reject_and_undo_after(10)
    quick = client.get(status_url(comment)).content.decode()
    reject_and_undo_after(60)
    slow = client.get(status_url(comment)).content.decode()

    assert StatusChange.objects.filter(comment=comment).count() == 5
    assert quick.count("mg-timeline__item--") == 1
    assert "Not published" not in quick
    assert slow.count("mg-timeline__item--") == 3
    assert "Not published" in slow


def test_status_page_costs_the_same_however_long_the_history(client: Client, django_assert_num_queries) -> None:
    comment = make_comment(make_article())
    # The comment with its context, its texts, its history, what holds for its author; at first the usual wait.
    with django_assert_num_queries(5):
        client.get(status_url(comment))
    for number in range(3):
        revise_comment(comment=comment, body=f"Text {number}")
    with django_assert_num_queries(4):
        client.get(status_url(comment))


def test_revise_of_a_waiting_comment_stores_the_new_text(client: Client) -> None:
    comment = make_comment(make_article(), body="Old words")
    form = read_forms(client.get(status_url(comment)))[status_url(comment, "revise")]

    response = client.post(status_url(comment, "revise"), form | {"body": "New words"})

    assert (response.status_code, response["Location"]) == (303, status_url(comment))
    assert form["body"] == "Old words"
    comment.refresh_from_db()
    assert (comment.status, comment.revision) == (Status.PENDING, 2)
    assert comment.revisions.get(number=2).body == "New words"
    assert "New words" in client.get(status_url(comment)).content.decode()


def test_revise_of_a_returned_comment_sends_it_back_to_the_queue(client: Client) -> None:
    comment = judge(make_comment(make_article()), Action.RETURN, clause="respect")
    response = client.get(status_url(comment))

    client.post(status_url(comment, "revise"), read_forms(response)[status_url(comment, "revise")] | {"body": "Better"})

    comment.refresh_from_db()
    assert (comment.status, comment.revision) == (Status.PENDING, 2)
    page = client.get(status_url(comment), headers={"Accept-Language": "en"}).content.decode()
    assert page.count("mg-timeline__item--") == 3


def test_revise_of_a_published_comment_leaves_the_old_text_public(client: Client) -> None:
    comment = make_comment(make_article(), body="Old words", status=Status.APPROVED)
    form = read_forms(client.get(status_url(comment)))[status_url(comment, "revise")]

    client.post(status_url(comment, "revise"), form | {"body": "New words"})

    comment.refresh_from_db()
    assert comment.has_waiting_edit
    html = client.get(status_url(comment)).content.decode()
    assert "Old words" in html
    assert "New words" in html
    assert "mg-status--waiting" in html


def test_revise_of_what_has_changed_meanwhile_says_so_and_keeps_the_text(client: Client) -> None:
    comment = make_comment(make_article())
    form = read_forms(client.get(status_url(comment)))[status_url(comment, "revise")]
    revise_comment(comment=comment, body="From my other device")

    stale = client.post(status_url(comment, "revise"), form | {"body": "From here"})

    assert stale.status_code == 409
    again = read_forms(stale)[status_url(comment, "revise")]
    assert again["body"] == "From here"
    assert 'role="alert" tabindex="-1" autofocus' in stale.content.decode()
    assert Comment.objects.get().revision == 2
    assert client.post(status_url(comment, "revise"), again).status_code == 303
    assert Comment.objects.get().revisions.get(number=3).body == "From here"


def test_revise_of_what_was_decided_meanwhile_keeps_the_text(client: Client) -> None:
    comment = make_comment(make_article())
    form = read_forms(client.get(status_url(comment)))[status_url(comment, "revise")]
    move(comment, Status.REJECTED)

    response = client.post(status_url(comment, "revise"), form | {"body": "Too late"})

    assert response.status_code == 409
    assert "Too late</textarea>" in response.content.decode()
    assert status_url(comment, "revise") not in read_forms(response)
    assert Comment.objects.get().revision == 1


@pytest.mark.parametrize("body", ["", "x" * 5_001])
def test_revise_with_an_impossible_text_is_shown_again_with_it(client: Client, body: str) -> None:
    comment = make_comment(make_article())
    form = read_forms(client.get(status_url(comment)))[status_url(comment, "revise")]

    response = client.post(status_url(comment, "revise"), form | {"body": body})

    assert response.status_code == 422
    assert read_forms(response)[status_url(comment, "revise")]["body"] == body
    assert 'href="#mg-body"' in response.content.decode()


def test_revise_after_the_window_is_refused(client: Client) -> None:
    comment = make_comment(make_article())
    form = read_forms(client.get(status_url(comment)))[status_url(comment, "revise")]

    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=6)):
        page = client.get(status_url(comment))
        response = client.post(status_url(comment, "revise"), form | {"body": "Too late"})

    assert status_url(comment, "revise") not in read_forms(page)
    assert response.status_code == 409
    assert "Too late</textarea>" in response.content.decode()
    assert Comment.objects.get().revision == 1


def test_withdraw_asks_first_and_then_does_it(client: Client) -> None:
    comment = make_comment(make_article(), status=Status.APPROVED)
    forms = read_forms(client.get(status_url(comment)))

    for _again in range(2):
        client.get(status_url(comment, "withdraw"))
        client.head(status_url(comment, "withdraw"))
    comment.refresh_from_db()
    assert comment.status == Status.APPROVED

    response = client.post(status_url(comment, "withdraw"), forms[status_url(comment, "withdraw")])

    assert (response.status_code, response["Location"]) == (303, status_url(comment))
    comment.refresh_from_db()
    assert (comment.status, comment.public_html) == (Status.WITHDRAWN, "")
    assert Article.objects.get().comment_count == 0


def test_withdraw_of_what_was_removed_meanwhile_is_refused(client: Client) -> None:
    comment = make_comment(make_article(), status=Status.REMOVED)

    response = client.post(status_url(comment, "withdraw"))

    assert response.status_code == 409
    assert 'role="alert" tabindex="-1" autofocus' in response.content.decode()
    comment.refresh_from_db()
    assert comment.status == Status.REMOVED


@pytest.mark.parametrize("mode", [ArticleMode.READ_ONLY, ArticleMode.HIDDEN])
def test_status_page_where_nothing_may_be_changed_has_no_forms(client: Client, mode: ArticleMode) -> None:
    comment = make_comment(make_article())
    Article.objects.update(mode=mode)

    response = client.get(status_url(comment))

    assert {status_url(comment, "revise"), status_url(comment, "withdraw")} & read_forms(response).keys() == set()
    has_link = f'href="/discussion/{comment.site.slug}/' in response.content.decode()
    assert has_link == (mode == ArticleMode.READ_ONLY)
    for action in ("revise", "withdraw"):
        assert client.post(status_url(comment, action), {"body": "More"}).status_code == 409
    assert Comment.objects.get().status == Status.PENDING


def test_status_page_after_the_discussion_ended_still_lets_the_author_withdraw(client: Client) -> None:
    comment = make_comment(make_article())
    Article.objects.update(mode=ArticleMode.CLOSED)

    assert client.post(status_url(comment, "withdraw")).status_code == 303
    assert Comment.objects.get().status == Status.WITHDRAWN


@pytest.mark.parametrize("action", ["revise", "withdraw"])
def test_forms_of_the_status_page_without_a_token_change_nothing(action: str) -> None:
    comment = make_comment(make_article())

    response = Client(enforce_csrf_checks=True).post(status_url(comment, action), {"body": "More"})

    assert response.status_code == 403
    comment.refresh_from_db()
    assert (comment.status, comment.revision) == (Status.PENDING, 1)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_withdraw_in_a_real_browser_passes_the_check_of_its_origin(live_server: LiveServer, page: Page) -> None:
    comment = make_comment(make_article())

    page.goto(live_server.url + status_url(comment))
    page.get_by_text("Kommentar zurückziehen").click()
    page.get_by_role("button", name="Ja, zurückziehen").click()

    page.locator(".mg-status--withdrawn").wait_for()
    comment.refresh_from_db()
    assert comment.status == Status.WITHDRAWN
