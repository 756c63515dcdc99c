"""Embed in ten minutes: every snippet as it is copied, on real parts. Hugo's and WordPress's have files of their own."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone

from comments.commentable import article_for
from comments.embed_check.checks import loader_line
from comments.enums import Status
from comments.models import Article, Site
from comments.services.articles import ArticleFacts, register_article
from config.env import PROJECT_DIR
from demo.models import Article as DemoArticle
from tests.comments.widget.host import Host, host_server
from tests.factories import make_comment, make_policy, make_site
from tests.integrations.documents import COMMENTS, NEWS, snippet, snippets

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

TEXT = "The ferry has always been late."
TAKEN = {
    ("1. Register your address", "json"): 1,
    ("Plain HTML", "html"): 2,
    ("Django", "html"): 2,
    ("WordPress", "sh"): 1,
    ("Hugo", "sh"): 1,
    ("Hugo", "toml"): 1,
    ("Hugo", "html"): 1,
    ("Hugo", "yaml"): 1,
    ("3. Let it in", "text"): 1,
    ("4. Look", "sh"): 1,
    ("Hand over what an article says", "sh"): 2,
    ("Hand over what an article says", "json"): 1,
    ("Counts", "html"): 1,
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A publisher with a page server, and this server with the publisher's site and one article."""

    host: Host
    comments: str
    article: Article

    def localise(self, text: str) -> str:
        """A snippet with the addresses of this test, as a reader puts in their own."""
        return text.replace(COMMENTS, self.comments).replace(NEWS, self.host.url)

    def publish(self, inside: str, *, nonce: str = "") -> str:
        """A page with this in its body, under the policy of the how-to page; gives its address.

        With `nonce` scripts of that nonce are let in, too; without it the policy is as strict as can be.
        """
        policy = self.localise(snippet("3. Let it in", "text")).strip()
        self.host.csp = f"default-src 'none'; {policy}"
        if nonce:
            self.host.csp = self.host.csp.replace("script-src", f"script-src 'nonce-{nonce}'")
        else:
            self.host.csp += "; require-trusted-types-for 'script'; trusted-types 'none'"
        head = f'<link rel="canonical" href="{self.article.url}">'
        self.host.pages["/article.html"] = (
            f'<!doctype html><html lang="en"><head>{head}</head><body>{inside}</body></html>'
        )
        return self.article.url


@pytest.fixture
def setting(live_server: LiveServer, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Setting]:
    """The example site "demo", registered as the how-to page says, with one comment to be read."""
    monkeypatch.setattr("comments.services.embed_check.SECONDS", 60)  # a busy test machine is no silent server
    settings.BASE_URL = live_server.url
    with host_server() as host:
        origins = json.loads(snippet("1. Register your address", "json").replace(NEWS, host.url))
        site = make_site("demo", language="en", origins=tuple(origins))
        make_policy(site)
        facts = ArticleFacts(key="article-4711", url=f"{host.url}/article.html", title="A page with a discussion")
        article = register_article(site=site, facts=facts)
        make_comment(article, body=TEXT, status=Status.APPROVED)
        yield Setting(host, live_server.url, article)


def check(setting: Setting) -> str:
    """What the command of the how-to page prints; an exit code other than 0 fails the test."""
    words = shlex.split(setting.localise(snippet("4. Look", "sh")))
    out = StringIO()
    call_command(*words[2:], stdout=out)
    assert words[:2] == ["python", "manage.py"]
    return out.getvalue()


@pytest.mark.once
def test_every_snippet_of_the_how_to_page_is_taken_by_a_test() -> None:
    found: dict[tuple[str, str], int] = {}
    for heading, language, _text in snippets("embed-in-ten-minutes"):
        found[heading, language] = found.get((heading, language), 0) + 1
    assert found == TAKEN


def _render(text: str) -> str:
    """A snippet of a Django template, for an article of the publisher's own."""
    article = {"pk": 4711, "headline": "A page with a discussion"}
    return engines["django"].from_string(text).render({"article": article})


def _with_tag() -> str:
    """The snippet of plain HTML with the plain tag in place of its first line, as the page says."""
    loader, element = snippet("Plain HTML", "html").splitlines()
    assert loader == loader_line(COMMENTS)
    return snippet("Plain HTML", "html", 1) + element


EMBEDDINGS = {
    "plain HTML": lambda: snippet("Plain HTML", "html"),
    "plain tag": _with_tag,
    "Django template": lambda: _render(snippet("Django", "html", 1)),
    "example page": (PROJECT_DIR / "integrations/html/article.html").read_text,
}
NONCE = "abc"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", EMBEDDINGS)
def test_page_made_by_the_how_to_page_shows_its_comments(setting: Setting, page: Page, way: str) -> None:
    counts = snippet("Counts", "html")
    html = setting.localise(EMBEDDINGS[way]() + f"<p id=counts>{counts}</p>")
    if way == "plain tag":
        address = setting.publish(html)
    else:
        address = setting.publish(html.replace("<script>", f'<script nonce="{NONCE}">'), nonce=NONCE)

    page.goto(address)
    page.locator("marginalia-comments").scroll_into_view_if_needed()

    page.locator("marginalia-comments").get_by_text(TEXT).wait_for(timeout=30_000)
    page.locator("#counts", has_text="1 comments").wait_for(timeout=30_000)
    assert "\n✓" in check(setting)


@pytest.mark.django_db
def test_template_tag_of_the_how_to_page_shows_the_discussion(demo_article: DemoArticle) -> None:
    template = engines["django"].from_string(snippet("Django", "html", 0))
    make_comment(article_for(demo_article), body=TEXT, status=Status.APPROVED)

    request = RequestFactory().get("/")
    request.user, request.session = AnonymousUser(), SessionStore()
    html = template.render({"article": demo_article}, request)

    assert TEXT in html
    assert '<marginalia-comments integrated site="demo" article="ferry"' in html


@pytest.fixture
def demo_article(db: None) -> DemoArticle:
    """An object of a host's own model."""
    site = make_site("demo", origins=("http://127.0.0.1:8000",))
    make_policy(Site.objects.get(pk=site.pk))
    words = {"section": "Local", "headline": "The ferry", "teaser": "", "byline": "", "body": "Text."}
    return DemoArticle.objects.create(key="ferry", slug="ferry", language="en", published_at=timezone.now(), **words)
