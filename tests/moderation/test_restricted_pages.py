from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from comments.access import author_cookie_name
from comments.enums import Status
from comments.models import Comment, Vote
from comments.services.identity import make_author_token, make_status_token
from moderation.enums import RestrictionKind
from moderation.gate import make_restriction_token, restriction_url
from moderation.models import Report, Restriction
from tests.factories import make_article, make_comment
from tests.moderation.desk_pages import html_of, sign_in, text_of
from tests.moderation.restricting import lay, make_author, write

pytestmark = pytest.mark.django_db

WARNING, HOLD, MUTE, BAN = RestrictionKind


def browser_of(author) -> Client:
    client = sign_in()
    client.cookies["django_language"] = "en"
    client.cookies[author_cookie_name(author.site)] = make_author_token(author)
    return client


def page_of(restriction: Restriction) -> str:
    return "/" + restriction_url(restriction).split("/", 3)[3]


def test_a_refused_comment_is_not_stored_and_keeps_its_text_in_the_form() -> None:
    article = make_article()
    author = make_author(article.site)
    restriction = lay(author, MUTE)

    response = browser_of(author).post(
        reverse("comments:post", args=[article.site.slug, article.key]),
        {"body": "Mein langer Text.", "name": "Hanna Kuhl"},
    )

    assert response.status_code == 403
    assert Comment.objects.count() == 0
    html = html_of(response)
    assert "Mein langer Text.</textarea>" in html
    assert f'<a href="{restriction_url(restriction)}">' in html
    assert "Drei Beleidigungen an einem Tag." in text_of(response)


def test_the_api_refuses_with_the_facts_and_takes_the_text_once_the_warning_is_confirmed() -> None:
    article = make_article()
    author = make_author(article.site)
    warning = lay(author, WARNING)
    client = Client(headers={"authorization": f"Bearer {make_author_token(author)}", "accept-language": "en"})
    address = f"/api/v1/sites/{article.site.slug}/articles/{article.key}/comments"
    sent = json.dumps({"body": "Mein Text.", "name": "Hanna Kuhl"})

    refused = client.post(address, sent, content_type="application/json")
    reference = make_restriction_token(warning)
    page = restriction_url(warning)

    assert refused.status_code == 403
    assert refused.json() == {
        "type": "urn:marginalia:problem:restricted",
        "title": refused.json()["title"],
        "status": 403,
        "detail": refused.json()["detail"],
        "code": "restricted",
        "kind": "warning",
        "until": None,
        "page": page,
        "restriction": reference,
    }
    assert page in refused.json()["detail"]
    assert page.endswith(f"/warnings/{reference}/")

    confirmed = client.post(f"/api/v1/me/warnings/{reference}/acknowledge")
    assert (confirmed.status_code, confirmed.json()["restriction"]) == (200, reference)
    again = client.post(f"/api/v1/me/warnings/{reference}/acknowledge")
    assert again.json() == confirmed.json()
    assert client.post(address, sent, content_type="application/json").status_code == 201
    assert Comment.objects.count() == 1


def test_only_a_warning_can_be_confirmed_and_only_by_its_reference() -> None:
    mute = lay(make_author(make_article().site))
    client = Client()

    answers = [
        client.post(f"/api/v1/me/warnings/{reference}/acknowledge").status_code
        for reference in (make_restriction_token(mute), str(mute.pk), f"{mute.pk}.forged", "x")
    ]

    assert answers == [409, 404, 404, 404]
    assert client.get(f"/restrictions/{mute.pk}.forged/").status_code == 404
    assert Restriction.objects.get().acknowledged_at is None


def test_the_page_of_a_warning_has_one_button_that_confirms_it() -> None:
    author = make_author(make_article().site)
    warning = lay(author, WARNING, clause="respect")
    client = browser_of(author)

    page = client.get(page_of(warning))
    assert "Title respect" in text_of(page)
    assert page.headers["Cache-Control"] == "private, no-store"
    done = client.post(page_of(warning), {"confirm": "1"})

    assert (done.status_code, done.headers["Location"]) == (303, page_of(warning))
    assert Restriction.objects.get().acknowledged_at is not None
    assert "I have read it" not in text_of(client.get(page_of(warning)))


def test_an_objection_is_sent_from_the_page_once() -> None:
    author = make_author(make_article().site)
    ban = lay(author, BAN)
    client = browser_of(author)

    assert client.post(page_of(ban), {"text": ""}).status_code == 422
    assert client.post(page_of(ban), {"text": "Das war ich nicht."}).status_code == 303
    assert client.post(page_of(ban), {"text": "Noch etwas."}).status_code == 409

    assert Restriction.objects.get().objection == "Das war ich nicht."
    page = text_of(client.get(page_of(ban)))
    assert "Das war ich nicht." in page
    assert "Send the objection" not in page


def test_my_comments_and_the_status_page_say_what_holds_to_its_person_alone() -> None:
    article = make_article()
    author, other = make_author(article.site), make_author(article.site, name="Ada Quell")
    comments = {one.pk: write(article, author=one, body=f"Text von {one.name}") for one in (author, other)}
    lay(author, HOLD)

    for one, is_told in ((author, True), (other, False)):
        client = browser_of(one)
        pages = [
            client.get("/my-comments/"),
            client.get(reverse("comments:status", args=[make_status_token(comments[one.pk])])),
        ]
        assert [page.status_code for page in pages] == [200, 200]
        found = [bool(re.search(r'href="[^"]*/restrictions/', html_of(page))) for page in pages]
        assert found == [is_told, is_told]


def test_whoever_is_banned_is_told_so_on_the_pages_for_voting_and_reporting() -> None:
    article = make_article()
    author = make_author(article.site)
    comment = make_comment(article, status=Status.APPROVED, name="Ada Quell")
    ban = lay(author, BAN)
    client = browser_of(author)

    answers = [
        client.post(reverse("comments:vote", args=[comment.public_id])),
        client.post(reverse("moderation:report", args=[comment.public_id]), {"reason": "respect"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert all(f'<a href="{restriction_url(ban)}">' in html_of(answer) for answer in answers)
    assert (Vote.objects.count(), Report.objects.count()) == (0, 0)
