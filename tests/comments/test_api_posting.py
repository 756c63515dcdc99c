from __future__ import annotations

import datetime

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from comments.api.schemas import PostedComment
from comments.conf import Limit
from comments.enums import ArticleMode, AuthorKind, Status
from comments.models import Article, Author, Comment
from comments.services.identity import Identity, make_author_token, make_status_token
from tests.factories import make_article, make_comment, make_site, make_user

pytestmark = pytest.mark.django_db

KEY = "a-random-key-0123456789"


def address(article: Article) -> str:
    return f"/api/v1/sites/{article.site.slug}/articles/{article.key}/comments"


def post(client: Client, to: Article | str, body: object, **headers: str) -> HttpResponse:
    path = to if isinstance(to, str) else address(to)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(path, body, content_type="application/json", headers={"Accept-Language": "en", **named})


def bearer(author: Author) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_author_token(author)}"}


def counts() -> tuple[int, int, int]:
    return Comment.objects.count(), Author.objects.count(), Article.objects.count()


def test_post_by_guest_stores_a_pending_comment_and_answers_with_its_secrets(client: Client) -> None:
    article = make_article()

    response = post(
        client, article, {"body": "Ein *guter* Punkt.", "name": "  Hanna   Kuhl ", "email": "hanna@reader.example"}
    )

    comment = Comment.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": comment.public_id,
        "status": "pending",
        "revision": 1,
        "author_token": make_author_token(comment.author),
        "status_url": f"{django_settings.BASE_URL}/status/{make_status_token(comment)}/",
    }
    PostedComment.model_validate_json(response.content)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.cookies == {}
    assert (comment.article, comment.status, comment.public_html) == (article, Status.PENDING, "")
    assert comment.revisions.get().body == "Ein *guter* Punkt."
    author = Author.objects.get()
    assert (author.kind, author.name, author.email) == (AuthorKind.GUEST, "Hanna Kuhl", "hanna@reader.example")
    assert client.get(response.json()["status_url"].removeprefix(django_settings.BASE_URL)).status_code == 200


def test_post_with_author_token_is_by_the_same_author_whose_name_need_not_be_sent_again(client: Client) -> None:
    article = make_article()
    first = make_comment(article, name="Hanna Kuhl")

    response = post(client, article, {"body": "Noch etwas."}, **bearer(first.author))

    second = Comment.objects.exclude(pk=first.pk).get()
    assert response.status_code == 201
    assert response.json()["author_token"] == make_author_token(first.author)
    assert (second.author, second.author_name) == (first.author, "Hanna Kuhl")
    assert Author.objects.count() == 1


def test_post_by_session_with_csrf_token_is_by_the_account_and_hands_out_no_token() -> None:
    article = make_article()
    account = make_user(name="Petra Zander")
    client = Client(enforce_csrf_checks=True)
    client.force_login(account)
    client.cookies["csrftoken"] = "c" * 32

    response = post(client, article, {"body": "Angemeldet.", "name": "Egal"}, X_CSRFToken="c" * 32)

    comment = Comment.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": comment.public_id,
        "status": "pending",
        "revision": 1,
        "author_token": None,
        "status_url": f"{django_settings.BASE_URL}/status/{make_status_token(comment)}/",
    }
    assert (comment.author.user, comment.author_name) == (account, "Petra Zander")


def test_post_by_session_without_csrf_token_is_refused_and_stores_nothing() -> None:
    article = make_article()
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(name="Petra Zander"))
    before = counts()

    response = post(client, article, {"body": "Von einer fremden Seite."})

    assert response.status_code == 403
    assert response.json()["code"] == "csrf"
    assert counts() == before


def test_post_by_guest_needs_no_csrf_token() -> None:
    response = post(Client(enforce_csrf_checks=True), make_article(), {"body": "Offen.", "name": "Kim"})

    assert response.status_code == 201


def test_post_with_session_token_of_the_app_client_is_by_the_account(client: Client) -> None:
    article = make_article()
    account = make_user(name="Petra Zander")
    signed_in = Client()
    signed_in.force_login(account)
    token = signed_in.session.session_key

    response = post(client, article, {"body": "Aus dem Widget."}, Authorization=f"Bearer {token}")

    assert response.status_code == 201
    assert Comment.objects.get().author.user == account


def test_post_with_a_broken_token_is_refused_instead_of_making_a_stranger(client: Client) -> None:
    article = make_article()
    author = make_comment(article).author
    token = make_author_token(author)
    foreign = make_author_token(make_comment(make_article(make_site())).author)
    revoked = make_comment(article, name="Jens").author
    revoked_token = make_author_token(revoked)
    Author.objects.filter(pk=revoked.pk).update(token_version=2)
    before = counts()
    broken = [
        "Bearer ma_forged",
        f"Bearer {token[:-1]}{'A' if token[-1] != 'A' else 'B'}",
        f"Bearer {token.replace(author.public_id, 'a' * 12)}",
        f"Bearer {foreign}",
        f"Bearer {revoked_token}",
        f"Bearer mt_{'x' * 43}",
        f"Bearer {'x' * 32}",
        "Bearer ",
        "Bearer \xe4\xff",
        f"Basic {token}",
        token,
    ]

    answers = [post(client, article, {"body": "Hallo.", "name": "Kim"}, Authorization=one) for one in broken]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "invalid_token")}
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {'Bearer error="invalid_token"'}
    assert counts() == before


def test_post_repeated_with_its_key_is_one_comment_with_one_answer(client: Client) -> None:
    article = make_article()
    body = {"body": "Doppelt.", "name": "Kim"}

    answers = [post(client, article, body, Idempotency_Key=KEY) for _ in range(3)]
    moved = Client(REMOTE_ADDR="198.51.100.7")
    answers.append(post(moved, article, body, Idempotency_Key=KEY))

    assert {answer.status_code for answer in answers} == {201}
    assert {answer.content for answer in answers} == {answers[0].content}
    assert answers[0].json()["author_token"] == make_author_token(Comment.objects.get().author)


def test_post_with_the_key_of_another_text_is_refused(client: Client) -> None:
    article = make_article()
    post(client, article, {"body": "Eins.", "name": "Kim"}, Idempotency_Key=KEY)

    response = post(client, article, {"body": "Zwei.", "name": "Kim"}, Idempotency_Key=KEY)

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == ["idempotency_key"]
    assert Comment.objects.count() == 1


def test_post_repeated_without_key_is_one_comment_but_its_secrets_are_given_once(client: Client) -> None:
    article = make_article()
    body = {"body": "Ein Satz, den alle lesen können.", "name": "Kim"}

    first, copied = post(client, article, body), post(client, article, body)

    comment = Comment.objects.get()
    assert first.json()["author_token"] == make_author_token(comment.author)
    assert copied.status_code == 201
    assert copied.json() == {
        "id": comment.public_id,
        "status": "pending",
        "revision": 1,
        "author_token": None,
        "status_url": None,
    }


def test_post_repeated_without_key_by_its_proved_author_gets_the_same_answer(client: Client) -> None:
    article = make_article()
    author = make_comment(article).author

    first, second = (post(client, article, {"body": "Zweimal geklickt."}, **bearer(author)) for _ in range(2))

    assert first.content == second.content
    assert first.json()["author_token"] == make_author_token(author)
    assert Comment.objects.count() == 2


def test_post_below_a_hidden_parent_is_refused_like_one_below_an_absent_parent(client: Client) -> None:
    article = make_article()
    hidden = make_comment(article, status=Status.REJECTED)
    other = make_comment(make_article(article.site), status=Status.APPROVED)

    answers = [
        post(client, article, {"body": "Antwort.", "name": "Kim", "parent": parent})
        for parent in (hidden.public_id, other.public_id, "0" * 12)
    ]

    assert {answer.status_code for answer in answers} == {422}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("mode", [ArticleMode.CLOSED, ArticleMode.READ_ONLY])
def test_post_to_an_article_that_takes_none_is_a_conflict(client: Client, mode: ArticleMode) -> None:
    article = make_article(mode=mode)

    response = post(client, article, {"body": "Zu spät.", "name": "Kim"})

    assert (response.status_code, response.json()["code"]) == (409, "closed")
    assert Comment.objects.count() == 0


def test_post_too_fast_says_when_to_come_back_and_forged_headers_do_not_help(client: Client, settings) -> None:
    limit = (Limit(2, datetime.timedelta(minutes=1)),)
    settings.COMMENTS_POST_LIMITS = {"author": limit, "network": limit}
    article = make_article()

    answers = [
        post(client, article, {"body": f"Nummer {number}", "name": "Kim"}, X_Forwarded_For=f"203.0.113.{number}")
        for number in range(4)
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 429, 429]
    assert answers[2].json()["code"] == "too_many"
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert Comment.objects.count() == 2


@pytest.mark.parametrize("known", [1, 50])
def test_post_costs_the_same_however_long_the_thread_is(
    client: Client, django_assert_max_num_queries, known: int
) -> None:
    article = make_article()
    for number in range(known):
        make_comment(article, status=Status.APPROVED, name=f"Leser {number}")

    # The 23rd is the lock on the site's row, which SQLite has no need of.
    with django_assert_max_num_queries(22 if connection.vendor == "sqlite" else 23):
        response = post(client, article, {"body": "Noch einer.", "name": "Kim"})

    assert response.status_code == 201


def test_post_by_account_through_another_author_token_is_by_the_token(client: Client) -> None:
    article = make_article()
    guest = make_comment(article, name="Hanna Kuhl").author
    make_comment(article, identity=Identity(user=make_user(name="Petra Zander")))
    signed_in = Client()
    signed_in.force_login(make_user(name="Jens Wolter"))

    post(signed_in, article, {"body": "Mit dem Token."}, **bearer(guest))

    assert Comment.objects.latest("pk").author == guest
