from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from comments.enums import Status
from comments.models import Comment
from moderation.enums import Role
from moderation.models import Deferral, Lease, Opinion, OpinionRequest, Presence
from moderation.services.leases import hold
from tests.factories import make_article, make_comment, make_moderator, move
from tests.moderation.desk_pages import FRAGMENT, QUEUE, card, html_of, press, rows, sign_in, text_of

pytestmark = pytest.mark.django_db
PULSE = "/moderation/pulse/"


def make_colleague(comment: Comment, first: str, last: str, role: Role = Role.MODERATOR) -> User:
    user = make_moderator(comment.site, role=role)
    user.first_name, user.last_name = first, last
    user.save()
    return user


def post(client: Client, name: str, comment: Comment, **data: object) -> Any:
    return client.post(reverse(f"moderation:{name}", args=[comment.public_id]), data)


# --- Leases


def test_opening_a_card_holds_the_comment_and_colleagues_see_it_in_row_and_card() -> None:
    comment = make_comment(make_article())
    jonas, mia = make_colleague(comment, "Jonas", "Feld"), make_colleague(comment, "Mia", "Kern")

    own = sign_in(jonas).get(QUEUE)
    seen = sign_in(mia).get(f"{QUEUE}?comment={comment.public_id}")

    assert list(Lease.objects.values_list("comment", "user")) == [(comment.pk, jonas.pk)]
    assert "has this comment before them." in text_of(seen)
    assert "Jonas Feld has this comment before them." in text_of(seen)
    assert '<span class="mg-item__note mg-item__note--lease">Jonas Feld</span>' in html_of(seen)
    assert "Jonas Feld has this comment before them." not in text_of(own)
    assert press(sign_in(mia), comment, "approve").status_code == 303
    assert not Lease.objects.exists()


def test_desk_begins_with_a_comment_that_no_colleague_has_before_them() -> None:
    article = make_article()
    first, second = make_comment(article), make_comment(article)
    hold(comment_id=first.pk, user=make_moderator(article.site))

    page = sign_in(make_moderator(article.site)).get(QUEUE)

    assert (card(page), rows(page)) == (second.public_id, [first.public_id, second.public_id])


def test_looking_as_an_auditor_or_at_what_is_decided_or_ahead_holds_nothing() -> None:
    article = make_article()
    waiting, decided = make_comment(article), move(make_comment(article), Status.APPROVED)
    moderator = sign_in(make_moderator(article.site))

    assert card(sign_in(make_moderator(article.site, role=Role.AUDITOR)).get(QUEUE)) == waiting.public_id
    assert card(moderator.get(f"{QUEUE}?comment={decided.public_id}")) == decided.public_id
    assert waiting.public_id in html_of(moderator.get("/moderation/cards/"))
    assert not Lease.objects.exists()


def test_leaving_a_comment_lets_go_of_it_for_its_holder_alone() -> None:
    comment = make_comment(make_article())
    holder, other = make_moderator(comment.site), make_moderator(comment.site)
    stranger = make_moderator(make_article().site)
    hold(comment_id=comment.pk, user=holder)
    answers = [
        sign_in(user).post("/moderation/leases/release/", {"comment": comment.public_id}).status_code
        for user in (other, stranger)
    ]
    assert (answers, Lease.objects.count()) == ([204, 404], 1)

    answer = sign_in(holder).post("/moderation/leases/release/", {"comment": comment.public_id})

    assert (answer.status_code, answer.content, Lease.objects.count()) == (204, b"", 0)


def test_taking_shows_what_is_mine_and_giving_back_frees_it(settings: Any) -> None:
    settings.MODERATION_TAKE_SIZE = 2
    article = make_article()
    comments = [make_comment(article) for _ in range(3)]
    client = sign_in(make_moderator(article.site))

    answer = client.post(f"/moderation/take/?article={article.key}")
    page = client.get(answer["location"])

    assert (answer.status_code, answer["location"]) == (303, f"{QUEUE}?article={article.key}&mine=taken")
    assert rows(page) == [one.public_id for one in comments[:2]]
    assert "Taken by me 2" in text_of(page)
    # Another queue is everybody's, and so is another view of it.
    elsewhere = re.findall(r'href="[^"]*[?&;](?:status|author)=[^"]*"', page.content.decode())
    assert len(elsewhere) > 10
    assert [link for link in elsewhere if "mine=" in link] == []
    answer = client.post(f"/moderation/give-back/?article={article.key}&mine=taken")
    assert (answer.status_code, answer["location"]) == (303, f"{QUEUE}?article={article.key}")
    assert not Lease.objects.filter(is_taken=True).exists()
    assert sign_in(make_moderator(article.site, role=Role.AUDITOR)).post("/moderation/take/").status_code == 403


# --- Pulse


def beat(client: Client, query: str = "", **headers: str) -> Any:
    return client.get(PULSE + query, headers=headers)


def test_pulse_tells_counts_people_leases_and_what_others_decided() -> None:
    article = make_article()
    held, decided = make_comment(article), make_comment(article)
    me, jonas = make_colleague(held, "Mia", "Kern"), make_colleague(held, "Jonas", "Feld")
    mine, theirs = sign_in(me), sign_in(jonas)
    before = beat(mine).json()
    theirs.get(f"{QUEUE}?comment={held.public_id}")
    press(theirs, decided, "reject:respect")

    after = beat(mine, f"?since={before['since']}").json()

    assert before["decided"] == {}
    assert {name: after[name] for name in ("people", "leases", "decided", "mine")} == {
        "people": ["Jonas Feld"],
        "leases": {held.public_id: "Jonas Feld"},
        "decided": {decided.public_id: "Not published: clause 2, Title respect · Jonas Feld"},
        "mine": {"taken": 0, "asked": 0, "asking": 0, "answered": 0, "voted": 0},
    }
    assert (before["counts"]["waiting"], after["counts"]["waiting"], after["counts"]["rejected"]) == (2, 1, 1)
    assert beat(theirs, f"?since={before['since']}").json()["decided"] == {}
    assert sorted(Presence.objects.values_list("user", flat=True)) == sorted([me.pk, jonas.pk])


def test_pulse_with_nothing_new_is_304_in_few_bytes() -> None:
    comment = make_comment(make_article())
    client = sign_in(make_moderator(comment.site))
    first = beat(client)
    etag = beat(client, f"?since={first.json()['since']}").headers["ETag"]

    same = beat(client, f"?since={first.json()['since']}", **{"if-none-match": etag})

    assert (same.status_code, same.content) == (304, b"")
    assert "no-store" in same.headers["Cache-Control"]
    assert "private" in same.headers["Cache-Control"]
    head = "HTTP/1.1 304 Not Modified\r\n" + "".join(f"{name}: {value}\r\n" for name, value in same.items()) + "\r\n"
    assert len(head) <= 300, head
    make_comment(comment.article)
    assert beat(client, f"?since={first.json()['since']}", **{"if-none-match": etag}).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_pulse_takes_four_queries_and_writes_at_most_every_twenty_seconds(count: int) -> None:
    article = make_article()
    comments = [make_comment(article) for _ in range(count)]
    for comment in comments[1:]:
        hold(comment_id=comment.pk, user=make_moderator(article.site))
    client = sign_in(make_moderator(article.site))
    query = f"?comment={comments[0].public_id}&since=1"
    start = timezone.now()
    beat(client, query)

    with time_machine.travel(start + datetime.timedelta(seconds=10)), CaptureQueriesContext(connection) as queries:
        beat(client, query)
        said = [one["sql"] for one in queries if 'FROM "django_session"' not in one["sql"]]
    with time_machine.travel(start + datetime.timedelta(seconds=30)):
        beat(client, query)

    assert len([sql for sql in said if 'FROM "auth_user"' not in sql]) == 4
    lease = Lease.objects.get(comment=comments[0])
    assert lease.expires_at > start + datetime.timedelta(seconds=30 + 115)


def test_pulse_of_somebody_who_left_is_no_longer_told() -> None:
    comment = make_comment(make_article())
    me, jonas = make_moderator(comment.site), make_colleague(comment, "Jonas", "Feld")
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        beat(sign_in(jonas))
        client = sign_in(me)
        assert beat(client).json()["people"] == ["Jonas Feld"]
    with time_machine.travel(start + datetime.timedelta(seconds=46), tick=False):
        assert beat(client).json()["people"] == []


@pytest.mark.parametrize("query", ["?since=x", "?since=99999999999999999999", "?comment=%00", "?comment=nonsense"])
def test_pulse_takes_nonsense_for_nothing(query: str) -> None:
    comment = make_comment(make_article())

    answer = beat(sign_in(make_moderator(comment.site)), query)

    assert (answer.status_code, answer.json()["decided"]) == (200, {})
    assert not Lease.objects.exists()


def test_pulse_is_for_members_of_the_desk_alone() -> None:
    comment = make_comment(make_article())
    stranger = make_moderator(make_article().site)

    assert beat(Client()).status_code == 302
    assert beat(sign_in(stranger), f"?site={comment.site.slug}").status_code == 404
    assert beat(sign_in(stranger), f"?comment={comment.public_id}").json()["leases"] == {}
    assert not Lease.objects.exists()
    auditor = sign_in(make_moderator(comment.site, role=Role.AUDITOR))
    assert beat(auditor, f"?comment={comment.public_id}").status_code == 200
    assert not Lease.objects.exists()


# --- Putting aside


def test_putting_aside_leads_on_with_a_line_and_the_way_back() -> None:
    article = make_article()
    first, second = make_comment(article, name="Ada"), make_comment(article)
    client = sign_in(make_moderator(article.site))

    answer = post(client, "defer", first, choice="hour")
    page = client.get(answer["location"])

    assert answer.status_code == 303
    assert Deferral.objects.get().comment == first
    assert (card(page), rows(page)) == (second.public_id, [second.public_id])
    assert "Ada : Put aside until" in text_of(page)
    assert f'action="/moderation/comments/{first.public_id}/take-up/' in html_of(page)
    assert "Ada : Put aside until" not in text_of(client.get(QUEUE))

    answer = post(client, "take_up", first)
    assert (answer.status_code, answer["location"]) == (303, f"{QUEUE}?comment={first.public_id}")
    assert not Deferral.objects.exists()


def test_putting_aside_through_the_script_is_answered_with_the_line_to_undo_it() -> None:
    comment = make_comment(make_article(), name="Ada")
    client = sign_in(make_moderator(comment.site))

    answer = client.post(reverse("moderation:defer", args=[comment.public_id]), {"choice": "days"}, headers=FRAGMENT)

    assert (answer.status_code, card(answer)) == (200, comment.public_id)
    assert re.search(
        rf'<form[^>]*action="/moderation/comments/{comment.public_id}/take-up/[^>]*data-undoes', html_of(answer)
    )


@pytest.mark.parametrize(
    "data", [{"choice": "moment"}, {"choice": "moment", "until": "2001-01-01T10:00"}, {"choice": "?"}]
)
def test_putting_aside_until_no_possible_moment_is_refused(data: dict[str, str]) -> None:
    comment = make_comment(make_article())

    answer = post(sign_in(make_moderator(comment.site)), "defer", comment, **data)

    assert answer.status_code == 422
    assert "Please choose a moment within the next 30 days." in text_of(answer)
    assert not Deferral.objects.exists()


@pytest.mark.parametrize("name", ["defer", "take_up", "ask", "withdraw_question", "opinion", "withdraw_vote"])
def test_auditor_gets_403_and_stranger_404_and_reader_a_sign_in(name: str) -> None:
    comment = make_comment(make_article())
    data = {"choice": "hour", "opinion": "approve", "expected_revision": 1}
    auditor, stranger = make_moderator(comment.site, role=Role.AUDITOR), make_moderator(make_article().site)

    assert post(sign_in(auditor), name, comment, **data).status_code == 403
    assert post(sign_in(stranger), name, comment, **data).status_code == 404
    assert post(Client(), name, comment, **data).status_code == 302
    assert [model.objects.count() for model in (Deferral, OpinionRequest, Opinion)] == [0, 0, 0]
