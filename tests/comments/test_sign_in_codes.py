"""The sign-in window, its one-time codes, and the tokens they are exchanged for."""

from __future__ import annotations

import datetime
import re
import secrets
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from comments.exceptions import SignInRefusedError
from comments.models import Author, Comment, SignInCode, Site, UsedSsoToken
from comments.services.identity import Identity, make_author_token
from comments.services.sign_in import issue_code, redeem_code
from comments.tasks import purge_task
from moderation.models import Membership
from tests.comments.test_origins import look_alikes
from tests.factories import make_article, make_comment, make_moderator, make_site, make_user

pytestmark = pytest.mark.django_db

ORIGIN = "https://news.example"
STATE = "a1B2c3D4e5F6g7H8-_"
WINDOW = "/embed/sign-in/"


def open_window(client: Client, **asked: str) -> HttpResponse:
    """The sign-in window as the script of a page elsewhere opens it."""
    return client.get(WINDOW, {"site": "news", "origin": ORIGIN, "state": STATE, **asked})


def handed_over(response: HttpResponse) -> dict[str, str]:
    """What the window's script gives to its opener."""
    return dict(re.findall(r'data-mg-(code|state|origin)="([^"]*)"', response.content.decode()))


def exchange(client: Client, code: str, *, site: str = "news", origin: str = ORIGIN) -> HttpResponse:
    return client.post(
        f"/api/v1/sites/{site}/sign-in/code",
        {"code": code},
        content_type="application/json",
        headers={"Origin": origin, "Accept-Language": "en"},
    )


def token_of(user: User, site: Site) -> str:
    """A bearer token as the exchange gives it."""
    return redeem_code(site=site, code=issue_code(site=site, user=user, origin=ORIGIN), origin=ORIGIN).token


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Accept-Language": "en"}


def test_window_of_a_stranger_leads_to_the_entrance_and_back(client: Client) -> None:
    make_site("news")

    response = open_window(client)

    assert response.status_code == 302
    entrance = urlsplit(response.headers["Location"])
    assert entrance.path == reverse("account_login")
    assert dict(parse_qsl(entrance.query)) == {"next": response.wsgi_request.get_full_path()}
    assert response.headers["Cache-Control"] == "private, no-store"
    assert SignInCode.objects.count() == 0


def test_window_of_somebody_signed_in_hands_over_a_code_that_is_stored_as_a_digest_only(client: Client) -> None:
    site, user = make_site("news"), make_user()
    client.force_login(user)

    response = open_window(client)

    handover = handed_over(response)
    assert (response.status_code, handover["state"], handover["origin"]) == (200, STATE, ORIGIN)
    stored = SignInCode.objects.get()
    assert (stored.site, stored.user, stored.origin, stored.used_at) == (site, user, ORIGIN, None)
    assert len(handover["code"]) == 43  # 256 bits
    assert handover["code"] not in (stored.digest, stored.origin)
    assert len(stored.digest) == 64


def test_window_is_never_stored_framed_or_referred_to_and_keeps_its_opener(client: Client) -> None:
    make_site("news")
    client.force_login(make_user())

    headers = open_window(client).headers

    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "script-src 'self'" in headers["Content-Security-Policy"]


def test_opener_is_kept_on_the_way_through_the_accounts_and_cut_elsewhere(client: Client) -> None:
    paths = [reverse("account_login"), reverse("account_signup"), "/", "/api/v1/openapi.json", "/embedded/sign-in/"]

    policies = [client.get(path).headers["Cross-Origin-Opener-Policy"] for path in paths]

    assert policies == ["unsafe-none", "unsafe-none", "same-origin", "same-origin", "same-origin"]


@pytest.mark.parametrize("slug", ["", "\x00", "new\x00s", "news\n", "\ud800", "näws", "news/", "x" * 51, "other"])
def test_window_of_a_site_that_cannot_be_is_absent_and_asks_nothing_impossible(
    client: Client, slug: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_site("news")

    with django_assert_num_queries(1 if slug == "other" else 0):
        response = client.get(WINDOW + "?" + urlencode({"site": slug.encode(errors="surrogatepass"), "state": STATE}))

    assert response.status_code == 404


@pytest.mark.parametrize("state", ["", "short", "x" * 101, STATE + "!", STATE + "\n", "ä" * 20])
def test_window_without_a_state_of_use_says_so_and_makes_no_code(client: Client, state: str) -> None:
    make_site("news")
    client.force_login(make_user())

    response = open_window(client, state=state)

    assert (response.status_code, handed_over(response)) == (422, {})
    assert SignInCode.objects.count() == 0


def test_window_for_look_alikes_of_a_registered_origin_makes_no_code() -> None:
    make_site("news")
    make_site("other", origins=("https://other.example",))
    client = Client()
    client.force_login(make_user())
    origins = ["", "null", "*", "https://other.example", *look_alikes("news.example")[:1000]]

    statuses = {open_window(client, origin=origin).status_code for origin in origins}

    assert len(origins) >= 1000
    assert statuses == {422}
    assert SignInCode.objects.count() == 0


def test_window_of_our_own_origin_is_for_the_frame_on_every_site(client: Client) -> None:
    make_site("news", origins=())
    client.force_login(make_user())

    assert handed_over(open_window(client, origin=django_settings.BASE_URL))["origin"] == django_settings.BASE_URL
    assert open_window(client).status_code == 422


def test_window_of_a_site_that_is_not_there_is_not_there_either(client: Client) -> None:
    assert open_window(client).status_code == 404


def test_exchanged_code_gives_a_token_that_posts_as_the_account(client: Client) -> None:
    article = make_article(make_site("news"))
    user = make_user(name="Ada Lovelace")
    client.force_login(user)
    code = handed_over(open_window(client))["code"]
    page_elsewhere = Client()

    answer = exchange(page_elsewhere, code)

    assert answer.status_code == 200, answer.json()
    assert answer.json() == {"token": answer.json()["token"], "name": "Ada Lovelace"}
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-store"
    posted = page_elsewhere.post(
        f"/api/v1/sites/news/articles/{article.key}/comments",
        {"body": "From elsewhere"},
        content_type="application/json",
        headers=bearer(answer.json()["token"]),
    )
    assert posted.status_code == 201, posted.json()
    assert Comment.objects.get().author.user == user


def test_exchanged_code_names_who_has_commented_here_as_they_are_known(client: Client) -> None:
    site, user = make_site("news"), make_user()
    make_comment(make_article(site), name="Kim from Ulm", identity=Identity(user=user))
    client.force_login(user)

    assert exchange(Client(), handed_over(open_window(client))["code"]).json()["name"] == "Kim from Ulm"


def test_code_is_refused_a_second_time_and_in_every_wrong_place_with_the_same_words(client: Client) -> None:
    site, user = make_site("news"), make_user()
    make_site("other")
    fresh = issue_code(site=site, user=user, origin=ORIGIN)
    used = issue_code(site=site, user=user, origin=ORIGIN)
    assert exchange(client, used).status_code == 200
    attempts = [
        exchange(client, used),
        exchange(client, fresh, origin="https://other.example"),
        exchange(client, fresh, origin=""),
        exchange(client, fresh, site="other"),
        exchange(client, fresh.swapcase()),
        exchange(client, fresh + " "),
        exchange(client, SignInCode.objects.get(used_at=None).digest),
        exchange(client, ""),
    ]

    answers = {(answer.status_code, answer.content) for answer in attempts}
    assert len(answers) == 1
    assert (attempts[0].status_code, attempts[0].json()["code"]) == (401, "sign_in_code")
    assert exchange(client, fresh).status_code == 200


def test_code_is_good_for_a_minute(client: Client) -> None:
    site, user = make_site("news"), make_user()
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        codes = [issue_code(site=site, user=user, origin=ORIGIN) for _ in range(2)]

    with time_machine.travel(now + datetime.timedelta(seconds=59), tick=False):
        in_time = exchange(client, codes[0])
    with time_machine.travel(now + datetime.timedelta(seconds=60), tick=False):
        too_late = exchange(client, codes[1])

    assert (in_time.status_code, too_late.status_code) == (200, 401)


def test_code_of_an_account_that_was_closed_meanwhile_is_refused(client: Client) -> None:
    site, user = make_site("news"), make_user()
    code = issue_code(site=site, user=user, origin=ORIGIN)
    user.is_active = False
    user.save()

    assert exchange(client, code).status_code == 401


def test_random_codes_are_never_accepted(client: Client) -> None:
    site, user = make_site("news"), make_user()
    issue_code(site=site, user=user, origin=ORIGIN)

    statuses = {exchange(client, secrets.token_urlsafe(32)).status_code for _ in range(100)}

    assert statuses == {401}
    assert SignInCode.objects.get().used_at is None


@pytest.mark.slow
def test_ten_thousand_random_codes_are_never_accepted() -> None:
    site, user = make_site("news"), make_user()
    good = issue_code(site=site, user=user, origin=ORIGIN)
    refused = 0

    for _ in range(10_000):
        with pytest.raises(SignInRefusedError):
            redeem_code(site=site, code=secrets.token_urlsafe(32), origin=ORIGIN)
        refused += 1

    assert refused == 10_000
    assert redeem_code(site=site, code=good, origin=ORIGIN).token


def test_token_of_an_account_is_refused_on_another_site(client: Client) -> None:
    news, other = make_site("news"), make_site("other")
    user = make_user(name="Ada Lovelace")
    theirs = make_comment(make_article(other), identity=Identity(user=user))
    token = token_of(user, news)

    answers = [
        client.post(
            f"/api/v1/sites/other/articles/{theirs.article.key}/comments",
            {"body": "Not from there"},
            content_type="application/json",
            headers=bearer(token),
        ),
        client.get(f"/api/v1/comments/{theirs.public_id}", headers=bearer(token)),
    ]
    listed = client.post(
        "/api/v1/me/comments",
        {"articles": [{"site": "other", "key": theirs.article.key}]},
        content_type="application/json",
        headers=bearer(token),
    )

    assert [answer.status_code for answer in answers] == [401, 404]
    assert listed.json() == {"comments": []}
    assert Comment.objects.count() == 1


def test_token_of_an_account_is_no_session_of_our_pages_nor_of_the_desk() -> None:
    site = make_site("news")
    moderator = make_moderator(site)
    article = make_article(site)
    assert Membership.objects.filter(user=moderator).exists()
    publisher = Client(headers={"Accept-Language": "en"})
    publisher.cookies[django_settings.SESSION_COOKIE_NAME] = token_of(moderator, site)

    ordinary = Client()
    ordinary.force_login(moderator)

    desk = publisher.get("/moderation/")
    account = publisher.get(reverse("account_email"))
    window = open_window(publisher)
    queue = publisher.get("/api/v1/moderation/queue?site=news")
    queue_by_token = Client().get("/api/v1/moderation/queue?site=news", headers=bearer(token_of(moderator, site)))
    publisher.post(
        f"/api/v1/sites/news/articles/{article.key}/comments",
        {"body": "As a guest", "name": "Kim"},
        content_type="application/json",
    )

    assert ordinary.get("/moderation/").status_code == 200
    assert [one.status_code for one in (desk, account, window)] == [302, 302, 302]
    assert (queue.status_code, queue_by_token.status_code) == (401, 401)
    assert Comment.objects.get().author.user is None


def test_token_of_an_account_ends_by_signing_out(client: Client) -> None:
    site, user = make_site("news"), make_user(name="Ada Lovelace")
    comment = make_comment(make_article(site), identity=Identity(user=user))
    ended, other = token_of(user, site), token_of(user, site)

    answer = client.delete("/api/v1/sign-in", headers=bearer(ended) | {"Origin": ORIGIN})
    reads = [client.get(f"/api/v1/comments/{comment.public_id}", headers=bearer(one)) for one in (ended, other)]
    again = client.delete("/api/v1/sign-in", headers=bearer(ended))

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert [one.status_code for one in reads] == [401, 200]
    assert again.status_code == 401


def test_token_of_an_account_ends_with_its_password_its_closing_and_its_time(client: Client) -> None:
    site = make_site("news")
    users = [make_user() for _ in range(3)]
    comment = make_comment(make_article(site), identity=Identity(user=users[0]))
    tokens = [token_of(user, site) for user in users]

    def refused(token: str) -> bool:
        return client.get(f"/api/v1/comments/{comment.public_id}", headers=bearer(token)).status_code == 401

    assert [refused(token) for token in tokens] == [False, False, False]
    users[0].set_password("another horse battery")
    users[0].save()
    users[1].is_active = False
    users[1].save()
    assert [refused(token) for token in tokens] == [True, True, False]
    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=django_settings.SESSION_COOKIE_AGE + 1)):
        assert refused(tokens[2])


def test_signing_out_without_a_token_or_with_a_forged_one_is_refused(client: Client) -> None:
    author = make_comment(make_article()).author

    assert client.delete("/api/v1/sign-in").status_code == 401
    assert client.delete("/api/v1/sign-in", headers=bearer("0" * 32)).status_code == 401
    assert client.delete("/api/v1/sign-in", headers=bearer(make_author_token(author))).status_code == 204
    assert Author.objects.get().token_version == 1


def test_purge_deletes_codes_and_tokens_that_are_past_their_time_and_no_others() -> None:
    site, user = make_site("news"), make_user()
    now = timezone.now()
    with time_machine.travel(now - datetime.timedelta(minutes=2)):
        issue_code(site=site, user=user, origin=ORIGIN)
    issue_code(site=site, user=user, origin=ORIGIN)
    UsedSsoToken.objects.create(digest="past", expires_at=now)
    UsedSsoToken.objects.create(digest="still", expires_at=now + datetime.timedelta(minutes=1))

    purge_task()

    assert SignInCode.objects.get().expires_at > now
    assert [token.digest for token in UsedSsoToken.objects.all()] == ["still"]
