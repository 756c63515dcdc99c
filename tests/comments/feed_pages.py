"""Reading feeds as feed readers do, and judging them by the schema of Atom."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.http import HttpResponse
from django.test import Client

from comments.models import Article, Comment

ATOM = "{http://www.w3.org/2005/Atom}"
GRAMMAR = Path(__file__).with_name("atom.rng")


def of_site(article: Article, written: str = "atom") -> str:
    return f"/feeds/{article.site.slug}/comments.{written}"


def of_article(article: Article, written: str = "atom") -> str:
    return f"/feeds/{article.site.slug}/{article.key}/comments.{written}"


def of_conversation(comment: Comment, written: str = "atom") -> str:
    return f"/feeds/{comment.site.slug}/conversations/{comment.public_id}/comments.{written}"


def parse(response: HttpResponse) -> ElementTree.Element:
    assert response.status_code == 200
    return ElementTree.fromstring(response.content)  # noqa: S314 - our own output is what is tested


def text(element: ElementTree.Element, name: str) -> str:
    return element.findtext(f"{ATOM}{name}") or ""


def entry_ids(client: Client, path: str) -> list[str]:
    """The public identifiers of the comments in an Atom feed, in its order."""
    return [text(entry, "id").rpartition("/")[2] for entry in parse(client.get(path)).findall(f"{ATOM}entry")]


def item_ids(client: Client, path: str) -> list[str]:
    """The same of a JSON feed."""
    response = client.get(path)
    assert response.status_code == 200
    return [item["id"].rpartition("/")[2] for item in response.json()["items"]]


def judge(content: bytes, folder: Path, *options: str) -> None:
    """Have libxml2 say that a document is well-formed, with the options of xmllint what else it is."""
    xmllint = shutil.which("xmllint")
    if xmllint is None:
        assert "CI" not in os.environ, "xmllint is missing: apt install libxml2-utils"
        pytest.skip("there is no xmllint; on Debian run 'apt install libxml2-utils'")
    file = folder / "feed.xml"
    file.write_bytes(content)
    checked = subprocess.run([xmllint, "--noout", *options, file], check=False, capture_output=True, text=True)
    complaints = [line for line in checked.stderr.splitlines() if not line.endswith(" validates")]
    assert (checked.returncode, complaints) == (0, [])


def judge_atom(content: bytes, folder: Path) -> None:
    """The same, and that it is what RFC 4287 calls a feed."""
    judge(content, folder, "--relaxng", str(GRAMMAR))
