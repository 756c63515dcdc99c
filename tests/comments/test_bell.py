"""The bell: what is new for who is signed in, held back as mails are, until it is marked as read."""

from __future__ import annotations

import datetime
import json
import re

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from comments.bell import LIMIT, Bell, read_bell
from comments.enums import ActorKind, ArticleMode, Status
from comments.lifecycle import Actor, set_status
from comments.models import Article, Author, Comment, Mute
from comments.services.identity import Identity, authors_of, make_author_token, make_sign_in_token, make_status_token
from moderation.enums import Action
from moderation.services.decisions import decide, undo
from tests.comments.pages import discussion_url
from tests.factories import make_article, make_comment, make_moderator, make_user

pytestmark = pytest.mark.django_db

GRACE = datetime.timedelta(seconds=16)
START = datetime.datetime(2026, 11, 28, 12, 0, tzinfo=datetime.UTC)


def reader_url(article: Article) -> str:
    return f"/embed/v1/{article.site.slug}/{article.key}/reader"


def field(pattern: str, html: str) -> str:
    """What the one place of a pattern in a page holds."""
    [found] = re.findall(pattern, html)
    return str(found)


@pytest.fixture
def clock():
    """The time, which a test may move."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def mine(clock) -> Comment:
    """A published comment of an account, its author having seen everything so far."""
    comment = make_comment(make_article(), identity=Identity(user=make_user(name="Jonas Feld")), status=Status.APPROVED)
    clock.shift(GRACE)
    Author.objects.update(seen_at=START + GRACE / 2)
    clock.shift(GRACE)
    return comment


def judge(comment: Comment, action: Action):
    return decide(
        comment=comment,
        moderator=make_moderator(comment.site),
        action=action,
        expected_status=Status(comment.status),
        expected_revision=comment.revision,
        clause="respect" if action != Action.APPROVE else "",
    )


def identity_of(comment: Comment) -> Identity:
    return Identity(user=comment.author.user)


def bell_of(comment: Comment) -> Bell | None:
    identity = identity_of(comment)
    with override("en"):
        return read_bell(identity=identity, authors=authors_of(identity, site=comment.site), site=comment.site)


def news_of(comment: Comment) -> list[tuple[str, str, str]]:
    bell = bell_of(comment)
    return [(one.icon, one.what, one.url) for one in bell.news] if bell else []


def reply_to(comment: Comment, **more: object) -> Comment:
    cache.clear()  # Nobody writes as fast.
    return make_comment(comment.article, parent=comment, **{"status": Status.APPROVED, "name": "Kim Bly", **more})


def test_bell_tells_of_published_replies_once_the_grace_has_passed(clock, mine: Comment) -> None:
    reply = reply_to(mine)
    reply_to(mine, status=Status.PENDING)
    assert news_of(mine) == []

    clock.shift(GRACE)

    title = mine.article.title
    assert news_of(mine) == [("reply", f"Kim Bly replied to you on “{title}”", f"/c/{reply.public_id}/")]
    bell = bell_of(mine)
    assert bell is not None
    with override("en"):
        assert bell.sentence == "1 new reply or decision"


def test_bell_keeps_own_replies_muted_authors_and_hidden_articles_out(clock, mine: Comment) -> None:
    reply_to(mine, identity=identity_of(mine))
    muted = reply_to(mine, name="Nora Pohl")
    Mute.objects.create(reader=mine.author, author=muted.author, created_at=timezone.now())
    elsewhere = make_comment(make_article(mine.site), identity=identity_of(mine), status=Status.APPROVED)
    reply_to(elsewhere)
    Article.objects.filter(pk=elsewhere.article_id).update(mode=ArticleMode.HIDDEN)
    make_comment(mine.article, name="Kim Bly", status=Status.APPROVED)
    Author.objects.filter(pk=mine.author_id).update(seen_at=timezone.now() - GRACE)
    Comment.objects.filter(pk=elsewhere.pk).update(posted_at=START)
    clock.shift(GRACE)

    told = news_of(mine)

    assert [what for _icon, what, _url in told if "replied" in what] == []


@pytest.mark.parametrize(
    ("action", "icon", "what"),
    [
        (Action.APPROVE, "published", "Published"),
        (Action.REJECT, "rejected", "Not published"),
        (Action.RETURN, "returned", "Returned to you for revision"),
    ],
)
def test_bell_tells_what_became_of_a_comment(clock, mine: Comment, action: Action, icon: str, what: str) -> None:
    comment = make_comment(mine.article, identity=identity_of(mine))
    judge(comment, action)
    assert news_of(mine) == []

    clock.shift(GRACE)

    address = f"/status/{make_status_token(comment)}/"
    assert news_of(mine) == [(icon, f"{what}: your comment on “{mine.article.title}”", address)]


def test_bell_tells_what_software_judged_and_not_what_appeared_as_it_was_sent(clock, mine: Comment) -> None:
    with time_machine.travel(START + 4 * GRACE) as ticking:
        make_comment(make_article(mine.site, mode=ArticleMode.POST_MODERATED), identity=identity_of(mine))
        comment = make_comment(mine.article, identity=identity_of(mine))
        set_status(
            comment.pk,
            Status.APPROVED,
            actor=Actor(ActorKind.RULE),
            expected_status=Status.PENDING,
            expected_revision=1,
        )
        ticking.shift(GRACE)
        told = f"Published by software, by a rule of this site: your comment on “{mine.article.title}”"
        assert news_of(mine) == [("published", told, f"/status/{make_status_token(comment)}/")]


def test_bell_is_silent_about_spam_and_about_what_was_taken_back_within_the_grace(clock, mine: Comment) -> None:
    spam, undone = (make_comment(mine.article, identity=identity_of(mine)) for _ in range(2))
    judge(spam, Action.SPAM)
    decision = judge(undone, Action.REJECT)
    clock.shift(GRACE / 2)
    undo(decision=decision, moderator=decision.moderator)

    clock.shift(10 * GRACE)

    assert news_of(mine) == []


def test_bell_tells_of_a_decision_taken_back_late_and_of_the_last_one_alone(clock, mine: Comment) -> None:
    late, twice = (make_comment(mine.article, identity=identity_of(mine)) for _ in range(2))
    decision = judge(late, Action.REJECT)
    judge(twice, Action.APPROVE)
    clock.shift(GRACE)
    twice.refresh_from_db()
    judge(twice, Action.REMOVE)
    undo(decision=decision, moderator=decision.moderator)

    clock.shift(GRACE)

    title = mine.article.title
    assert sorted(what for _icon, what, _url in news_of(mine)) == [
        f"Is being checked again: your comment on “{title}”",
        f"Removed: your comment on “{title}”",
    ]


def test_bell_is_for_who_is_signed_in(clock, mine: Comment) -> None:
    guests = make_comment(mine.article, name="Gast", status=Status.APPROVED)
    published_by = Author.objects.create(site=mine.site, kind="sso", sso_subject="s1", name="Ada Lind")
    hers = make_comment(mine.article, identity=Identity(author=published_by), status=Status.APPROVED)
    clock.shift(1)
    for comment in (guests, hers):
        reply_to(comment)
    clock.shift(GRACE)

    bells = [
        read_bell(identity=Identity(author=author), authors=[author], site=mine.site)
        for author in (guests.author, published_by)
    ]

    assert bells[0] is None
    assert bells[1] is not None


def test_bell_lists_no_more_than_anybody_reads_at_the_same_cost(
    clock, mine: Comment, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, LIMIT):
        for number in range(count):
            reply_to(mine, name=f"Leser {number}")
        judge(make_comment(mine.article, identity=identity_of(mine)), Action.APPROVE)
        clock.shift(GRACE)
        identity = identity_of(mine)
        authors = authors_of(identity, site=mine.site)
        with django_assert_num_queries(2):
            bell = read_bell(identity=identity, authors=authors, site=mine.site)

    assert bell is not None
    assert (len(bell.news), bell.has_more) == (LIMIT, True)
    with override("en"):
        assert bell.sentence == "More than 20 new replies and decisions"


def test_page_has_the_bell_and_its_form_marks_what_was_shown_as_read(clock, mine: Comment) -> None:
    client = Client()
    client.force_login(mine.author.user)
    reply = reply_to(mine)
    clock.shift(GRACE)
    page = client.get(discussion_url(mine.article)).content.decode()
    assert f'href="/c/{reply.public_id}/"' in page
    assert news_of(mine) != []  # Looking changes nothing.
    later = reply_to(mine, name="Nora Pohl")
    clock.shift(GRACE)

    action = field(r'action="([^"]+)" data-mg="seen"', page)
    until = field(r'name="until" value="([^"]+)"', page)
    client.get(action)
    assert len(news_of(mine)) == 2
    answer = client.post(
        action, {"until": until}, headers={"Referer": f"http://testserver{discussion_url(mine.article)}"}
    )

    assert (answer.status_code, answer["Location"]) == (303, f"{discussion_url(mine.article)}#discussion")
    assert [url for _icon, _what, url in news_of(mine)] == [f"/c/{later.public_id}/"]


def test_widget_gets_the_bell_in_its_private_part_and_marks_it_as_read(clock, mine: Comment) -> None:
    published_by = Author.objects.create(site=mine.site, kind="sso", sso_subject="s1", name="Ada Lind")
    hers = make_comment(mine.article, identity=Identity(author=published_by), status=Status.APPROVED)
    clock.shift(1)
    reply = reply_to(hers)
    clock.shift(GRACE)
    token = {"Authorization": f"Bearer {make_sign_in_token(published_by)}"}

    first = Client().post(reader_url(mine.article), headers=token).json()
    until = field(r'name="until" value="([^"]+)"', first["own_html"])
    second = (
        Client()
        .post(reader_url(mine.article), json.dumps({"until": until}), content_type="application/json", headers=token)
        .json()
    )
    third = Client().post(reader_url(mine.article), headers=token).json()

    assert f'/c/{reply.public_id}/"' in first["own_html"]
    assert "csrfmiddlewaretoken" not in first["own_html"]
    assert ['data-mg="seen"' in one["own_html"] for one in (first, second, third)] == [True, False, False]


@pytest.mark.parametrize("until", ["", "yesterday", "2026-11-28T12:00:00", "9" * 5_000])
def test_moment_that_is_none_is_refused_and_changes_nothing(clock, mine: Comment, until: str) -> None:
    client = Client()
    client.force_login(mine.author.user)
    before = Author.objects.get(pk=mine.author_id).seen_at

    answer = client.post(f"/my-comments/{mine.site.slug}/seen/", {"until": until})

    assert answer.status_code == 400
    assert Author.objects.get(pk=mine.author_id).seen_at == before


def test_what_is_seen_goes_neither_back_nor_ahead_of_the_clock(clock, mine: Comment) -> None:
    client = Client()
    client.force_login(mine.author.user)
    seen = []

    for until in ("2999-01-01T00:00:00+00:00", "2000-01-01T00:00:00+00:00"):
        client.post(f"/my-comments/{mine.site.slug}/seen/", {"until": until})
        seen.append(Author.objects.get(pk=mine.author_id).seen_at)

    assert seen == [timezone.now() - datetime.timedelta(seconds=15)] * 2


def test_marking_needs_a_csrf_token_on_our_pages_and_somebody_who_is_known(clock, mine: Comment) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(mine.author.user)
    data = {"until": timezone.now().isoformat()}
    before = Author.objects.get(pk=mine.author_id).seen_at

    answers = [
        careful.post(f"/my-comments/{mine.site.slug}/seen/", data),
        careful.post(reader_url(mine.article), json.dumps(data), content_type="application/json"),
        Client().post(f"/my-comments/{mine.site.slug}/seen/", data),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 404]
    assert Author.objects.get(pk=mine.author_id).seen_at == before
    assert make_author_token(mine.author) not in answers[0].content.decode()
