"""allauth's pages in the project's look: each one opens, in both languages, as a page with a heading and labelled fields."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.core import mail
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.factories import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
LANGUAGES = ("de", "en")
ENTRANCE = ("account_login", "account_signup", "account_request_login_code", "account_reset_password")
ENTRANCE_AFTERWARDS = ("account_reset_password_done", "account_email_verification_sent", "account_inactive")
MANAGE = ("account_email", "account_change_password", "account_logout", "mfa_index")


class _Page(HTMLParser):
    """Notes what every page of ours must have, and must not."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: set[str] = set()
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "label":
            self.labelled.add(str(found.get("for")))
        if tag in ("input", "textarea", "select") and found.get("type") != "hidden":
            self.fields.add(str(found.get("id")))
        if "style" in found or tag == "style" or any(name.startswith("on") for name in found):
            self.inline.append(tag)
        if tag == "script" and "src" not in found and found.get("type") != "application/json":
            self.inline.append(tag)


def assert_is_a_page_of_ours(response: HttpResponse, language: str) -> None:
    """One main, one first heading, every field labelled, nothing inline, ids once, in the language asked for."""
    assert response.status_code == 200
    html = response.content.decode()
    page = _Page()
    page.feed(html)
    assert f'<html lang="{language}">' in html
    assert (page.counts["main"], page.counts["h1"], page.counts.get("header", 0)) == (1, 1, 2)
    assert 'class="mg-page-head__title"' in html
    assert page.fields - page.labelled == set()
    assert page.inline == []
    assert len(page.ids) == len(set(page.ids))
    # allauth's own elements know nothing of our classes.
    assert not re.search(r"<(input|button)(?![^>]*(class=|type=\"hidden\"))", html)


@pytest.fixture
def reader() -> User:
    """An account with a confirmed address."""
    user = make_user("reader@reader.example", name="Karla Wendt")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)  # type: ignore[attr-defined]
    return user


def sign_in(client: Client, user: User) -> None:
    """By the forms, so that allauth knows how recently the password was given."""
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    response = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert response.status_code == 302


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*ENTRANCE, *ENTRANCE_AFTERWARDS])
def test_entrance_page_opens(client: Client, name: str, language: str) -> None:
    response = client.get(reverse(name), headers={"Accept-Language": language}, follow=True)

    assert_is_a_page_of_ours(response, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*MANAGE, "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn"])
def test_manage_page_opens(client: Client, reader: User, name: str, language: str) -> None:
    sign_in(client, reader)

    response = client.get(reverse(name), headers={"Accept-Language": language})

    assert_is_a_page_of_ours(response, language)
    assert "mg-sort--account" in response.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_reauthentication_page_opens(client: Client, reader: User, language: str) -> None:
    client.force_login(reader)

    response = client.get(reverse("mfa_activate_totp"), headers={"Accept-Language": language}, follow=True)

    assert response.redirect_chain[0][0].startswith(reverse("account_reauthenticate"))
    assert_is_a_page_of_ours(response, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_second_factor_from_its_set_up_to_the_next_sign_in(client: Client, reader: User, language: str) -> None:
    client.cookies["django_language"] = language
    sign_in(client, reader)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = page.partition('id="authenticator_secret"')[2].partition('value="')[2].partition('"')[0]

    assert client.post(reverse("mfa_activate_totp"), {"code": _totp(secret)}).status_code == 302

    for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp"):
        assert_is_a_page_of_ours(client.get(reverse(name)), language)
    assert_is_a_page_of_ours(client.get(reverse("mfa_reauthenticate")), language)
    client.post(reverse("account_logout"))
    asked = client.post(reverse("account_login"), {"login": reader.email, "password": PASSWORD}, follow=True)
    assert asked.redirect_chain[-1][0] == reverse("mfa_authenticate")
    assert_is_a_page_of_ours(asked, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sign_up_asks_for_the_code_from_the_mail(client: Client, language: str) -> None:
    headers = {"Accept-Language": language}
    data = {"email": "new@reader.example", "password1": PASSWORD}

    response = client.post(reverse("account_signup"), data, headers=headers, follow=True)

    assert_is_a_page_of_ours(response, language)
    assert '<input type="text" name="code"' in response.content.decode()
    assert "mg-input--code" in response.content.decode()
    code = _code()
    done = client.post(reverse("account_email_verification_sent"), {"code": code}, headers=headers)
    assert done.status_code == 302
    assert User.objects.get(email="new@reader.example").emailaddress_set.get().verified  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sign_in_by_code_asks_for_it_and_lets_in(client: Client, reader: User, language: str) -> None:
    headers = {"Accept-Language": language}

    response = client.post(reverse("account_request_login_code"), {"email": reader.email}, headers=headers, follow=True)

    assert_is_a_page_of_ours(response, language)
    client.post(reverse("account_confirm_login_code"), {"code": _code()}, headers=headers)
    assert client.session["_auth_user_id"] == str(reader.pk)


@pytest.mark.parametrize("language", LANGUAGES)
def test_password_reset_goes_through(client: Client, reader: User, language: str) -> None:
    headers = {"Accept-Language": language}
    client.post(reverse("account_reset_password"), {"email": reader.email}, headers=headers)
    link = re.search(r"http://testserver(/\S+)", str(mail.outbox[-1].body))
    assert link

    form = client.get(link[1], headers=headers, follow=True)
    assert_is_a_page_of_ours(form, language)
    data = {"password1": "another long phrase", "password2": "another long phrase"}
    done = client.post(form.redirect_chain[-1][0], data, headers=headers, follow=True)

    assert done.status_code == 200
    reader.refresh_from_db()
    assert reader.check_password("another long phrase")


def test_sign_in_with_a_wrong_password_says_so_at_the_top(client: Client, reader: User) -> None:
    data = {"login": reader.email, "password": "wrong"}

    response = client.post(reverse("account_login"), data, headers={"Accept-Language": "en"})

    html = response.content.decode()
    assert '<div class="mg-errors" id="mg-errors" role="alert" tabindex="-1" autofocus>' in html
    assert f'value="{reader.email}"' in html


def test_sign_in_leads_back_to_the_discussion(client: Client, reader: User) -> None:
    page = client.get(reverse("account_login") + "?next=/discussion/demo/ferry/").content.decode()
    data = {"login": reader.email, "password": PASSWORD}

    inside = client.post(reverse("account_login"), data | {"next": "/discussion/demo/ferry/"})
    client.logout()
    outside = client.post(reverse("account_login"), data | {"next": "https://evil.example/"})

    assert '<input type="hidden" name="next" value="/discussion/demo/ferry/"' in page
    assert inside["Location"] == "/discussion/demo/ferry/"
    assert outside["Location"] == "/"


def test_masthead_says_who_is_signed_in_and_lets_them_out(client: Client, reader: User) -> None:
    assert reverse("account_login") in client.get(reverse("account_signup")).content.decode()
    client.force_login(reader)

    html = client.get(reverse("account_logout")).content.decode()

    assert "Karla Wendt" in html
    assert f'<form class="mg-bar__form" method="post" action="{reverse("account_logout")}">' in html


def test_language_switch_changes_the_pages_language(client: Client) -> None:
    client.get(reverse("account_login"), headers={"Accept-Language": "de"})

    response = client.post(reverse("set_language"), {"language": "en", "next": reverse("account_login")}, follow=True)

    assert '<html lang="en">' in response.content.decode()
    assert 'name="language" value="de" lang="de">Deutsch</button>' in response.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["404.html", "403.html", "500.html"])
def test_error_page_needs_no_context(name: str, language: str) -> None:
    with translation.override(language):
        html = render_to_string(name)

    page = _Page()
    page.feed(html)
    assert (page.counts["main"], page.counts["h1"]) == (1, 1)
    assert f'<html lang="{language}">' in html
    assert f'<p class="mg-page-head__kicker">{name.removesuffix(".html")}</p>' in html


def _totp(secret: str) -> str:
    """What an authenticator app shows for this secret now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def _code() -> str:
    """The code that the last mail brought, on a line of its own."""
    [code] = re.findall(r"^([A-Z0-9-]{6,9})$", str(mail.outbox[-1].body), re.MULTILINE)
    return str(code)
