"""Posting by the form, as a browser without JavaScript does."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from comments.access import author_cookie_name
from comments.conf import Limit
from comments.enums import ArticleMode, AuthorKind, Status
from comments.models import Article, Author, Comment
from comments.screening import ScreeningInput, Verdict
from tests.comments.pages import discussion_url, fill_form, post_url, read_forms, send, shown_ids
from tests.factories import make_article, make_comment, move

pytestmark = pytest.mark.django_db

TEXT = "Has anybody asked the ferrymen?\n\nThey know best."
GUEST = {"body": TEXT, "name": "Karla Wendt", "email": "karla@reader.example"}
NOTICE = '<div class="mg-notice mg-notice--waiting" role="status">'


def publish_at_once(screening_input: ScreeningInput) -> Verdict:
    """A screener of a site that trusts everybody."""
    del screening_input
    return Verdict(Status.APPROVED)


def on_this_host(article: Article) -> Article:
    """An article of a host project that serves its pages beside ours."""
    article.url = f"http://testserver/articles/{article.key}/"
    article.save(update_fields=["url"])
    return article


def assert_refused(response: HttpResponse, article: Article, status: int, **typed: str) -> None:
    """Nothing was stored, and everything that was typed is still in the form, below a summary that takes the focus."""
    html = response.content.decode()
    assert response.status_code == status
    assert not Comment.objects.for_article(article).hidden_from_public().exists()
    form = read_forms(response)[post_url(article)]
    assert {name: form[name] for name in typed} == typed
    assert '<div class="mg-errors" id="mg-errors" role="alert" tabindex="-1" autofocus>' in html
    assert response["Cache-Control"] == "private, no-store"


def test_post_by_a_guest_is_seen_waiting_by_them_alone_and_by_all_once_approved(client: Client) -> None:
    article = on_this_host(make_article())

    response = send(client, article, **GUEST)

    comment = Comment.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/articles/{article.key}/#own-{comment.public_id}")
    assert (comment.status, comment.author.kind, comment.author.email) == (
        Status.PENDING,
        AuthorKind.GUEST,
        GUEST["email"],
    )

    own = client.get(discussion_url(article)).content.decode()
    assert f'<li class="mg-own__item mg-own__item--waiting" id="own-{comment.public_id}"' in own
    assert "asked the ferrymen" in own
    assert NOTICE in own
    assert NOTICE not in client.get(discussion_url(article)).content.decode()

    other = Client()
    send(other, article, body="Something else", name="Another Guest")
    for stranger in (Client(), other):
        assert "asked the ferrymen" not in stranger.get(discussion_url(article)).content.decode()

    move(comment, Status.APPROVED)
    for reader in (client, other, Client()):
        response = reader.get(discussion_url(article))
        assert shown_ids(response) == [comment.public_id]
        assert "asked the ferrymen" in response.content.decode()
    assert "mg-own__item--waiting" not in client.get(discussion_url(article)).content.decode()


def test_post_by_a_guest_sets_a_cookie_that_scripts_and_other_sites_cannot_use(client: Client) -> None:
    article = make_article()
    name = author_cookie_name(article.site)

    cookie = send(client, article, **GUEST).cookies[name]
    secure = client.post(post_url(article), {**GUEST, "body": "More"}, secure=True).cookies[name]

    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", "")
    assert secure["secure"] is True


def test_post_to_an_article_on_another_host_stays_where_the_author_is_known(client: Client) -> None:
    article = make_article()

    response = send(client, article, **GUEST)

    assert response["Location"] == discussion_url(article, f"#own-{Comment.objects.get().public_id}")


def test_post_with_a_foreign_next_goes_nowhere_else(client: Client) -> None:
    article = on_this_host(make_article())
    Article.objects.filter(pk=article.pk).update(url="http://testserver//evil.example/x")

    response = send(client, article, **GUEST, next="https://evil.example/")

    assert response["Location"] == f"/evil.example/x#own-{Comment.objects.get().public_id}"


def test_post_that_is_published_at_once_leads_to_it(client: Client, settings: Settings) -> None:
    settings.COMMENTS_SCREENER = f"{__name__}.publish_at_once"
    article = on_this_host(make_article(mode=ArticleMode.POST_MODERATED))

    response = send(client, article, **GUEST)

    comment = Comment.objects.get()
    assert response["Location"] == f"/articles/{article.key}/#comment-{comment.public_id}"
    page = client.get(discussion_url(article))
    assert shown_ids(page) == [comment.public_id]
    assert NOTICE not in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ({"body": ""}, "body"),
        ({"body": "   \n "}, "body"),
        ({"body": "x" * 5_001}, "body"),
        ({"name": ""}, "name"),
        ({"name": "Redaktion"}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"email": "no address"}, "email"),
    ],
)
def test_post_with_a_field_that_cannot_be_taken_is_shown_again_with_it(
    client: Client, typed: dict[str, str], name: str
) -> None:
    article = make_article()

    response = send(client, article, **(GUEST | typed))

    assert_refused(response, article, 422, **(GUEST | typed))
    html = response.content.decode()
    assert f'<a href="#mg-{name}">' in html
    assert f'id="mg-{name}_error"' in html
    assert html.count('aria-invalid="true"') == 1


def test_post_without_body_and_name_says_both(client: Client) -> None:
    article = make_article()

    html = send(client, article, body="", name="").content.decode()

    assert '<a href="#mg-body">' in html
    assert '<a href="#mg-name">' in html


def test_post_of_a_refused_form_once_corrected_is_taken(client: Client) -> None:
    article = make_article()
    refused = send(client, article, **(GUEST | {"name": "Redaktion"}))

    response = client.post(post_url(article), read_forms(refused)[post_url(article)] | {"name": "Karla Wendt"})

    assert response.status_code == 303
    assert Comment.objects.get().author_name == "Karla Wendt"


def test_post_of_a_reply_with_an_error_is_still_that_reply(client: Client) -> None:
    article = make_article()
    parent = make_comment(article, status=Status.APPROVED, name="Henning Stuhr")

    response = send(client, article, f"?reply_to={parent.public_id}", **(GUEST | {"name": ""}))

    assert_refused(response, article, 422, body=TEXT, parent=parent.public_id)
    assert '<strong dir="auto">Henning Stuhr</strong>' in response.content.decode()


def test_post_of_a_reply_to_a_comment_that_is_gone_can_be_sent_as_a_comment(client: Client) -> None:
    article = make_article()
    parent = make_comment(article, status=Status.APPROVED)
    filled = fill_form(client, article, f"?reply_to={parent.public_id}", **GUEST)
    Comment.objects.filter(pk=parent.pk).delete()

    refused = client.post(post_url(article), filled)
    assert_refused(refused, article, 422, body=TEXT, parent="")
    client.post(post_url(article), read_forms(refused)[post_url(article)])

    assert Comment.objects.get().parent is None


@pytest.mark.parametrize("mode", [ArticleMode.CLOSED, ArticleMode.READ_ONLY])
def test_post_after_the_discussion_ended_gives_the_text_back(client: Client, mode: ArticleMode) -> None:
    article = make_article()
    filled = fill_form(client, article, **GUEST)
    Article.objects.filter(pk=article.pk).update(mode=mode)

    response = client.post(post_url(article), filled)

    assert response.status_code == 409
    assert "Has anybody asked the ferrymen?\n\nThey know best.</textarea>" in response.content.decode()
    assert 'role="alert" tabindex="-1" autofocus' in response.content.decode()
    assert not Comment.objects.exists()


def test_post_of_nothing_after_the_discussion_ended_is_refused_for_that(client: Client) -> None:
    article = make_article(mode=ArticleMode.CLOSED)

    assert client.post(post_url(article), {}).status_code == 409


def test_post_to_a_hidden_article_is_as_to_an_absent_one(client: Client) -> None:
    article = make_article()
    filled = fill_form(client, article, **GUEST)
    Article.objects.filter(pk=article.pk).update(mode=ArticleMode.HIDDEN)

    hidden = client.post(post_url(article), filled)
    absent = client.post(reverse("comments:post", args=[article.site.slug, "never-was"]), filled)

    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content
    assert "Has anybody asked the ferrymen?" in hidden.content.decode()
    assert not Comment.objects.exists()


def test_post_faster_than_the_limit_says_so_and_keeps_the_text(client: Client, settings: Settings) -> None:
    settings.COMMENTS_POST_LIMITS = {"author": (), "network": (Limit(0, datetime.timedelta(minutes=1)),)}
    article = make_article()

    response = send(client, article, **GUEST)

    assert_refused(response, article, 429, **GUEST)
    assert 0 < int(response["Retry-After"]) <= 60


def test_post_of_the_same_form_twice_is_one_comment(client: Client) -> None:
    article = make_article()
    filled = fill_form(client, article, **GUEST)

    # The second browser tab knows nothing of the cookie that the first answer sets.
    first, twin = client.post(post_url(article), filled), Client().post(post_url(article), filled)
    again = client.post(post_url(article), filled)

    assert Comment.objects.count() == Author.objects.count() == 1
    assert first["Location"] == twin["Location"] == again["Location"]
    kept = author_cookie_name(article.site)
    assert twin.cookies[kept].value == first.cookies[kept].value


def test_post_of_another_text_from_the_same_form_is_another_comment(client: Client) -> None:
    article = make_article()
    filled = fill_form(client, article, **GUEST)

    client.post(post_url(article), filled)
    client.post(post_url(article), filled | {"body": "What I forgot to say."})

    assert Comment.objects.count() == 2
    assert Author.objects.count() == 1


def test_post_of_a_neighbours_words_does_not_make_somebody_the_neighbour(client: Client) -> None:
    article = make_article()
    client.post(post_url(article), GUEST)

    response = Client().post(post_url(article), GUEST)

    assert author_cookie_name(article.site) not in response.cookies


def test_post_at_depth_is_stored_below_what_it_answers(client: Client) -> None:
    article = make_article()
    parent = make_comment(article, status=Status.APPROVED)
    for _depth in range(6):
        parent = make_comment(article, status=Status.APPROVED, parent=parent)

    send(client, article, f"?reply_to={parent.public_id}", **GUEST)

    reply = Comment.objects.get(author_name="Karla Wendt")
    assert (reply.parent, reply.depth) == (parent, 7)


def test_post_url_opened_as_a_page_leads_to_the_discussion(client: Client) -> None:
    article = make_article()

    response = client.get(post_url(article) + "?reply_to=abc")

    assert (response.status_code, response["Location"]) == (302, discussion_url(article, "?reply_to=abc"))


def test_discussion_with_own_comments_costs_the_same_for_one_and_for_three(client: Client) -> None:
    article = make_article()
    send(client, article, **GUEST)

    from_one = _queries(client, article)
    for number in range(2):
        send(client, article, **(GUEST | {"body": f"Text {number}"}))

    # Article, guest's token, policy and clauses, own comments and their texts.
    assert from_one == _queries(client, article) == 6


def _queries(client: Client, article: Article) -> int:
    client.get(discussion_url(article))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(discussion_url(article)).status_code == 200
    return len(queries)
