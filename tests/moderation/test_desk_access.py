from __future__ import annotations

import pytest
from django.urls import reverse

from comments.enums import Status
from comments.models import Comment
from moderation.enums import Action, Role
from moderation.models import Decision, Membership
from moderation.services.decisions import decide
from tests.factories import make_article, make_comment, make_moderator, make_policy, make_site, make_user
from tests.moderation.desk_pages import FRAGMENT, QUEUE, buttons, card, html_of, press, rows, sign_in, text_of

pytestmark = pytest.mark.django_db

SECRET = "Wörter, die niemand sonst liest"


def test_queue_without_signing_in_leads_to_the_sign_in_page_and_back() -> None:
    response = sign_in().get(QUEUE + "?status=spam")
    assert response.status_code == 302
    assert response["location"] == "/accounts/login/?next=/moderation/%3Fstatus%3Dspam"


@pytest.mark.parametrize("path", ["comments/0123456789ab/decide/", "decisions/1/undo/"])
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_deciding_without_signing_in_leads_back_to_the_queue(path: str, method: str) -> None:
    response = getattr(sign_in(), method)(QUEUE + path)
    assert (response.status_code, response["location"]) == (302, "/accounts/login/?next=/moderation/")


def test_history_without_signing_in_leads_back_to_itself() -> None:
    response = sign_in().get(QUEUE + "comments/0123456789ab/history/")
    assert response["location"] == "/accounts/login/?next=/moderation/comments/0123456789ab/history/"


def test_queue_without_signing_in_tells_the_script_instead_of_sending_a_page() -> None:
    response = sign_in().get(QUEUE, headers=FRAGMENT)
    assert (response.status_code, response.content) == (401, b"")


def test_desk_pages_for_a_reader_are_not_there() -> None:
    article = make_article()
    comment = make_comment(article, body=SECRET)
    decision = decide(
        comment=comment,
        moderator=make_moderator(article.site),
        action=Action.APPROVE,
        expected_status=Status.PENDING,
        expected_revision=1,
    )
    reader = sign_in(make_user())
    undo = reverse("moderation:undo", args=[decision.pk])
    history = reverse("moderation:history", args=[comment.public_id])

    answers = [
        reader.get(QUEUE),
        reader.get(f"{QUEUE}?site={article.site.slug}"),
        reader.get(f"{QUEUE}?comment={comment.public_id}"),
        reader.get(history),
        press(reader, comment, "remove:respect"),
        reader.post(undo),
    ]

    assert [answer.status_code for answer in answers] == [404] * 6
    assert not any(SECRET in html_of(answer) for answer in answers)
    assert Comment.objects.get().status == Status.APPROVED
    assert Decision.objects.get().undone_at is None


def test_desk_pages_for_a_moderator_of_another_site_are_not_there() -> None:
    article = make_article()
    comment = make_comment(article, body=SECRET)
    elsewhere = make_site()
    make_policy(elsewhere)
    stranger = sign_in(make_moderator(elsewhere))

    answers = [
        stranger.get(f"{QUEUE}?site={article.site.slug}"),
        stranger.get(f"{QUEUE}?comment={comment.public_id}"),
        stranger.get(reverse("moderation:history", args=[comment.public_id])),
        press(stranger, comment, "approve"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert not any(SECRET in html_of(answer) for answer in answers)
    assert rows(stranger.get(QUEUE)) == []
    assert Comment.objects.get().status == Status.PENDING


def test_desk_with_an_absent_comment_answers_like_with_a_foreign_one() -> None:
    article = make_article()
    stranger = sign_in(make_moderator(make_site()))
    foreign = stranger.get(f"{QUEUE}?comment={make_comment(article).public_id}")
    absent = stranger.get(f"{QUEUE}?comment=zzzzzzzzzzzz")
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert foreign.content == absent.content


def test_auditor_sees_everything_and_decides_nothing() -> None:
    article = make_article()
    comment = make_comment(article, body=SECRET)
    client = sign_in(make_moderator(article.site, role=Role.AUDITOR))

    page = client.get(QUEUE)
    refused = press(client, comment, "approve")

    assert (page.status_code, card(page), buttons(page)) == (200, comment.public_id, [])
    assert SECRET in text_of(page)
    assert refused.status_code == 403
    assert Comment.objects.get().status == Status.PENDING
    assert Decision.objects.count() == 0


def test_auditor_takes_no_decision_back() -> None:
    article = make_article()
    comment = make_comment(article)
    press(sign_in(make_moderator(article.site)), comment, "approve")
    auditor = sign_in(make_moderator(article.site, role=Role.AUDITOR))
    decision = Decision.objects.get()

    history = auditor.get(reverse("moderation:history", args=[comment.public_id]))
    refused = auditor.post(reverse("moderation:undo", args=[decision.pk]))

    assert (history.status_code, refused.status_code) == (200, 403)
    assert reverse("moderation:undo", args=[decision.pk]) not in html_of(history)
    decision.refresh_from_db()
    assert decision.undone_at is None


def test_queue_of_several_sites_is_chosen_by_the_address() -> None:
    first, second = make_article(make_site("alpha")), make_article(make_site("beta"))
    moderator = make_moderator(first.site)
    Membership.objects.create(site=second.site, user=moderator, role=Role.AUDITOR)
    here, there = make_comment(first), make_comment(second)
    client = sign_in(moderator)

    assert rows(client.get(QUEUE)) == [here.public_id]
    beta = client.get(f"{QUEUE}?site=beta")
    assert (rows(beta), buttons(beta)) == ([there.public_id], [])
    by_comment = client.get(f"{QUEUE}?comment={there.public_id}")
    assert (rows(by_comment), card(by_comment)) == ([there.public_id], there.public_id)
    for page in (beta, by_comment):
        assert '<a href="/moderation/?site=beta" aria-current="true">Beta</a>' in html_of(page)


def test_desk_pages_are_never_cached() -> None:
    article = make_article()
    comment = make_comment(article)
    client = sign_in(make_moderator(article.site))
    for url in (QUEUE, reverse("moderation:history", args=[comment.public_id])):
        assert "no-store" in client.get(url)["cache-control"]
        assert "private" in client.get(url)["cache-control"]


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_deciding_takes_nothing_but_post(method: str) -> None:
    article = make_article()
    comment = make_comment(article)
    client = sign_in(make_moderator(article.site))
    response = getattr(client, method)(reverse("moderation:decide", args=[comment.public_id]))
    assert response.status_code == 405
    assert Comment.objects.get().status == Status.PENDING


def test_deciding_from_another_site_without_the_token_is_refused() -> None:
    article = make_article()
    comment = make_comment(article)
    client = sign_in(make_moderator(article.site))
    client.handler.enforce_csrf_checks = True
    assert press(client, comment, "approve").status_code == 403
    assert Comment.objects.get().status == Status.PENDING
