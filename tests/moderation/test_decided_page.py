from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comments.enums import Status
from comments.models import Article, Comment
from comments.services.posting import revise_comment
from moderation.enums import Action, Role
from moderation.models import Decision
from moderation.services.bulk import BulkItem, decide_together
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import html_of, sign_in, text_of
from tests.moderation.reporting import judge

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

MINE = "/moderation/decisions/"


@pytest.fixture(autouse=True)
def _no_flaggers(settings: SettingsWrapper) -> None:
    settings.MODERATION_FLAGGERS = []


def decide_bulk(article: Article, count: int, moderator: User, reason: str = "") -> list[Comment]:
    comments = [make_comment(article, name=f"Bündel {number}") for number in range(count)]
    decide_together(
        items=[BulkItem(one.public_id, Action.APPROVE, Status.PENDING, 1) for one in comments],
        comments={one.public_id: one for one in Comment.objects.with_context()},
        moderator=moderator,
        reason=reason,
    )
    return comments


def entries(response: Any) -> list[str]:
    """Each entry without its time."""
    items = re.findall(r'<li class="mg-bulk__row.*?</li>', html_of(response), re.DOTALL)
    words = [" ".join(re.sub(r"<time.*?</time>|<[^>]*>", " ", item, flags=re.DOTALL).split()) for item in items]
    return [re.sub(r", \d+ \w+ \d+, \d\d:\d\d", "", word) for word in words]


def take_back_url(decision: Decision) -> str:
    return reverse("moderation:take_back", args=[decision.pk])


def newest_of(page: Any) -> str:
    return str(re.findall(r'name="newest" value="(\d+)"', html_of(page))[0])


def test_my_decisions_are_mine_newest_first_with_a_batch_as_one_entry() -> None:
    article = make_article()
    me, colleague = make_moderator(article.site), make_moderator(article.site)
    first = make_comment(article, name="Anna", body="Der erste Text")
    judge(first, Action.REJECT, clause="respect", moderator=me)
    judge(make_comment(article, name="Bert"), Action.APPROVE, moderator=colleague)
    decide_bulk(article, 3, me, "Lob <für> alle")

    page = sign_in(me).get(MINE)

    assert entries(page) == [
        "Published 3 comments decided together : Lob &lt;für&gt; alle Take all of it back",
        "Not published: clause 2, Title respect Der erste Text Anna · History Undo",
    ]


def test_list_is_read_page_by_page_and_a_wrong_cursor_starts_anew() -> None:
    article = make_article()
    me = make_moderator(article.site)
    for number in range(28):
        judge(make_comment(article, name=f"Leser {number}"), Action.APPROVE, moderator=me)
    client = sign_in(me)

    first = client.get(MINE)
    address = re.findall(r'<a class="mg-button" href="([^"]*cursor=[^"]*)"', html_of(first))[0]
    second = client.get(address.replace("&amp;", "&"))

    names = [re.findall(r"Leser (\d+)", entry)[0] for entry in entries(first) + entries(second)]
    assert names == [str(number) for number in range(27, -1, -1)]
    assert entries(client.get(f"{MINE}?cursor=1.2.3")) == entries(first)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SENIOR, Role.ADMINISTRATOR])
def test_who_may_audit_sees_decisions_of_a_colleague_or_of_everybody(role: Role) -> None:
    article = make_article()
    me, colleague = make_moderator(article.site, role=role), make_moderator(article.site)
    judge(make_comment(article, name="Anna", body="Wort"), Action.APPROVE, moderator=colleague)
    elsewhere = make_article()
    judge(make_comment(elsewhere, name="Fremd"), Action.APPROVE)
    client = sign_in(me)

    everybody, one, own = (client.get(f"{MINE}?by={by}") for by in ("all", colleague.pk, ""))

    undo = "" if role == Role.AUDITOR else " Undo"
    expected = [f"Published · {colleague.get_username()} Wort Anna · History{undo}"]
    assert entries(everybody) == entries(one) == expected
    assert entries(own) == []


def test_moderator_sees_their_own_decisions_whatever_the_address_says() -> None:
    article = make_article()
    me, colleague = make_moderator(article.site), make_moderator(article.site)
    judge(make_comment(article, name="Anna"), Action.APPROVE, moderator=colleague)

    client = sign_in(me)

    assert [entries(client.get(f"{MINE}?by={by}")) for by in ("all", colleague.pk)] == [[], []]
    assert 'name="by"' not in html_of(client.get(MINE))


def test_reader_sees_no_decisions_and_takes_none_back() -> None:
    article = make_article()
    decision = judge(make_comment(article), Action.APPROVE)
    reader, stranger = sign_in(make_moderator(make_article().site)), sign_in()
    member = make_moderator(article.site)
    member.desk_memberships.all().delete()

    assert reader.get(f"{MINE}?site={article.site.slug}").status_code == 404
    assert sign_in(member).get(MINE).status_code == 404
    for client in (reader, sign_in(member)):
        assert client.get(take_back_url(decision)).status_code == 404
        assert client.post(take_back_url(decision), {"newest": decision.change_id}).status_code == 404
    assert stranger.post(take_back_url(decision), {"newest": decision.change_id}).status_code == 302
    assert Comment.objects.get().status == Status.APPROVED


def test_older_decision_is_taken_back_after_a_look_at_what_goes_with_it() -> None:
    article = make_article()
    comment = make_comment(article)
    me = make_moderator(article.site)
    first = judge(comment, Action.APPROVE, moderator=me)
    judge(comment, Action.REMOVE, clause="respect", moderator=me)
    client = sign_in(me)
    history = client.get(reverse("moderation:history", args=[comment.public_id]))

    page = client.get(take_back_url(first))
    done = client.post(take_back_url(first), {"newest": newest_of(page)})

    assert f'href="{take_back_url(first)}"' in html_of(history)
    steps = re.findall(r'mg-timeline__what">([^<]*)<', html_of(page))
    assert steps == ["Removed: clause 2, Title respect", "Published"]
    assert "Afterwards the comment stands as it stood before: Waiting for approval." in text_of(page)
    assert (done.status_code, done["location"]) == (303, reverse("moderation:history", args=[comment.public_id]))
    assert Comment.objects.get().status == Status.PENDING


def test_taking_back_what_has_moved_on_since_the_look_is_refused_with_a_new_look() -> None:
    article = make_article()
    comment = make_comment(article)
    me = make_moderator(article.site)
    first = judge(comment, Action.APPROVE, moderator=me)
    client = sign_in(me)
    page = client.get(take_back_url(first))
    judge(comment, Action.REMOVE, clause="respect")

    refused = client.post(take_back_url(first), {"newest": newest_of(page)})
    garbage = client.post(take_back_url(first), {"newest": "x"})

    assert (refused.status_code, garbage.status_code) == (409, 409)
    assert "Somebody was quicker." in text_of(refused)
    assert len(re.findall("mg-timeline__what", html_of(refused))) == 2
    assert Comment.objects.get().status == Status.REMOVED


def test_decision_before_the_authors_own_change_says_why_it_stands() -> None:
    article = make_article()
    comment = make_comment(article)
    me = make_moderator(article.site)
    decision = judge(comment, Action.APPROVE, moderator=me)
    revise_comment(comment=Comment.objects.with_context().get(), body="Ganz anders")
    client = sign_in(me)
    sentence = "The author has changed the text since then; please judge the new one instead."

    for path in (take_back_url(decision), MINE, reverse("moderation:history", args=[comment.public_id])):
        page = client.get(path)
        assert sentence in text_of(page)
        assert 'name="newest"' not in html_of(page)
    refused = client.post(take_back_url(decision), {"newest": decision.change_id})

    assert refused.status_code == 409
    assert sentence in text_of(refused)
    assert Comment.objects.get().status == Status.APPROVED


def test_auditor_looks_at_an_undo_and_does_none() -> None:
    article = make_article()
    decision = judge(make_comment(article), Action.APPROVE)
    client = sign_in(make_moderator(article.site, role=Role.AUDITOR))

    page = client.get(take_back_url(decision))
    refused = client.post(take_back_url(decision), {"newest": decision.change_id})

    assert (page.status_code, 'name="newest"' in html_of(page)) == (200, False)
    assert refused.status_code == 403
    assert Comment.objects.get().status == Status.APPROVED


def test_undo_in_the_list_comes_back_to_it() -> None:
    article = make_article()
    me = make_moderator(article.site)
    decision = judge(make_comment(article), Action.APPROVE, moderator=me)
    client = sign_in(me)

    done = client.post(take_back_url(decision), {"newest": newest_of(client.get(MINE)), "decisions": "1"})

    assert (done.status_code, done["location"]) == (303, f"{MINE}?site={article.site.slug}")
    assert "taken back by" in text_of(client.get(MINE))
    assert Comment.objects.get().status == Status.PENDING


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_number_of_queries_however_long(count: int) -> None:
    article = make_article()
    me = make_moderator(article.site)
    for number in range(count):
        judge(make_comment(article, name=f"Leser {number}"), Action.APPROVE, moderator=me)
        decide_bulk(article, 2, me)
    client = sign_in(me)

    with CaptureQueriesContext(connection) as queries:
        page = client.get(MINE)

    assert len(entries(page)) == 2 * count
    assert len(queries) == 9
