from __future__ import annotations

import logging
import uuid

import pytest
from django.http import HttpResponse
from django.test import Client

from comments.models import Comment, Site
from comments.services.posting import revise_comment
from comments.signals import comment_status_changed
from moderation.enums import Role, Scope
from moderation.models import Decision
from moderation.services.tokens import issue_token
from tests.factories import make_article, make_comment, make_moderator

pytestmark = pytest.mark.django_db

API = "/api/v1/moderation"
APPROVE = {"action": "approve", "expected_status": "pending", "expected_revision": 1}
REJECT = {"action": "reject", "expected_status": "pending", "expected_revision": 1, "clause": "respect"}


def token_of(site: Site, *scopes: Scope, role: Role = Role.MODERATOR) -> str:
    return issue_token(user=make_moderator(site, role=role), site=site, scopes=scopes or (Scope.MODERATE,))


def post(client: Client, path: str, body: object = None, *, token: str = "", **headers: str) -> HttpResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()} | {"Accept-Language": "en"}
    if token:
        named["Authorization"] = f"Bearer {token}"
    return client.post(API + path, {} if body is None else body, content_type="application/json", headers=named)


def test_bulk_decisions_get_an_answer_each_and_one_batch() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    token = issue_token(user=moderator, site=article.site, scopes=[Scope.MODERATE])
    good, bad, gone = (make_comment(article, name=f"Leser {number}") for number in range(3))
    foreign = make_comment(make_article())
    items = [
        {**APPROVE, "id": good.public_id},
        {**REJECT, "id": bad.public_id, "note": "Bitte sachlich."},
        {**APPROVE, "id": good.public_id},
        {**REJECT, "id": gone.public_id, "clause": ""},
        {**APPROVE, "id": foreign.public_id},
        {**APPROVE, "id": "000000000000"},
    ]

    response = post(Client(), "/decisions", {"decisions": items}, token=token)

    answers = response.json()["answers"]
    decisions = list(Decision.objects.order_by("pk"))
    assert response.status_code == 200
    assert [(one["id"], one["status"]) for one in answers] == [
        (good.public_id, 201),
        (bad.public_id, 201),
        (good.public_id, 409),
        (gone.public_id, 422),
        (foreign.public_id, 404),
        ("000000000000", 404),
    ]
    assert [one["decision"]["id"] for one in answers[:2]] == [decision.pk for decision in decisions]
    assert {str(decision.batch_id) for decision in decisions} == {response.json()["batch"]}
    assert answers[2]["problem"]["standing"]["decision"] == decisions[0].pk
    assert answers[3]["problem"]["errors"] == [
        {"field": "clause", "message": "Please name the clause of the policy that the comment is against."}
    ]
    assert answers[4]["problem"] == answers[5]["problem"]
    assert [comment.status for comment in Comment.objects.order_by("pk")] == [
        "approved",
        "rejected",
        "pending",
        "pending",
    ]


def test_bulk_decision_that_fails_unexpectedly_leaves_the_others_decided(caplog: pytest.LogCaptureFixture) -> None:
    article = make_article()
    comments = [make_comment(article, name=f"Leser {number}", body="Ein Geheimnis") for number in range(3)]
    token = token_of(article.site)

    def fail(comment: Comment, **_arguments: object) -> None:
        if comment.pk == comments[1].pk:
            raise RuntimeError("Innerstes")

    comment_status_changed.connect(fail)
    try:
        with caplog.at_level(logging.ERROR, logger="moderation.services.bulk"):
            items = [{**APPROVE, "id": comment.public_id} for comment in comments]
            response = post(Client(), "/decisions", {"decisions": items}, token=token)
    finally:
        comment_status_changed.disconnect(fail)

    answers = response.json()["answers"]
    assert response.status_code == 200
    assert [one["status"] for one in answers] == [201, 500, 201]
    assert (answers[1]["id"], answers[1]["problem"]["code"]) == (comments[1].public_id, "internal")
    assert "Innerstes" not in response.content.decode()
    assert [comment.status for comment in Comment.objects.order_by("pk")] == ["approved", "pending", "approved"]
    batch_id = uuid.UUID(response.json()["batch"])
    assert Decision.objects.filter(batch_id=batch_id).count() == Decision.objects.count() == 2
    logged = [record for record in caplog.records if record.name == "moderation.services.bulk"]
    assert [(record.exc_info or (None,))[0] for record in logged] == [RuntimeError]
    assert comments[1].public_id in logged[0].getMessage()
    assert "Geheimnis" not in logged[0].getMessage()


@pytest.mark.parametrize("count", [0, 101])
def test_bulk_decisions_of_none_or_too_many_are_refused_whole(count: int) -> None:
    article = make_article()
    comment = make_comment(article)
    items = [{**APPROVE, "id": comment.public_id}] * count

    response = post(Client(), "/decisions", {"decisions": items}, token=token_of(article.site))

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == ["decisions"]
    assert Decision.objects.count() == 0


def test_bulk_decision_with_a_broken_item_is_refused_whole_and_names_it() -> None:
    article = make_article()
    comment = make_comment(article)
    items = [{**APPROVE, "id": comment.public_id}, {**APPROVE, "id": comment.public_id, "action": "burn"}]

    response = post(Client(), "/decisions", {"decisions": items}, token=token_of(article.site))

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == ["decisions.1.action"]
    assert Decision.objects.count() == 0


def test_undo_of_a_batch_takes_everything_back_or_nothing() -> None:
    article = make_article()
    token = token_of(article.site)
    comments = [make_comment(article, name=f"Leser {number}") for number in range(3)]
    items = [{**APPROVE, "id": comment.public_id} for comment in comments]
    first, second = (
        post(Client(), "/decisions", {"decisions": part}, token=token).json() for part in (items[:2], items[2:])
    )
    moved = Comment.objects.select_related("article", "author").get(pk=comments[2].pk)
    revise_comment(comment=moved, body="Nachgeschoben")

    undone = post(Client(), f"/batches/{first['batch']}/undo", token=token)
    again = post(Client(), f"/batches/{first['batch']}/undo", token=token)
    stale = post(Client(), f"/batches/{second['batch']}/undo", token=token)

    assert undone.status_code == 200
    assert undone.json()["batch"] == first["batch"]
    assert [one["comment"]["id"] for one in undone.json()["answers"]] == [comments[1].public_id, comments[0].public_id]
    assert [one["comment"]["status"] for one in undone.json()["answers"]] == ["pending", "pending"]
    assert (again.status_code, again.json()["code"]) == (409, "already_undone")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    assert [comment.status for comment in Comment.objects.order_by("pk")] == ["pending", "pending", "approved"]
