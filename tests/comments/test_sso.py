"""A publisher's sign-in: which tokens are taken, what they say about a reader, and which never are."""

from __future__ import annotations

import datetime
import json
import time
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from comments.enums import AuthorKind, Badge
from comments.models import Author, Comment, Site, UsedSsoToken
from comments.services.identity import make_author_token, read_author_token
from tests.comments.sso_tokens import (
    ED_KEY,
    ISSUER,
    NEXT_SECRET,
    RSA_KEY,
    SECRET,
    exchange,
    make_sso_site,
    refusal,
    rsa_jwk,
    secret_jwk,
    signed,
)
from tests.factories import make_article, make_comment, make_site

pytestmark = pytest.mark.django_db

SMALL_RSA_KEY = generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - to be refused


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Accept-Language": "en"}


def post(client: Client, site: str, key: str, token: str, **members: str) -> Any:
    return client.post(
        f"/api/v1/sites/{site}/articles/{key}/comments",
        {"body": "A good text", **members},
        content_type="application/json",
        headers=bearer(token),
    )


@pytest.mark.parametrize(
    ("kid", "key", "algorithm"),
    [("one", SECRET, "HS256"), ("two", NEXT_SECRET, "HS256"), ("rsa", RSA_KEY, "RS256"), ("ed", ED_KEY, "EdDSA")],
    ids=["one", "two", "rsa", "ed"],
)
def test_token_signed_with_each_kind_of_key_makes_its_reader_known(
    client: Client, kid: str, key: Any, algorithm: str
) -> None:
    site = make_sso_site()

    answer = exchange(client, signed(kid=kid, key=key, algorithm=algorithm, email="kuhl@news.example"))

    assert answer.status_code == 200, answer.json()
    assert answer.json() == {"token": answer.json()["token"], "name": "Hanna Kuhl"}
    assert answer.headers["Access-Control-Allow-Origin"] == ISSUER
    author = Author.objects.get()
    assert (author.site, author.kind, author.sso_subject) == (site, AuthorKind.SSO, "subscriber-17")
    assert (author.name, author.email, author.email_verified_at) == ("Hanna Kuhl", "kuhl@news.example", None)
    assert UsedSsoToken.objects.count() == 1


def test_token_brings_its_reader_up_to_date_and_leaves_what_it_does_not_say(client: Client) -> None:
    make_sso_site()
    exchange(client, signed(email="old@news.example", email_verified=True))
    verified_at = Author.objects.get().email_verified_at

    exchange(client, signed(name="Hanna Kuhl-Berg"))
    renamed = Author.objects.get()
    exchange(client, signed(name=None, email="new@news.example"))
    moved = Author.objects.get()

    assert verified_at is not None
    assert (renamed.name, renamed.email, renamed.email_verified_at) == (
        "Hanna Kuhl-Berg",
        "old@news.example",
        verified_at,
    )
    assert (moved.name, moved.email, moved.email_verified_at) == ("Hanna Kuhl-Berg", "new@news.example", None)


@pytest.mark.parametrize("verified", [None, False, 1, "true", [True]])
def test_token_proves_an_address_only_by_the_word_true(client: Client, verified: object) -> None:
    make_sso_site()

    assert refusal(client, signed(email="kuhl@news.example", email_verified=verified)) == ""

    assert Author.objects.get().email_verified_at is None


def test_token_gives_no_role_and_no_badge(client: Client) -> None:
    make_sso_site()

    assert refusal(client, signed(badge="editorial", role="moderator", is_staff=True, roles=["admin"])) == ""

    author = Author.objects.get()
    assert (author.badge, author.user) == (Badge.NONE, None)


def test_reader_of_the_publisher_posts_under_its_name_whatever_is_typed(client: Client) -> None:
    site = make_sso_site()
    article = make_article(site)
    token = exchange(client, signed(email="kuhl@news.example", email_verified=True)).json()["token"]

    posted = post(client, "news", article.key, token, name="Somebody Else", email="else@news.example")

    assert posted.status_code == 201, posted.json()
    comment = Comment.objects.get()
    assert comment.author == Author.objects.get()
    assert (comment.author_name, comment.author.email) == ("Hanna Kuhl", "kuhl@news.example")
    assert comment.author.email_verified_at is not None
    # What would never end is for guests.
    assert posted.json()["author_token"] is None
    assert client.get(f"/api/v1/comments/{comment.public_id}", headers=bearer(token)).status_code == 200


def test_reader_whom_the_publisher_does_not_name_needs_a_name_and_keeps_it(client: Client) -> None:
    article = make_article(make_sso_site())
    answer = exchange(client, signed(name=None)).json()

    nameless = post(client, "news", article.key, answer["token"])
    named = post(client, "news", article.key, answer["token"], name="Kim")

    assert answer["name"] == ""
    assert (nameless.status_code, nameless.json()["errors"][0]["field"]) == (422, "name")
    assert named.status_code == 201
    assert Author.objects.get().name == "Kim"


def test_bearer_token_of_a_publisher_ends_after_twelve_hours_and_when_it_is_revoked(client: Client) -> None:
    article = make_article(make_sso_site())
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        token = exchange(client, signed()).json()["token"]

    def status_after(hours: float) -> int:
        with time_machine.travel(now + datetime.timedelta(hours=hours), tick=False):
            return int(post(client, "news", article.key, token, body=f"After {hours} hours").status_code)

    assert (status_after(11.9), status_after(12.1)) == (201, 401)
    Author.objects.update(token_version=2)
    assert status_after(0) == 401


def test_bearer_token_of_a_publisher_is_good_on_its_own_site_and_for_signing_out(client: Client) -> None:
    make_sso_site()
    article = make_article(make_site("other"))
    token = exchange(client, signed()).json()["token"]

    assert token.startswith("ms_")
    assert post(client, "other", article.key, token).status_code == 401
    assert post(client, "other", article.key, "ma_" + token.removeprefix("ms_")).status_code == 401
    assert client.delete("/api/v1/sign-in", headers=bearer(token)).status_code == 204
    assert Comment.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Redaktion", "sso_name"),
        ("R\u0435d\u0430ktion", "sso_name"),
        ("Moderator Meier", "sso_name"),
        ("www.casino.example", "sso_name"),
        ("\u2713 Hanna", "sso_name"),
        ("x" * 61, "sso_name"),
        ("x" * 256, "sso_claims"),
        ("A\x00da", "sso_claims"),
        ("\u202e\u200b", "sso_name"),
    ],
)
def test_token_with_a_name_nobody_may_have_is_refused_and_not_used_up(client: Client, name: str, code: str) -> None:
    make_sso_site()

    assert refusal(client, signed(name=name)) == code

    assert (Author.objects.count(), UsedSsoToken.objects.count()) == (0, 0)


def test_token_with_bidirectional_controls_in_its_name_loses_them(client: Client) -> None:
    make_sso_site()

    answer = exchange(client, signed(name="Hanna\u202e lhuK\u2066"))

    assert answer.json()["name"] == "Hanna lhuK"


def test_token_of_the_editorial_team_may_bear_its_name(client: Client) -> None:
    make_sso_site()
    exchange(client, signed(name="Hanna Kuhl"))
    Author.objects.update(badge=Badge.EDITORIAL)

    assert refusal(client, signed(name="Hanna Kuhl")) == ""
    assert refusal(client, signed(name="Hanna Kuhl", sub="another")) == "sso_name"
    assert refusal(client, signed(name="Redaktion")) == ""


@pytest.mark.parametrize("email", ["kuhl at news.example", "k" * 242 + "@news.example"])
def test_token_with_an_address_that_cannot_be_one_is_refused(client: Client, email: str) -> None:
    make_sso_site()

    assert refusal(client, signed(email=email)) == "sso_email"
    assert Author.objects.count() == 0


def test_token_is_taken_within_the_leeway_and_not_beyond(client: Client) -> None:
    make_sso_site()
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        one, two, early = signed(), signed(), signed(iat=int(time.time()) + 25, exp=int(time.time()) + 600)
        assert refusal(client, early) == ""

    with time_machine.travel(now + datetime.timedelta(seconds=325), tick=False):
        assert refusal(client, one) == ""
    with time_machine.travel(now + datetime.timedelta(seconds=331), tick=False):
        assert refusal(client, two) == "sso_expired"


def test_token_is_good_once_a_site_and_its_identifier_is_free_on_another(client: Client) -> None:
    make_sso_site()
    make_sso_site("other")
    token = signed(jti="number-1")

    refusals = [refusal(client, token), refusal(client, token), refusal(client, signed(jti="number-1", sub="another"))]

    assert refusals == ["", "sso_used", "sso_used"]
    assert refusal(client, token, site="other") == ""
    assert Author.objects.count() == 2


def test_token_signed_with_a_key_of_another_site_is_refused(client: Client) -> None:
    make_sso_site(keys=[secret_jwk("one", NEXT_SECRET)])
    make_sso_site("other", keys=[secret_jwk("theirs", SECRET), secret_jwk("one", SECRET)])

    assert refusal(client, signed(kid="theirs")) == "sso_key"
    assert refusal(client, signed(kid="one")) == "sso_signature"
    assert refusal(client, signed(kid="one"), site="other") == ""


def test_token_for_a_site_without_such_a_sign_in_is_refused(client: Client) -> None:
    make_site("news")

    assert refusal(client, signed()) == "sso_off"
    assert exchange(client, signed(), site="nowhere").status_code == 404


@pytest.mark.parametrize(
    ("jwk", "key", "algorithm"),
    [
        (secret_jwk("weak", SECRET[:31]), SECRET[:31], "HS256"),
        (rsa_jwk("weak", SMALL_RSA_KEY), SMALL_RSA_KEY, "RS256"),
        (rsa_jwk("weak") | {"alg": "PS256"}, RSA_KEY, "RS256"),
        (rsa_jwk("weak") | {"use": "enc"}, RSA_KEY, "RS256"),
        ({"kty": "EC", "kid": "weak", "crv": "P-256"}, SECRET, "HS256"),
        ({"kty": "oct", "kid": "weak"}, SECRET, "HS256"),
        ({"kty": "oct", "kid": "weak", "k": 17}, SECRET, "HS256"),
        ({"kty": ["oct"], "kid": "weak"}, SECRET, "HS256"),
        ({"kid": "weak"}, SECRET, "HS256"),
    ],
    ids=["short", "small", "other-algorithm", "for-sealing", "other-curve", "empty", "number", "list", "no-type"],
)
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_key_too_weak_or_for_something_else_signs_nobody_in(
    client: Client, jwk: dict[str, object], key: Any, algorithm: str
) -> None:
    make_sso_site(keys=[jwk])

    assert refusal(client, signed(kid="weak", key=key, algorithm=algorithm)) == "sso_key"


@pytest.mark.parametrize("keys", [[], {}, None, "x", [17], {"keys": "x"}, {"keys": [None, 17, []]}])
def test_keys_entered_wrongly_sign_nobody_in(client: Client, keys: object) -> None:
    site = make_sso_site()
    site.sso_keys = keys if keys is not None else {}
    site.save()

    assert refusal(client, signed()) == "sso_key"


def test_token_for_guests_is_not_believed_of_a_reader_of_the_publisher(client: Client) -> None:
    site = make_sso_site()
    exchange(client, signed())
    guest = make_comment(make_article(site)).author
    reader = Author.objects.exclude(pk=guest.pk).get()

    assert read_author_token(make_author_token(guest)) == guest
    assert read_author_token(make_author_token(reader)) is None


def test_admin_takes_the_keys_of_a_site_as_json_and_keeps_the_rest(admin_client: Client) -> None:
    site = make_site("news")
    url = reverse("admin:marginalia_site_change", args=[site.pk])
    shown = admin_client.get(url).context["adminform"].form
    keys = {"keys": [secret_jwk("one", SECRET)]}

    answer = admin_client.post(
        url,
        {name: shown[name].value() or "" for name in shown.fields}
        | {"sso_issuer": ISSUER, "sso_keys": json.dumps(keys), "sso_keys_url": "https://news.example/keys.json"},
    )

    assert answer.status_code == 302, answer.context["errors"]
    saved = Site.objects.get()
    assert (saved.sso_issuer, saved.sso_keys, saved.origins) == (ISSUER, keys, ["https://news.example"])
    assert refusal(Client(), signed()) == ""
