from __future__ import annotations

import datetime

import pytest
from django.core import mail as sent
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments.enums import SuppressionReason
from comments.models import Lane, Outbox, Site, Suppression
from comments.services import lanes, outbox
from comments.services.subscriptions import is_suppressed, suppress
from moderation.deliveries import mask
from moderation.enums import Action, Role
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import html_of, sign_in, text_of
from tests.moderation.mails_to_deliver import fail, put_mail
from tests.moderation.reporting import judge

pytestmark = pytest.mark.django_db

PAGE = "/moderation/deliveries/"


def administrator(site: Site) -> Client:
    return sign_in(make_moderator(site, role=Role.ADMINISTRATOR))


def test_page_says_what_waits_what_was_given_up_and_why_and_masks_every_address() -> None:
    article = make_article()
    put_mail(article, "anna@fast.example")
    fail(article, "vera@gone.example")
    fail(article, "jo@odd.example", "KeyError")
    put_mail(article, "otto@slow.example")
    Lane.objects.create(
        name=lanes.lane_of("x@slow.example"), failures=2, rests_until=timezone.now() + datetime.timedelta(minutes=1)
    )
    suppress("vera@gone.example", SuppressionReason.BOUNCE)

    page = administrator(article.site).get(PAGE)
    text = text_of(page)

    assert f"New comments · v…@gone.example · {article.title}" in text
    assert "The mailbox does not exist or takes no mail. Its address is not written to any more. (550 5.1.1)" in text
    assert "Something went wrong in the program. (KeyError)" in text
    assert "a…@fast.example" in text
    assert "slow.example tried again" in text
    assert "failed 2 times in a row · 1 mail waits" in text
    assert "tried 3 times" in text
    assert "Try all 2 again" in text
    for name in ("anna", "vera", "otto"):
        assert f"{name}@" not in html_of(page)


def test_page_says_that_our_own_mail_server_is_away() -> None:
    article = make_article()
    Lane.objects.create(name=lanes.SERVER, failures=1, rests_until=timezone.now() + datetime.timedelta(minutes=1))
    assert "Our own mail server: no mail is sent until it answers" in text_of(administrator(article.site).get(PAGE))


def test_page_is_for_administrators_and_names_nothing_of_other_sites() -> None:
    article, foreign = make_article(), make_article()
    fail(foreign, "vera@gone.example")
    assert sign_in(make_moderator(article.site, role=Role.SENIOR)).get(PAGE).status_code == 403
    for path in ("retry/", "lift/"):
        refused = sign_in(make_moderator(article.site, role=Role.SENIOR)).post(PAGE + path, {"email": "a@b.example"})
        assert refused.status_code == 403
    page = html_of(administrator(article.site).get(PAGE))
    assert "New comments" in page
    assert "gone.example" not in page
    assert foreign.title not in page
    assert Outbox.objects.failed().count() == 1


def test_mail_about_a_decision_shows_whom_and_what_it_is_about() -> None:
    comment = make_comment(make_article(), email="hanna@reader.example")
    judge(comment, Action.REJECT, clause="respect")
    text = text_of(administrator(comment.site).get(PAGE))
    assert f"Mail about a decision · h…@reader.example · {comment.article.title}" in text


def test_retry_puts_one_or_all_back_in_line() -> None:
    article = make_article()
    rows = [fail(article, f"reader{number}@gone.example") for number in range(3)]
    put_mail(article, "done@fast.example", done_at=timezone.now())
    client = administrator(article.site)

    one = client.post(f"{PAGE}retry/", {"row": rows[0].pk}, follow=True)
    assert "1 is tried again." in text_of(one)
    assert list(Outbox.objects.open().values_list("pk", flat=True)) == [rows[0].pk]
    for unread in ("x", "9" * 5_000):
        assert "0 are tried again." in text_of(client.post(f"{PAGE}retry/", {"row": unread}, follow=True))
    assert "2 are tried again." in text_of(client.post(f"{PAGE}retry/", follow=True))
    assert {pk for pk, _attempt in outbox.lease_due()} == {row.pk for row in rows}


def test_retried_row_has_another_two_days() -> None:
    row = fail(make_article(), "vera@gone.example")
    Outbox.objects.filter(pk=row.pk).update(first_due_at=timezone.now() - datetime.timedelta(days=20))
    assert outbox.try_again(row.pk) == 1
    outbox.lease_due()
    outbox.deliver(row.pk, 3)
    row.refresh_from_db()
    assert row.done_at is not None
    assert sent.outbox == []


def test_address_that_is_typed_in_is_written_to_again() -> None:
    client = administrator(make_article().site)
    suppress("vera@reader.example", SuppressionReason.COMPLAINT)
    suppress("anna@reader.example", SuppressionReason.BOUNCE)

    again = client.post(f"{PAGE}lift/", {"email": "Vera@Reader.example"}, follow=True)
    assert "This address is written to again." in text_of(again)
    assert (is_suppressed("vera@reader.example"), is_suppressed("anna@reader.example")) == (False, True)
    none = client.post(f"{PAGE}lift/", {"email": "vera@reader.example"}, follow=True)
    assert "nothing has changed" in text_of(none)
    refused = client.post(f"{PAGE}lift/", {"email": "rubbish"})
    assert refused.status_code == 422
    assert 'value="rubbish"' in html_of(refused)
    assert Suppression.objects.count() == 1


def test_page_takes_the_same_queries_for_one_of_each_as_for_many() -> None:
    article = make_article()
    client = administrator(article.site)

    def fill(count: int, offset: int) -> None:
        for number in range(offset, offset + count):
            put_mail(article, f"w{number}@wait{number}.example")
            fail(article, f"f{number}@fail{number}.example")
            comment = make_comment(article, email=f"h{number}@reader.example")
            judge(comment, Action.REJECT, clause="respect")
            Lane.objects.create(
                name=lanes.lane_of(f"x@wait{number}.example"),
                failures=1,
                rests_until=timezone.now() + datetime.timedelta(minutes=1),
            )

    client.get(PAGE)
    counts = []
    for count, offset in ((1, 0), (12, 1)):
        fill(count, offset)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(PAGE)
        assert text_of(page).count("failed once") == count + offset
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 18


def test_mask_keeps_a_letter_and_the_domain() -> None:
    assert mask("vera@reader.example") == "v…@reader.example"
    assert mask("") == mask("rubbish") == ""


def test_rows_that_were_given_up_are_forgotten_after_a_month() -> None:
    article = make_article()
    month = timezone.now() - outbox.KEEP_DONE - datetime.timedelta(seconds=1)
    put_mail(article, "a@gone.example", failed_at=month)
    fail(article, "b@gone.example")
    assert outbox.purge_done() == 1
    assert Outbox.objects.count() == 1
