"""Tokens that no publisher signed for us, or not so: each is refused, and nothing is left of it."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable
from functools import partial

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from django.test import Client

from comments.models import Author, UsedSsoToken
from tests.comments.sso_tokens import ISSUER, RSA_KEY, SECRET, claims, make_sso_site, refusal, signed, unpadded

pytestmark = pytest.mark.django_db


def unsigned(algorithm: str) -> str:
    header = {"alg": algorithm, "typ": "JWT", "kid": "one"}
    parts = [unpadded(json.dumps(part).encode()) for part in (header, claims())]
    return ".".join([*parts, ""])


def with_public_key_as_secret() -> str:
    """The classic: HS256, with the bytes of the RSA key that everybody may know."""
    pem = RSA_KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    parts = ({"alg": "HS256", "typ": "JWT", "kid": "rsa"}, claims())
    said = ".".join(unpadded(json.dumps(part).encode()) for part in parts)
    return f"{said}.{unpadded(hmac.digest(pem, said.encode(), 'sha256'))}"


def now() -> int:
    return int(time.time())


# Each is made when its test runs: a token is short-lived.
ATTACKS: list[tuple[Callable[[], str], str]] = [
    (lambda: unsigned("none"), "sso_signature"),
    (lambda: unsigned("NONE"), "sso_signature"),
    (lambda: unsigned("HS256"), "sso_signature"),
    (with_public_key_as_secret, "sso_signature"),
    (lambda: signed(algorithm="HS384"), "sso_signature"),
    (lambda: signed(algorithm="HS512"), "sso_signature"),
    (lambda: signed(key=RSA_KEY, algorithm="RS256", kid="one"), "sso_signature"),
    (lambda: signed(key=RSA_KEY, algorithm="PS256", kid="rsa"), "sso_signature"),
    (lambda: signed(key=SECRET, kid="two"), "sso_signature"),
    (lambda: signed(key=b"x" * 32), "sso_signature"),
    (lambda: signed()[:-4] + "AAAA", "sso_signature"),
    (lambda: signed(kid="three"), "sso_key"),
    (lambda: signed(kid=""), "sso_key"),
    (lambda: signed(kid="../../../../dev/null"), "sso_key"),
    (lambda: signed(kid=None), "sso_malformed"),
    (lambda: signed(iss="https://other.example"), "sso_issuer"),
    (lambda: signed(iss=ISSUER + "/"), "sso_issuer"),
    (lambda: signed(iss=[ISSUER]), "sso_issuer"),
    (lambda: signed(aud="https://other.example"), "sso_audience"),
    (lambda: signed(aud=[claims()["aud"]]), "sso_audience"),
    (lambda: signed(aud=[claims()["aud"], "https://other.example"]), "sso_audience"),
    (lambda: signed(aud=""), "sso_claims"),
    (lambda: signed(exp=now() - 60, iat=now() - 300), "sso_expired"),
    (lambda: signed(iat=now() + 3_600, exp=now() + 3_900), "sso_too_early"),
    (lambda: signed(nbf=now() + 3_600), "sso_too_early"),
    (lambda: signed(iat=now() - 400, exp=now() + 3_000), "sso_too_long"),
    (lambda: signed(exp=now() + 10**9), "sso_too_long"),
    (lambda: signed(exp=10**400), "sso_too_long"),
    (lambda: signed(exp=float("inf")), "sso_malformed"),
    (lambda: signed(iat=float("-inf")), "sso_malformed"),
    (lambda: signed(exp=float(now() + 300)), "sso_claims"),
    (lambda: signed(exp=str(now() + 300)), "sso_claims"),
    (lambda: signed(exp="soon"), "sso_malformed"),
    (lambda: signed(sub=""), "sso_claims"),
    (lambda: signed(sub="x" * 256), "sso_claims"),
    (lambda: signed(sub="a\x00b"), "sso_claims"),
    (lambda: signed(sub="\ud800"), "sso_claims"),
    (lambda: signed(jti=""), "sso_claims"),
    (lambda: signed(jti="\udfff"), "sso_claims"),
    (lambda: signed(name={"first": "Hanna"}), "sso_claims"),
    (lambda: signed(email=["kuhl@news.example"]), "sso_claims"),
    *[(partial(signed, **{claim: None}), "sso_claims") for claim in ("iss", "aud", "exp", "iat", "jti", "sub")],
    (lambda: jwt.encode(claims(), SECRET, headers={"kid": "one", "crit": ["b64"], "b64": False}), "sso_malformed"),
    (lambda: signed(name="x" * 10_000), "sso_malformed"),
    (lambda: "", "sso_malformed"),
    (lambda: "a.b.c", "sso_malformed"),
    (lambda: "ä" * 100, "sso_malformed"),
    (lambda: unpadded(b'{"alg":"HS256","kid":' + b"[" * 3_000 + b"]" * 3_000) + ".e30.x", "sso_malformed"),
    (lambda: unpadded(b'{"alg":"HS256","kid":["one"]}') + ".e30.x", "sso_malformed"),
    (lambda: unpadded(b'["HS256"]') + ".e30.x", "sso_malformed"),
]


@pytest.mark.parametrize(("token", "code"), ATTACKS, ids=[f"{code}-{place}" for place, (_, code) in enumerate(ATTACKS)])
def test_attack_with_a_token_is_refused_with_a_sentence(client: Client, token: Callable[[], str], code: str) -> None:
    make_sso_site()

    assert refusal(client, token()) == code

    assert (Author.objects.count(), UsedSsoToken.objects.count()) == (0, 0)
