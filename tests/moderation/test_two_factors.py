from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.models import User
from django.test import Client

from comments.enums import Status
from comments.models import Comment
from moderation.enums import Role, Scope
from moderation.models import ApiToken
from moderation.services.tokens import issue_token
from tests.factories import make_article, make_comment, make_moderator, make_user
from tests.moderation.desk_pages import FRAGMENT, html_of, press, sign_in, text_of

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

ASKS = "/moderation/second-factor/?next="


@pytest.fixture(autouse=True)
def _required(settings: SettingsWrapper) -> None:
    settings.MODERATION_REQUIRE_TWO_FACTORS = True


def code_of(secret: str) -> str:
    """What the app shows now."""
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def prove_address(user: User) -> None:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def add_app(user: User) -> str:
    """The secret of an app that the account has."""
    prove_address(user)
    secret = str(generate_totp_secret())
    TOTP.activate(user, secret)
    return secret


def test_desk_without_a_second_factor_leads_to_why_and_how_and_does_nothing() -> None:
    article = make_article()
    comment = make_comment(article)
    client = sign_in(make_moderator(article.site, role=Role.ADMINISTRATOR))

    pages = [client.get(path) for path in ("/moderation/?status=spam", "/moderation/members/", "/moderation/tokens/")]
    actions = [
        press(client, comment, "approve"),
        client.post("/moderation/tokens/make/", {"scopes": ["read"]}),
    ]
    fragment = client.get("/moderation/", headers=FRAGMENT)
    why = client.get(pages[0]["Location"])

    assert [(one.status_code, one["Location"]) for one in (*pages, *actions)] == [
        (302, f"{ASKS}%2Fmoderation%2F%3Fstatus%3Dspam"),
        (302, f"{ASKS}%2Fmoderation%2Fmembers%2F"),
        (302, f"{ASKS}%2Fmoderation%2Ftokens%2F"),
        (302, f"{ASKS}%2Fmoderation%2F"),
        (302, f"{ASKS}%2Fmoderation%2F"),
    ]
    assert (fragment.status_code, fragment.content) == (401, b"")
    assert "Besides it the desk therefore asks for something that only you have" in text_of(why)
    assert "/accounts/2fa/totp/activate/" in html_of(why)
    assert "/accounts/2fa/webauthn/add/" in html_of(why)
    assert (Comment.objects.get().status, ApiToken.objects.count()) == (Status.PENDING, 0)


def test_desk_opens_to_who_signs_in_with_password_and_code() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    secret = add_app(moderator)
    client = Client(headers={"accept-language": "en"})

    password = client.post(
        "/accounts/login/?next=/moderation/", {"login": moderator.email, "password": "correct horse battery"}
    )
    halfway = client.get("/moderation/")
    code = client.post(password["Location"], {"code": code_of(secret)})

    assert password["Location"].startswith("/accounts/2fa/authenticate/")
    assert halfway["Location"] == "/accounts/login/?next=/moderation/"
    assert (code.status_code, code["Location"]) == (302, "/moderation/")
    assert client.get("/moderation/").status_code == 200


def test_session_from_before_the_second_factor_confirms_it_once_and_comes_back() -> None:
    article = make_article()
    comment = make_comment(article)
    moderator = make_moderator(article.site)
    client = sign_in(moderator)
    secret = add_app(moderator)

    led = client.get(f"/moderation/?comment={comment.public_id}")
    why = client.get(led["Location"])
    confirm = f"/accounts/2fa/reauthenticate/?next=%2Fmoderation%2F%3Fcomment%3D{comment.public_id}"
    assert "Please confirm it once for this session." in text_of(why)
    assert confirm in html_of(why)
    wrong = client.post(confirm, {"code": "000000"})
    assert (wrong.status_code, client.get("/moderation/").status_code) == (200, 302)
    right = client.post(confirm, {"code": code_of(secret)})

    assert (right.status_code, right["Location"]) == (302, f"/moderation/?comment={comment.public_id}")
    assert press(client, comment, "approve").status_code == 303
    assert Comment.objects.get().status == Status.APPROVED
    # Whoever has shown it is led on at once.
    assert client.get(led["Location"])["Location"] == f"/moderation/?comment={comment.public_id}"


def test_app_is_added_by_the_page_that_the_desk_leads_to() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    prove_address(moderator)
    client = Client(headers={"accept-language": "en"})
    client.post("/accounts/login/", {"login": moderator.email, "password": "correct horse battery"})
    assert client.get("/moderation/")["Location"] == f"{ASKS}%2Fmoderation%2F"

    # allauth lets nobody add a factor who has not typed the password just now.
    add = "/accounts/2fa/totp/activate/"
    password = client.get(add)["Location"]
    assert client.post(password, {"password": "correct horse battery"})["Location"] == add
    page = client.get(add)
    secret = client.session["mfa.totp.secret"]
    added = client.post(add, {"code": code_of(secret)})

    assert (page.status_code, added.status_code) == (200, 302)
    assert Authenticator.objects.filter(user=moderator, type="totp").count() == 1
    confirmed = client.post("/accounts/2fa/reauthenticate/?next=/moderation/", {"code": code_of(secret)})
    assert confirmed["Location"] == "/moderation/"
    assert client.get("/moderation/").status_code == 200


def test_second_factor_of_one_account_in_a_session_is_none_of_the_next() -> None:
    article = make_article()
    first, second = make_moderator(article.site), make_moderator(article.site)
    client = sign_in(first)
    secret = add_app(first)
    client.post("/accounts/2fa/reauthenticate/?next=/moderation/", {"code": code_of(secret)})
    assert client.get("/moderation/").status_code == 200
    client.force_login(second)
    assert client.get("/moderation/").status_code == 302


def test_page_of_the_second_factor_leads_nowhere_else() -> None:
    article = make_article()
    client = sign_in(make_moderator(article.site))
    for address in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        html = html_of(client.get("/moderation/second-factor/", {"next": address}))
        # The chooser of the language comes back to this very address; no link leads on from it.
        links = re.findall(r'href="([^"]*)"', html)
        assert not [link for link in links if "evil" in link or "alert" in link]
        assert any(link.endswith("?next=%2Fmoderation%2F") for link in links)
    assert sign_in().get("/moderation/second-factor/")["Location"].startswith("/accounts/login/")


def test_readers_are_told_nothing_of_a_desk() -> None:
    client = sign_in(make_user())
    assert client.get("/moderation/").status_code == 404
    assert client.get("/moderation/second-factor/").status_code == 404


def test_api_by_session_needs_the_second_factor_and_by_token_made_before_does_not(settings: SettingsWrapper) -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    token = issue_token(user=moderator, site=article.site, scopes=[Scope.READ])

    refused = sign_in(moderator).get("/api/v1/moderation/queue")
    by_token = sign_in().get("/api/v1/moderation/queue", headers={"authorization": f"Bearer {token}"})

    assert (refused.status_code, by_token.status_code) == (403, 200)
    problem = refused.json()
    assert problem["code"] == "second_factor_needed"
    assert problem["detail"] == (
        "The desk asks for a second factor. Open the desk in the browser to add or confirm one."
    )
    settings.MODERATION_REQUIRE_TWO_FACTORS = False
    assert sign_in(moderator).get("/api/v1/moderation/queue").status_code == 200


def test_desk_without_the_requirement_asks_nobody(settings: SettingsWrapper) -> None:
    settings.MODERATION_REQUIRE_TWO_FACTORS = False
    client = sign_in(make_moderator(make_article().site))
    assert client.get("/moderation/").status_code == 200
    assert client.get("/moderation/second-factor/")["Location"] == "/moderation/"
