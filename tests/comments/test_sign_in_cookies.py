"""The API as a page of ours uses it: by cookies and CSRF token."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from comments.access import author_cookie_name
from comments.enums import Status
from comments.models import Article, Author, Comment
from comments.services.identity import make_author_token, read_author_token
from tests.comments.pages import discussion_url
from tests.factories import make_article, make_comment, make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    """A client whose requests need what a browser's need."""
    return Client(enforce_csrf_checks=True)


def open_page(browser: Client, article: Article) -> dict[str, str]:
    """Load the discussion as a page of ours; the headers that its script sends from then on."""
    browser.get(discussion_url(article))
    return {"X-CSRFToken": browser.cookies["csrftoken"].value, "Accept-Language": "en"}


def post(browser: Client, article: Article, headers: dict[str, str] | None = None, **members: str) -> HttpResponse:
    return browser.post(
        f"/api/v1/sites/{article.site.slug}/articles/{article.key}/comments",
        {"body": "A good text", "name": "Kim", **members},
        content_type="application/json",
        headers=headers or {},
    )


def own_comments(browser: Client, article: Article, headers: dict[str, str]) -> list[str]:
    body = {"articles": [{"site": article.site.slug, "key": article.key}]}
    answer = browser.post("/api/v1/me/comments", body, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.json()
    return [one["id"] for one in answer.json()["comments"]]


def test_guest_posting_from_our_page_is_known_by_a_cookie_afterwards(browser: Client) -> None:
    article = make_article()
    headers = open_page(browser, article)

    posted = post(browser, article, headers)
    again = post(browser, article, headers, body="Another text")

    cookie = posted.cookies[author_cookie_name(article.site)]
    assert (posted.status_code, again.status_code) == (201, 201)
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert read_author_token(cookie.value) == Author.objects.get()
    assert own_comments(browser, article, headers) == [posted.json()["id"], again.json()["id"]]


def test_guest_posting_without_the_csrf_token_of_our_page_gets_no_cookie(browser: Client) -> None:
    article = make_article()
    headers = open_page(browser, article)

    from_elsewhere = post(browser, article, {"X-CSRFToken": "x" * 32})
    bearer = post(browser, article, headers | {"Authorization": f"Bearer {make_author_token(Author.objects.get())}"})
    program = post(Client(enforce_csrf_checks=True), article, name="Program")

    assert [one.status_code for one in (from_elsewhere, bearer, program)] == [201, 201, 201]
    kept = author_cookie_name(article.site)
    assert [kept in one.cookies for one in (from_elsewhere, bearer, program)] == [False, False, False]


@pytest.mark.parametrize(("method", "path"), [("delete", ""), ("patch", "")])
def test_writing_by_the_cookie_of_a_guest_without_csrf_token_is_refused(
    browser: Client, method: str, path: str
) -> None:
    comment = make_comment(make_article())
    browser.cookies[author_cookie_name(comment.site)] = make_author_token(comment.author)

    response = getattr(browser, method)(
        f"/api/v1/comments/{comment.public_id}{path}", {"body": "Changed"}, content_type="application/json"
    )

    assert (response.status_code, response.json()["code"]) == (403, "csrf")
    assert Comment.objects.get().status == Status.PENDING
    assert Comment.objects.get().revision == 1


def test_reading_by_the_cookie_of_a_guest_shows_the_own_comment_and_nobody_elses(browser: Client) -> None:
    article = make_article()
    mine, other = make_comment(article), make_comment(article)
    browser.cookies[author_cookie_name(mine.site)] = make_author_token(mine.author)

    answers = [browser.get(f"/api/v1/comments/{one.public_id}").status_code for one in (mine, other)]

    assert answers == [200, 404]


def test_cookie_of_a_guest_that_is_forged_counts_as_none(browser: Client) -> None:
    article = make_article()
    comment = make_comment(article)
    headers = open_page(browser, article)
    browser.cookies[author_cookie_name(comment.site)] = make_author_token(comment.author)[:-1] + "!"

    posted = post(browser, article, headers)

    assert posted.status_code == 201
    assert Author.objects.count() == 2
    assert browser.get(f"/api/v1/comments/{comment.public_id}").status_code == 404


def test_cookie_of_a_guest_beside_a_bearer_token_does_not_count(browser: Client) -> None:
    article = make_article()
    mine, other = make_comment(article), make_comment(article)
    browser.cookies[author_cookie_name(mine.site)] = make_author_token(mine.author)
    headers = {"Authorization": f"Bearer {make_author_token(other.author)}"}

    answers = [browser.get(f"/api/v1/comments/{one.public_id}", headers=headers).status_code for one in (mine, other)]
    forged = browser.get(f"/api/v1/comments/{mine.public_id}", headers={"Authorization": "Bearer ma_forged"})

    assert answers == [404, 200]
    assert (forged.status_code, forged.json()["code"]) == (401, "invalid_token")


def test_cookie_of_a_guest_of_another_site_says_nothing_there(browser: Client) -> None:
    elsewhere = make_comment(make_article())
    article = make_article(make_site())
    headers = open_page(browser, article)
    for site in (elsewhere.site, article.site):
        browser.cookies[author_cookie_name(site)] = make_author_token(elsewhere.author)

    posted = post(browser, article, headers)

    assert posted.status_code == 201, posted.json()
    author = Comment.objects.get(public_id=posted.json()["id"]).author
    assert (author.site, author.name) == (article.site, "Kim")
    assert author != elsewhere.author


def test_account_signed_in_by_cookie_still_has_what_its_browser_wrote_as_a_guest(browser: Client) -> None:
    article = make_article()
    headers = open_page(browser, article)
    as_guest = post(browser, article, headers).json()["id"]
    browser.force_login(make_user(name="Ada Lovelace"))
    headers = open_page(browser, article)
    as_account = post(browser, article, headers, body="Signed in now")

    assert as_account.json()["author_token"] is None
    assert own_comments(browser, article, headers) == [as_guest, as_account.json()["id"]]
