from __future__ import annotations

import datetime
import json

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from comments.api.schemas import Problem
from comments.enums import CheckOutcome, Status
from comments.models import Article, Comment, Site
from comments.services.identity import make_author_token
from comments.services.posting import revise_comment
from moderation.api.schemas import Queue
from moderation.enums import Action, Role, Scope
from moderation.models import ApiToken, Finding, Membership
from moderation.queue import QueueStatus
from moderation.services.decisions import decide
from moderation.services.indexing import refresh_risk
from moderation.services.tokens import issue_token
from tests.factories import make_article, make_comment, make_moderator, make_site, make_user

pytestmark = pytest.mark.django_db

QUEUE = "/api/v1/moderation/queue"


def queue(client: Client, token: str = "", **parameters: str) -> HttpResponse:
    headers = {"Accept-Language": "en"} | ({"Authorization": f"Bearer {token}"} if token else {})
    return client.get(QUEUE, parameters, headers=headers)


def token_of(site: Site, *scopes: Scope) -> str:
    return issue_token(user=make_moderator(site), site=site, scopes=scopes or (Scope.READ,))


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def seen(response: HttpResponse) -> list[str]:
    return [item["id"] for item in response.json()["items"]]


def iso(moment: datetime.datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def item_of(comment: Comment, parent: Comment) -> dict[str, object]:
    """The item of a flagged reply as the contract shapes it."""
    article, author = comment.article, comment.author
    finding = {
        "flagger": "terms",
        "outcome": "flagged",
        "score": 0.5,
        "clause": "respect",
        "sentence": "A plain sentence.",
        "spans": [{"start": 8, "end": 14, "label": "term"}],
    }
    return {
        "id": comment.public_id,
        "status": "pending",
        "revision": 1,
        "body": "So ein *Unsinn*! https://new.example/x",
        "body_html": comment.revisions.get().body_html,
        "previous_body": None,
        "language": "de",
        "article": {"key": article.key, "title": article.title, "teaser": "", "url": article.url},
        "author": {
            "id": author.public_id, "name": "Hanna Kuhl", "kind": "guest", "badge": "", "since": iso(author.created_at),
            "approved": 0, "rejected": 0, "removed": 0,
        },
        "author_name": "Hanna Kuhl",
        "parent": {
            "id": parent.public_id, "author_name": "Jens Wolter", "status": "approved",
            "posted_at": iso(parent.posted_at), "body": "Anfang",
        },
        "root": None,
        "posted_at": iso(comment.posted_at),
        "edited_at": None,
        "waiting_since": iso(comment.posted_at),
        "findings": [finding],
        "is_severe": False,
        "is_blind": False,
        "links": [{
            "address": "https://new.example/x", "host": "new.example", "written_host": "new.example", "is_own": False,
            "is_shortened": False, "names_somebody": False, "is_first": True,
        }],
        "standing": {
            "has_proved_address": False, "is_trusted": False, "decisions": [], "note_count": 0, "restrictions": [],
        },
        "last_change": {
            "from_status": "", "to_status": "pending", "at": iso(comment.posted_at), "actor_kind": "author",
            "actor_name": "", "is_undo": False, "decision": None, "action": None, "clause_number": None,
            "clause_title": "", "note": "", "may_be_undone": False,
        },
        "reports": [],
        "appeal": None,
    }  # fmt: skip


def test_queue_item_holds_all_that_a_judgement_needs(client: Client) -> None:
    article = make_article(key="bridge-17")
    parent = make_comment(article, body="Anfang", status=Status.APPROVED, name="Jens Wolter")
    comment = make_comment(
        article,
        body="So ein *Unsinn*! https://new.example/x",
        parent=parent,
        name="Hanna Kuhl",
        email="h@reader.example",
    )
    Finding.objects.filter(comment=comment).delete()
    Finding.objects.create(
        comment=comment,
        revision=1,
        flagger="terms",
        version="1",
        outcome=CheckOutcome.FLAGGED,
        score=0.5,
        clause="respect",
        message="A plain sentence.",
        spans=[[8, 14, "term"]],
    )

    response = queue(client, token_of(article.site), site=article.site.slug)

    assert response.status_code == 200
    assert response.json() == {
        "items": [item_of(comment, parent)],
        "next": None,
        "counts": dict.fromkeys(QueueStatus.values, 0) | {"waiting": 1, "decided": 1, "approved": 1},
    }
    Queue.model_validate(json.loads(response.content, object_hook=_by_alias))
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "h@reader.example" not in response.content.decode()


def _by_alias(value: dict[str, object]) -> dict[str, object]:
    """The schema reads `id` and `author` by the names that they have in the values of the queue."""
    names = {"id": "public_id", "author": "shown_author"}
    return value | {names[name]: value[name] for name in names if name in value}


def test_queue_takes_the_filters_and_orders_of_the_contract(client: Client) -> None:
    article, other = make_article(key="one"), None
    site = article.site
    other = make_article(site, key="two")
    first = make_comment(article, body="Apfel", name="Hanna Kuhl")
    Article.objects.filter(pk=other.pk).update(section="Lokales")
    second = make_comment(other, body="Birne https://www.obst.example/x", name="Jens Wolter")
    rejected = make_comment(article, body="Pflaume", name="Kim", status=Status.REJECTED)
    edited = make_comment(article, body="Alt", name="Mia", status=Status.APPROVED)
    revise_comment(comment=edited, body="Neu")
    Finding.objects.all().delete()
    Finding.objects.create(
        comment=second,
        revision=1,
        flagger="links",
        version="1",
        outcome=CheckOutcome.FLAGGED,
        score=1.0,
        clause="respect",
    )
    refresh_risk(second.pk)
    token = token_of(site)
    expected = {
        (): [first, second, edited],
        (("status", "flagged"),): [second],
        (("status", "decided"),): [edited, rejected],
        (("status", "deferred"),): [],
        (("sort", "article"),): [first, edited, second],
        (("section", "Lokales"),): [second],
        (("language", "de"),): [first, second, edited],
        (("language", "en"),): [],
        (("clause", "respect"),): [second],
        (("status", "rejected"), ("clause", "respect")): [],
        (("domain", "obst.example"),): [second],
        (("older_than", "1"),): [],
        (("late", "true"),): [],
        (("late", "false"),): [first, second, edited],
        (("status", "decided"), ("mine", "decided")): [],
        (("sort", "newest"),): [edited, second, first],
        (("sort", "risk"),): [second, first, edited],
        (("status", "rejected"),): [rejected],
        (("status", "edited"),): [edited],
        (("flag", "links"),): [second],
        (("article", "two"),): [second],
        (("author", first.author.public_id),): [first],
        (("q", "birn"),): [second],
        (("q", "kuhl"),): [first],
        (("q", "nichts davon"),): [],
    }

    for parameters, comments in expected.items():
        response = queue(client, token, site=site.slug, **dict(parameters))
        assert (parameters, seen(response)) == (parameters, [comment.public_id for comment in comments])


def test_queue_pages_follow_each_other_without_gap_or_repetition(client: Client) -> None:
    article = make_article()
    posted = [make_comment(article, name=f"Leser {number}").public_id for number in range(60)]
    token = token_of(article.site)

    pages: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        response = queue(client, token, cursor=cursor)
        pages.append(seen(response))
        cursor = response.json()["next"]

    assert [len(page) for page in pages] == [25, 25, 10]
    assert [one for page in pages for one in page] == posted


@pytest.mark.parametrize(
    ("name", "value"),
    [("status", "pending"), ("sort", "random"), ("cursor", "x"), ("q", "a\x00b"), ("author", "x"), ("article", "a b"),
     ("site", "a/b"), ("flag", "a'b"), ("q", "x" * 201)],
)  # fmt: skip
def test_queue_with_an_impossible_parameter_names_it(client: Client, name: str, value: str) -> None:
    site = make_site()

    response = queue(client, token_of(site), **{"site": site.slug, name: value})

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [name]


@pytest.mark.parametrize("count", [1, 25])
def test_queue_costs_the_same_however_many_comments(client: Client, django_assert_num_queries, count: int) -> None:
    article = make_article()
    parent = make_comment(article, status=Status.APPROVED)
    for number in range(count):
        make_comment(article, name=f"Leser {number}", parent=parent)
    token = token_of(article.site)
    queue(client, token)

    # Token, site, page with its three companions, surroundings, counts.
    with django_assert_num_queries(10):
        response = queue(client, token)

    assert len(seen(response)) == count


def test_queue_is_for_the_desk_of_its_site_alone() -> None:
    article = make_article()
    site, other = article.site, make_site()
    make_comment(article, body="Geheimwort")
    moderator, colleague = make_moderator(site), make_moderator(other)
    auditor = make_moderator(site, role=Role.AUDITOR)
    both = make_moderator(site)
    Membership.objects.create(site=other, user=both, role=Role.MODERATOR)
    former = make_moderator(site)
    former_token = issue_token(user=former, site=site, scopes=[Scope.READ])
    Membership.objects.filter(user=former).delete()
    shut = make_moderator(site)
    shut_token = issue_token(user=shut, site=site, scopes=[Scope.READ])
    shut.is_active = False
    shut.save()
    revoked = token_of(site)
    ApiToken.objects.order_by("-pk").update(revoked_at=None)
    ApiToken.objects.filter(pk=ApiToken.objects.latest("pk").pk).update(revoked_at=timezone.now())
    author = Comment.objects.get().author
    asked = [
        ("moderator", signed_in(moderator), "", 200),
        ("auditor", signed_in(auditor), "", 200),
        ("moderator of both", signed_in(both), "", 200),
        ("token", Client(), token_of(site), 200),
        ("stranger", Client(), "", 401),
        ("reader", signed_in(make_user()), "", 404),
        ("moderator of another site", signed_in(colleague), "", 404),
        ("token of another site", Client(), token_of(other), 404),
        ("token for the other of two sites", Client(), issue_token(user=both, site=other, scopes=[Scope.READ]), 404),
        ("token of a former colleague", Client(), former_token, 404),
        ("token of a shut account", Client(), shut_token, 401),
        ("revoked token", Client(), revoked, 401),
        ("forged token", Client(), "mt_" + "x" * 43, 401),
        ("author token", Client(), make_author_token(author), 401),
        ("forged token beside a session", signed_in(moderator), "mt_forged", 401),
        ("token without the scope", Client(), token_of(site, Scope.MODERATE), 403),
    ]

    answers = {who: queue(client, token, site=site.slug) for who, client, token, _status in asked}

    assert {who: answer.status_code for who, answer in answers.items()} == {
        who: status for who, _client, _token, status in asked
    }
    for answer in answers.values():
        assert ("Geheimwort" in answer.content.decode()) == (answer.status_code == 200)
    refused = [answer for answer in answers.values() if answer.status_code != 200]
    for answer in refused:
        Problem.model_validate_json(answer.content)
    assert len({answer.content for answer in refused if answer.status_code == 404}) == 1
    absent = queue(signed_in(moderator), site="absent")
    assert absent.content == answers["reader"].content
    assert answers["stranger"].headers["WWW-Authenticate"] == "Bearer"
    assert answers["token without the scope"].json()["scope"] == "read"


def test_queue_without_site_is_that_of_the_token_or_the_first_of_the_callers(client: Client) -> None:
    first, second = make_site("a-site"), make_site("b-site")
    comment = make_comment(make_article(second))
    user = make_moderator(second)
    Membership.objects.create(site=first, user=user, role=Role.MODERATOR)

    assert seen(queue(client, issue_token(user=user, site=second, scopes=[Scope.READ]))) == [comment.public_id]
    assert seen(queue(signed_in(user))) == []


def test_queue_shows_who_decided_to_colleagues(client: Client) -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    comment = make_comment(article)
    decision = decide(
        comment=comment,
        moderator=moderator,
        action=Action.REJECT,
        expected_status=Status.PENDING,
        expected_revision=1,
        clause="respect",
    )

    change = queue(client, token_of(article.site), status="rejected").json()["items"][0]["last_change"]

    assert (change["actor_name"], change["decision"], change["clause_title"], change["may_be_undone"]) == (
        moderator.get_username(),
        decision.pk,
        "Title respect",
        True,
    )
