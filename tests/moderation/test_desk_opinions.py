from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from comments.enums import Status
from comments.models import Comment
from moderation.enums import Role
from moderation.models import ArticleRule, DeskSettings, Opinion
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import QUEUE, buttons, card, html_of, press, rows, sign_in, text_of

pytestmark = pytest.mark.django_db
PULSE = "/moderation/pulse/"


def make_colleague(comment: Comment, first: str, last: str, role: Role = Role.MODERATOR) -> User:
    user = make_moderator(comment.site, role=role)
    user.first_name, user.last_name = first, last
    user.save()
    return user


def post(client: Client, name: str, comment: Comment, **data: object) -> Any:
    return client.post(reverse(f"moderation:{name}", args=[comment.public_id]), data)


# --- Second opinions and two people


def test_colleague_is_asked_answers_and_the_asker_decides() -> None:
    comment = make_comment(make_article())
    asker, colleague = make_colleague(comment, "Mia", "Kern"), make_colleague(comment, "Jonas", "Feld")
    mine, theirs = sign_in(asker), sign_in(colleague)
    here = f"{QUEUE}?comment={comment.public_id}"

    assert post(mine, "ask", comment, colleague=colleague.pk, question="Satire?").status_code == 303
    asked = theirs.get(f"{QUEUE}?mine=asked")
    assert rows(asked) == [comment.public_id]
    assert "Mia Kern asks Jonas Feld: Satire?" in text_of(asked)
    assert theirs.get(PULSE).json()["mine"]["asked"] == 1
    data = {"opinion": "reject:respect", "remark": "Der zweite Satz.", "expected_revision": 1}
    assert post(theirs, "opinion", comment, **data).status_code == 303

    assert "Jonas Feld : Reject: clause 2, Title respect Der zweite Satz." in text_of(mine.get(here))
    assert mine.get(PULSE).json()["mine"] == {"taken": 0, "asked": 0, "asking": 1, "answered": 1, "voted": 0}
    assert press(mine, comment, "reject:respect").status_code == 303
    assert rows(theirs.get(f"{QUEUE}?mine=asked")) == []


def test_first_of_two_people_goes_on_and_sees_that_a_second_is_needed() -> None:
    comment = make_comment(make_article(), name="Ada")
    ArticleRule.objects.create(article=comment.article, needs_two_people=True)
    first, second = make_colleague(comment, "Mia", "Kern"), make_colleague(comment, "Jonas", "Feld")
    mine, theirs = sign_in(first), sign_in(second)

    answer = press(mine, comment, "reject:respect", note="Ohne Spitznamen.")
    page = mine.get(answer["location"])

    assert (answer.status_code, rows(page)) == (303, [])
    assert "Ada : One of two: your judgement is kept; it waits for a second person. Undo" in text_of(page)
    seen = theirs.get(QUEUE)
    assert card(seen) == comment.public_id
    assert "somebody has judged this comment" in text_of(seen)
    assert "Mia Kern" not in html_of(seen).partition('class="mg-opinions"')[2].partition("</section>")[0]
    assert "Ohne Spitznamen." not in html_of(seen)
    assert press(theirs, comment, "reject:respect").status_code == 303
    assert Comment.objects.get(pk=comment.pk).status == Status.REJECTED
    history = text_of(theirs.get(reverse("moderation:history", args=[comment.public_id])))
    assert "Mia Kern" in history
    assert "Jonas Feld" in history


def test_own_first_vote_is_taken_back_from_the_line_and_the_card() -> None:
    comment = make_comment(make_article())
    ArticleRule.objects.create(article=comment.article, needs_two_people=True)
    client = sign_in(make_moderator(comment.site))
    press(client, comment, "approve")
    page = client.get(f"{QUEUE}?mine=voted")
    assert rows(page) == [comment.public_id]

    answer = post(client, "withdraw_vote", comment)

    assert (answer.status_code, Opinion.objects.count()) == (303, 0)
    assert post(client, "withdraw_vote", comment).status_code == 409
    assert rows(client.get(QUEUE)) == [comment.public_id]


# --- Blind


def test_blind_desk_shows_no_name_anywhere_until_the_decision() -> None:
    article = make_article()
    comment = make_comment(article, name="Wilhelmine Brandt", email="wilhelmine@reader.example")
    DeskSettings.objects.create(site=article.site, is_blind=True)
    client = sign_in(make_moderator(article.site))
    history = reverse("moderation:history", args=[comment.public_id])
    addresses = (QUEUE, f"{QUEUE}?comment={comment.public_id}", "/moderation/cards/", PULSE, history)
    author = comment.author

    for address in addresses:
        page = html_of(client.get(address))
        assert "Wilhelmine" not in page
        assert "wilhelmine" not in page
        assert author.public_id not in page
    api = client.get(f"/api/v1/moderation/queue?site={article.site.slug}")
    assert "Wilhelmine" not in html_of(api)
    assert api.json()["items"][0]["author"] is None
    assert buttons(client.get(QUEUE))[0] == "approve"

    press(client, comment, "approve")

    assert "Wilhelmine Brandt" in html_of(client.get(f"{QUEUE}?comment={comment.public_id}"))


def test_article_may_be_judged_blind_by_itself() -> None:
    article = make_article()
    other = make_article(article.site)
    make_comment(article, name="Wilhelmine Brandt")
    make_comment(other, name="Hanna Kuhl")
    ArticleRule.objects.create(article=article, is_blind=True)

    page = html_of(sign_in(make_moderator(article.site)).get(QUEUE))

    assert "Wilhelmine" not in page
    assert "Hanna Kuhl" in page


# --- Settings


def test_settings_are_changed_by_the_administrator_alone() -> None:
    article = make_article()
    url = f"/moderation/settings/?site={article.site.slug}"
    data = {
        "promised_minutes": "45",
        "is_blind": "on",
        "trust_after": "10",
        "trust_days": "30",
        "publishes_trusted": "on",
    }
    for role in (Role.MODERATOR, Role.SENIOR, Role.AUDITOR, Role.POLICY_EDITOR):
        client = sign_in(make_moderator(article.site, role=role))
        assert (client.get(url).status_code, client.post(url, data).status_code) == (403, 403)
    stranger = sign_in(make_moderator(make_article().site, role=Role.ADMINISTRATOR))
    assert (stranger.get(url).status_code, stranger.post(url, data).status_code) == (404, 404)
    assert not DeskSettings.objects.exists()

    client = sign_in(make_moderator(article.site, role=Role.ADMINISTRATOR))
    assert "Settings of the desk" in text_of(client.get(url))
    answer = client.post(url, data)

    article.site.refresh_from_db()
    row = DeskSettings.objects.values_list("site", "is_blind", "trust_after", "trust_days", "publishes_trusted").get()
    assert (row, article.site.promised_minutes) == ((article.site_id, True, 10, 30, True), 45)
    assert "Saved." in text_of(client.get(answer["location"]))
    refused = client.post(url, data | {"trust_days": "0", "promised_minutes": ""})
    assert refused.status_code == 422
    assert DeskSettings.objects.get().trust_days == 30


# --- API


def decide_by_api(client: Client, comment: Comment, **body: object) -> Any:
    data = {"expected_status": "pending", "expected_revision": 1} | body
    url = f"/api/v1/moderation/comments/{comment.public_id}/decisions"
    return client.post(url, json.dumps(data), content_type="application/json")


def test_api_keeps_the_first_judgement_with_202_and_carries_the_second_out() -> None:
    comment = make_comment(make_article())
    ArticleRule.objects.create(article=comment.article, needs_two_people=True)
    first, second = sign_in(make_moderator(comment.site)), sign_in(make_moderator(comment.site))
    body = {"action": "reject", "clause": "respect", "note": "Ohne Spitznamen."}

    kept = decide_by_api(first, comment, **body)

    assert kept.status_code == 202
    assert kept.json()["vote"] == {"action": "reject", "clause": "respect", "note": "Ohne Spitznamen.", "revision": 1}
    assert (kept.json()["comment"]["status"], Comment.objects.get(pk=comment.pk).status) == ("pending", "pending")
    again = decide_by_api(first, comment, **body)
    assert (again.status_code, again.json()["code"]) == (409, "already_voted")
    assert decide_by_api(second, comment, **body).status_code == 201
    assert Comment.objects.get(pk=comment.pk).status == Status.REJECTED


def test_bulk_decisions_do_not_get_past_the_rule_of_two_people() -> None:
    article = make_article()
    contested, plain = make_comment(make_article(article.site)), make_comment(article)
    ArticleRule.objects.create(article=contested.article, needs_two_people=True)
    client = sign_in(make_moderator(article.site))
    one = {"action": "approve", "expected_status": "pending", "expected_revision": 1}
    data = {"decisions": [one | {"id": contested.public_id}, one | {"id": plain.public_id}]}

    answer = client.post("/api/v1/moderation/decisions", json.dumps(data), content_type="application/json").json()

    assert [item["status"] for item in answer["answers"]] == [202, 201]
    assert [Comment.objects.get(pk=one.pk).status for one in (contested, plain)] == ["pending", "approved"]
