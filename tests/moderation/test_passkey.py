"""A passkey as the second factor of the desk, made and used by a real browser with an authenticator in software."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from tests.factories import make_article, make_comment, make_moderator

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.fixtures import SettingsWrapper
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def sign_in_by_password(page: Page, email: str) -> None:
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill("correct horse battery")
    page.locator("input[name=password]").press("Enter")


def test_passkey_opens_the_desk_that_asks_for_a_second_factor(
    page: Page, live_server: LiveServer, settings: SettingsWrapper
) -> None:
    settings.MODERATION_REQUIRE_TWO_FACTORS = True
    article = make_article()
    make_comment(article, body="Read me")
    moderator = make_moderator(article.site)
    EmailAddress.objects.create(user=moderator, email=moderator.email, verified=True, primary=True)
    # A passkey belongs to a name, not to a number.
    base = live_server.url.replace("127.0.0.1", "localhost")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    page.goto(f"{base}/moderation/")
    sign_in_by_password(page, moderator.email)
    expect(page).to_have_url(re.compile("/moderation/second-factor/"))
    page.goto(f"{base}/accounts/2fa/webauthn/add/")
    # Whoever adds a factor says once more who they are.
    page.locator("input[name=password]").fill("correct horse battery")
    page.locator("input[name=password]").press("Enter")
    page.locator("input[name=name]").fill("Laptop")
    page.locator("input[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(re.compile(r"/2fa/(?!webauthn/add)"))
    assert list(Authenticator.objects.values_list("user", "type")) == [
        (moderator.pk, "webauthn"),
        (moderator.pk, "recovery_codes"),
    ]

    page.context.clear_cookies()
    page.goto(f"{base}/moderation/")
    page.locator("#passkey_login").click()
    page.wait_for_url(re.compile("/moderation/"))
    expect(page.locator("#stage")).to_contain_text("Read me")
