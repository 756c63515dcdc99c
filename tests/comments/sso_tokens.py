"""A publisher's side of the sign-in: keys, and tokens signed with them."""

from __future__ import annotations

import base64
import json
import secrets
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

from comments.models import Site
from tests.factories import make_site

ISSUER = "https://news.example"
# Long enough for every algorithm of the family, so that attacks fail for their reason and not for a short key.
SECRET = secrets.token_bytes(64)
NEXT_SECRET = secrets.token_bytes(64)
RSA_KEY: RSAPrivateKey = generate_private_key(public_exponent=65537, key_size=2048)
ED_KEY = Ed25519PrivateKey.generate()

Jwk = dict[str, Any]


def unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def secret_jwk(kid: str, secret: bytes) -> Jwk:
    return {"kty": "oct", "kid": kid, "k": unpadded(secret)}


def rsa_jwk(kid: str = "rsa", key: RSAPrivateKey = RSA_KEY) -> Jwk:
    return {**json.loads(RSAAlgorithm.to_jwk(key.public_key())), "kid": kid}


def ed_jwk(kid: str = "ed") -> Jwk:
    return {**json.loads(OKPAlgorithm.to_jwk(ED_KEY.public_key())), "kid": kid}


def make_sso_site(slug: str = "news", *, keys: list[Jwk] | None = None, keys_url: str = "") -> Site:
    """A site whose publisher signs with any of four keys: two secrets, RSA, Ed25519."""
    site = make_site(slug, origins=(ISSUER,))
    site.sso_issuer = ISSUER
    usual = [secret_jwk("one", SECRET), secret_jwk("two", NEXT_SECRET), rsa_jwk(), ed_jwk()]
    site.sso_keys = {"keys": usual if keys is None else keys}
    site.sso_keys_url = keys_url
    site.save()
    return site


def claims(**changed: object) -> dict[str, object]:
    """What a publisher says about a reader; a claim changed to None is left out."""
    now = int(time.time())
    said = {
        "iss": ISSUER,
        "aud": settings.BASE_URL,
        "iat": now,
        "exp": now + 300,
        "jti": secrets.token_hex(8),
        "sub": "subscriber-17",
        "name": "Hanna Kuhl",
        **changed,
    }
    return {name: value for name, value in said.items() if value is not None}


def signed(*, key: Any = SECRET, algorithm: str = "HS256", kid: str | None = "one", **changed: object) -> str:
    """A token of the publisher. Not by `jwt.encode`, which would refuse to sign some of the claims that are sent here."""
    payload = json.dumps(claims(**changed)).encode()
    return jwt.PyJWS().encode(payload, key, algorithm=algorithm, headers={"kid": kid} if kid is not None else None)


def exchange(client: Client, token: str, *, site: str = "news") -> HttpResponse:
    return client.post(
        f"/api/v1/sites/{site}/sign-in/sso",
        {"token": token},
        content_type="application/json",
        headers={"Origin": ISSUER, "Accept-Language": "en"},
    )


def refusal(client: Client, token: str, *, site: str = "news") -> str:
    """The code of a refusal; "" for a token that was taken."""
    answer = exchange(client, token, site=site)
    if answer.status_code == 200:
        return ""
    problem = answer.json()
    assert answer.status_code == 401, problem
    assert problem["detail"].endswith(".")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    return str(problem["code"])
