"""What is true of every page: how one gets in, and what is said of a request that cannot be read."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from comments.models import Comment
from tests.comments.pages import discussion_url, fill_form, post_url
from tests.factories import make_article, make_user

pytestmark = pytest.mark.django_db


def test_admin_login_of_a_stranger_is_the_sign_in_page_of_everybody(client: Client) -> None:
    get_user_model().objects.create_superuser("root", "root@example.org", "correct horse battery")
    typed = {"username": "root", "password": "correct horse battery"}

    answers = [client.get("/admin/login/?next=/admin/"), client.post("/admin/login/?next=/admin/", typed)]

    assert [(one.status_code, one["Location"]) for one in answers] == [(302, "/accounts/login/?next=%2Fadmin%2F")] * 2
    assert "_auth_user_id" not in client.session


def test_admin_login_of_a_reader_who_is_signed_in_is_refused(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/admin/login/").status_code == 403


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["This is too much at once", "Please shorten your text", "back button leads back to your form"]),
        ("de", ["Das ist zu viel auf einmal", "Bitte kürzen Sie Ihren Text", "Zurück-Taste Ihres Browsers"]),
    ],
)
def test_form_of_more_than_a_mebibyte_is_told_how_to_get_the_text_back(language: str, sentences: list[str]) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": language})
    data = {"body": "x" * 1_100_000, "name": "Karla Wendt"}

    url_encoded = "&".join(f"{name}={value}" for name, value in data.items())
    article = make_article()
    client.get(discussion_url(article))
    answers = [
        client.post(post_url(article), url_encoded, content_type="application/x-www-form-urlencoded"),
        client.post(post_url(article), data),
    ]

    for answer in answers:
        html = answer.content.decode()
        assert answer.status_code == 400
        assert answer["Cache-Control"] == "private, no-store"
        assert f'<html lang="{language}">' in html
        assert all(sentence in html for sentence in sentences)
    assert not Comment.objects.exists()


def test_form_of_half_a_mebibyte_keeps_its_text(client: Client) -> None:
    article = make_article()
    text = "Wort " * 100_000

    refused = client.post(post_url(article), fill_form(client, article, body=text, name="Karla Wendt"))

    assert refused.status_code == 422
    assert text.strip() in refused.content.decode()


def test_request_that_cannot_be_read_is_answered_in_our_look(client: Client) -> None:
    wrong_host = client.get("/", headers={"Host": "evil.example", "Accept-Language": "en"})
    too_many = client.post("/accounts/login/", {f"p{number}": "" for number in range(1_001)})

    for answer in (wrong_host, too_many):
        assert answer.status_code == 400
        assert '<main class="mg-main mg-main--narrow" id="main">' in answer.content.decode()
    assert "We could not read this" in wrong_host.content.decode()
    assert "This is too much at once" not in wrong_host.content.decode()
