"""Hostile text through the whole path from the form to the page. Each promise has a control that shows the fault being seen."""

from __future__ import annotations

from collections import Counter
from functools import cache
from html import unescape

import nh3
import pytest
from markdown_it import MarkdownIt

from comments.markup import LINK_REL, TAGS, find_fault, render, to_plain
from comments.text import normalise_body
from tests.hostile.checker import ELEMENTS, faults_in
from tests.hostile.corpus import payloads

FAMILIES = {"handler", "address", "mutation", "broken", "foreign", "encoded", "link", "breakout", "nested"}


@cache
def posted() -> dict[str, str]:
    """Every hostile text with the HTML it gives when somebody posts it."""
    return {payload.text: render(normalise_body(payload.text)) for payload in payloads()}


def parse_and_write(html: str) -> str:
    """The HTML as an HTML5 parser understands it."""
    return nh3.clean(html, tags=set(TAGS), attributes={"a": {"href", "rel"}, "ol": {"start"}}, link_rel=None)


def test_corpus_has_thousands_of_texts_of_every_family():
    counts = Counter(payload.family for payload in payloads())
    assert set(counts) == FAMILIES
    assert min(counts.values()) >= 80
    assert sum(counts.values()) >= 4_000


def test_checker_given_hostile_html_unrendered_sees_the_faults():
    raw = [payload for payload in payloads() if payload.raw]
    unseen = [payload.text for payload in raw if not faults_in(payload.text)]
    assert len(raw) >= 2_000
    # Only full-width angle brackets, which are letters to a browser.
    assert all("\uff1cscript" in text for text in unseen)


def test_checker_given_careless_markdown_sees_the_faults():
    class CarelessMarkdown(MarkdownIt):
        def validateLink(self, url):  # noqa: N802  named by the library
            return True

    careless = CarelessMarkdown("commonmark", {"html": True})
    caught = Counter(payload.family for payload in payloads() if faults_in(unescape(careless.render(payload.text))))
    assert set(caught) == FAMILIES
    assert caught["link"] >= 250
    assert sum(caught.values()) >= 3_000


def test_render_hostile_text_gives_only_listed_html(caplog):
    faults = [(text, found) for text, html in posted().items() if (found := faults_in(html))]
    assert faults == []
    assert caplog.records == []  # and never because the last check had to throw the HTML away


@pytest.mark.parametrize("sanitizer", ["bleach", "nh3"])
def test_render_hostile_text_behind_one_sanitizer_gives_only_listed_html(sanitizer, settings):
    settings.COMMENTS_SANITIZERS = [sanitizer]
    faults = [
        (payload.text, found)
        for payload in payloads()[::3]
        if (found := faults_in(render(normalise_body(payload.text))))
    ]
    assert faults == []


def test_rendered_hostile_text_parsed_and_written_again_stays_the_same():
    # A writer of HTML5 spells the quotation marks of text as they are.
    spelled = {text: html.replace("&quot;", '"') for text, html in posted().items()}
    assert [text for text, html in spelled.items() if parse_and_write(html) != html] == []


def test_plain_text_of_hostile_text_contains_no_markup_of_ours():
    for payload in payloads():
        plain = to_plain(payload.text)
        assert plain
        assert f'rel="{LINK_REL}"' not in plain


def test_final_check_given_hostile_html_unrendered_finds_a_fault():
    passed = [payload.text for payload in payloads() if find_fault(payload.text) is None and faults_in(payload.text)]
    assert passed == []


def allow_nearly_everything(html: str) -> str:
    schemes = {"http", "https", "javascript", "data", "ftp"}
    return nh3.clean(html, tags=ELEMENTS | {"img", "div", "svg", "span"}, url_schemes=schemes)


@pytest.mark.parametrize("broken_wall", [str, allow_nearly_everything])
def test_final_check_behind_a_broken_wall_finds_what_the_checker_finds(broken_wall):
    htmls = [broken_wall(payload.text) for payload in payloads()]
    faulty = [html for html in htmls if faults_in(html)]
    assert len(faulty) >= 200
    assert [html for html in faulty if find_fault(html) is None] == []


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<p>x</p>", None),
        (f'<p><a href="https://a.example/" rel="{LINK_REL}">x</a></p>', None),
        ('<ol start="7">\n<li>x</li>\n</ol>', None),
        ('<p><a href="https://a.example/">x</a></p>', "tag"),
        (f'<p><a href="javascript:123" rel="{LINK_REL}">x</a></p>', "link"),
        (f'<p><a href="https://a.example:0/" rel="{LINK_REL}">x</a></p>', "link"),
        (f'<p><a href="https://a.example&#47;&#64;b.example" rel="{LINK_REL}">x</a></p>', None),
        (f'<p><a href="https://a.example&#64;b.example" rel="{LINK_REL}">x</a></p>', "link"),
        (
            f'<a href="https://a.example/" rel="{LINK_REL}"><a href="https://b.example/" rel="{LINK_REL}">x</a></a>',
            "link",
        ),
        ("<p>x", "element left open"),
        ("<p><em>x</p></em>", "end tag"),
        ("x</p>", "end tag"),
        ("<br/>", "tag"),
        ("</br>", "tag"),
        ("<p class=x>x</p>", "tag"),
        ("<P>x</P>", "tag"),
        ("<p>x</p >", "tag"),
        ("<!-- x -->", "tag"),
        ("<p>\u202ex</p>", "direction left open"),
        ("<p>\u202ex<br>\u202c</p>", "direction left open"),
        ("<p>\u202e<em>x</em>\u202c</p>", None),
    ],
)
def test_find_fault_given_html_names_the_first_fault(html, fault):
    assert find_fault(html) == fault
