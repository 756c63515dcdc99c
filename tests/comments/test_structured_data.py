"""The JSON-LD of a discussion: what it says, what it keeps to itself, and that no text gets out of it."""

from __future__ import annotations

import datetime
import json
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils.html import escape
from hypothesis import example, given
from hypothesis import strategies as st

from comments.enums import Sort, Status
from comments.excerpts import excerpt
from comments.models import Article, Comment, Site
from comments.structured_data import COMMENT_LIMIT, structured_data
from comments.threads import ThreadPage, ThreadRow, read_page
from tests.factories import make_article, make_comment, make_site
from tests.hostile.corpus import payloads

MOMENT = datetime.datetime(2031, 5, 4, 9, 12, 33, 700, tzinfo=datetime.UTC)


class Scripts(HTMLParser):
    """What a browser finds: the contents of the scripts, and everything that stands outside of them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        (self.inside if self.cdata_elem else self.outside).append(data)

    def handle_comment(self, data: str) -> None:
        self.outside.append(data)


def read(html: str) -> dict[str, Any]:
    """The data of the one script that the HTML must consist of."""
    found = Scripts()
    found.feed(f"{html}<hr>")
    found.close()
    assert found.tags == [("script", {"type": "application/ld+json"}), ("hr", {})]
    assert found.outside == []
    data: dict[str, Any] = json.loads("".join(found.inside))
    return data


def an_article(**more: str) -> Article:
    """An article that is in no database."""
    values = {"key": "bridge", "url": "https://news.example/bridge", "title": "The old bridge"} | more
    return Article(site=Site(slug="news", name="News"), comment_count=3, **values)


def a_row(public_id: str = "0zt5h3w8rfge", **more: Any) -> ThreadRow:
    """A published comment without replies, unless said otherwise."""
    values: dict[str, Any] = {
        "public_id": public_id,
        "parent": "",
        "in_reply_to": "",
        "depth": 0,
        "display_depth": 0,
        "author_name": "Hanna Kuhl",
        "badge": "",
        "body_html": "<p>Text</p>",
        "posted_at": MOMENT,
        "edited_at": None,
        "votes": 0,
        "replies": 0,
        "gone": "",
        "is_pinned": False,
        "is_featured": False,
    }
    return ThreadRow(**(values | more))


def test_structured_data_says_everything_public_of_article_and_comments() -> None:
    reply = a_row(
        "7c2k9qpx4m1d",
        parent="0zt5h3w8rfge",
        author_name="Jens",
        body_html='<p>One &amp; <em>two</em><br>three</p><ul><li><a href="https://a.example/">link</a></li></ul>',
        edited_at=MOMENT + datetime.timedelta(minutes=1),
        votes=4,
    )

    data = read(structured_data(an_article(), ThreadPage((a_row(), reply), "")))

    base = django_settings.BASE_URL
    assert data == {
        "@context": "https://schema.org",
        "@type": "Article",
        "@id": "https://news.example/bridge",
        "url": "https://news.example/bridge",
        "headline": "The old bridge",
        "discussionUrl": f"{base}/discussion/news/bridge/",
        "commentCount": 3,
        "comment": [
            {
                "@type": "Comment",
                "@id": f"{base}/c/0zt5h3w8rfge/",
                "url": f"{base}/c/0zt5h3w8rfge/",
                "text": "Text",
                "datePublished": "2031-05-04T09:12:33+00:00",
                "author": {"@type": "Person", "name": "Hanna Kuhl"},
                "upvoteCount": 0,
            },
            {
                "@type": "Comment",
                "@id": f"{base}/c/7c2k9qpx4m1d/",
                "url": f"{base}/c/7c2k9qpx4m1d/",
                "text": "One & two\nthree\nlink",
                "datePublished": "2031-05-04T09:12:33+00:00",
                "author": {"@type": "Person", "name": "Jens"},
                "upvoteCount": 4,
                "dateModified": "2031-05-04T09:13:33+00:00",
                "parentItem": {"@type": "Comment", "@id": f"{base}/c/0zt5h3w8rfge/"},
            },
        ],
    }


def test_structured_data_of_an_empty_thread_has_no_comments() -> None:
    data = read(structured_data(an_article(), ThreadPage((), "")))

    assert "comment" not in data
    assert data["headline"] == "The old bridge"


def test_structured_data_of_an_article_nobody_has_confirmed_names_no_address_of_it() -> None:
    data = read(structured_data(an_article(title="", url=""), ThreadPage((a_row(),), "")))

    assert {"@id", "url", "headline"} & set(data) == set()
    assert len(data["comment"]) == 1


@pytest.mark.parametrize("says", ["site", "page"])
def test_structured_data_kept_from_snippets_has_the_number_but_no_words(says: str) -> None:
    article = an_article()
    article.site.is_kept_from_snippets = says == "site"

    html = structured_data(article, ThreadPage((a_row(),), ""), is_kept_from_snippets=says == "page")

    assert read(html)["commentCount"] == 3
    assert "Hanna" not in html
    assert "comment" not in read(html)


def test_structured_data_leaves_out_stubs_and_does_not_point_at_them() -> None:
    stub = a_row(author_name="", body_html="", gone="withdrawn")
    reply = a_row("7c2k9qpx4m1d", parent=stub.public_id)

    comments = read(structured_data(an_article(), ThreadPage((stub, reply), "")))["comment"]

    assert [one["@id"].rstrip("/").rpartition("/")[2] for one in comments] == [reply.public_id]
    assert "parentItem" not in comments[0]


def test_structured_data_has_at_most_fifty_comments() -> None:
    rows = tuple(a_row(f"{number:012d}") for number in range(COMMENT_LIMIT + 5))

    comments = read(structured_data(an_article(), ThreadPage(rows, "")))["comment"]

    assert len(comments) == COMMENT_LIMIT
    assert comments[-1]["@id"].endswith(f"/{COMMENT_LIMIT - 1:012d}/")


@pytest.mark.django_db
def test_structured_data_of_a_real_thread_holds_what_is_published_and_nothing_else() -> None:
    article = make_article(make_site("news"), key="bridge")
    shown = make_comment(article, body="A *fair* point.", status=Status.APPROVED)
    for status in Status:
        if status not in (Status.APPROVED, Status.AWAITING_EMAIL):
            make_comment(article, body=f"secret {status}", parent=shown, status=status, name="Hidden Person")
    article.refresh_from_db()

    html = structured_data(article, read_page(article, sort=Sort.NEWEST))

    assert [one["text"] for one in read(html)["comment"]] == ["A fair point."]
    assert Comment.objects.count() == 8 - 1
    assert "secret" not in html
    assert "Hidden" not in html


def test_structured_data_survives_every_hostile_text_as_title_address_name_and_comment() -> None:
    texts = [payload.text for payload in payloads()]
    for start in range(0, len(texts), COMMENT_LIMIT):
        some = texts[start : start + COMMENT_LIMIT]
        title = " ".join(some)
        article = an_article(title=title, url=f"https://news.example/{title}")
        rows = tuple(a_row(author_name=text, body_html=f"<p>{escape(text)}</p>") for text in some)

        data = read(structured_data(article, ThreadPage(rows, "")))

        assert (data["headline"], data["url"]) == (title, f"https://news.example/{title}")
        assert [one["author"]["name"] for one in data["comment"]] == some
        assert [one["text"].split() for one in data["comment"]] == [text.split() for text in some]


@given(title=st.text(), name=st.text(), words=st.text())
@example(title="</script><script>alert(1)</script>", name="<!-- <script>", words="]]> --> \u2028 \u2029 & \x00 \\u003c")
def test_structured_data_gives_back_any_text_unchanged(title: str, name: str, words: str) -> None:
    row = a_row(author_name=name, body_html=words.replace("&", "&amp;").replace("<", "&lt;"))

    html = structured_data(an_article(title=title), ThreadPage((row,), ""))

    data = read(html)
    assert (data.get("headline", ""), data["comment"][0]["author"]["name"]) == (title, name)
    assert data["comment"][0]["text"].split() == words.split()
    assert html.count("<") == html.count(">") == 2


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Short &lt;b&gt;</p><p>text</p>", "Short <b> text"),
        (f"<p>{'word ' * 60}</p>", ("word " * 40).strip() + "…"),
        (f"<p>a{'word ' * 60}</p>", "a" + ("word " * 39).strip() + "…"),
        (f"<p>{'x' * 300}</p>", "x" * 199 + "…"),
        (f"<p>{'word ' * 39}two, three four</p>", "word " * 39 + "two…"),
        ("", ""),
        (f"<p>\u2067{'word ' * 60}\u2069</p>", "\u2067" + ("word " * 39).strip() + "…\u2069"),
    ],
)
def test_excerpt_of_a_text_is_its_beginning_in_whole_words(html: str, expected: str) -> None:
    assert excerpt(html) == expected
