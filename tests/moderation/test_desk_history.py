from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comments import lifecycle
from comments.enums import ArticleMode, CheckOutcome, Status
from comments.models import Comment
from moderation.models import Decision, Finding
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import html_of, press, sign_in, text_of

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_flaggers(settings: SettingsWrapper) -> None:
    """The findings of a test are those it makes itself."""
    settings.MODERATION_FLAGGERS = []


def history_url(comment: Comment) -> str:
    return reverse("moderation:history", args=[comment.public_id])


def steps(response: object) -> list[str]:
    """What happened and by whom, without the times."""
    items = re.findall(r'<li class="mg-timeline__item.*?</li>', html_of(response), re.DOTALL)
    words = [" ".join(re.sub(r"<time.*?</time>|<[^>]*>", " ", item, flags=re.DOTALL).split()) for item in items]
    return [re.sub(r", \d+ \w+ \d+, \d\d:\d\d", "", word) for word in words]


def test_history_tells_every_step_with_clause_note_and_who_took_it_back() -> None:
    article = make_article()
    comment = make_comment(article)
    moderator = make_moderator(article.site)
    moderator.first_name, moderator.last_name = "Jonas", "Feld"
    moderator.save()
    client = sign_in(moderator)
    press(client, comment, "reject:respect", note="Ohne <Spitznamen>.")
    client.post(reverse("moderation:undo", args=[Decision.objects.get().pk]))
    press(client, comment, "approve")

    page = client.get(history_url(comment))

    assert page.status_code == 200
    assert steps(page) == [
        "Received Author",
        (
            "Not published: clause 2, Title respect (policy version 1) Jonas Feld · taken back by Jonas Feld "
            "Ohne &lt;Spitznamen&gt;."
        ),
        "Taken back · Waiting for approval Jonas Feld",
        "Published (policy version 1) Jonas Feld Undo",
    ]


def test_history_calls_nothing_a_rule_where_the_mode_of_an_article_published_it() -> None:
    comment = make_comment(make_article(mode=ArticleMode.POST_MODERATED))
    client = sign_in(make_moderator(comment.site))
    assert steps(client.get(history_url(comment))) == ["Received Author", "Published Software"]


def test_history_shows_every_text_with_its_changes_and_findings() -> None:
    article = make_article()
    comment = make_comment(article, body="Das Rad ist rot.", status=Status.APPROVED)
    lifecycle.add_revision(comment, body="Das Rad ist blau.", body_html="<p>…</p>", render_version=1)
    Finding.objects.create(
        comment=comment,
        revision=2,
        flagger="terms",
        version="1",
        outcome=CheckOutcome.FLAGGED,
        message="A word is there.",
        spans=[[12, 16, "listed"]],
    )

    page = sign_in(make_moderator(article.site)).get(history_url(comment))

    texts = [text.split("</article>")[0] for text in html_of(page).split('<article class="mg-card"')[1:]]
    latest, first = (" ".join(re.sub(r"<[^>]*>", " ", text.partition(">")[2]).split()) for text in texts)
    assert re.sub(r"\d+ \w+ \d+, \d\d:\d\d", "(time)", latest) == (
        "Text no. 2 (time) Das Rad ist blau (finding 1: 1 listed ) . What differs from the text before "
        "Das Rad ist Taken out: rot. (end) Put in: blau. (end) A word is there. Words"
    )
    assert re.sub(r"\d+ \w+ \d+, \d\d:\d\d", "(time)", first) == (
        "Text no. 1 Public (time) Das Rad ist rot. No check has looked at this text."
    )


def test_history_says_which_kept_version_of_what_was_learnt_judged() -> None:
    article = make_article()
    comment = make_comment(article)
    for flagger, model in (("learned", 7), ("outside_judge", "nemo"), ("links", 8)):
        Finding.objects.update_or_create(
            comment=comment,
            revision=1,
            flagger=flagger,
            defaults={"outcome": CheckOutcome.CLEAR, "parameters": {"model": model}},
        )
    client = sign_in(make_moderator(article.site))

    shown = text_of(client.get(history_url(comment)))
    german = text_of(client.get(history_url(comment), headers={"accept-language": "de"}))

    assert (shown.count("· Version 7"), shown.count("Version"), german.count("· Fassung 7")) == (1, 1, 1)


@pytest.mark.parametrize("count", [1, 20])
def test_history_of_any_length_takes_eight_queries(count: int) -> None:
    article = make_article()
    comment = make_comment(article)
    moderator = make_moderator(article.site)
    client = sign_in(moderator)
    for number in range(count):
        lifecycle.add_revision(comment, body=f"Text {number}", body_html="", render_version=1)
        Finding.objects.create(
            comment=comment, revision=comment.revision, flagger="x", version="1", outcome=CheckOutcome.CLEAR
        )
        press(client, comment, "approve")
        client.post(reverse("moderation:undo", args=[Decision.objects.latest("id").pk]))
        comment.refresh_from_db()

    with CaptureQueriesContext(connection) as queries:
        page = client.get(history_url(comment))

    assert len(steps(page)) == 1 + 2 * count
    assert len(queries) == 8


def test_undo_from_the_history_comes_back_to_it() -> None:
    article = make_article()
    comment = make_comment(article)
    client = sign_in(make_moderator(article.site))
    press(client, comment, "approve")
    undo = reverse("moderation:undo", args=[Decision.objects.get().pk])

    done = client.post(undo, {"history": "1"})
    again = client.post(undo, {"history": "1"})

    assert (done.status_code, done["location"]) == (303, history_url(comment))
    assert Comment.objects.get().status == Status.PENDING
    assert again.status_code == 409
    assert "This decision has already been taken back." in text_of(again)
    assert steps(again)[-1] == "Taken back · Waiting for approval " + Decision.objects.get().moderator.get_username()  # type: ignore[union-attr]
