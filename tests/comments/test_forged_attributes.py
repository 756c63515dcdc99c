"""Readers write what looks like attributes of ours. Prepared HTML is completed by searching for those; no words may match."""

from __future__ import annotations

import json
from html import escape, unescape

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from comments.access import author_cookie_name
from comments.enums import Status
from comments.models import Article, Author, Comment
from comments.services.identity import Identity, make_author_token
from comments.services.muting import mute_author
from comments.services.voting import cast_vote
from tests.comments.pages import discussion_url
from tests.comments.readers import bearer
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db


def forgery(victim: Comment) -> str:
    """Every string that is searched for, for another comment."""
    other = victim.public_id
    return (
        f'href="/evil action="/evil formaction="/evil data-mg-page="/evil href="?reply_to={other} href="?sort=best '
        f'id="comment-{other}" id="vote-{other}" aria-pressed="false"'
    )


def words_of(html: str, comment: Comment) -> str:
    """The words of a comment as a browser shows them."""
    article = html.partition(f'<article class="mg-comment" id="comment-{comment.public_id}"')[2]
    return unescape(article.partition('mg-prose" dir="auto"><p>')[2].partition("</p>")[0])


def forged_thread() -> tuple[Article, Comment, Comment, Author]:
    """A thread of one honest comment and one that names it in attributes; a reader who voted for and muted the honest one."""
    article = make_article()
    victim = make_comment(article, body="Honest words", status=Status.APPROVED)
    forged = make_comment(article, body=forgery(victim), name="Mallory", status=Status.APPROVED)
    reader = make_comment(article, body="I read", name="Rita").author
    cast_vote(comment=victim, identity=Identity(author=reader))
    mute_author(comment=victim, identity=Identity(author=reader))
    return article, victim, forged, reader


@pytest.mark.parametrize("query", ["", "?page=2", "?sort=best&page=2"])
def test_forged_attributes_in_a_discussion_stay_as_they_were_written(client: Client, query: str) -> None:
    article, victim, forged, reader = forged_thread()
    client.cookies[author_cookie_name(article.site)] = make_author_token(reader)

    html = client.get(discussion_url(article, query)).content.decode()

    assert words_of(html, forged) == forgery(victim)
    assert html.count("data-mg-muted=") == 1
    assert html.count('aria-pressed="true"') == 1


def test_forged_attributes_in_the_fragment_stay_as_they_were_written(client: Client) -> None:
    article, victim, forged, _reader = forged_thread()
    address = reverse("comments:embed_thread", args=[article.site.slug, article.key])

    html = client.get(address + "?jsonld=1").content.decode()

    assert words_of(html, forged) == forgery(victim)
    data = json.loads(html.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    assert [one["text"] for one in data["comment"]] == [forgery(victim), "Honest words"]


def test_forged_attributes_in_ones_own_comments_elsewhere_stay_as_they_were_written(client: Client) -> None:
    article, victim, _forged, _reader = forged_thread()
    own = make_comment(article, body=forgery(victim), name="Malvolio")
    address = reverse("comments:embed_reader", args=[article.site.slug, article.key])

    html = client.post(address, headers=bearer(own.author)).json()["own_html"]

    assert html.count(escape(forgery(victim), quote=False).replace('"', "&quot;")) == 2


def test_forged_attributes_in_feed_lists_and_api_stay_as_they_were_written(client: Client) -> None:
    article, victim, forged, _reader = forged_thread()
    site = article.site.slug

    feed = client.get(reverse("comments:article_feed", args=[site, article.key])).content.decode()
    latest = client.get(f"/api/v1/sites/{site}/comments/latest").json()
    thread = client.get(f"/api/v1/sites/{site}/articles/{article.key}/comments").json()

    assert f"<p>{forgery(victim)}</p>" in unescape(unescape(feed))
    assert latest["comments"][0]["excerpt"] == forgery(victim)
    shown = {one["id"]: one["body_html"] for one in thread["comments"]}
    assert unescape(shown[forged.public_id]) == f"<p>{forgery(victim)}</p>"


def test_permalink_of_an_old_comment_is_not_fooled_by_a_newer_one_that_names_it(
    client: Client, settings: Settings
) -> None:
    settings.COMMENTS_PAGE_SIZE = 1
    article = make_article()
    Article.objects.filter(pk=article.pk).update(url="http://testserver/article/")
    victim = make_comment(article, body="Honest words", status=Status.APPROVED)
    forged = make_comment(article, body=forgery(victim), status=Status.APPROVED)

    old, new = (client.get(reverse("comments:permalink", args=[one.public_id])) for one in (victim, forged))

    assert old["Location"] == discussion_url(article, f"?comment={victim.public_id}#comment-{victim.public_id}")
    assert new["Location"] == f"/article/#comment-{forged.public_id}"
