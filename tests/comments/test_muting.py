from __future__ import annotations

import datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from comments.access import author_cookie_name
from comments.api.votes import MuteOut
from comments.conf import Limit
from comments.enums import ArticleMode, AuthorKind
from comments.exceptions import InvalidInputError, TooManyRequestsError
from comments.models import Article, Author, Comment, Mute
from comments.services.identity import Identity, read_author_token
from comments.services.muting import mute_author, muted_comment_ids, unmute_author
from tests.comments.pages import read_forms
from tests.comments.readers import bearer, guest, published
from tests.factories import make_article, make_comment, make_site, make_user

pytestmark = pytest.mark.django_db


def address(comment: Comment) -> str:
    return f"/api/v1/comments/{comment.public_id}/mutes"


def mutes() -> list[tuple[Author, Author]]:
    return [(mute.reader, mute.author) for mute in Mute.objects.select_related("reader", "author").order_by("pk")]


def test_mute_sent_twice_is_one_and_taken_back_is_none() -> None:
    comment = published()
    reader = guest(comment)
    identity = Identity(author=reader)

    mutings = [mute_author(comment=comment, identity=identity) for _ in range(2)]

    assert [(muting.muted, muting.reader) for muting in mutings] == [(True, reader)] * 2
    assert mutes() == [(reader, comment.author)]
    for _ in range(2):
        assert not unmute_author(comment=comment, identity=identity).muted
    assert mutes() == []


def test_mute_of_a_stranger_makes_a_reader_without_a_name() -> None:
    comment = published()
    muting = mute_author(comment=comment, identity=Identity(network="n"))
    assert muting.reader is not None
    assert (muting.reader.kind, muting.reader.name) == ("guest", "")
    assert mutes() == [(muting.reader, comment.author)]


def test_mute_of_oneself_is_refused_to_account_and_guest() -> None:
    user, article = make_user(name="Ada Lund"), make_article()
    by_account, by_guest = published(article, identity=Identity(user=user)), published(article)
    for comment, identity in ((by_account, Identity(user=user)), (by_guest, Identity(author=by_guest.author))):
        with pytest.raises(InvalidInputError) as refusal:
            mute_author(comment=comment, identity=identity)
        assert refusal.value.field == "comment"
    assert mutes() == []


def test_mute_changes_nothing_that_others_see() -> None:
    comment = published()
    before = Article.objects.get(pk=comment.article_id).version
    mute_author(comment=comment, identity=Identity(author=guest(comment)))
    assert Article.objects.get(pk=comment.article_id).version == before


def test_mutes_and_votes_share_their_limit(settings: Settings) -> None:
    settings.COMMENTS_VOTE_LIMITS = {
        "author": (Limit(1, datetime.timedelta(days=365)),),
        "network": (),
        "new_readers": (),
    }
    article = make_article()
    first, second = published(article), published(article)
    reader = guest(first)
    mute_author(comment=first, identity=Identity(author=reader))
    with pytest.raises(TooManyRequestsError):
        mute_author(comment=second, identity=Identity(author=reader))
    assert mutes() == [(reader, first.author)]


def test_muted_comment_ids_are_everything_by_the_muted_under_this_article(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    article = make_article()
    first = published(article, name="Ada Lund")
    second = published(article, identity=Identity(author=first.author), name="Ada Lund")
    other = published(article, name="Bo Berg")
    waiting = make_comment(article, identity=Identity(author=first.author), name="Ada Lund")
    elsewhere = published(make_article(article.site), identity=Identity(author=first.author), name="Ada Lund")
    one, two, stranger = (guest(first) for _ in range(3))
    mute_author(comment=elsewhere, identity=Identity(author=one))
    mute_author(comment=first, identity=Identity(author=two))
    mute_author(comment=other, identity=Identity(author=stranger))

    with django_assert_num_queries(1):
        found = muted_comment_ids(article=article, readers=[one, two])

    assert found == sorted([first.public_id, second.public_id])
    assert waiting.public_id not in found
    with django_assert_num_queries(0):
        assert muted_comment_ids(article=article, readers=[]) == []


def test_api_mute_and_back_tell_how_it_stands_and_name_no_author(client: Client) -> None:
    comment = published()

    response = client.post(address(comment))

    token = response.json()["author_token"]
    assert (response.status_code, response.json()) == (200, {"muted": True, "author_token": token})
    assert response.headers["Cache-Control"] == "private, no-store"
    MuteOut.model_validate_json(response.content)
    assert comment.author.public_id not in response.content.decode()
    assert mutes() == [(read_author_token(token), comment.author)]
    back = client.delete(address(comment), headers={"Authorization": f"Bearer {token}"})
    assert back.json() == {"muted": False, "author_token": token}
    assert mutes() == []


def test_api_mute_refuses_strange_tokens_oneself_and_what_is_not_public(client: Client) -> None:
    comment = published()
    foreign = Author.objects.create(site=make_site(), kind=AuthorKind.GUEST, name="Ada")
    waiting = make_comment(comment.article)
    hidden = published()
    Article.objects.filter(pk=hidden.article_id).update(mode=ArticleMode.HIDDEN)
    asked = [
        (comment, bearer(foreign), 401),
        (comment, {"Authorization": "Bearer ma_forged"}, 401),
        (comment, bearer(comment.author), 422),
        (waiting, {}, 404),
        (hidden, {}, 404),
    ]
    statuses = [client.post(address(one), headers=headers).status_code for one, headers, _status in asked]
    assert statuses == [status for _one, _headers, status in asked]
    assert mutes() == []


def test_mute_page_mutes_leads_back_and_takes_it_back_when_asked(client: Client) -> None:
    comment = published(make_article(make_site(language="en")), name="Ada Lund")
    page = f"/c/{comment.public_id}/mute/"

    asked = client.get(page, headers={"Referer": "http://testserver/discussion/x/y/"})
    assert "Mute Ada Lund?" in asked.content.decode()
    response = client.post(page, read_forms(asked)[page])

    assert (response.status_code, response.headers["Location"]) == (
        303,
        f"/discussion/x/y/#comment-{comment.public_id}",
    )
    assert mutes() == [(read_author_token(client.cookies[author_cookie_name(comment.site)].value), comment.author)]
    again = client.get(client.post(page).headers["Location"])
    assert "You have muted Ada Lund" in again.content.decode()
    client.post(page, read_forms(again)[page] | {"take_back": "1"})
    assert mutes() == []
