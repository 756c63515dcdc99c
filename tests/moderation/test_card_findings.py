"""What the card says of what checks found: in their own words, how sure those are that guess, and why it waits at all."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from comments.enums import ArticleMode, CheckOutcome, Status
from comments.models import Comment
from comments.services.posting import revise_comment
from comments.templatetags.marginalia import icon
from moderation.enums import Action, FlaggerState, Role
from moderation.flaggers.base import TOO_LONG
from moderation.flaggers.knowledge import forget_knowledge
from moderation.models import ArticleRule, DeskSettings, Finding, FlaggerSwitch
from moderation.queue import read_items
from moderation.queue.colleagues import BESIDE
from moderation.services.appeals import file_appeal
from moderation.services.decisions import undo
from moderation.services.publications import take_back_flagged
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import QUEUE, flag, html_of, sign_in
from tests.moderation.reporting import judge, report
from tests.settings import GUESSES

pytestmark = pytest.mark.django_db


def why(page: object) -> list[str]:
    """The lines that say what was found, and why it is here, each without tags and in single spaces."""
    lines = re.findall(r'<li class="mg-finding.*?</li>', html_of(page), re.DOTALL)
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
        ("topic", "Cannot tell whether it is about the article: too few words."),
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
    history = html_of(
        sign_in(make_moderator(comment.site)).get(reverse("moderation:history", args=[comment.public_id]))
    )
    lines = re.findall(r'<li class="mg-finding mg-finding--plain">(.*?)</li>', history, re.DOTALL)
    # Only where nothing is to be said of it a check is ticked off.
    assert [icon("check") in line for line in lines] == [False, True, False, True, False]
    assert [icon("search") in line for line in lines] == [True, False, True, False, True]


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
            "Comments under this article wait for approval, except those of trusted authors that may appear at once.",
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
    (line,) = (one for one in why(page) if "promised within" in one)
    assert line.startswith(f"{expected} Waiting for ")


def removed_and_appealed() -> Comment:
    comment = appeared_at_once()
    flag(comment, "terms")
    judge(comment, Action.REMOVE, clause="respect")
    file_appeal(comment=comment, text="Ein Zitat.")
    return comment


@pytest.mark.parametrize(
    ("make", "query"),
    [
        (appeared_at_once, "status=approved"),
        (reported, "status=reported"),
        (removed_and_appealed, "status=appealed"),
    ],
)
def test_card_of_what_waits_for_nobody_lists_what_was_found_and_it_can_be_called_wrong(
    make: Callable[[], Comment], query: str, settings: Settings
) -> None:
    settings.MODERATION_FLAGGERS = []
    comment = make()
    finding = Finding.objects.filter(comment=comment).first() or flag(comment, "terms")
    moderator = make_moderator(comment.site)
    client = sign_in(moderator)
    assert comment.waiting_since is None

    address = f"{QUEUE}?{query}"
    (line,) = (one for one in why(client.get(address)) if "Nudel" in one)
    assert line == "Finding 1 The word “Nudel” is there. Words Flag was wrong : Words"
    client.post(reverse("moderation:call_wrong", args=[finding.pk]), {"wrong": "1"})
    assert 'value="0" aria-pressed="true" data-key="wrong"' in html_of(client.get(address))
    # Who may only look sees it, too.
    page = sign_in(make_moderator(comment.site, role=Role.AUDITOR)).get(address)
    assert "Finding 1 The word “Nudel” is there. Words" in why(page)


def test_card_of_what_waits_for_nobody_lists_nothing_where_nothing_was_found() -> None:
    comment = appeared_at_once()
    assert Finding.objects.filter(comment=comment, outcome=CheckOutcome.CLEAR).exists()
    page = sign_in(make_moderator(comment.site)).get(f"{QUEUE}?status=approved")
    assert f'id="card-{comment.public_id}"' in html_of(page)
    assert "What the checks said" not in html_of(page)


def test_check_that_looked_while_it_was_in_shadow_has_run_and_what_it_found_stays_out_of_sight(
    settings: Settings,
) -> None:
    settings.MODERATION_FLAGGERS = []
    comment = make_comment(make_article())
    outcomes = {"respect": CheckOutcome.FLAGGED, "spam": CheckOutcome.CLEAR, "learned": CheckOutcome.FAILED}
    for flagger, outcome in outcomes.items():
        Finding.objects.create(
            comment=comment, revision=1, flagger=flagger, outcome=outcome, is_shadow=True, message="Secret", version="1"
        )
    Comment.objects.update(screened_revision=1)
    settings.MODERATION_FLAGGERS = GUESSES
    client = sign_in(make_moderator(comment.site))
    assert len(why(client.get(QUEUE))) == 1

    # As every site begins: they are switched on when texts wait already.
    for flagger in outcomes:
        FlaggerSwitch.objects.create(site=comment.site, flagger=flagger, state=FlaggerState.ON)
    forget_knowledge()

    assert why(client.get(QUEUE))[:-1] == [
        "Looked while still in shadow, so what was found is not shown: Insults, Advertising",
        "Did not run on this text: Learnt from decisions",
    ]


def name_comments(comment: Comment, *named: str) -> None:
    """Have a check name these comments; one that is somebody else's means something else by the same place."""
    finding = flag(comment, "site_repetition")
    finding.message = "Almost the same text stands in other comments of the last days (%(count)s): %(comments)s"
    finding.parameters = {"count": len(named), "comments": ", ".join(named)}
    finding.save()
    other = flag(comment, "nobodys")
    other.message, other.parameters = "Like %(comments)s comments.", {"comments": 7}
    other.save()


def test_finding_leads_to_the_comments_that_it_names_and_calls_them_by_author_and_time(settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = []
    article = make_article()
    first, second = (make_comment(article, name=name, body=name) for name in ("Ada & Lo", "Bo"))
    at = datetime.datetime(2026, 3, 12, 8, 5, tzinfo=datetime.UTC)
    Comment.objects.update(posted_at=at)
    comment = make_comment(article)
    name_comments(comment, first.public_id, "zzzzzzzzzzzz", second.public_id)
    client = sign_in(make_moderator(article.site))

    for address in (f"{QUEUE}?comment={comment.public_id}", reverse("moderation:history", args=[comment.public_id])):
        page = client.get(address)
        lines = why(page)
        assert any("Like 7 comments." in line for line in lines)
        (line,) = (one for one in lines if "Almost the same" in one)
        assert (
            re.sub(r"\s+,", ",", line)
            .partition("): ")[2]
            .startswith("Ada &amp; Lo, 12 March 2026, 09:05, a comment that is gone, Bo, 12 March 2026, 09:05 ")
        )
        links = re.findall(
            rf'<a href="(/moderation/[^"]*({first.public_id}|{second.public_id})/history/)"><bdi>', html_of(page)
        )
        assert [found for _link, found in links] == [first.public_id, second.public_id]
        assert [client.get(link).status_code for link, _found in links] == [200, 200]


@pytest.mark.parametrize("hides", ["this", "that"])
def test_finding_names_nobody_while_the_author_is_hidden(hides: str, settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = []
    article = make_article()
    other = make_comment(article, name="Hanna Kuhl", body="Anders")
    comment = make_comment(make_article(article.site), name="Hanna Kuhl")
    name_comments(comment, other.public_id)
    ArticleRule.objects.create(article=comment.article if hides == "this" else article, is_blind=True)
    page = sign_in(make_moderator(article.site)).get(
        f"{QUEUE}?comment={comment.public_id}&article={comment.article.key}"
    )
    (line,) = (one for one in why(page) if "Almost the same" in one)
    assert "Hanna" not in line
    assert f'href="{reverse("moderation:history", args=[other.public_id])}"><time' in html_of(page)


def test_comments_that_findings_name_are_not_those_of_another_site(settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = []
    stranger = make_comment(make_article(), name="Ada")
    comment = make_comment(make_article())
    name_comments(comment, stranger.public_id)
    html = html_of(sign_in(make_moderator(comment.site)).get(QUEUE))
    assert "a comment that is gone" in html
    assert stranger.public_id not in html


@pytest.mark.parametrize("count", [1, 3])
def test_what_findings_name_takes_two_queries_for_one_card_or_for_many(
    count: int, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.MODERATION_FLAGGERS = []
    article = make_article()
    others = [make_comment(article, name=f"Ada {number}", body=f"{number}").public_id for number in range(3)]
    for number in range(count):
        comment = make_comment(article, name=f"Bo {number}", body=f"Bo {number}")
        name_comments(comment, *others[number:])
        learned = flag(comment, "learned")
        learned.clause, learned.message, learned.parameters = "respect", "By %(clause)s.", {"clause": "Respekt"}
        learned.save()
    found = Comment.objects.with_context().select_related(*BESIDE).filter(author_name__startswith="Bo")
    comments = list(found.order_by("id"))
    with django_assert_num_queries(4):
        items = read_items(comments, with_changes=False)
    named = [[one.author_name for one in finding.comments] for item in items for finding in item.findings]
    assert [names for names in named if names] == [["Ada 0", "Ada 1", "Ada 2"], ["Ada 1", "Ada 2"], ["Ada 2"]][:count]


@pytest.mark.parametrize(
    ("clause", "language", "expected"),
    [
        ("respect", "en", "By Title respect."),
        ("respect", "de", "By Titel respect."),
        # A clause that the policy no longer has.
        ("gone", "en", "By Alter Titel."),
    ],
)
def test_clause_that_a_finding_names_is_called_as_the_policy_calls_it_in_the_language_of_the_moderator(
    clause: str, language: str, expected: str, settings: Settings
) -> None:
    settings.MODERATION_FLAGGERS = []
    comment = make_comment(make_article())
    finding = flag(comment, "learned")
    finding.clause, finding.message, finding.parameters = clause, "By %(clause)s.", {"clause": "Alter Titel"}
    finding.save()
    page = sign_in(make_moderator(comment.site)).get(QUEUE, headers={"accept-language": language})
    assert expected in html_of(page)


@pytest.mark.parametrize(("language", "title", "stored"), [("en", "Title", "Titel"), ("de", "Titel", "Title")])
def test_clauses_that_a_judge_marks_and_names_besides_are_called_in_the_language_of_the_moderator(
    language: str, title: str, stored: str, settings: Settings
) -> None:
    settings.MODERATION_FLAGGERS = []
    comment = make_comment(make_article())
    finding = flag(comment, "outside_judge")
    finding.clause, finding.message = "respect", "By %(clause)s, also %(others)s."
    finding.parameters = {"clause": f"{stored} respect", "others": f"{stored} on-topic, Alter Titel"}
    finding.spans = [[0, 4, f"{stored} respect"]]
    finding.save()
    page = html_of(sign_in(make_moderator(comment.site)).get(QUEUE, headers={"accept-language": language}))
    assert f"By {title} respect, also {title} on-topic, Alter Titel." in page
    assert re.search(rf'mg-mark__number" aria-hidden="true">\d</span>{title} respect<', page)
