"""A text as it would appear: by the API, and by the form without JavaScript."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from comments.conf import Limit
from comments.conf import settings as comments_settings
from comments.models import Article, Comment
from tests.comments.pages import fill_form, post_url
from tests.factories import make_article

pytestmark = pytest.mark.django_db
MINUTE = datetime.timedelta(minutes=1)


def by_api(client: Client, body: str = "My *own* words") -> Any:
    return client.post("/api/v1/preview", {"body": body}, "application/json", headers={"Accept-Language": "en"})


def by_form(client: Client, article: Article, body: str = "My *own* words") -> Any:
    return client.post(post_url(article), fill_form(client, article, name="Kim", body=body, preview="1"))


def test_preview_by_api_gives_the_html_and_asks_no_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = by_api(client, 'My *own* "words"')
    assert (answer.status_code, answer.json()) == (200, {"body_html": "<p>My <em>own</em> &quot;words&quot;</p>"})


def test_previews_with_and_without_javascript_count_together(client: Client, settings: Settings) -> None:
    settings.COMMENTS_PREVIEW_LIMITS = {"network": (Limit(2, MINUTE),)}
    article = make_article()

    shown = [by_api(client), by_form(client, article)]
    refused_by_api = by_api(client)
    refused_by_form = by_form(client, article, body="My third words")

    assert [one.status_code for one in shown] == [200, 200]
    assert (refused_by_api.status_code, refused_by_api.json()["code"]) == (429, "too_many")
    assert refused_by_form.status_code == 429
    for refused in (refused_by_api, refused_by_form):
        assert 0 < int(refused["Retry-After"]) <= 60
    html = refused_by_form.content.decode()
    assert "My third words</textarea>" in html
    assert "<p>My third words</p>" not in html
    assert not Comment.objects.exists()


def test_previews_are_limited_apart_from_posts(client: Client, settings: Settings) -> None:
    settings.COMMENTS_POST_LIMITS = {"author": (), "network": (Limit(0, MINUTE),)}

    assert by_api(client).status_code == 200


def test_previews_of_one_network_have_a_limit_of_their_own() -> None:
    assert comments_settings.preview_limits == {"network": (Limit(120, MINUTE),)}
