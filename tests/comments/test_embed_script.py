from __future__ import annotations

import base64
import gzip
import hashlib

import brotli  # type: ignore[import-untyped]
import pytest
from django.test import Client

from comments.conf import settings
from comments.embed_build import fingerprint
from comments.embed_script import FOLDER, VERSION, embed_script
from tests.factories import make_site

SIZE_LIMIT = 12_000


def test_script_packed_is_at_most_12_kilobytes() -> None:
    assert len(embed_script().brotli) <= SIZE_LIMIT


def test_script_is_built_from_the_sources_as_they_are() -> None:
    built = (FOLDER / f"v{VERSION}.sources").read_text(encoding="utf-8").strip()
    assert built == fingerprint(), "run: python manage.py build_widget"


def test_script_brings_everything_along() -> None:
    text = embed_script().content.decode()
    assert "@import" not in text
    assert "url(" not in text
    assert "eval(" not in text
    assert "document.cookie" not in text


@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
def test_script_in_every_encoding_is_the_same_file_for_every_origin(client: Client, encoding: str) -> None:
    response = client.get("/embed/v1.js", headers={"accept-encoding": encoding, "origin": "https://x.example"})

    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[encoding]
    assert unpack(response.content) == embed_script().content
    assert response.headers.get("Content-Encoding", "") == encoding
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Cache-Control"] == "public, max-age=300, stale-while-revalidate=86400"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in response.headers


def test_script_that_the_caller_has_is_confirmed(client: Client) -> None:
    first = client.get("/embed/v1.js", headers={"accept-encoding": "br"})
    again = client.get("/embed/v1.js", headers={"accept-encoding": "br", "if-none-match": first.headers["ETag"]})
    other = client.get("/embed/v1.js", headers={"accept-encoding": "", "if-none-match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200


def test_versioned_script_is_kept_for_good_and_has_the_hash_that_is_told(client: Client) -> None:
    response = client.get(f"/embed/v{VERSION}.js")
    digest = base64.b64encode(hashlib.sha384(response.content).digest()).decode()

    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/embed/v1.json").json() == {
        "version": VERSION,
        "src": f"{settings.base_url}/embed/v{VERSION}.js",
        "integrity": f"sha384-{digest}",
    }
    assert client.get("/embed/v1.99.0.js").status_code == 404


@pytest.mark.django_db
def test_frame_is_for_the_site_s_own_origins_alone(client: Client) -> None:
    site = make_site(origins=("https://news.example", "https://www.news.example"))
    address = f"/embed/v1/{site.slug}/ferry/frame/"

    response = client.get(address, {"origin": "https://news.example", "title": '"><script>', "sort": "best"})
    policy = response.headers["Content-Security-Policy"]

    assert policy.endswith("frame-ancestors https://news.example https://www.news.example")
    assert "X-Frame-Options" not in response.headers
    assert 'sort="best"' in response.content.decode()
    assert 'title="&quot;&gt;&lt;script&gt;"' in response.content.decode()
    for origin in (
        "",
        "https://evil.example",
        "https://news.example/",
        "https://news.example.evil.example",
        "null",
        "*",
    ):
        assert client.get(address, {"origin": origin}).status_code == 404
