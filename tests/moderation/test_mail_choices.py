from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from comments.enums import Scope
from comments.models import Author, Outbox
from comments.services import subscriptions
from comments.services.identity import Identity
from comments.services.subscriptions import Wish, subscribe
from moderation.enums import Action, RestrictionKind
from moderation.models import MailOptOut
from moderation.services.mail_choices import make_recipient_token
from tests.comments.mails import html_of, received, text_of
from tests.factories import make_article, make_comment, make_policy, make_site
from tests.moderation.reporting import NOTICE, deliver, judge, make_published, notify
from tests.moderation.restricting import lay, make_author

pytestmark = pytest.mark.django_db

ADDRESS = "hanna@reader.example"


def leave_address(number: int = -1) -> str:
    """Where one click of a mail leads."""
    header = str(received(mail.outbox[number])["List-Unsubscribe"]).strip()
    return header.removeprefix("<http://127.0.0.1:8000").removesuffix(">")


def test_one_click_ends_all_mails_of_the_site_and_no_other_and_looking_ends_nothing() -> None:
    article, elsewhere = make_article(), make_article()
    judge(make_comment(article, email=ADDRESS), Action.APPROVE)
    Author.objects.update(email_verified_at=timezone.now())
    deliver()
    client, address = Client(enforce_csrf_checks=True), leave_address()
    for _time in range(2):
        looked_at = client.get(address)
        assert (looked_at.status_code, client.head(address).status_code) == (200, 200)
        assert looked_at.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "no-store" in looked_at.headers["Cache-Control"]
    assert not MailOptOut.objects.exists()

    answers = [client.post(address, {"List-Unsubscribe": "One-Click"}) for _time in range(2)]

    assert [(answer.status_code, "Set-Cookie" in answer.headers) for answer in answers] == [(200, False)] * 2
    judge(make_comment(article, email=ADDRESS), Action.REJECT, clause="respect")
    judge(make_comment(elsewhere, email=ADDRESS), Action.REJECT, clause="respect")
    Author.objects.update(email_verified_at=timezone.now())
    author = make_author(article.site, email="Hanna@reader.example", proved=True)
    lay(author, RestrictionKind.WARNING)
    deliver()
    assert [message.subject for message in mail.outbox[1:]] == [
        f"Ihr Kommentar zu „{elsewhere.title}“ wurde nicht veröffentlicht"
    ]
    assert not Outbox.objects.open().exists()

    client.post(address, {"again": "1"})
    judge(make_comment(article, email=ADDRESS), Action.REJECT, clause="respect")
    deliver(hours=26)
    assert len(mail.outbox) == 3


def test_whoever_left_the_mails_of_a_site_gets_no_receipt_of_a_notice_either() -> None:
    comment = make_published()
    client = Client()
    client.post(f"/mails/leave/{make_recipient_token(comment.site, NOTICE.email)}/")
    notify(comment)
    deliver()
    assert mail.outbox == []


def test_forged_links_lead_nowhere() -> None:
    token = make_recipient_token(make_site(), ADDRESS)
    for address in (f"/mails/leave/{token}x/", f"/mails/leave-desk/{token}/", "/mails/leave-desk/1/"):
        assert Client().get(address).status_code == 404
        assert Client().post(address).status_code == 404


def test_several_decisions_of_two_sites_leave_out_the_site_that_was_left() -> None:
    left, kept = make_article(), make_article()
    for article in (kept, left, kept):
        judge(make_comment(article, email=ADDRESS), Action.APPROVE)
    Client().post(f"/mails/leave/{make_recipient_token(left.site, ADDRESS)}/")
    deliver()
    [message] = mail.outbox
    assert text_of(received(message)).count("/status/") == 2
    assert left.title not in message.body


def test_address_with_a_confirmed_subscription_gets_each_decision_at_once() -> None:
    article = make_article()
    wish = Wish(site=article.site, scope=Scope.ARTICLE, email=ADDRESS, article=article)
    subscriptions.confirm([subscribe(wish, identity=Identity(network="a" * 32))], network="")
    Outbox.objects.all().delete()
    for email in (ADDRESS, "Hanna@Reader.example", "hanna+x@reader.example", "hanna+y@reader.example"):
        judge(make_comment(article, email=email), Action.REJECT, clause="respect")
    deliver()
    proved, others = {ADDRESS, "Hanna@Reader.example"}, {"hanna+x@reader.example", "hanna+y@reader.example"}
    written = {message.recipients()[0] for message in mail.outbox}
    assert proved < written
    assert len(written & others) == len(mail.outbox) - 2 == 1


def test_decision_says_what_to_do_next_and_an_upheld_appeal_says_so() -> None:
    site = make_site(language="en")
    make_policy(site)
    comment = make_comment(make_article(site), email=ADDRESS)
    judge(comment, Action.REJECT, clause="respect")
    deliver()
    text, html = text_of(received(mail.outbox[0])), html_of(received(mail.outbox[0]))
    for part in ("Reason: Title respect", "Text of respect", "you can appeal on the page of your comment"):
        assert part in text
        assert part in html
