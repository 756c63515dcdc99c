from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from comments.access import author_cookie_name
from comments.api.votes import VoteOut
from comments.enums import ArticleMode, AuthorKind, Status
from comments.models import Article, Author, Comment, Vote
from comments.services.identity import read_author_token
from tests.comments.pages import read_forms
from tests.comments.readers import bearer, published, votes_of
from tests.factories import make_article, make_comment, make_site, make_user

pytestmark = pytest.mark.django_db


def address(comment: Comment) -> str:
    return f"/api/v1/comments/{comment.public_id}/votes"


def test_api_vote_of_a_guest_gives_the_token_that_makes_the_next_one_the_same_readers(client: Client) -> None:
    comment = published()

    response = client.post(address(comment))

    assert response.status_code == 200
    token = response.json()["author_token"]
    assert response.json() == {"votes": 1, "voted": True, "author_token": token}
    assert response.headers["Cache-Control"] == "private, no-store"
    VoteOut.model_validate_json(response.content)
    assert read_author_token(token) == comment.votes.get().author
    # A page elsewhere keeps the token itself; only pages of ours are given the cookie.
    assert not response.cookies
    headers = {"Authorization": f"Bearer {token}"}
    assert client.post(address(comment), headers=headers).json()["votes"] == 1
    assert client.delete(address(comment), headers=headers).json() == {
        "votes": 0,
        "voted": False,
        "author_token": token,
    }
    assert votes_of(comment) == (0, 0)


def test_api_vote_of_an_account_by_session_needs_the_csrf_token_and_gives_none() -> None:
    comment, user = published(), make_user()
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post(address(comment)).status_code == 403
    assert votes_of(comment) == (0, 0)
    token = csrf_token(client, comment)

    response = client.post(address(comment), headers={"X-CSRFToken": token})

    assert response.json() == {"votes": 1, "voted": True, "author_token": None}
    assert comment.votes.get().author.user == user


def test_api_vote_of_a_guest_on_a_page_of_ours_is_kept_by_the_cookie() -> None:
    comment = published()
    client = Client(enforce_csrf_checks=True)
    token = csrf_token(client, comment)
    for _ in range(2):
        response = client.post(address(comment), headers={"X-CSRFToken": token})
        assert response.json()["votes"] == 1
    assert read_author_token(client.cookies[author_cookie_name(comment.site)].value) == comment.votes.get().author


def csrf_token(client: Client, comment: Comment) -> str:
    page = f"/c/{comment.public_id}/vote/"
    return read_forms(client.get(page))[page]["csrfmiddlewaretoken"]


def refusals(client: Client, comment: Comment, headers: dict[str, str]) -> list[Any]:
    return [client.post(address(comment), headers=headers), client.delete(address(comment), headers=headers)]


def test_api_vote_for_what_is_not_public_is_404_for_everybody_and_counts_nothing(client: Client) -> None:
    article = make_article()
    unpublished = [make_comment(article, status=status) for status in (Status.PENDING, Status.REMOVED, Status.SPAM)]
    hidden = published()
    Article.objects.filter(pk=hidden.article_id).update(mode=ArticleMode.HIDDEN)
    for comment in (*unpublished, hidden):
        for response in refusals(client, comment, bearer(comment.author)):
            assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert client.post("/api/v1/comments/000000000000/votes").status_code == 404
    assert not Vote.objects.exists()


def test_api_vote_for_ones_own_comment_is_422_with_a_sentence(client: Client) -> None:
    comment = published()
    response = client.post(address(comment), headers=bearer(comment.author))
    sentence = "This is your own comment; only others can find it worth reading."
    assert response.status_code == 422
    assert response.json()["errors"] == [{"field": "comment", "message": sentence}]
    assert votes_of(comment) == (0, 0)


def test_api_vote_in_a_paused_discussion_is_409(client: Client) -> None:
    comment = published()
    Article.objects.filter(pk=comment.article_id).update(mode=ArticleMode.READ_ONLY)
    for response in refusals(client, comment, {}):
        assert (response.status_code, response.json()["code"]) == (409, "closed")
    assert votes_of(comment) == (0, 0)


def test_api_vote_with_a_forged_or_foreign_token_is_401(client: Client) -> None:
    comment = published()
    foreign = Author.objects.create(site=make_site(), kind=AuthorKind.GUEST, name="Ada")
    forged = {"Authorization": "Bearer ma_forged"}
    for response in (*refusals(client, comment, bearer(foreign)), *refusals(client, comment, forged)):
        assert (response.status_code, response.json()["code"]) == (401, "invalid_token")
    assert votes_of(comment) == (0, 0)


def test_api_vote_beyond_the_limit_is_429_and_says_when_to_come_back(client: Client) -> None:
    comment = published()
    for _ in range(10):
        client.post(address(comment))
    response = client.post(address(comment), headers={"Accept-Language": "en"})
    assert (response.status_code, response.json()["code"]) == (429, "too_many")
    assert "sign in" in response.json()["detail"]
    assert 0 < int(response.headers["Retry-After"]) <= 86_400
    assert votes_of(comment) == (10, 10)


def test_api_vote_from_a_registered_origin_may_be_read_there_and_from_another_not(client: Client) -> None:
    comment = published()
    allowed = [
        client.options(
            address(comment), headers={"Origin": origin, "Access-Control-Request-Method": "DELETE"}
        ).headers.get("Access-Control-Allow-Origin")
        for origin in ("https://news.example", "https://evil.example")
    ]
    assert allowed == ["https://news.example", None]
