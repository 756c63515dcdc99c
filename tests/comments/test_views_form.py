"""The form itself: what it tells the screener, whom it asks for a name, and what becomes of it without its token."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from comments.access import author_cookie_name
from comments.enums import AuthorKind, Status
from comments.models import Article, Comment
from comments.screening import ScreeningInput, Verdict
from comments.services.identity import make_status_token
from tests.comments.pages import discussion_url, fill_form, post_url, read_forms, send
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db

TEXT = "Has anybody asked the ferrymen?\n\nThey know best."
GUEST = {"body": TEXT, "name": "Karla Wendt", "email": "karla@reader.example"}


@dataclass
class Recorder:
    """A screener that remembers what it was asked, and publishes nothing."""

    seen: list[ScreeningInput] = field(default_factory=list)

    def __call__(self, screening_input: ScreeningInput) -> Verdict:
        self.seen.append(screening_input)
        return Verdict(Status.PENDING)


recorder = Recorder()


@pytest.fixture
def asked(settings: Settings) -> list[ScreeningInput]:
    """What the screener is asked in this test."""
    settings.COMMENTS_SCREENER = f"{__name__}.recorder"
    recorder.seen = []
    return recorder.seen


def test_post_by_an_honest_form_tells_the_screener_how_long_it_was_open(
    client: Client, asked: list[ScreeningInput]
) -> None:
    article = make_article()
    with time_machine.travel("2026-11-21 18:00:00+00:00", tick=False) as clock:
        filled = fill_form(client, article, **GUEST)
        clock.shift(42)
        client.post(post_url(article), filled)

    assert [(one.by_form, one.form_seconds, one.form_trap_filled) for one in asked] == [(True, 42.0, False)]


def test_post_by_a_machine_waits_like_any_other_and_the_screener_knows(
    client: Client, asked: list[ScreeningInput]
) -> None:
    article = make_article()

    response = client.post(post_url(article), GUEST | {"website": "https://spam.example", "opened": "forged"})

    assert response.status_code == 303
    assert Comment.objects.get().status == Status.PENDING
    assert [(one.by_form, one.form_seconds, one.form_trap_filled) for one in asked] == [(True, None, True)]


def test_post_with_the_note_of_another_article_is_of_unknown_age(client: Client, asked: list[ScreeningInput]) -> None:
    article, other = make_article(), make_article()

    client.post(post_url(article), GUEST | {"opened": fill_form(client, other)["opened"]})
    client.post(post_url(article), GUEST | {"body": "More", "opened": signing.dumps({"article": article.pk})})

    assert [one.form_seconds for one in asked] == [None, None]


def test_form_for_an_account_says_who_writes_and_asks_nothing_else(client: Client) -> None:
    article = make_article()
    client.force_login(make_user(name="Jonas Feld"))

    filled = fill_form(client, article, body=TEXT)
    client.post(post_url(article), filled)

    assert {"name", "email"} & filled.keys() == set()
    comment = Comment.objects.get()
    assert (comment.author_name, comment.author.kind) == ("Jonas Feld", AuthorKind.USER)
    html = client.get(discussion_url(article)).content.decode()
    assert '<strong dir="auto" data-mg="account-name">Jonas Feld</strong>' in html
    assert f'id="own-{comment.public_id}"' in html
    assert author_cookie_name(article.site) not in client.cookies


def test_form_for_an_account_without_a_name_asks_for_one_once(client: Client) -> None:
    article = make_article()
    client.force_login(make_user())

    first = fill_form(client, article, body=TEXT, name="Jonas Feld")
    client.post(post_url(article), first)
    second = fill_form(client, article)

    assert "name" in first
    assert "email" not in first
    assert "name" not in second
    assert Comment.objects.get().author_name == "Jonas Feld"


def test_form_for_a_returning_guest_knows_their_name(client: Client) -> None:
    article = make_article()
    send(client, article, **GUEST)

    filled = fill_form(client, article)

    assert (filled["name"], filled["email"]) == (GUEST["name"], GUEST["email"])


def test_post_without_a_token_gives_the_text_back_in_a_form_that_can_be_sent(settings: Settings) -> None:
    settings.CSRF_FAILURE_VIEW = "comments.views.csrf_failure"
    article = make_article()
    client = Client(enforce_csrf_checks=True)
    filled = fill_form(client, article, **GUEST)

    refused = client.post(post_url(article), filled | {"csrfmiddlewaretoken": "x" * 64})

    assert refused.status_code == 403
    assert not Comment.objects.exists()
    again = read_forms(refused)[post_url(article)]
    assert {name: again[name] for name in GUEST} == GUEST
    assert client.post(post_url(article), again).status_code == 303
    assert Comment.objects.get().revisions.get().body == TEXT


def test_post_without_a_token_elsewhere_offers_no_form(settings: Settings) -> None:
    settings.CSRF_FAILURE_VIEW = "comments.views.csrf_failure"
    client = Client(enforce_csrf_checks=True)

    response = client.post(reverse("account_logout"), {"body": "<b>words</b>"})

    assert response.status_code == 403
    assert "&lt;b&gt;words&lt;/b&gt;</textarea>" in response.content.decode()
    assert reverse("account_logout") not in read_forms(response)


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "At most 5,000 characters."), ("de", "Höchstens 5.000 Zeichen.")]
)
def test_form_says_its_limit_and_does_not_cut_what_is_pasted(client: Client, language: str, sentence: str) -> None:
    article = make_article()
    Article.objects.filter(pk=article.pk).update(language=language)
    comment = make_comment(article)
    Comment.objects.update(language=language)

    for url in (discussion_url(article), reverse("comments:status", args=[make_status_token(comment)])):
        html = client.get(url).content.decode()
        (field,) = re.findall(r'<textarea [^>]*name="body"[^>]*>', html)
        assert "maxlength" not in field
        assert 'aria-describedby="mg-formatting"' in field
        assert sentence in html


def test_post_of_a_text_too_long_says_by_how_much_and_keeps_it(client: Client) -> None:
    article = make_article()
    Article.objects.filter(pk=article.pk).update(language="en")
    text = "word " * 1_200 + "end"

    refused = send(client, article, **GUEST | {"body": text})

    assert refused.status_code == 422
    assert "The text is 1003 characters too long." in refused.content.decode()
    assert read_forms(refused)[post_url(article)]["body"] == text
    assert not Comment.objects.exists()


def test_own_waiting_comment_is_shown_as_it_was_typed_without_links(client: Client) -> None:
    article = make_article()

    client.post(post_url(article), GUEST | {"body": "See https://spam.example/ <b>now</b>\n\n*End*"})

    html = client.get(discussion_url(article)).content.decode()
    assert "<p>See https://spam.example/ &lt;b&gt;now&lt;/b&gt;</p>\n\n<p>*End*</p>" in html
    assert 'href="https://spam' not in html
