"""What the card says of what checks found: in their own words, how sure those are that guess, and why it waits at all."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from pytest_django import Settings

from comments.enums import ArticleMode, CheckOutcome, Status
from comments.models import Comment
from comments.services.posting import revise_comment
from moderation.flaggers.guesses import TOO_LONG
from moderation.flaggers.topic import CANNOT_TELL
from moderation.enums import Action
from moderation.models import DeskSettings, Finding
from moderation.services.decisions import undo
from moderation.services.publications import take_back_flagged
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import QUEUE, flag, html_of, sign_in
from tests.moderation.reporting import judge, report
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


def new_one() -> Comment:
    return make_comment(make_article())


def new_one_where_trusted_authors_need_not_wait() -> Comment:
    article = make_article()
    DeskSettings.objects.create(site=article.site, publishes_trusted=True)
    return make_comment(article)


def held_back_under_an_article_where_comments_appear_at_once() -> Comment:
    comment = make_comment(make_article())
    comment.article.mode = ArticleMode.POST_MODERATED
    comment.article.save()
    return comment


def sent_before_the_end() -> Comment:
    comment = make_comment(make_article())
    comment.article.mode = ArticleMode.CLOSED
    comment.article.save()
    return comment


def revised() -> Comment:
    comment = make_comment(make_article())
    judge(comment, Action.RETURN, clause="respect")
    return revise_comment(comment=comment, body="Ein anderer Text")


def taken_back() -> Comment:
    comment = make_comment(make_article())
    decision = judge(comment, Action.REJECT, clause="respect")
    undo(decision=decision, moderator=make_moderator(comment.site))
    return comment


def appeared_at_once() -> Comment:
    comment = make_comment(make_article(mode=ArticleMode.POST_MODERATED))
    assert comment.status == Status.APPROVED
    return Comment.objects.with_context().get(pk=comment.pk)


def reported() -> Comment:
    comment = appeared_at_once()
    report(comment)
    return comment


def found_later() -> Comment:
    comment = appeared_at_once()
    flag(comment, "novelty")
    assert take_back_flagged(comment.pk)
    return comment


def found_later_and_reported() -> Comment:
    comment = appeared_at_once()
    flag(comment, "novelty")
    report(comment)
    return comment


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (new_one, "Every comment under this article waits for approval."),
        (
            new_one_where_trusted_authors_need_not_wait,
            "Comments under this article wait for approval, except those of trusted authors in which nothing was found.",
        ),
        (
            held_back_under_an_article_where_comments_appear_at_once,
            "Comments under this article appear at once; this one waits for a decision.",
        ),
        (sent_before_the_end, "It was sent while the discussion was open, and waits for a decision."),
        (revised, "Its author has revised what was returned."),
        (taken_back, "A decision was taken back, so it waits again."),
        (reported, "It was public until readers reported it, and waits for a decision again."),
        (found_later, "It was public until a check found something, and waits for a decision."),
        (found_later_and_reported, "It was public, and waits for a decision again."),
    ],
)
def test_card_says_what_brought_a_comment_there(make: Callable[[], Comment], expected: str, settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = []
    settings.MODERATION_REQUEUE_AFTER_REPORTS = 1
    comment = make()
    page = sign_in(make_moderator(comment.site)).get(f"{QUEUE}?comment={comment.public_id}")
    assert why(page)[-1].startswith(f"{expected} Waiting for ")
