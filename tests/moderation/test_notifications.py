from __future__ import annotations

import datetime

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from comments.enums import Status
from comments.models import Article, Author, Comment, Outbox
from comments.services import outbox
from comments.services.articles import register_from_page
from comments.services.identity import make_status_token
from moderation.enums import Action
from moderation.models import Decision
from moderation.services.decisions import decide, undo
from tests.comments.mails import CONVERSATION, HEADERS
from tests.factories import make_article, make_comment, make_moderator, make_policy, make_site

pytestmark = pytest.mark.django_db

ADDRESS = "hanna@reader.example"


def judge(comment: Comment, action: Action = Action.APPROVE, clause: str = "", note: str = "") -> Decision:
    comment.refresh_from_db()
    moderator = comment.site.memberships.first()
    return decide(
        comment=comment,
        moderator=moderator.user if moderator else make_moderator(comment.site),
        action=action,
        expected_status=Status(comment.status),
        expected_revision=comment.revision,
        clause=clause,
        note=note,
    )


def deliver(*, hours: float = 0.01) -> None:
    """Let time pass and everything that is due happen."""
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=hours)):
        for pk, attempt in outbox.lease_due(limit=100):
            outbox.deliver(pk, attempt)


def test_decision_mail_says_why_by_which_clause_and_where_to_look() -> None:
    comment = make_comment(make_article(key="bruecke"), body="geheimes Wort", email=ADDRESS)
    judge(comment, Action.REJECT, "respect", "Bitte ohne Spitznamen.")
    deliver()

    [message] = mail.outbox
    assert (message.to, message.subject) == (
        [ADDRESS],
        "Ihr Kommentar zu „Title of bruecke“ wurde nicht veröffentlicht",
    )
    for text in ("Titel respect", "Text respect", "Fassung 1", "Bitte ohne Spitznamen.", make_status_token(comment)):
        assert text in message.body
    assert "geheimes Wort" not in message.body


@pytest.mark.parametrize(
    "title", ["Eins\r\nBcc: alle@reader.example", "x" * 300, "\u2028Zeile", "=?utf-8?q?x?=", "<a@b.example>"]
)
def test_decision_mail_under_a_hostile_title_has_one_recipient_and_the_usual_headers(title: str) -> None:
    comment = make_comment(make_article(), email=ADDRESS)
    Article.objects.update(title=title)
    judge(comment)
    deliver()

    [message] = mail.outbox
    assert message.recipients() == [ADDRESS]
    assert sorted(message.message().keys()) == sorted(HEADERS + CONVERSATION)


def test_several_decisions_on_an_unproved_address_are_one_mail_a_day() -> None:
    article = make_article()
    comments = [make_comment(article, email=f"han.na{tag}@reader.example") for tag in ("", "+a", "+b", "+c")]
    judge(comments[0])
    deliver()
    assert len(mail.outbox) == 1
    for comment in comments[1:]:
        judge(comment)
    deliver(hours=1)
    assert len(mail.outbox) == 1

    deliver(hours=25)

    assert len(mail.outbox) == 2
    assert all(make_status_token(comment) in mail.outbox[1].body for comment in comments[1:])
    assert not Outbox.objects.open().exists()


def test_an_address_changed_after_the_decision_cannot_be_flooded() -> None:
    article = make_article()
    for number in range(4):
        judge(make_comment(article, name=f"Gast {number}", email=f"guest{number}@reader.example"))
    Author.objects.update(email="victim@reader.example")

    deliver()

    assert [message.to for message in mail.outbox] == [["victim@reader.example"]]


def test_proved_addresses_get_each_mail_at_once() -> None:
    article = make_article()
    comments = [make_comment(article, email=ADDRESS) for _ in range(3)]
    Author.objects.update(email_verified_at=timezone.now())
    for comment in comments:
        judge(Comment.objects.select_related("site", "author").get(pk=comment.pk))
    deliver()
    assert len(mail.outbox) == 3


def test_a_decision_followed_by_another_within_the_grace_is_not_mailed() -> None:
    comment = make_comment(make_article(), email=ADDRESS)
    judge(comment, Action.REJECT, "respect")
    judge(comment, Action.RESTORE)
    deliver()
    assert [message.subject.rpartition(" ist ")[2] for message in mail.outbox] == ["veröffentlicht"]


def test_undo_of_a_decision_that_nobody_was_told_of_sends_nothing() -> None:
    comment = make_comment(make_article())
    decision = judge(comment)
    Author.objects.update(email=ADDRESS)
    decision.comment.author.refresh_from_db()
    undo(decision=decision, moderator=make_moderator(comment.site))
    deliver()
    assert mail.outbox == []


def test_a_title_from_a_readers_page_is_mailed_only_after_a_moderator_let_it_through() -> None:
    site = make_site()
    make_policy(site)
    article = register_from_page(site=site, key="x", url="https://news.example/x", title="KAUFT JETZT")
    judge(make_comment(article, email=ADDRESS), Action.REJECT, "no-advertising")
    deliver()
    assert "KAUFT" not in f"{mail.outbox[0].subject} {mail.outbox[0].body}"


@pytest.mark.parametrize("later", [Action.REMOVE, Action.RESTORE])
def test_mail_of_a_decision_waits_while_the_one_after_it_may_be_taken_back(later: Action) -> None:
    comment = make_comment(make_article(), email="hanna@reader.example")
    if later == Action.RESTORE:
        first = judge(comment, Action.REJECT, clause="respect")
    else:
        first = judge(comment, Action.APPROVE)
    start = timezone.now()
    with time_machine.travel(start + datetime.timedelta(seconds=10), tick=False):
        second = judge(comment, later, clause="respect" if later == Action.REMOVE else "")
    with time_machine.travel(start + datetime.timedelta(seconds=17), tick=False):
        deliver(hours=0)
        sent_too_early = len(mail.outbox)
        undo(decision=second, moderator=make_moderator(comment.site))
    deliver()

    row = Outbox.objects.get()
    assert sent_too_early == 0
    assert (row.event_key, row.done_at is not None) == (f"decision:{first.pk}", True)
    assert len(mail.outbox) == 1
