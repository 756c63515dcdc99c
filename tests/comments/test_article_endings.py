"""Discussions that end by the clock, the five modes at every door, and the editors' note."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from comments.enums import ArticleMode, Status
from comments.exceptions import CommentError, DiscussionClosedError, InvalidInputError
from comments.models import Article, Comment
from comments.services.article_settings import set_closing, set_mode, set_note
from comments.services.identity import Identity, make_author_token, make_status_token
from comments.services.posting import Draft, post_comment, revise_comment, withdraw_comment
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db

END = datetime.datetime(2031, 5, 4, 12, 0, tzinfo=datetime.UTC)
BEFORE = END - datetime.timedelta(microseconds=1)


def draft(**values: str) -> Draft:
    return Draft(**{"body": "Ein Text", "name": "Hanna Kuhl"} | values)  # type: ignore[arg-type]


def fragment(client: Client, article: Article) -> str:
    return client.get(f"/embed/v1/{article.site.slug}/{article.key}/thread.html?lang=en").content.decode()


def page(client: Client, article: Article) -> str:
    return client.get(f"/discussion/{article.site.slug}/{article.key}/").content.decode()


def thread(client: Client, article: Article) -> Any:
    return client.get(f"/api/v1/sites/{article.site.slug}/articles/{article.key}/comments")


def test_an_article_takes_comments_until_the_very_moment_of_its_end() -> None:
    article = make_article()
    set_closing(article=article, closes_at=END)

    with time_machine.travel(BEFORE, tick=False):
        assert post_comment(article=article, identity=Identity(), draft=draft()).created
    with time_machine.travel(END, tick=False), pytest.raises(DiscussionClosedError):
        post_comment(article=article, identity=Identity(), draft=draft(body="Zu spät"))

    assert Comment.objects.count() == 1


def test_what_was_prepared_before_the_end_shows_no_form_after_it(client: Client) -> None:
    article = make_article()
    make_comment(article, body="Bleibt", status=Status.APPROVED)
    set_closing(article=article, closes_at=END)

    with time_machine.travel(BEFORE, tick=False):
        first, first_page, first_json = fragment(client, article), page(client, article), thread(client, article)
    with time_machine.travel(END, tick=False):
        second, second_page, second_json = fragment(client, article), page(client, article), thread(client, article)

    for html in (first, first_page):
        assert 'name="body"' in html
        assert 'data-mg="reply"' in html
    assert "Open until 4 May 2031, 14:00" in first
    for html in (second, second_page):
        assert 'name="body"' not in html
        assert 'data-mg="reply"' not in html
        assert "<p>Bleibt</p>" in html
    assert "This discussion ended on 4 May 2031, 14:00." in second
    assert first_json.json()["article"]["state"] == "open"
    assert second_json.json()["article"] | {"url": "", "title": "", "key": ""} == {
        "key": "",
        "url": "",
        "title": "",
        "count": 1,
        "state": "closed",
        "closes_at": "2031-05-04T12:00:00Z",
        "note": "",
    }
    assert first_json["ETag"] != second_json["ETag"]


def test_no_cache_may_show_an_open_form_beyond_the_end(client: Client) -> None:
    article = make_article()
    set_closing(article=article, closes_at=END)
    kept: dict[int, str] = {}
    for seconds in (3600, 25, 4, 0, -1):
        with time_machine.travel(END - datetime.timedelta(seconds=seconds), tick=False):
            kept[seconds] = client.get(f"/embed/v1/{article.site.slug}/{article.key}/thread.html")["Cache-Control"]
            assert thread(client, article)["Cache-Control"] == kept[seconds]

    assert kept == {
        3600: "public, max-age=10, stale-while-revalidate=30",
        25: "public, max-age=10, stale-while-revalidate=15",
        4: "public, max-age=4, stale-while-revalidate=0",
        0: "public, max-age=10, stale-while-revalidate=30",
        -1: "public, max-age=10, stale-while-revalidate=30",
    }


def test_the_days_of_a_site_count_from_what_the_host_says_else_from_the_first_sight() -> None:
    article = make_article()
    article.site.closing_days = 14
    begun = article.created_at
    assert article.ends_at == begun + datetime.timedelta(days=14)

    article.published_at = END
    assert article.ends_at == END + datetime.timedelta(days=14)

    article.closes_at = END
    assert article.ends_at == END

    article.site.closing_days, article.closes_at = None, None
    assert article.ends_at is None


def test_after_the_end_authors_may_still_change_and_take_back_what_they_wrote() -> None:
    article = make_article()
    comment = make_comment(article, body="Eins")
    set_closing(article=article, closes_at=timezone.now() - datetime.timedelta(seconds=1))
    comment.refresh_from_db()

    revise_comment(comment=comment, body="Zwei")
    withdraw_comment(comment=Comment.objects.get(pk=comment.pk))

    comment.refresh_from_db()
    assert (comment.revision, comment.status) == (2, Status.WITHDRAWN)


# What each mode answers at each door: a comment by form and by API, a reply, a new text, a vote, a report.
DOORS = {
    ArticleMode.PRE_MODERATED: (303, 201, 201, 200, 200, 201),
    ArticleMode.POST_MODERATED: (303, 201, 201, 200, 200, 201),
    ArticleMode.READ_ONLY: (409, 409, 409, 409, 409, 201),
    ArticleMode.CLOSED: (409, 409, 409, 200, 200, 201),
    ArticleMode.HIDDEN: (404, 404, 404, 409, 404, 404),
}


@pytest.mark.parametrize("mode", ArticleMode.values)
def test_every_door_keeps_to_the_mode(client: Client, mode: str) -> None:
    article = make_article()
    parent = make_comment(article, status=Status.APPROVED)
    own = make_comment(article, name="Ole Berg")
    set_mode(article=article, mode=ArticleMode(mode))
    api, public_id = f"/api/v1/sites/{article.site.slug}/articles/{article.key}/comments", parent.public_id

    def send(path: str, data: dict[str, str], **headers: str) -> int:
        return client.post(path, data, content_type="application/json", headers=headers).status_code

    form = {"body": "Per Formular", "name": "Mia Lund", "email": "", "parent": "", "website": ""}
    by_form = client.post(f"/discussion/{article.site.slug}/{article.key}/comments/", form).status_code
    bearer = {"Authorization": f"Bearer {make_author_token(own.author)}"}
    changed = client.patch(
        f"/api/v1/comments/{own.public_id}", {"body": "Neu"}, content_type="application/json", headers=bearer
    )
    answers = (
        by_form,
        send(api, {"body": "Per API", "name": "Mia Lund"}),
        send(api, {"body": "Antwort", "name": "Mia Lund", "parent": public_id}),
        changed.status_code,
        send(f"/api/v1/comments/{public_id}/votes", {}),
        send(f"/api/v1/comments/{public_id}/reports", {"reason": "other", "text": "Bitte ansehen"}),
    )

    assert answers == DOORS[ArticleMode(mode)]
    assert Comment.objects.count() == 2 + 3 * (mode in ("pre", "post"))
    assert client.get(f"/status/{make_status_token(own)}/").status_code == 200


def test_the_note_stands_above_the_form_as_plain_text_in_page_fragment_and_api(client: Client) -> None:
    article = make_article()
    fragment(client, article)

    before = set_note(article=article, note=" Bitte bleiben Sie <b>beim</b> Thema. ")

    assert before == ""
    for html in (fragment(client, article), page(client, article)):
        note, form = html.index("Bitte bleiben Sie &lt;b&gt;beim&lt;/b&gt; Thema."), html.index('name="body"')
        assert note < form
    assert thread(client, article).json()["article"]["note"] == "Bitte bleiben Sie <b>beim</b> Thema."
    with pytest.raises(InvalidInputError, match="501"):
        set_note(article=article, note="x" * 501)
    assert set_note(article=article, note="") == "Bitte bleiben Sie <b>beim</b> Thema."
    assert 'part="note"' not in fragment(client, article)


def test_a_change_of_the_mode_is_noticed_by_every_cache(client: Client) -> None:
    article = make_article()
    etag = thread(client, article)["ETag"]
    version = Article.objects.get().version

    assert set_mode(article=article, mode=ArticleMode.READ_ONLY) == ArticleMode.PRE_MODERATED

    assert thread(client, article)["ETag"] != etag
    assert Article.objects.get().version == version + 1
    with pytest.raises(CommentError):
        post_comment(article=Article.objects.with_site().get(), identity=Identity(), draft=draft())
