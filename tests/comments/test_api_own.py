from __future__ import annotations

import datetime

import pytest
import time_machine
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.test import Client

from comments.api.schemas import OwnComment, OwnComments
from comments.enums import ArticleMode, Status
from comments.models import Article, Author, Comment
from comments.services.identity import Identity, make_author_token, make_status_token
from comments.services.posting import revise_comment
from moderation.enums import Action
from moderation.services.decisions import decide, undo
from tests.factories import make_article, make_comment, make_moderator, make_site, make_user

pytestmark = pytest.mark.django_db


def address(comment: Comment) -> str:
    return f"/api/v1/comments/{comment.public_id}"


def bearer(author: Author) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_author_token(author)}", "Accept-Language": "en"}


def own(client: Client, articles: list[Article], headers: dict[str, str] | None = None) -> HttpResponse:
    body = {"articles": [{"site": article.site.slug, "key": article.key} for article in articles]}
    return client.post("/api/v1/me/comments", body, content_type="application/json", headers=headers or {})


def instant(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_own_comment_that_was_returned_tells_its_author_clause_note_and_source_text(client: Client) -> None:
    article = make_article(key="bridge-17")
    parent = make_comment(article, status=Status.APPROVED)
    comment = make_comment(article, body="So ein *Unsinn*.", parent=parent)
    decision = decide(
        comment=comment,
        moderator=make_moderator(article.site),
        action=Action.RETURN,
        expected_status=Status.PENDING,
        expected_revision=1,
        clause="respect",
        note="Bitte sachlich.",
    )

    response = client.get(address(comment), headers=bearer(comment.author))

    assert response.status_code == 200
    assert response.json() == {
        "id": comment.public_id,
        "article": {
            "site": article.site.slug,
            "key": "bridge-17",
            "url": "https://news.example/bridge-17",
            "title": "Title of bridge-17",
        },
        "parent": parent.public_id,
        "status": "returned",
        "revision": 1,
        "body": "So ein *Unsinn*.",
        "body_html": "<p>So ein <em>Unsinn</em>.</p>",
        "posted_at": instant(comment.posted_at),
        "edited_at": None,
        "edit_waiting": False,
        "may_revise": True,
        "may_withdraw": True,
        "reason": {"clause": "respect", "note": "Bitte sachlich.", "at": instant(decision.applied_at)},
        "status_url": f"{django_settings.BASE_URL}/status/{make_status_token(comment)}/",
    }
    assert response.headers["Cache-Control"] == "private, no-store"
    OwnComment.model_validate_json(response.content)


def test_own_comment_shows_no_reason_that_was_taken_back(client: Client) -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    comment = make_comment(article)
    seen = {"comment": comment, "moderator": moderator, "expected_status": Status.PENDING, "expected_revision": 1}
    undo(decision=decide(**seen, action=Action.REJECT, clause="respect", note="Irrtum."), moderator=moderator)

    after_undo = client.get(address(comment), headers=bearer(comment.author)).json()
    decide(**seen, action=Action.REJECT, clause="on-topic")
    judged_again = client.get(address(comment), headers=bearer(comment.author)).json()

    assert (after_undo["status"], after_undo["reason"]) == ("pending", None)
    assert judged_again["status"] == "rejected"
    assert (judged_again["reason"]["clause"], judged_again["reason"]["note"]) == ("on-topic", "")


def test_own_comment_rejected_again_by_an_undo_shows_the_reason_it_was_rejected_for(client: Client) -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    comment = make_comment(article)
    seen = {"comment": comment, "moderator": moderator, "expected_revision": 1}
    decide(**seen, action=Action.REJECT, clause="respect", expected_status=Status.PENDING)
    undo(decision=decide(**seen, action=Action.RESTORE, expected_status=Status.REJECTED), moderator=moderator)

    shown = client.get(address(comment), headers=bearer(comment.author)).json()

    assert (shown["status"], shown["reason"]["clause"]) == ("rejected", "respect")


def test_own_comment_whose_edit_was_refused_shows_the_reason_until_that_is_taken_back(client: Client) -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    comment = make_comment(article, status=Status.APPROVED)
    revise_comment(comment=comment, body="Schlimmer")
    refused = decide(
        comment=comment,
        moderator=moderator,
        action=Action.REJECT,
        expected_status=Status.APPROVED,
        expected_revision=2,
        clause="respect",
    )

    after_refusal = client.get(address(comment), headers=bearer(comment.author)).json()
    undo(decision=refused, moderator=moderator)
    after_undo = client.get(address(comment), headers=bearer(comment.author)).json()

    assert (after_refusal["status"], after_refusal["edit_waiting"]) == ("approved", False)
    assert after_refusal["reason"]["clause"] == "respect"
    assert (after_undo["status"], after_undo["edit_waiting"], after_undo["reason"]) == ("approved", True, None)


def test_own_comment_is_nothing_to_everybody_else() -> None:
    article = make_article()
    comment = make_comment(article, body="Geheimwort")
    published = make_comment(article, status=Status.APPROVED)
    other_guest = make_comment(article, name="Jens Wolter").author
    foreign_site = make_comment(make_article(make_site())).author
    reader, moderator = Client(), Client()
    reader.force_login(make_user())
    moderator.force_login(make_moderator(article.site))
    senders = [
        (Client(), {}),
        (Client(), bearer(other_guest)),
        (Client(), bearer(foreign_site)),
        (reader, {}),
        (moderator, {}),
    ]

    for client, token in senders:
        headers = {"Accept-Language": "en", **token}
        answers = [
            client.generic(method, path, data, content_type="application/json", headers=headers)
            for path in (address(comment), address(published), "/api/v1/comments/000000000000", "/api/v1/comments/%00")
            for method, data in (("GET", ""), ("PATCH", '{"body": "Fremd"}'), ("DELETE", ""))
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
    comment.refresh_from_db()
    assert (comment.status, comment.revision, comment.revisions.get().body) == ("pending", 1, "Geheimwort")


def test_own_comment_of_account_is_seen_and_changed_by_its_session() -> None:
    account = make_user(name="Petra Zander")
    comment = make_comment(make_article(), identity=Identity(user=account))
    client = Client(enforce_csrf_checks=True)
    client.force_login(account)
    client.cookies["csrftoken"] = "c" * 32
    change = {"path": address(comment), "data": {"body": "Besser."}, "content_type": "application/json"}

    assert client.get(address(comment)).json()["id"] == comment.public_id
    without_token = client.patch(**change)
    with_token = client.patch(**change, headers={"X-CSRFToken": "c" * 32})

    assert (without_token.status_code, without_token.json()["code"]) == (403, "csrf")
    assert (with_token.status_code, with_token.json()["body"]) == (200, "Besser.")


@pytest.mark.parametrize(
    ("expected", "is_stale"),
    [
        ({}, False),
        ({"expected_status": None, "expected_revision": None}, False),
        ({"expected_status": "pending", "expected_revision": 2}, False),
        ({"expected_revision": "2"}, False),
        ({"expected_status": "pending"}, False),
        ({"expected_revision": 1}, True),
        ({"expected_revision": "1"}, True),
        ({"expected_status": "returned"}, True),
        ({"expected_status": "returned", "expected_revision": 2}, True),
    ],
)
def test_patch_of_a_comment_that_is_no_longer_what_was_expected_is_refused(
    client: Client, expected: dict[str, object], is_stale: bool
) -> None:
    comment = make_comment(make_article())
    revise_comment(comment=comment, body="From my other device")

    response = client.patch(
        address(comment), {"body": "Written here", **expected}, "application/json", headers=bearer(comment.author)
    )

    comment.refresh_from_db()
    texts = list(comment.revisions.order_by("number").values_list("body", flat=True))[1:]
    if is_stale:
        assert (response.status_code, response.json()["code"]) == (409, "stale")
        assert response.json()["comment"] == {"id": comment.public_id, "status": "pending", "revision": 2}
        assert texts == ["From my other device"]
    else:
        assert (response.status_code, response.json()["revision"]) == (200, 3)
        assert texts == ["From my other device", "Written here"]


@pytest.mark.parametrize(
    "expected", [{"expected_revision": "two"}, {"expected_revision": 1.5}, {"expected_status": ""}]
)
def test_patch_expecting_what_no_comment_can_be_is_refused_by_field(
    client: Client, expected: dict[str, object]
) -> None:
    comment = make_comment(make_article())

    response = client.patch(
        address(comment), {"body": "Written here", **expected}, "application/json", headers=bearer(comment.author)
    )

    assert response.status_code == 422
    assert [one["field"] for one in response.json()["errors"]] == list(expected)
    assert comment.revisions.get().number == 1


def test_patch_of_published_comment_keeps_the_old_text_public_while_the_new_one_waits(client: Client) -> None:
    article = make_article()
    comment = make_comment(article, body="Erste Fassung", status=Status.APPROVED)

    response = client.patch(
        address(comment),
        {"body": "Zweite Fassung", "status": "approved", "author_name": "Redaktion", "revision": 9},
        content_type="application/json",
        headers=bearer(comment.author),
    )

    comment.refresh_from_db()
    assert response.status_code == 200
    assert {name: response.json()[name] for name in ("status", "revision", "body", "edit_waiting", "edited_at")} == {
        "status": "approved",
        "revision": 2,
        "body": "Zweite Fassung",
        "edit_waiting": True,
        "edited_at": None,
    }
    assert (comment.public_html, comment.author_name) == ("<p>Erste Fassung</p>", "Hanna Kuhl")
    assert [revision.body for revision in comment.revisions.all()] == ["Erste Fassung", "Zweite Fassung"]
    thread = client.get(f"/api/v1/sites/{article.site.slug}/articles/{article.key}/comments").content.decode()
    assert "Erste Fassung" in thread
    assert "Zweite Fassung" not in thread


def test_patch_of_returned_comment_puts_it_back_into_the_queue(client: Client) -> None:
    comment = make_comment(make_article(), status=Status.RETURNED)

    response = client.patch(
        address(comment), {"body": "Sachlich."}, content_type="application/json", headers=bearer(comment.author)
    )

    comment.refresh_from_db()
    assert (response.status_code, response.json()["status"]) == (200, "pending")
    assert (comment.status, comment.revision) == (Status.PENDING, 2)
    assert comment.waiting_since is not None


@pytest.mark.parametrize("status", [Status.REJECTED, Status.SPAM, Status.REMOVED, Status.WITHDRAWN])
def test_patch_of_decided_comment_is_a_conflict(client: Client, status: Status) -> None:
    comment = make_comment(make_article(), body="Alt", status=status)

    response = client.patch(
        address(comment), {"body": "Neu"}, content_type="application/json", headers=bearer(comment.author)
    )

    assert (response.status_code, response.json()["code"]) == (409, "not_editable")
    assert comment.revisions.get().body == "Alt"


def test_patch_after_the_edit_window_is_a_conflict(client: Client) -> None:
    comment = make_comment(make_article())

    with time_machine.travel(comment.posted_at + datetime.timedelta(minutes=5, seconds=1)):
        response = client.patch(
            address(comment), {"body": "Neu"}, content_type="application/json", headers=bearer(comment.author)
        )

    assert (response.status_code, response.json()["code"]) == (409, "not_editable")
    assert comment.revisions.count() == 1


def test_patch_with_empty_text_names_the_field(client: Client) -> None:
    comment = make_comment(make_article())

    response = client.patch(
        address(comment), {"body": " "}, content_type="application/json", headers=bearer(comment.author)
    )

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == ["body"]


def test_delete_withdraws_once_and_then_conflicts(client: Client) -> None:
    article = make_article()
    comment = make_comment(article, status=Status.APPROVED)

    first = client.delete(address(comment), headers=bearer(comment.author))
    second = client.delete(address(comment), headers=bearer(comment.author))

    comment.refresh_from_db()
    article.refresh_from_db()
    assert (first.status_code, first.json()["status"]) == (200, "withdrawn")
    assert (first.json()["may_revise"], first.json()["may_withdraw"]) == (False, False)
    assert (second.status_code, second.json()["code"]) == (409, "not_editable")
    assert (comment.status, comment.public_html, article.comment_count) == (Status.WITHDRAWN, "", 0)


def test_own_comments_are_the_hidden_ones_and_waiting_edits_of_the_caller_alone(client: Client) -> None:
    article, quiet = make_article(), make_article()
    mine = Identity(author=make_comment(article, body="Wartet").author)
    waiting = Comment.objects.get()
    rejected = make_comment(article, body="Abgelehnt", identity=mine, status=Status.REJECTED)
    make_comment(article, body="Öffentlich", identity=mine, status=Status.APPROVED)
    edited = make_comment(article, body="Alt", identity=mine, status=Status.APPROVED)
    revise_comment(comment=edited, body="Neu")
    make_comment(article, body="Eines anderen", name="Jens Wolter")
    make_comment(make_article(article.site), body="Anderswo", identity=mine)

    response = own(client, [article, quiet], bearer(waiting.author))

    assert response.status_code == 200
    shown = [(one["id"], one["status"], one["body"], one["edit_waiting"]) for one in response.json()["comments"]]
    assert shown == [
        (waiting.public_id, "pending", "Wartet", False),
        (rejected.public_id, "rejected", "Abgelehnt", False),
        (edited.public_id, "approved", "Neu", True),
    ]
    assert response.headers["Cache-Control"] == "private, no-store"
    OwnComments.model_validate_json(response.content)


def test_own_comments_of_strangers_and_on_hidden_articles_are_none(client: Client) -> None:
    article = make_article()
    comment = make_comment(article)
    stranger = Client()
    stranger.force_login(make_moderator(article.site))

    assert own(client, [article]).json() == {"comments": []}
    assert own(stranger, [article]).json() == {"comments": []}
    Article.objects.filter(pk=article.pk).update(mode=ArticleMode.HIDDEN)
    assert own(client, [article], bearer(comment.author)).json() == {"comments": []}
    assert own(client, [], bearer(comment.author)).json() == {"comments": []}


def test_own_comments_of_an_account_come_from_all_its_sites() -> None:
    account = make_user(name="Petra Zander")
    first = make_comment(make_article(), identity=Identity(user=account))
    second = make_comment(make_article(), identity=Identity(user=account))
    client = Client()
    client.force_login(account)

    response = own(client, [second.article, first.article])

    assert [one["id"] for one in response.json()["comments"]] == [first.public_id, second.public_id]


@pytest.mark.parametrize("count", [1, 3])
def test_own_comments_cost_the_same_however_many(client: Client, django_assert_num_queries, count: int) -> None:
    article = make_article()
    parent = make_comment(article, status=Status.APPROVED, name="Jens Wolter")
    author = make_comment(article, parent=parent, status=Status.REJECTED).author
    for _ in range(count - 1):
        make_comment(article, parent=parent, identity=Identity(author=author))

    with django_assert_num_queries(6):
        response = own(client, [article], bearer(author))

    assert len(response.json()["comments"]) == count


def test_own_comments_of_too_many_articles_are_refused(client: Client) -> None:
    article = make_article()

    response = own(client, [article] * 21, {"Accept-Language": "en"})

    assert response.status_code == 422
    assert response.json()["errors"] == [{"field": "articles", "message": "These are too many."}]
