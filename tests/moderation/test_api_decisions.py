from __future__ import annotations

import datetime
import uuid

import pytest
from django.http import HttpResponse
from django.test import Client

from comments.enums import Status
from comments.models import Comment, Outbox, Site, StatusChange
from comments.services.posting import revise_comment
from moderation.enums import Action, Role, Scope
from moderation.models import Decision, Membership
from moderation.services.decisions import decide
from moderation.services.tokens import issue_token
from tests.factories import make_article, make_comment, make_moderator, make_policy, make_site, make_user

pytestmark = pytest.mark.django_db

API = "/api/v1/moderation"
APPROVE = {"action": "approve", "expected_status": "pending", "expected_revision": 1}
REJECT = {"action": "reject", "expected_status": "pending", "expected_revision": 1, "clause": "respect"}


def token_of(site: Site, *scopes: Scope, role: Role = Role.MODERATOR) -> str:
    return issue_token(user=make_moderator(site, role=role), site=site, scopes=scopes or (Scope.MODERATE,))


def demoted_token_of(site: Site) -> str:
    """A token for deciding whose owner may no longer decide."""
    user = make_moderator(site)
    token = issue_token(user=user, site=site, scopes=[Scope.MODERATE])
    Membership.objects.filter(user=user).update(role=Role.AUDITOR)
    return token


def post(client: Client, path: str, body: object = None, *, token: str = "", **headers: str) -> HttpResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()} | {"Accept-Language": "en"}
    if token:
        named["Authorization"] = f"Bearer {token}"
    return client.post(API + path, {} if body is None else body, content_type="application/json", headers=named)


def iso(moment: datetime.datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def state() -> tuple[list[tuple[str, int]], int, int, int]:
    comments = list(Comment.objects.order_by("pk").values_list("status", "revision"))
    return comments, StatusChange.objects.count(), Decision.objects.count(), Outbox.objects.count()


def test_decision_by_token_is_stored_and_answered_with_the_comment_as_it_stands() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    token = issue_token(user=moderator, site=article.site, scopes=[Scope.MODERATE])
    comment = make_comment(article)

    response = post(
        Client(), f"/comments/{comment.public_id}/decisions", {**REJECT, "note": "Bitte sachlich."}, token=token
    )

    decision = Decision.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "decision": {
            "id": decision.pk,
            "statement_id": str(decision.statement_id),
            "action": "reject",
            "from_status": "pending",
            "to_status": "rejected",
            "revision": 1,
            "settles_edit": False,
            "clause": "respect",
            "note": "Bitte sachlich.",
            "moderator": moderator.get_username(),
            "batch": None,
            "applied_at": iso(decision.applied_at),
            "undone_at": None,
        },
        "comment": {
            "id": comment.public_id,
            "status": "rejected",
            "revision": 1,
            "waiting_since": None,
            "actions": ["restore"],
        },
    }
    assert response.headers["Cache-Control"] == "private, no-store"
    comment.refresh_from_db()
    assert (comment.status, decision.moderator, decision.note) == (Status.REJECTED, moderator, "Bitte sachlich.")


def test_decision_by_session_needs_the_csrf_token() -> None:
    article = make_article()
    comment = make_comment(article)
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_moderator(article.site))
    client.cookies["csrftoken"] = "c" * 32
    path = f"/comments/{comment.public_id}/decisions"

    without = post(client, path, APPROVE)
    as_form = client.post(API + path, APPROVE)
    assert (without.status_code, without.json()["code"], as_form.status_code) == (403, "csrf", 403)
    comment.refresh_from_db()
    assert comment.status == Status.PENDING
    accepted = post(client, path, APPROVE, X_CSRFToken="c" * 32)

    comment.refresh_from_db()
    assert (accepted.status_code, comment.status) == (201, Status.APPROVED)


def test_decision_that_comes_second_gets_the_one_that_stands() -> None:
    article = make_article()
    comment = make_comment(article)
    faster = make_moderator(article.site)
    decision = decide(
        comment=comment,
        moderator=faster,
        action=Action.REJECT,
        expected_status=Status.PENDING,
        expected_revision=1,
        clause="respect",
        note="Schneller.",
    )
    before = state()

    response = post(Client(), f"/comments/{comment.public_id}/decisions", APPROVE, token=token_of(article.site))

    assert response.status_code == 409
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "urn:marginalia:problem:stale",
        "title": "Not possible at the moment",
        "status": 409,
        "detail": "This comment has changed since you looked at it.",
        "code": "stale",
        "comment": {
            "id": comment.public_id,
            "status": "rejected",
            "revision": 1,
            "waiting_since": None,
            "actions": ["restore"],
        },
        "standing": {
            "from_status": "pending",
            "to_status": "rejected",
            "at": iso(decision.applied_at),
            "actor_kind": "moderator",
            "actor_name": faster.get_username(),
            "is_undo": False,
            "decision": decision.pk,
            "action": "reject",
            "clause_number": 2,
            "clause_title": "Title respect",
            "note": "Schneller.",
            "may_be_undone": True,
        },
    }
    assert state() == before


def test_decision_about_a_text_that_the_author_changed_meanwhile_is_stale() -> None:
    article = make_article()
    comment = make_comment(article, body="Harmlos")
    revise_comment(comment=comment, body="Ganz anders")

    response = post(Client(), f"/comments/{comment.public_id}/decisions", APPROVE, token=token_of(article.site))

    assert (response.status_code, response.json()["comment"]["revision"]) == (409, 2)
    comment.refresh_from_db()
    assert comment.status == Status.PENDING


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"clause": ""}, 422, "clause_needed", "clause"),
        ({"clause": "no-such-clause"}, 422, "invalid", "clause"),
        ({"clause": "no such clause"}, 422, "invalid", "clause"),
        ({"note": "x" * 1001}, 422, "invalid", "note"),
        ({"note": "\ud800"}, 422, "invalid", "note"),
        ({"action": "publish"}, 422, "invalid", "action"),
        ({"action": "withdraw"}, 422, "invalid", "action"),
        ({"expected_status": "unknown"}, 422, "invalid", "expected_status"),
        ({"expected_revision": 0}, 422, "invalid", "expected_revision"),
        ({"expected_revision": 10**30}, 422, "invalid", "expected_revision"),
        ({"expected_status": "withdrawn"}, 409, "stale", ""),
        ({"action": "remove"}, 409, "illegal_transition", ""),
    ],
)
def test_decision_that_cannot_be_names_the_reason_and_changes_nothing(
    change: dict[str, object], status: int, code: str, field: str
) -> None:
    article = make_article()
    comment = make_comment(article)
    before = state()

    response = post(
        Client(), f"/comments/{comment.public_id}/decisions", {**REJECT, **change}, token=token_of(article.site)
    )

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert [error["field"] for error in response.json().get("errors", [])] == ([field] if field else [])
    assert state() == before


def test_decision_never_changes_an_authors_words_or_anything_not_listed() -> None:
    article = make_article()
    comment = make_comment(article, body="Mein Wortlaut", name="Hanna Kuhl")
    forged = {"body": "Anders", "author_name": "Redaktion", "public_html": "<b>x</b>", "moderator": 1, "measure": "removed",
              "batch_id": str(uuid.uuid4()), "vote_count": 9, "site": 1, "author_badge": "editorial"}  # fmt: skip

    response = post(
        Client(), f"/comments/{comment.public_id}/decisions", {**APPROVE, **forged}, token=token_of(article.site)
    )

    comment.refresh_from_db()
    assert response.status_code == 201
    assert [revision.body for revision in comment.revisions.all()] == ["Mein Wortlaut"]
    assert (comment.author_name, comment.public_html) == ("Hanna Kuhl", "<p>Mein Wortlaut</p>")
    assert (comment.vote_count, comment.author_badge, comment.site) == (0, "", article.site)
    assert (Decision.objects.get().batch_id, Decision.objects.get().measure) == (None, "none")


def test_decisions_and_undo_are_for_the_desk_of_the_site_alone() -> None:
    article = make_article()
    site, other = article.site, make_site()
    comment = make_comment(article)
    done = make_comment(article, name="Jens")
    batch = uuid.uuid4()
    decision = decide(
        comment=done,
        moderator=make_moderator(site),
        action=Action.APPROVE,
        expected_status=Status.PENDING,
        expected_revision=1,
        batch_id=batch,
    )
    both = make_moderator(site)
    Membership.objects.create(site=other, user=both, role=Role.MODERATOR)
    reader, colleague = Client(), Client()
    reader.force_login(make_user())
    colleague.force_login(make_moderator(other))
    asked = {
        "stranger": (Client(), "", 401),
        "forged token": (Client(), "mt_forged", 401),
        "reader": (reader, "", 404),
        "moderator of another site": (colleague, "", 404),
        "token of another site": (Client(), token_of(other), 404),
        "token for the other of two": (Client(), issue_token(user=both, site=other, scopes=[Scope.MODERATE]), 404),
        "token that may only read": (Client(), token_of(site, Scope.READ), 403),
        "token of an auditor": (Client(), token_of(site, Scope.READ, role=Role.AUDITOR), 403),
        "token of a policy editor": (Client(), token_of(site, Scope.READ, role=Role.POLICY_EDITOR), 403),
        "token of somebody who became an auditor": (Client(), demoted_token_of(site), 403),
    }
    paths = [
        (f"/comments/{comment.public_id}/decisions", APPROVE),
        (f"/decisions/{decision.pk}/undo", None),
        (f"/batches/{batch}/undo", None),
    ]
    absent = [
        ("/comments/000000000000/decisions", APPROVE),
        ("/comments/%00/decisions", APPROVE),
        (f"/decisions/{10**30}/undo", None),
        ("/decisions/x/undo", None),
        (f"/batches/{uuid.uuid4()}/undo", None),
        ("/batches/x/undo", None),
    ]
    before = state()

    for who, (client, token, status) in asked.items():
        answers = [post(client, path, body, token=token) for path, body in paths]
        assert (who, [answer.status_code for answer in answers]) == (who, [status] * 3)
        bulk = post(client, "/decisions", {"decisions": [{**APPROVE, "id": comment.public_id}]}, token=token)
        if bulk.status_code == 200:
            assert [answer["status"] for answer in bulk.json()["answers"]] == [status]
        else:
            assert (who, bulk.status_code) == (who, status)
        if status == 404:
            answers += [post(client, path, body, token=token) for path, body in absent]
            assert (who, len({answer.content for answer in answers})) == (who, 1)
    assert state() == before


def test_undo_puts_the_comment_back_and_comes_once() -> None:
    article = make_article()
    comment = make_comment(article)
    token = token_of(article.site)
    decided = post(Client(), f"/comments/{comment.public_id}/decisions", APPROVE, token=token).json()["decision"]

    first = post(Client(), f"/decisions/{decided['id']}/undo", token=token)
    second = post(Client(), f"/decisions/{decided['id']}/undo", token=token)

    comment.refresh_from_db()
    decision = Decision.objects.get()
    assert decision.undone_at is not None
    assert first.status_code == 200
    assert first.json()["decision"] == {**decided, "undone_at": iso(decision.undone_at)}
    assert first.json()["comment"] == {
        "id": comment.public_id,
        "status": "pending",
        "revision": 1,
        "waiting_since": iso(comment.posted_at),
        "actions": ["approve", "reject", "spam", "return"],
    }
    assert (second.status_code, second.json()["code"]) == (409, "already_undone")
    assert (comment.status, comment.public_html) == (Status.PENDING, "")


def test_undo_after_the_author_changed_the_text_is_stale() -> None:
    article = make_article()
    comment = make_comment(article)
    token = token_of(article.site)
    decided = post(Client(), f"/comments/{comment.public_id}/decisions", APPROVE, token=token).json()["decision"]
    revised = Comment.objects.select_related("article", "author").get(pk=comment.pk)
    revise_comment(comment=revised, body="Nachgeschoben")
    before = state()

    response = post(Client(), f"/decisions/{decided['id']}/undo", token=token)

    assert (response.status_code, response.json()["code"]) == (409, "stale")
    assert response.json()["comment"]["revision"] == 2
    assert state() == before


def test_approval_by_api_is_read_by_everybody_at_once(client: Client) -> None:
    site = make_site()
    make_policy(site)
    article = make_article(site)
    thread = f"/api/v1/sites/{site.slug}/articles/{article.key}/comments"
    posted = client.post(thread, {"body": "Endlich!", "name": "Kim"}, content_type="application/json").json()
    etag = client.get(thread).headers["ETag"]
    assert client.get(thread).json()["comments"] == []

    post(client, f"/comments/{posted['id']}/decisions", APPROVE, token=token_of(site))

    response = client.get(thread, headers={"If-None-Match": etag})
    assert [one["id"] for one in response.json()["comments"]] == [posted["id"]]
    assert "Endlich!" in client.get(f"/feeds/{site.slug}/comments.atom").content.decode()
