from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from comments import lifecycle
from comments.enums import CheckOutcome, Status
from comments.models import Comment
from moderation.assets import desk_asset
from moderation.models import Finding
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import FRAGMENT, QUEUE, buttons, card, html_of, make_chain, rows, sign_in, text_of

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

CLAUSES = ("on-topic", "respect", "no-advertising", "personal-data", "unlawful")
SESSION_AND_ACCOUNT = 2
EVIL = '</textarea><script>alert(1)</script><img src=x onerror="alert(2)">'


@pytest.fixture(autouse=True)
def _no_flaggers(settings: SettingsWrapper) -> None:
    """The findings of a test are those it makes itself."""
    settings.MODERATION_FLAGGERS = []


def add_finding(comment: Comment, flagger: str, outcome: CheckOutcome, **values: object) -> None:
    Finding.objects.create(comment=comment, revision=1, flagger=flagger, version="1", outcome=outcome, **values)


def test_queue_opens_with_what_waits_longest_on_the_card() -> None:
    article = make_article()
    first, second = make_comment(article, body="Als erste da"), make_comment(article)
    make_comment(article, status=Status.APPROVED)

    page = sign_in(make_moderator(article.site)).get(QUEUE)

    assert page.status_code == 200
    assert rows(page) == [first.public_id, second.public_id]
    assert card(page) == first.public_id
    assert buttons(page) == [
        "approve",
        "spam",
        *(f"reject:{slug}" for slug in CLAUSES),
        *(f"return:{slug}" for slug in CLAUSES),
    ]
    counts = "Waiting 2 Flagged 0 Reported 0 Edited 0 Returned 0 Appeals 0 Deferred 0 Spam 0 Decided 1"
    assert counts in text_of(page)
    assert 'class="mg-desk"' in html_of(page)


@pytest.mark.parametrize("count", [1, 50])
def test_queue_of_any_length_takes_twelve_queries(count: int) -> None:
    article = make_article()
    parent = make_comment(article, status=Status.APPROVED)
    for _ in range(count):
        add_finding(make_comment(article, parent=parent), "terms", CheckOutcome.FLAGGED)
    client = sign_in(make_moderator(article.site))

    with CaptureQueriesContext(connection) as queries:
        page = client.get(QUEUE)

    assert len(rows(page)) == min(count, 25)
    # Two of them note that somebody is there and has the first comment before them.
    # One of them is for what the checks may know of the site, which is kept for half a minute elsewhere.
    assert len(queries) == SESSION_AND_ACCOUNT + 12


def test_queue_at_depth_200_takes_twelve_queries_and_shows_parent_and_root() -> None:
    article = make_article()
    make_chain(article, 200)
    client = sign_in(make_moderator(article.site))

    with CaptureQueriesContext(connection) as queries:
        page = client.get(QUEUE)

    # Two of them note that somebody is there and has the first comment before them.
    assert len(queries) == SESSION_AND_ACCOUNT + 12
    parents = html_of(page).partition('<ol class="mg-parents">')[2].partition("</ol>")[0]
    assert re.findall(r"<p>(Text \d+)</p>", parents) == ["Text 0", *(f"Text {depth}" for depth in range(192, 199))]
    assert "191 comments between" in parents


def test_queue_longer_than_a_page_goes_on_by_a_link() -> None:
    article = make_article()
    comments = [make_comment(article).public_id for _ in range(27)]
    client = sign_in(make_moderator(article.site))

    page = client.get(QUEUE)
    more = re.findall(r'href="(/moderation/\?cursor=[0-9.]+)"', html_of(page))
    following = client.get(more[0])

    assert rows(page) == comments[:25]
    assert len(more) == 1
    assert (rows(following), card(following)) == (comments[25:], comments[25])


def test_queue_with_nonsense_in_the_address_opens_as_usual() -> None:
    article = make_article()
    comment = make_comment(article)
    client = sign_in(make_moderator(article.site))
    for query in (
        "status=all&sort=up",
        "cursor=xyz",
        "decided=999999",
        "decided=x",
        "q=%00",
        "article=" + "a" * 300,
        "age=soon&mine=no&domain=%00",
        "age=0",
    ):
        page = client.get(f"{QUEUE}?{query}")
        assert (page.status_code, rows(page), card(page)) == (200, [comment.public_id], comment.public_id), query


def test_queue_filters_in_the_address_narrow_the_list_and_stay_in_its_links_and_forms() -> None:
    article = make_article()
    ada, _bo = make_comment(article, name="Ada"), make_comment(article, name="Bo")
    add_finding(ada, "terms", CheckOutcome.FLAGGED)

    page = sign_in(make_moderator(article.site)).get(f"{QUEUE}?flag=terms&q=ada&sort=newest")

    assert rows(page) == [ada.public_id]
    html = html_of(page)
    assert f'href="/moderation/?flag=terms&amp;q=ada&amp;sort=newest&amp;comment={ada.public_id}"' in html
    assert f'action="/moderation/comments/{ada.public_id}/decide/?flag=terms&amp;q=ada&amp;sort=newest"' in html
    assert '<input class="mg-input" type="search" id="q" name="q" maxlength="200" value="ada"' in html
    # No flagger of this name is installed, but what is chosen stands in the form.
    assert '<option value="terms" selected>' in html
    chips = re.findall(r'<a class="mg-chips__chip" href="([^"]*)"><span [^>]*>([^<]*)</span>', html)
    assert chips == [
        ("/moderation/?sort=newest&amp;q=ada", "Flagged by: Words"),
        ("/moderation/?sort=newest&amp;flag=terms", "Search: ada"),
    ]


def test_queue_without_comments_says_so() -> None:
    article = make_article()
    client = sign_in(make_moderator(article.site))
    empty = client.get(QUEUE)
    assert (rows(empty), card(empty)) == ([], "")
    assert "Nothing waits." in text_of(empty)
    assert "This queue holds no comments." in text_of(client.get(f"{QUEUE}?status=spam"))
    assert "No comment of this queue fits what you chose." in text_of(client.get(f"{QUEUE}?q=x"))


def test_card_says_what_every_check_came_to() -> None:
    article = make_article()
    comment = make_comment(article, body="Nudel und Reis")
    add_finding(
        comment,
        "terms",
        CheckOutcome.FLAGGED,
        message="The word “%(word)s” is there.",
        parameters={"word": "<b>Nudel</b>"},
        score=0.85,
        spans=[[0, 5, "listed"]],
    )
    add_finding(comment, "links", CheckOutcome.CLEAR)
    add_finding(comment, "shouting", CheckOutcome.FAILED)
    add_finding(comment, "novelty", CheckOutcome.NOT_RUN)

    page = sign_in(make_moderator(article.site)).get(QUEUE)

    why = text_of(page).partition("Why it is here")[2].partition("Hanna Kuhl")[0]
    assert why.strip() == (
        "Finding 1 The word “<b>Nudel</b>” is there. Words Flag was wrong : Words This check failed. Shouting This check did not run. novelty "
        "Looked at and nothing found: Links "
        "The checks that run in the background have not looked at this text yet. "
        "Every comment under this article waits for approval. Waiting for 1 min, promised within 60 min. On time."
    )
    assert "Nudel (finding 1: 1 listed ) und Reis" in text_of(page)
    assert '<p><mark class="mg-mark">Nudel<span class="mg-mark__label">' in html_of(page)


def test_card_with_marks_that_overlap_inside_a_number_leaves_the_number_whole_and_labels_it_at_its_end() -> None:
    article = make_article()
    comment = make_comment(article, body="Ruf 0171-2345678 an")
    for flagger, span in (("links", [4, 12, "number"]), ("personal_data", [8, 16, "telephone"])):
        add_finding(comment, flagger, CheckOutcome.FLAGGED, message="Something is there.", spans=[span])

    page = sign_in(make_moderator(article.site)).get(QUEUE)

    assert "5678 (finding 1: 1 number ) (finding 2: 2 telephone ) an" in text_of(page)
    assert (
        '<mark class="mg-mark">0171<span class="mg-mark__shared">-234</span>5678<span class="mg-mark__label">'
        in html_of(page)
    )


def test_card_with_a_mark_that_ends_inside_a_word_labels_it_behind_the_word() -> None:
    article = make_article()
    comment = make_comment(article, body="Lauter Nudel! Und Reis")
    add_finding(comment, "terms", CheckOutcome.FLAGGED, message="Something is there.", spans=[[7, 11, "word"]])

    page = sign_in(make_moderator(article.site)).get(QUEUE)

    assert 'Lauter <mark class="mg-mark">Nude</mark>l<span class="mg-mark__label">' in html_of(page)
    assert "l (finding 1: 1 word ) ! Und Reis" in text_of(page)


def test_card_of_a_comment_that_waits_longer_than_promised_says_so() -> None:
    article = make_article()
    make_comment(article)
    since = timezone.now() - datetime.timedelta(hours=3)
    Comment.objects.update(waiting_since=since, screened_revision=1)

    page = sign_in(make_moderator(article.site)).get(QUEUE)

    assert "Waiting for 3 h, promised within 60 min. Late." in text_of(page)
    assert "checks that run in the background" not in text_of(page)


def test_card_of_an_edit_shows_both_texts_and_its_own_decisions() -> None:
    article = make_article()
    comment = make_comment(article, body="Das Rad ist rot.", status=Status.APPROVED)
    lifecycle.add_revision(comment, body="Das Rad ist blau.", body_html="<p>…</p>", render_version=1)

    page = sign_in(make_moderator(article.site)).get(f"{QUEUE}?status=edited")

    words = text_of(page)
    assert (
        "What the author changed in the published text taken out put in "
        "Das Rad ist Taken out: rot. (end) Put in: blau. (end) The new text" in words
    )
    assert "The new text Das Rad ist blau." in words
    assert buttons(page) == [
        "approve",
        *(f"reject:{slug}" for slug in CLAUSES),
        *(f"remove:{slug}" for slug in CLAUSES),
    ]
    assert "Publish the change" in words


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.APPROVED, [f"remove:{slug}" for slug in CLAUSES]),
        (Status.REJECTED, ["restore"]),
        (Status.SPAM, ["restore"]),
        (Status.REMOVED, ["restore"]),
        (Status.RETURNED, []),
        (Status.WITHDRAWN, []),
    ],
)
def test_card_of_a_judged_comment_offers_what_is_possible(status: Status, expected: list[str]) -> None:
    article = make_article()
    comment = make_comment(article, status=status)
    page = sign_in(make_moderator(article.site)).get(f"{QUEUE}?comment={comment.public_id}")
    assert (card(page), buttons(page)) == (comment.public_id, expected)
    assert 'class="mg-desk mg-desk--open"' in html_of(page)


def test_desk_pages_escape_everything_that_readers_wrote() -> None:
    article = make_article()
    article.title, article.teaser = EVIL, EVIL
    article.save()
    parent = make_comment(article, body=EVIL, status=Status.APPROVED)
    comment = make_comment(article, body=f"{EVIL}\n\n{EVIL}", parent=parent)
    Comment.objects.update(author_name=EVIL[:60])
    add_finding(
        comment,
        "terms",
        CheckOutcome.FLAGGED,
        message=EVIL,
        spans=[[0, 3, EVIL], [2, 8, '"><script>'], [20, 30, "x"]],
    )
    client = sign_in(make_moderator(article.site))

    page = client.get(f"{QUEUE}?comment={comment.public_id}")
    search = client.get(f"{QUEUE}?q=%22%3E%3Cscript%3Ealert(3)&comment={comment.public_id}")
    history = client.get(f"/moderation/comments/{comment.public_id}/history/")

    assert rows(page) == [comment.public_id]
    for response in (page, search, history):
        html = html_of(response)
        assert response.status_code == 200
        assert "&lt;script&gt;" in html
        assert "<script>" not in html
        assert "<img" not in html
        assert '"><script' not in html


def test_fragment_for_the_script_is_the_card_of_the_page_with_its_row_and_the_counts() -> None:
    article = make_article()
    first, second = make_comment(article), make_comment(article)
    client = sign_in(make_moderator(article.site))

    fragment = client.get(f"{QUEUE}?comment={second.public_id}", headers=FRAGMENT)
    page = client.get(f"{QUEUE}?comment={second.public_id}")

    assert (card(fragment), rows(fragment)) == (second.public_id, [second.public_id])
    assert "<html" not in html_of(fragment)
    assert 'data-count="waiting">2<' in html_of(fragment)
    assert buttons(fragment) == buttons(page)
    assert rows(page) == [first.public_id, second.public_id]


def test_desk_page_runs_nothing_that_the_content_security_policy_forbids() -> None:
    article = make_article()
    make_comment(article)
    page = sign_in(make_moderator(article.site)).get(QUEUE)
    html = html_of(page)
    assert "style=" not in html
    assert "<style" not in html
    assert re.findall(r"\son[a-z]+=", html) == []
    assert re.findall(r"<script(?![^>]*\ssrc=)", html) == []
    assert re.findall(r'<script type="module" src="([^"]*)" blocking="render"></script>', html) == [
        reverse("moderation:asset", args=[desk_asset("js").digest, "js"])
    ]
