"""Texts that try to run a script, on everything that shows comments, with the Content-Security-Policy taken away."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from comments.models import Article, Comment
from comments.services.identity import make_status_token
from tests.browser.hostile_comments import articles_of_payloads, publish
from tests.browser.stage import Stage
from tests.browser.watch import Watch
from tests.comments.pages import discussion_url
from tests.comments.widget.host import attributes_of, open_widget
from tests.factories import make_moderator
from tests.hostile.corpus import Payload, payloads
from tests.moderation.desk_pages import QUEUE, sign_in

if TYPE_CHECKING:
    from django.contrib.auth.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVERY = 40
EVERY_OF_CONTROL = 10
AT_ONCE = 25
ATOM = "{http://www.w3.org/2005/Atom}"
BLANK = "/robots-of-nowhere.txt"


def open_watch(stage: Stage) -> Watch:
    """A page whose Content-Security-Policy counts for nothing."""
    watch = Watch(stage.open_page(bypass_csp=True))
    watch.page.route(f"**{BLANK}", lambda route: route.fulfill(body="<!doctype html><body>", content_type="text/html"))
    stage.go(BLANK)
    return watch


def count_executions(stage: Stage, chosen: Sequence[Payload], *, each: int) -> tuple[Counter[str], int]:
    """How often anything ran on each surface, and how many comments were shown there.

    Of the pages that show a single comment, one of `each` so many is looked at; a thread, a feed and a list show all.
    """
    ran: Counter[str] = Counter()
    shown = 0
    watch, blank = open_watch(stage), open_watch(stage)
    desk: User | None = None
    for article, comments in articles_of_payloads(stage, chosen):
        desk = desk or make_moderator(article.site)
        shown += len(comments)
        ran["queue"] += len(_on_the_desk(blank, desk, article, comments[::each]))
        ran["status"] += len(_on_status_pages(blank, comments[::each]))
        publish(comments)
        ran["feed"] += len(_in_the_feed(blank, article))
        stage.use(watch.page)
        stage.go(discussion_url(article)).locator(".mg-comment").nth(len(comments) - 1).wait_for(state="attached")
        ran["thread"] += len(watch.executions())
        stage.host.csp = "img-src *"
        open_widget(watch.page, stage.host.show(stage.url, attributes_of(article.site, article), before=""))
        watch.page.locator(".mg-comment").nth(len(comments) - 1).wait_for(state="attached")
        ran["embed"] += len(watch.executions())
        frame = f"/embed/v1/{article.site.slug}/{article.key}/frame/?origin={stage.host.url}&title={article.key}"
        stage.go(frame).locator(".mg-comment").nth(len(comments) - 1).wait_for(state="attached")
        ran["frame"] += len(watch.executions())
    return ran, shown


def _on_the_desk(blank: Watch, desk: User, article: Article, comments: Sequence[Comment]) -> list[str]:
    client = sign_in(desk)
    addresses = [f"{QUEUE}?site={article.site.slug}", *(f"{QUEUE}?comment={one.public_id}" for one in comments)]
    return _in_frames(blank, client, addresses)


def _on_status_pages(blank: Watch, comments: Sequence[Comment]) -> list[str]:
    return _in_frames(blank, Client(), [f"/status/{make_status_token(one)}/" for one in comments])


def _in_frames(blank: Watch, client: Client, addresses: Sequence[str]) -> list[str]:
    documents = []
    for number, address in enumerate(addresses):
        response = client.get(address, headers={"Accept-Language": "en"})
        assert response.status_code == 200
        documents.append((number, response.content.decode()))
    parts = [documents[start : start + AT_ONCE] for start in range(0, len(documents), AT_ONCE)]
    return [one for part in parts for one in blank.executions_in_frames(part)]


def _in_the_feed(blank: Watch, article: Article) -> list[str]:
    """As a reader of feeds without any care shows it: everything that is called HTML as HTML."""
    response = Client().get(f"/feeds/{article.site.slug}/{article.key}/comments.atom")
    feed = ET.fromstring(response.content)  # noqa: S314  our own
    texts = [
        one.text or ""
        for name in ("title", "content", "summary")
        for one in feed.iter(ATOM + name)
        if one.get("type") == "html"
    ]
    assert len(texts) >= 5
    return blank.executions_in_frames(list(enumerate(texts)), is_inner=True)


@pytest.mark.timeout(600)
def test_one_payload_of_forty_on_each_surface_runs_nothing(stage: Stage) -> None:
    ran, shown = count_executions(stage, payloads()[::EVERY], each=5)
    assert shown > 90
    assert ran == dict.fromkeys(("queue", "status", "feed", "thread", "embed", "frame"), 0)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_payload_on_each_surface_runs_nothing(stage: Stage) -> None:
    ran, shown = count_executions(stage, payloads(), each=1)
    assert shown > 3_500
    assert ran == dict.fromkeys(("queue", "status", "feed", "thread", "embed", "frame"), 0)


@pytest.mark.parametrize(
    "every", [EVERY_OF_CONTROL, pytest.param(1, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
def test_payloads_without_any_wall_run(stage: Stage, every: int) -> None:
    """The control: the watch sees hundreds of the same texts run where nothing stands in their way."""
    blank = open_watch(stage)
    raw = [(payload.number, payload.text) for payload in payloads()[::every] if payload.raw]
    seen: set[str] = set()
    executions = 0
    for start in range(0, len(raw), AT_ONCE):
        for is_inner in (False, True):
            found = blank.executions_in_frames(raw[start : start + AT_ONCE], is_inner=is_inner)
            seen |= {one for one in found if one.isdecimal()}
            executions += len(found)
    print(f"{len(raw)} texts, {len(seen)} of them ran by themselves or when used; {executions} executions")  # noqa: T201
    assert executions > 100
    assert len(seen) > len(raw) / 10
