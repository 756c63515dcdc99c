from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from comments.access import author_cookie_name
from comments.enums import ArticleMode, Status
from comments.models import Article
from comments.services.identity import Identity, make_author_token
from comments.services.muting import mute_author
from comments.services.voting import cast_vote
from tests.comments.pages import shown_ids
from tests.factories import make_article, make_comment, make_site

pytestmark = pytest.mark.django_db
ODD_HEADERS = {
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_ACCEPT_LANGUAGE": "en",
    "HTTP_ACCEPT": "application/json",
    "HTTP_X_REQUESTED_WITH": "XMLHttpRequest",
    "HTTP_ORIGIN": "https://anywhere.example",
    "HTTP_COOKIE": "sessionid=abc; csrftoken=xyz; django_language=en",
}


def thread_url(article: Article, query: str = "") -> str:
    return reverse("comments:embed_thread", args=[article.site.slug, article.key]) + query


def reader_url(article: Article, query: str = "") -> str:
    return reverse("comments:embed_reader", args=[article.site.slug, article.key]) + query


def test_fragment_shows_what_is_published_and_nothing_else(client: Client) -> None:
    article = make_article()
    shown = make_comment(article, body="Everybody may read this.", status=Status.APPROVED)
    for status in (Status.PENDING, Status.REJECTED, Status.SPAM, Status.RETURNED, Status.REMOVED, Status.WITHDRAWN):
        make_comment(article, body=f"secret-{status}", status=status)

    response = client.get(thread_url(article))

    assert shown_ids(response) == [shown.public_id]
    assert "Everybody may read this." in response.content.decode()
    assert "secret-" not in response.content.decode()


def test_fragment_is_the_same_for_everybody_whatever_they_send(client: Client) -> None:
    article = make_article()
    make_comment(article, status=Status.APPROVED)

    plain, odd = client.get(thread_url(article)), Client().get(thread_url(article), **ODD_HEADERS)

    assert odd.content == plain.content
    for response in (plain, odd):
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["Cache-Control"].startswith("public, max-age=10")
    assert plain["ETag"] == odd["ETag"]
    assert "csrfmiddlewaretoken" not in plain.content.decode()


def test_fragment_is_confirmed_until_something_changes(client: Client) -> None:
    article = make_article()
    make_comment(article, status=Status.APPROVED)
    etag = client.get(thread_url(article))["ETag"]

    same = client.get(thread_url(article), HTTP_IF_NONE_MATCH=etag)
    make_comment(article, status=Status.APPROVED)
    changed = client.get(thread_url(article), HTTP_IF_NONE_MATCH=etag)

    assert (same.status_code, same.content) == (304, b"")
    assert changed.status_code == 200
    assert len(shown_ids(changed)) == 2


def test_fragment_has_complete_addresses_only(client: Client) -> None:
    article = make_article()
    make_comment(article, status=Status.APPROVED)

    html = client.get(thread_url(article)).content.decode()

    addresses = re.findall(r'\b(?:href|action|formaction|data-mg-page)="([^"]*)"', html)
    assert len(addresses) > 8
    assert [one for one in addresses if not one.startswith((f"{settings.BASE_URL}/", "#"))] == []


def test_fragment_costs_the_same_however_many_comments(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    one, many = make_article(), make_article()
    make_comment(one, status=Status.APPROVED)
    for _number in range(30):
        make_comment(many, status=Status.APPROVED)
    for article in (one, many):
        # Article with site, the usual wait, policy with clauses, conversations, replies.
        with django_assert_num_queries(6):
            client.get(thread_url(article))
        with django_assert_num_queries(1):
            client.get(thread_url(article))


def test_fragment_of_an_article_nobody_knows_is_an_open_empty_discussion_and_stores_nothing(client: Client) -> None:
    site = make_site()

    response = client.get(reverse("comments:embed_thread", args=[site.slug, "new-story"]))

    html = response.content.decode()
    assert response.status_code == 200
    assert 'data-mg="form"' in html
    assert 'data-mg="empty"' in html
    assert Article.objects.count() == 0


def test_fragment_of_an_article_that_a_readers_page_named_tells_nothing_of_it(client: Client) -> None:
    article = make_article()
    make_comment(article, body="secret-text")
    Article.objects.update(is_confirmed=False, title="secret-title", url="https://news.example/secret-address")

    html = client.get(thread_url(article)).content.decode()

    assert "secret-" not in html
    assert 'data-mg="form"' in html


@pytest.mark.parametrize("mode", [ArticleMode.HIDDEN])
def test_fragment_of_a_hidden_discussion_is_absent(client: Client, mode: ArticleMode) -> None:
    article = make_article(mode=mode)
    make_comment(make_article(article.site), status=Status.APPROVED)

    assert client.get(thread_url(article)).status_code == 404
    assert client.post(reader_url(article)).status_code == 404
    assert client.get("/embed/v1/no-such-site/key/thread.html").status_code == 404


def test_fragment_of_the_thread_alone_has_no_form(client: Client) -> None:
    article = make_article()
    shown = make_comment(article, status=Status.APPROVED)

    response = client.get(thread_url(article, "?part=thread&sort=oldest"))

    assert shown_ids(response) == [shown.public_id]
    assert (
        response.content.decode()
        .lstrip()
        .startswith('<div class="mg-discussion__thread" part="thread" data-mg="thread">')
    )
    assert "<form" not in response.content.decode()


def test_fragment_speaks_the_language_that_is_asked_for(client: Client) -> None:
    article = make_article()

    german, english = client.get(thread_url(article)), client.get(thread_url(article, "?lang=en-GB"))

    assert (german["Content-Language"], english["Content-Language"]) == ("de", "en")
    assert "Write a comment" in english.content.decode()
    assert "Write a comment" not in german.content.decode()


def test_fragment_can_keep_search_engines_from_quoting_it(client: Client) -> None:
    article = make_article()
    assert "data-nosnippet" not in client.get(thread_url(article)).content.decode()
    assert "data-nosnippet" in client.get(thread_url(article, "?nosnippet=1")).content.decode()

    article.site.is_kept_from_snippets = True
    article.site.save()
    article.version += 1
    article.save()

    assert "data-nosnippet" in client.get(thread_url(article)).content.decode()


def test_fragment_with_structured_data_holds_the_published_comments(client: Client) -> None:
    article = make_article()
    make_comment(article, body="Everybody may read this.", status=Status.APPROVED)

    html = client.get(thread_url(article, "?jsonld=1")).content.decode()

    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    assert [one["text"] for one in json.loads(found[1])["comment"]] == ["Everybody may read this."]
    assert "ld+json" not in client.get(thread_url(article)).content.decode()


def test_reader_sees_own_comments_votes_and_muted_authors_and_a_stranger_nothing(client: Client) -> None:
    article = make_article()
    own = make_comment(article, body="My own waiting words")
    liked = make_comment(article, name="Ada", status=Status.APPROVED)
    unwanted = make_comment(article, name="Bo", status=Status.APPROVED)
    identity = Identity(author=own.author, network="net")
    cast_vote(comment=liked, identity=identity)
    mute_author(comment=unwanted, identity=identity)

    mine = client.post(reader_url(article), headers={"Authorization": f"Bearer {make_author_token(own.author)}"})
    others = client.post(reader_url(article))

    assert mine.json() == {
        "own_html": mine.json()["own_html"],
        "votes": [liked.public_id],
        "muted": [unwanted.public_id],
        "name": "Hanna Kuhl",
        "is_signed_in": False,
    }
    assert "My own waiting words" in mine.json()["own_html"]
    assert f'id="own-{own.public_id}"' in mine.json()["own_html"]
    assert mine["Cache-Control"] == "private, no-store"
    empty = {"own_html": "", "votes": [], "muted": [], "name": "", "is_signed_in": False}
    assert others.json() | {"own_html": others.json()["own_html"].strip()} == empty


def test_reader_with_a_token_gets_forms_without_csrf_token_and_no_cookie_but_with_a_cookie_both(client: Client) -> None:
    article = make_article()
    own = make_comment(article)
    token = make_author_token(own.author)
    elsewhere = Client()
    client.cookies[author_cookie_name(article.site)] = token
    client.get(reverse("comments:discussion", args=[article.site.slug, article.key]))
    csrf_token = {"X-CSRFToken": client.cookies["csrftoken"].value}

    by_token = elsewhere.post(reader_url(article), headers={"Authorization": f"Bearer {token}"})
    by_cookie = client.post(reader_url(article), headers=csrf_token)

    for answer in (by_token, by_cookie):
        assert f'id="own-{own.public_id}"' in answer.json()["own_html"]
    assert "csrfmiddlewaretoken" not in by_token.json()["own_html"]
    assert list(elsewhere.cookies) == []
    assert "csrfmiddlewaretoken" in by_cookie.json()["own_html"]


def test_reader_known_by_a_cookie_of_another_site_has_no_name_here(client: Client) -> None:
    article, elsewhere = make_article(make_site()), make_article(make_site())
    foreign = make_comment(elsewhere, name="Name From Elsewhere")
    for site in (article.site, elsewhere.site):
        client.cookies[author_cookie_name(site)] = make_author_token(foreign.author)

    names = [client.post(reader_url(one)).json()["name"] for one in (article, elsewhere)]

    assert names == ["", "Name From Elsewhere"]


def test_reader_refuses_a_forged_token_and_one_of_another_site(client: Client) -> None:
    article, elsewhere = make_article(), make_article()
    foreign = make_comment(elsewhere)

    forged = client.post(reader_url(article), headers={"Authorization": "Bearer ma_forged"})
    of_another_site = client.post(
        reader_url(article), headers={"Authorization": f"Bearer {make_author_token(foreign.author)}"}
    )

    assert (forged.status_code, of_another_site.status_code) == (401, 401)
    assert client.get(reader_url(article)).status_code == 405


def test_reader_is_told_why_a_comment_was_refused(client: Client) -> None:
    article = make_article()
    comment = make_comment(article, status=Status.RETURNED)

    answer = client.post(reader_url(article), headers={"Authorization": f"Bearer {make_author_token(comment.author)}"})

    html = answer.json()["own_html"]
    assert 'data-mg="revise"' in html
    assert f'data-mg-status="{Status.RETURNED}"' in html


def test_fragment_with_structured_data_keeps_words_from_search_engines_and_bears_any_cursor(client: Client) -> None:
    article = make_article()
    make_comment(article, body="Everybody may read this.", status=Status.APPROVED)

    quiet = client.get(thread_url(article, "?jsonld=1&nosnippet=1")).content.decode()
    broken = client.get(thread_url(article, "?jsonld=1&cursor=nonsense"))

    assert '"text"' not in quiet.partition("ld+json")[2]
    assert broken.status_code == 200
    assert "Everybody may read this." in broken.content.decode()


def test_reader_with_many_refused_comments_costs_as_much_as_with_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 5):
        article = make_article()
        first = make_comment(article, status=Status.REJECTED)
        identity = Identity(author=first.author)
        for _number in range(count - 1):
            make_comment(article, status=Status.REJECTED, identity=identity)
        headers = {"Authorization": f"Bearer {make_author_token(first.author)}"}
        # Author, article with site, comments, texts, decisions, votes, muted authors.
        with django_assert_num_queries(7):
            client.post(reader_url(article), headers=headers)
