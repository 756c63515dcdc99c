"""What the card says of what checks found: in their own words, how sure those are that guess, and why it waits at all."""

from __future__ import annotations

import re

import pytest
from pytest_django import Settings

from comments.enums import CheckOutcome
from moderation.flaggers.guesses import TOO_LONG
from moderation.flaggers.topic import CANNOT_TELL
from moderation.models import Finding
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import QUEUE, flag, html_of, sign_in
from tests.settings import GUESSES

pytestmark = pytest.mark.django_db


def why(page: object) -> list[str]:
    """The lines below "Why it is here", each without tags and in single spaces."""
    section = re.search(r'<ul class="mg-findings">(.*?)</ul>', html_of(page), re.DOTALL)
    assert section is not None
    lines = re.findall(r"<li class=\"mg-finding.*?</li>", section[1], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", line).split()) for line in lines]


@pytest.mark.parametrize(
    ("flagger", "source"),
    [
        ("respect", "Insults · 52 %, unsure"),
        ("spam", "Advertising · 52 %, unsure"),
        ("topic", "Topic · 52 %, unsure"),
        ("learned", "Learnt from decisions · 52 %, unsure"),
        ("outside_judge", "Judge from outside · 52 %, unsure"),
        ("first_contact", "First contact"),
        ("new_domains", "Places new to the site"),
        ("bursts", "Many at once"),
        ("terms", "Words"),
        ("nobodys", "nobodys"),
    ],
)
def test_card_says_how_sure_a_guess_is_and_calls_no_fact_unsure(flagger: str, source: str, settings: Settings) -> None:
    installed = [*settings.MODERATION_FLAGGERS, *GUESSES]
    settings.MODERATION_FLAGGERS = []
    comment = make_comment(make_article())
    flag(comment, flagger, score=0.52)
    settings.MODERATION_FLAGGERS = installed
    first, *_others = why(sign_in(make_moderator(comment.site)).get(QUEUE))
    assert first.partition(" is there. ")[2].partition(" Flag was wrong")[0] == source


def test_card_lists_what_found_nothing_by_its_sentence_where_it_has_one(settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = []
    comment = make_comment(make_article())
    for flagger, message in (
        ("topic", CANNOT_TELL[0]),
        ("respect", TOO_LONG),
        ("call_out", "The site's own service has no opinion."),
        ("links", ""),
        ("shouting", ""),
    ):
        Finding.objects.create(
            comment=comment, revision=1, flagger=flagger, outcome=CheckOutcome.CLEAR, message=message, version="1"
        )
    assert why(sign_in(make_moderator(comment.site)).get(QUEUE))[:4] == [
        "The site&#x27;s own service has no opinion. The site&#x27;s own service",
        "Found nothing in what it read: the text is too long to be read to its end. Insults",
        "Cannot tell whether it is about the article: too few words. Topic",
        "Looked at and nothing found: Links, Shouting",
    ]
