from __future__ import annotations

import dataclasses

import pytest
from django.core import mail
from django.utils import timezone

from comments.models import Author, Outbox
from comments.services.identity import Identity
from comments.services.posting import withdraw_comment
from moderation.enums import Action
from moderation.services.decisions import undo
from moderation.services.report_outcomes import dismiss_reports
from moderation.services.reports import make_receipt_token
from tests.factories import make_comment, make_moderator
from tests.moderation.reporting import ADDRESS, NOTICE, deliver, judge, make_published, notify, report

pytestmark = pytest.mark.django_db


def bodies() -> list[str]:
    return [str(message.body) for message in mail.outbox]


def test_notice_is_confirmed_to_its_sender_without_a_word_they_typed() -> None:
    comment = make_published()
    sent = notify(comment, dataclasses.replace(NOTICE, reasons="KAUFT JETZT", name="Kauft Jetzt"))

    deliver()

    [message] = mail.outbox
    assert message.to == [ADDRESS]
    assert message.subject == f"We have received your notice about a comment on “{comment.article.title}”"
    for text in (str(sent.reference), sent.address, f"/reports/{make_receipt_token(sent)}/"):
        assert text in message.body
    assert "kauft jetzt" not in str(message.body).lower()


def test_report_that_is_no_notice_sends_nothing() -> None:
    report(make_published())
    deliver()
    assert not Outbox.objects.exclude(kind="publication").exists()
    assert mail.outbox == []


def test_notices_under_an_unproved_address_are_one_mail_a_day() -> None:
    sent = [
        notify(make_published(), dataclasses.replace(NOTICE, email=f"nora{tag}@reader.example"))
        for tag in ("", "+a", "+b", "+c")
    ]
    deliver()
    deliver(hours=1)
    assert len(mail.outbox) == 1
    assert all(str(one.reference) in bodies()[0] for one in sent)
    assert not Outbox.objects.open().exists()
    late = notify(make_published(), dataclasses.replace(NOTICE, email="n.o.r.a@reader.example"))
    deliver(hours=2)
    assert len(mail.outbox) == 1
    deliver(hours=26)
    assert len(mail.outbox) == 2
    assert str(late.reference) in bodies()[1]


def test_notices_of_a_reader_with_a_proved_address_are_confirmed_at_once() -> None:
    comments = [make_published()]
    author = make_comment(comments[0].article, name="Nora Nolte", email=ADDRESS).author
    Author.objects.filter(pk=author.pk).update(email_verified_at=timezone.now())
    author.refresh_from_db()
    comments.append(make_comment(comments[0].article, name="Zweite"))
    judge(comments[1], Action.APPROVE)
    for comment in comments:
        notify(comment, identity=Identity(author=author))
    deliver()
    assert [message.to for message in mail.outbox if "notice" in message.subject] == [[ADDRESS]] * 2


def test_removal_is_told_to_who_sent_the_notice() -> None:
    comment = make_published()
    sent = notify(comment)
    deliver()
    judge(comment, Action.REMOVE, clause="unlawful")

    deliver(hours=25)

    assert "the comment is no longer public." in bodies()[1]
    assert str(sent.reference) in bodies()[1]
    assert "A person decided; software had no part in it." in bodies()[1]
    assert "court" in bodies()[1]


def test_dismissal_is_told_to_who_sent_the_notice() -> None:
    comment = make_published()
    sent = notify(comment)
    deliver()
    dismiss_reports(comment=comment, moderator=make_moderator(comment.site), up_to=sent.pk)
    deliver(hours=25)
    assert "the comment stays public." in bodies()[1]


def test_withdrawal_is_told_to_who_sent_the_notice() -> None:
    comment = make_published()
    notify(comment)
    deliver()
    withdraw_comment(comment=comment)
    deliver(hours=25)
    assert "its author has taken the comment back" in bodies()[1]


def test_removal_undone_within_the_grace_is_told_to_nobody_and_the_next_decision_is() -> None:
    comment = make_published()
    sent = notify(comment)
    deliver()
    undo(decision=judge(comment, Action.REMOVE, clause="unlawful"), moderator=make_moderator(comment.site))
    deliver(hours=25)
    assert len(mail.outbox) == 1

    dismiss_reports(comment=comment, moderator=make_moderator(comment.site), up_to=sent.pk)
    deliver(hours=50)

    assert "the comment stays public." in bodies()[1]
