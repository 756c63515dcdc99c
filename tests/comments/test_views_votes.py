from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from comments.access import author_cookie_name
from comments.enums import ArticleMode
from comments.models import Article, Vote
from comments.services.identity import make_author_token, read_author_token
from tests.comments.pages import read_forms
from tests.comments.readers import published, votes_of
from tests.factories import make_article, make_comment, make_site

pytestmark = pytest.mark.django_db


def test_vote_page_button_votes_and_leads_back_to_the_comment(client: Client) -> None:
    comment = published()
    page = f"/c/{comment.public_id}/vote/"

    opened = client.get(page, headers={"Referer": "http://testserver/discussion/x/y/?sort=best"})
    form = read_forms(opened)[page]
    response = client.post(page, form)

    assert (opened.status_code, response.status_code) == (200, 303)
    assert opened.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Location"] == f"/discussion/x/y/?sort=best#comment-{comment.public_id}"
    assert read_author_token(client.cookies[author_cookie_name(comment.site)].value) == comment.votes.get().author
    assert votes_of(comment) == (1, 1)


def test_vote_pressed_again_asks_before_it_takes_the_vote_back(client: Client) -> None:
    comment = published()
    page = f"/c/{comment.public_id}/vote/"
    client.post(page)
    again = client.post(page)
    assert (again.status_code, again.headers["Location"]) == (303, page)
    assert votes_of(comment) == (1, 1)

    asked = client.get(page)
    assert 'name="take_back" value="1"' in asked.content.decode()
    response = client.post(page, read_forms(asked)[page] | {"take_back": "1"})

    assert response.status_code == 303
    assert votes_of(comment) == (0, 0)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "///evil.example",
        "http:evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "http://testserver@evil.example/",
        "http://testserver.evil.example/",
        "/page\r\nX-Evil: 1",
        "page",
        "",
    ],
)
def test_vote_with_an_address_elsewhere_leads_to_the_permalink(client: Client, elsewhere: str) -> None:
    comment = published()
    response = client.post(f"/c/{comment.public_id}/vote/", {"next": elsewhere})
    assert response.status_code == 303
    assert response.headers["Location"] == f"/c/{comment.public_id}/#comment-{comment.public_id}"


@pytest.mark.parametrize("came_by", ["next", "Referer"])
@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "//evil.example/",
        "///evil.example/",
        "////evil.example/a",
        "//evil.example?a=1",
        "//evil.example#a",
        "//evil.example:80/",
        "//user@evil.example/",
        "//testserver@evil.example/",
        "//[::1]/",
        "//EVIL.example/",
        "/\\evil.example/",
        "/\\/evil.example/",
        "//\\evil.example/",
        "\\\\evil.example/",
        "/\\\\evil.example/",
        "/.//evil.example/",
        "/..//evil.example/",
        "/%2F/evil.example/",
        "/%5Cevil.example/",
        "/\t/evil.example/",
        "/\n/evil.example/",
        "/ /evil.example/",
    ],
)
def test_vote_from_a_page_of_this_host_whose_path_looks_like_a_host_stays_here(
    client: Client, came_by: str, path: str
) -> None:
    comment = published()
    came_from = f"http://testserver{path}"
    data, headers = ({"next": came_from}, {}) if came_by == "next" else ({}, {"Referer": came_from})

    location = client.post(f"/c/{comment.public_id}/vote/", data, headers=headers).headers["Location"]

    # As browsers read it: both slashes alike, no control characters.
    read = re.sub(r"[\t\r\n]", "", location).replace("\\", "/")
    assert urlsplit(urljoin("http://testserver/c/", read)).netloc == "testserver"
    assert not read.startswith("//")
    assert location.endswith(f"#comment-{comment.public_id}")


def test_vote_form_without_csrf_token_is_refused() -> None:
    comment = published()
    response = Client(enforce_csrf_checks=True).post(f"/c/{comment.public_id}/vote/")
    assert response.status_code == 403
    assert votes_of(comment) == (0, 0)


def test_vote_page_says_in_the_articles_language_why_a_vote_is_refused(client: Client) -> None:
    site = make_site(language="en")
    comment = published(make_article(site))
    client.cookies[author_cookie_name(comment.site)] = make_author_token(comment.author)
    page = f"/c/{comment.public_id}/vote/"
    own = client.post(page)
    Article.objects.filter(pk=comment.article_id).update(mode=ArticleMode.READ_ONLY)
    paused = client.post(page)
    assert (own.status_code, paused.status_code) == (422, 409)
    assert "This is your own comment; only others can find it worth reading." in own.content.decode()
    assert "This discussion is paused" in paused.content.decode()
    assert votes_of(comment) == (0, 0)


def test_vote_page_of_what_is_not_public_is_404(client: Client) -> None:
    comment = make_comment(make_article())
    for name in ("vote", "mute"):
        page = f"/c/{comment.public_id}/{name}/"
        assert (client.get(page).status_code, client.post(page).status_code) == (404, 404)
    assert not Vote.objects.exists()
