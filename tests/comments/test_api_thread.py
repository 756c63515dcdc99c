from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from comments.api.schemas import Thread
from comments.enums import ArticleMode, Status
from comments.models import Article, Comment
from comments.services.identity import Identity
from comments.services.posting import revise_comment
from tests.factories import make_article, make_comment, make_site, make_user, move

pytestmark = pytest.mark.django_db


def address(article: Article) -> str:
    return f"/api/v1/sites/{article.site.slug}/articles/{article.key}/comments"


def instant(comment: Comment) -> str:
    return comment.posted_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def ids(response: HttpResponse) -> list[str]:
    return [comment["id"] for comment in response.json()["comments"]]


def test_thread_of_article_gives_published_comments_in_the_shape_of_the_contract(client: Client) -> None:
    article = make_article(key="bridge-17")
    first = make_comment(article, body="Das *war* knapp.", status=Status.APPROVED, name="Hanna Kuhl")
    reply = make_comment(article, body="Ja.", parent=first, status=Status.APPROVED, name="Jens Wolter")
    make_comment(article, body="Noch nicht geprüft", parent=first)

    response = client.get(address(article))

    assert response.status_code == 200
    assert response.json() == {
        "article": {
            "key": "bridge-17",
            "url": "https://news.example/bridge-17",
            "title": "Title of bridge-17",
            "count": 2,
            "state": "open",
            "closes_at": None,
            "note": "",
        },
        "comments": [
            {
                "id": first.public_id,
                "parent": None,
                "depth": 0,
                "author": {"name": "Hanna Kuhl", "badges": []},
                "body_html": "<p>Das <em>war</em> knapp.</p>",
                "posted_at": instant(first),
                "edited_at": None,
                "votes": 0,
                "replies": 1,
                "pinned": False,
                "featured": False,
                "removed": False,
            },
            {
                "id": reply.public_id,
                "parent": first.public_id,
                "depth": 1,
                "author": {"name": "Jens Wolter", "badges": []},
                "body_html": "<p>Ja.</p>",
                "posted_at": instant(reply),
                "edited_at": None,
                "votes": 0,
                "replies": 0,
                "pinned": False,
                "featured": False,
                "removed": False,
            },
        ],
        "next": None,
    }
    Thread.model_validate_json(response.content)


def test_thread_whose_parent_is_withdrawn_keeps_an_empty_place(client: Client) -> None:
    article = make_article()
    first = make_comment(article, body="Bald weg", status=Status.APPROVED, name="Petra Zander")
    make_comment(article, body="Antwort", parent=first, status=Status.APPROVED)
    move(first, Status.WITHDRAWN)

    response = client.get(address(article))

    assert response.json()["comments"][0] == {
        "id": first.public_id,
        "parent": None,
        "depth": 0,
        "author": None,
        "body_html": "",
        "posted_at": instant(first),
        "edited_at": None,
        "votes": 0,
        "replies": 1,
        "pinned": False,
        "featured": False,
        "removed": True,
    }
    assert "Zander" not in response.content.decode()
    Thread.model_validate_json(response.content)


def test_thread_with_hidden_comments_in_every_status_shows_none_of_them_to_anybody() -> None:
    article = make_article()
    account = make_user("kranich@reader.example")
    hidden = [status for status in Status if status not in (Status.APPROVED, Status.AWAITING_EMAIL)]
    words = []
    for number, status in enumerate(hidden):
        words += [f"wortschatz{number}", f"Namensgeber{number}", f"adresse{number}"]
        make_comment(
            article,
            body=words[-3],
            name=words[-2],
            email=f"{words[-1]}@reader.example",
            status=status,
        )
    edited = make_comment(article, body="Sichtbar", status=Status.APPROVED, identity=Identity(user=account), name="Kim")
    revise_comment(comment=edited, body="Nachgeschoben")
    words += ["Nachgeschoben", "kranich"]
    reader = Client()
    reader.force_login(account)

    for sender in (Client(), reader):
        text = sender.get(address(article)).content.decode()
        assert [word for word in words if word.lower() in text.lower()] == []
        assert "Sichtbar" in text
        assert json.loads(text)["article"]["count"] == 1


def test_thread_of_hidden_article_is_answered_as_one_that_is_not_there(client: Client) -> None:
    hidden = make_article(mode=ArticleMode.HIDDEN)

    answers = [client.get(address(hidden)), client.get(f"/api/v1/sites/{hidden.site.slug}/articles/absent/comments")]
    answers += [client.get(f"/api/v1/sites/absent/articles/{hidden.key}/comments")]
    answers += [client.get(f"/api/v1/sites/{hidden.site.slug}/articles/%00/comments")]
    answers += [client.get("/api/v1/no/such/place"), client.get("/api/v1/")]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].headers["Content-Type"] == "application/problem+json"
    assert answers[0].headers["Cache-Control"] == "private, no-store"


def test_thread_is_the_same_bytes_and_headers_for_everybody() -> None:
    article = make_article()
    make_comment(article, status=Status.APPROVED)
    signed_in = Client()
    signed_in.force_login(make_user())
    requests = [
        Client().get(address(article)),
        Client().get(address(article), headers={"Accept-Language": "en"}),
        Client().get(address(article), headers={"Origin": "https://news.example", "Accept": "text/html"}),
        Client().get(
            address(article), headers={"Origin": "https://elsewhere.example", "X-Forwarded-Host": "evil.example"}
        ),
        Client().get(address(article), headers={"Authorization": "Bearer ma_forged"}),
        signed_in.get(address(article)),
    ]

    assert {response.content for response in requests} == {requests[0].content}
    assert {tuple(sorted(response.headers.items())) for response in requests} == {
        tuple(sorted(requests[0].headers.items()))
    }
    headers = requests[0].headers
    assert headers["Cache-Control"] == "public, max-age=10, stale-while-revalidate=30"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Content-Language"] == "de"
    assert "Vary" not in headers
    assert [response.cookies for response in requests] == [{}] * len(requests)


def test_thread_asked_again_with_its_etag_is_confirmed_by_one_query(client: Client, django_assert_num_queries) -> None:
    article = make_article()
    make_comment(article, status=Status.APPROVED)
    etag = client.get(address(article)).headers["ETag"]

    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        with django_assert_num_queries(1):
            response = client.get(address(article), headers={"If-None-Match": known})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["ETag"] == etag
        assert response.headers["Cache-Control"] == "public, max-age=10, stale-while-revalidate=30"
        assert {"Content-Length", "Content-Type", "Vary"}.isdisjoint(response.headers)


def test_thread_changes_its_etag_with_what_it_shows_and_only_then(client: Client) -> None:
    article = make_article()
    etags = [client.get(address(article)).headers["ETag"]]
    pending = make_comment(article)
    assert client.get(address(article)).headers["ETag"] == etags[0]

    move(pending, Status.APPROVED)
    etags.append(client.get(address(article)).headers["ETag"])
    Article.objects.filter(pk=article.pk).update(mode=ArticleMode.CLOSED)
    closed = client.get(address(article))
    etags.append(closed.headers["ETag"])
    etags.append(client.get(address(article) + "?sort=oldest").headers["ETag"])

    assert len(set(etags)) == 4
    assert closed.json()["article"]["state"] == "closed"


@pytest.mark.parametrize("count", [1, 50])
def test_thread_costs_three_queries_at_first_and_one_afterwards(
    client: Client, django_assert_num_queries, count: int
) -> None:
    article = make_article()
    first = make_comment(article, status=Status.APPROVED)
    for number in range(count - 1):
        make_comment(article, parent=first if number % 2 else None, status=Status.APPROVED, name=f"Leser {number}")

    with django_assert_num_queries(3):
        fresh = client.get(address(article))
    with django_assert_num_queries(1):
        kept = client.get(address(article))

    assert len(ids(fresh)) == count
    assert kept.content == fresh.content


def test_thread_without_a_working_cache_is_read_from_the_database(client: Client, settings) -> None:
    article = make_article()
    comment = make_comment(article, status=Status.APPROVED)
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"socket_connect_timeout": 0.2},
        }
    }

    response = client.get(address(article))

    assert ids(response) == [comment.public_id]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


def test_thread_pages_follow_each_other_without_gap_or_repetition(client: Client, settings) -> None:
    settings.COMMENTS_PAGE_SIZE = 2
    article = make_article()
    posted = [make_comment(article, status=Status.APPROVED, name=f"Leser {number}") for number in range(5)]

    for sort, expected in (("oldest", posted), ("newest", posted[::-1])):
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = client.get(address(article), {"sort": sort, "cursor": cursor})
            seen += ids(page)
            cursor = page.json()["next"]
        assert seen == [comment.public_id for comment in expected]


@pytest.mark.parametrize(
    ("query", "field"),
    [("sort=random", "sort"), ("cursor=forged", "cursor"), ("cursor=%00", "cursor"), ("cursor=" + "x" * 201, "cursor")],
)
def test_thread_with_impossible_parameters_names_the_field(client: Client, query: str, field: str) -> None:
    response = client.get(f"{address(make_article())}?{query}")

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert response.headers["Cache-Control"] == "private, no-store"


def test_thread_asked_by_head_has_the_headers_of_get_and_no_body(client: Client) -> None:
    article = make_article()
    make_comment(article, status=Status.APPROVED)

    get, head = client.get(address(article)), client.head(address(article))

    assert head.status_code == 200
    assert head.content == b""
    assert dict(head.headers) == dict(get.headers)


def test_counts_of_many_articles_cost_two_queries_and_are_zero_for_unknown_and_hidden_ones(
    client: Client, django_assert_num_queries
) -> None:
    site = make_site()
    with_two, with_none = make_article(site, key="two"), make_article(site, key="none")
    hidden = make_article(site, key="hidden")
    elsewhere = make_article(make_site(), key="elsewhere")
    for article in (with_two, with_two, hidden, elsewhere):
        make_comment(article, status=Status.APPROVED)
    make_comment(with_none)
    Article.objects.filter(pk=hidden.pk).update(mode=ArticleMode.HIDDEN)
    keys = ["two", "none", "hidden", "elsewhere", "absent", "not a key", "two"]

    # The second looks for those that may be former keys.
    with django_assert_num_queries(2):
        response = client.get("/api/v1/counts", {"site": site.slug, "id": keys})

    assert response.status_code == 200
    assert response.json() == {
        "counts": {"two": 2, "none": 0, "hidden": 0, "elsewhere": 0, "absent": 0, "not a key": 0}
    }
    assert response.headers["Cache-Control"] == "public, max-age=30, stale-while-revalidate=60"
    assert {"Vary", "Content-Language"}.isdisjoint(response.headers)
    again = client.get(
        "/api/v1/counts", {"site": site.slug, "id": keys}, headers={"If-None-Match": response.headers["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_counts_of_a_hundred_articles_are_given_and_of_more_refused(client: Client) -> None:
    site = make_site()
    keys = [f"key-{number}" for number in range(101)]

    assert len(client.get("/api/v1/counts", {"site": site.slug, "id": keys[:100]}).json()["counts"]) == 100
    refused = client.get("/api/v1/counts", {"site": site.slug, "id": keys}, headers={"Accept-Language": "en"})

    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"field": "id", "message": "These are too many."}]
