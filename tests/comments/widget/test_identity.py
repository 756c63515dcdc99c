from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import jwt
import pytest
from django.test import Client
from django.utils import timezone

from comments.enums import AuthorKind
from comments.models import Author, Comment, Site
from tests.comments.widget.host import Host, attributes_of, make_hosted_article, open_widget
from tests.factories import make_user

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECRET = "c2VjcmV0LW9mLXRoZS1wdWJsaXNoZXItMzItYnl0ZXM"


def sign(site: Site, *, subject: str, name: str, audience: str, number: str) -> str:
    now = timezone.now()
    claims = {
        "iss": "https://publisher.example",
        "aud": audience,
        "sub": subject,
        "name": name,
        "iat": now,
        "exp": now + datetime.timedelta(minutes=5),
        "jti": number,
    }
    key = {"kty": "oct", "kid": "one", "k": SECRET, "alg": "HS256"}
    Site.objects.filter(pk=site.pk).update(sso_issuer="https://publisher.example", sso_keys={"keys": [key]})
    return jwt.encode(claims, jwt.utils.base64url_decode(SECRET), algorithm="HS256", headers={"kid": "one"})


def write(element: Locator, text: str) -> None:
    element.get_by_role("textbox", name="Your comment").fill(text)
    element.get_by_role("button", name="Send comment").click()
    element.locator(".mg-own__item").first.wait_for()


def test_sign_in_window_makes_the_reader_known_in_the_widget_until_they_sign_out(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    user = make_user(name="Karla Wendt")
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))

    element.get_by_role("textbox", name="Your comment").focus()
    with page.expect_popup():
        element.get_by_role("link", name="Sign in").click()
    element.locator("[data-mg=account]:not([hidden])").first.wait_for()
    assert "Karla Wendt" in element.locator("[data-mg=account]").inner_text()
    assert not element.get_by_label("Name", exact=True).is_visible()
    write(element, "Under my own name")
    assert Comment.objects.get().author.user_id == user.pk

    element.get_by_role("textbox", name="Your comment").focus()
    element.get_by_role("link", name="Sign out").click()
    element.get_by_label("Name", exact=True).wait_for()
    assert element.locator(".mg-own__item").count() == 0
    assert page.evaluate("sessionStorage.length") == 0


def test_token_of_the_publisher_signs_in_and_another_reader_s_token_signs_in_the_other(
    page: Page, live_server: LiveServer, host: Host
) -> None:
    article = make_hosted_article(host)
    facts = {"audience": live_server.url}
    first = sign(article.site, subject="17", name="Ada Funke", number="1", **facts)
    again = sign(article.site, subject="17", name="Ada Funke", number="2", **facts)
    other = sign(article.site, subject="18", name="Bo Lund", number="3", **facts)
    exchanges: list[str] = []
    page.on("request", lambda request: exchanges.append(request.url) if request.url.endswith("/sso") else None)

    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article, f'token="{first}"')))
    element.get_by_role("textbox", name="Your comment").focus()
    assert "Ada Funke" in element.locator("[data-mg=account]").inner_text()
    write(element, "From Ada")
    open_widget(page, host.show(live_server.url, attributes_of(article.site, article, f'token="{again}"')))
    element.locator(".mg-own__item").wait_for()
    exchanged = list(exchanges)
    page.evaluate("(token) => document.querySelector('marginalia-comments').setToken(token)", other)
    element.get_by_role("textbox", name="Your comment").focus()
    element.get_by_text("Bo Lund").wait_for()

    assert element.locator(".mg-own__item").count() == 0
    assert set(Author.objects.values_list("kind", "name")) == {
        (AuthorKind.SSO, "Ada Funke"),
        (AuthorKind.SSO, "Bo Lund"),
    }
    assert (len(exchanged), len(exchanges)) == (1, 2)

    open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    assert not element.locator("[data-mg=account]").is_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_token_that_ended_keeps_the_text_and_says_so(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    place = f"marginalia:{live_server.url}:{article.site.slug}:guest"
    page.evaluate("(place) => localStorage.setItem(place, JSON.stringify('ma_forged-1.abc'))", place)

    element.get_by_role("textbox", name="Your comment").fill("Kept")
    element.get_by_label("Name", exact=True).fill("Bo Lund")
    element.get_by_role("button", name="Send comment").click()
    element.locator(".mg-errors").wait_for()

    assert element.get_by_role("textbox", name="Your comment").input_value() == "Kept"
    assert "no longer signed in" in element.locator(".mg-errors").inner_text()
    element.get_by_role("button", name="Send comment").click()
    element.locator(".mg-own__item").wait_for()
    assert Comment.objects.count() == 1


def test_ten_thousand_hostile_messages_have_no_effect(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    frame = f'<iframe id="hostile" src="{host.url}/hostile"></iframe>'
    url = host.show(live_server.url, attributes_of(article.site, article), after=frame)
    host.csp += "; frame-src *"
    host.csp = host.csp.replace("script-src ", "script-src 'unsafe-inline' ")
    host.pages["/hostile"] = """<script>
      const forged = [
        { type: "marginalia:sign-in", code: "x", state: "0".repeat(32) }, { type: "marginalia:height", height: 1 },
        { type: "marginalia:height", height: Infinity }, null, "marginalia:sign-in", 7, [], { type: { toString: null } },
      ];
      for (let n = 0; n < 10000; n += 1) parent.postMessage(forged[n % forged.length], "*");
    </script>"""
    page.context.route(f"{live_server.url}/embed/sign-in/**", lambda route: route.fulfill(body="<p>waits</p>"))
    element = open_widget(page, url)
    element.get_by_role("textbox", name="Your comment").focus()
    with page.expect_popup():
        element.get_by_role("link", name="Sign in").click()
    section = element.locator("[data-mg=discussion]")
    before = section.inner_text()
    page.evaluate(
        "new Promise((done) => { let n = 0; addEventListener('message', () => { n += 1; if (n === 10000) done(); });"
        " const frame = document.getElementById('hostile'); frame.src += '?again'; })"
    )

    assert section.inner_text() == before
    assert posted == []
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_account_without_a_name_is_asked_for_one_in_the_widget(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    token = sign(article.site, subject="17", name="", audience=live_server.url, number="1")
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article, f'token="{token}"')))
    element.get_by_role("textbox", name="Your comment").focus()
    element.locator("[data-mg=stranger][hidden]").wait_for(state="attached")

    assert element.get_by_label("Name", exact=True).is_enabled()
    assert not element.locator("[data-mg=guest] [name=email]").is_visible()
    assert not element.locator("[data-mg=account]").is_visible()


def test_sign_in_where_windows_are_blocked_follows_the_link(page: Page, live_server: LiveServer, host: Host) -> None:
    article = make_hosted_article(host)
    page.add_init_script(
        "const real = open; window.open = (url, name, ...rest) => rest.length ? null : real(url, name)"
    )
    element = open_widget(page, host.show(live_server.url, attributes_of(article.site, article)))
    element.get_by_role("textbox", name="Your comment").focus()

    element.get_by_role("link", name="Sign in").click()
    page.wait_for_url(f"{live_server.url}/**")
