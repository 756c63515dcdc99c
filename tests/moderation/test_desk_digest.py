from __future__ import annotations

import datetime

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from comments.models import Comment, Outbox, Site
from comments.services import outbox
from moderation.enums import DigestChoice, Role
from moderation.models import DeskPreferences, Membership
from moderation.services.desk_digests import put_digests
from moderation.services.mail_choices import make_desk_token
from tests.comments.mails import addresses_in, html_of, received, text_of
from tests.factories import make_article, make_comment, make_moderator, make_policy, make_site
from tests.moderation.desk_pages import sign_in

pytestmark = pytest.mark.django_db

# Ten o'clock in Berlin.
NOW = datetime.datetime(2026, 3, 12, 9, 0, tzinfo=datetime.UTC)


def make_desk(*, promised: int = 60) -> Site:
    site = make_site(language="en")
    make_policy(site)
    Site.objects.filter(pk=site.pk).update(promised_minutes=promised)
    site.refresh_from_db()
    return site


def make_reader(site: Site, choice: DigestChoice, *, role: Role = Role.MODERATOR) -> User:
    user = make_moderator(site, role=role)
    DeskPreferences.objects.create(user=user, digest=choice)
    return user


def wait(site: Site, *minutes: int) -> None:
    """Comments that wait for so long."""
    article = make_article(site)
    for number in minutes:
        comment = make_comment(article)
        Comment.objects.filter(pk=comment.pk).update(waiting_since=timezone.now() - datetime.timedelta(minutes=number))


def run(start: datetime.datetime, *, hours: float) -> None:
    """The schedule of so many hours: every five minutes a look at what is to be put, then what is due."""
    for step in range(int(hours * 12)):
        with time_machine.travel(start + datetime.timedelta(minutes=5 * step), tick=False):
            put_digests()
            for pk, attempt in outbox.lease_due(limit=100):
                outbox.deliver(pk, attempt)


@time_machine.travel(NOW, tick=False)
def test_digest_counts_what_waits_and_leads_to_the_queue() -> None:
    site = make_desk()
    user = make_reader(site, DigestChoice.HOURLY)
    wait(site, *[5] * 13, 77)

    run(NOW, hours=0.1)

    [message] = mail.outbox
    written = received(message)
    assert message.recipients() == [user.email]
    assert message.subject == "14 waiting, the oldest 1 h"
    assert "14 comments wait, the oldest for 1 h" in text_of(written)
    queue = f"http://127.0.0.1:8000/moderation/?site={site.slug}"
    leave = f"http://127.0.0.1:8000/mails/leave-desk/{make_desk_token(user)}/"
    assert addresses_in(html_of(written)) == [queue, leave]
    assert str(written["List-Unsubscribe"]).strip() == f"<{leave}>"


@time_machine.travel(NOW, tick=False)
def test_hourly_mail_comes_once_an_hour_and_only_while_something_waits_too_long() -> None:
    site = make_desk()
    make_reader(site, DigestChoice.HOURLY)
    wait(site, 30)

    run(NOW, hours=3)

    # Sixty minutes are over after 30 of the first hour.
    assert len(mail.outbox) == 3
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 3
    Comment.objects.update(waiting_since=None, status="rejected")
    run(NOW + datetime.timedelta(hours=3), hours=2)
    assert len(mail.outbox) == 3


@time_machine.travel(NOW, tick=False)
def test_daily_mail_comes_at_the_hour_of_digests_and_not_while_nothing_waits() -> None:
    site = make_desk()
    make_reader(site, DigestChoice.DAILY)
    run(NOW, hours=22)
    assert mail.outbox == []

    wait(site, 1)
    run(NOW + datetime.timedelta(hours=22), hours=48)

    assert len(mail.outbox) == 2
    assert Outbox.objects.filter(kind="desk_digest", done_at=None).count() == 1


@time_machine.travel(NOW, tick=False)
def test_nobody_is_written_to_who_did_not_ask_or_may_not_decide_or_has_left() -> None:
    site, other = make_desk(), make_desk()
    make_moderator(site)
    make_reader(site, DigestChoice.OFF)
    make_reader(site, DigestChoice.HOURLY, role=Role.AUDITOR)
    make_reader(other, DigestChoice.HOURLY)
    gone, inactive, changed = (make_reader(site, DigestChoice.HOURLY) for _number in range(3))
    wait(site, 200)
    put_digests()
    assert Outbox.objects.filter(kind="desk_digest").count() == 3
    Membership.objects.filter(user=gone).delete()
    User.objects.filter(pk=inactive.pk).update(is_active=False)
    DeskPreferences.objects.filter(user=changed).update(digest=DigestChoice.DAILY)

    run(NOW, hours=0.1)

    assert mail.outbox == []


@time_machine.travel(NOW, tick=False)
def test_one_click_ends_the_digest_and_looking_ends_nothing() -> None:
    user = make_reader(make_desk(), DigestChoice.DAILY)
    address, client = f"/mails/leave-desk/{make_desk_token(user)}/", Client(enforce_csrf_checks=True)
    assert (client.get(address).status_code, client.head(address).status_code) == (200, 200)
    assert DeskPreferences.objects.get().digest == DigestChoice.DAILY
    assert [client.post(address, {"List-Unsubscribe": "One-Click"}).status_code for _time in range(2)] == [200, 200]
    assert DeskPreferences.objects.get().digest == DigestChoice.OFF


def test_moderator_chooses_the_digest_among_the_preferences() -> None:
    user = make_moderator(make_desk())
    client = sign_in(user)
    assert client.post("/moderation/preferences/", {"has_keys": "on", "digest": "hourly"}).status_code == 303
    assert DeskPreferences.objects.get(user=user).digest == DigestChoice.HOURLY
    page = client.get("/moderation/preferences/").content.decode()
    assert 'name="digest" value="hourly" checked' in page
    client.post("/moderation/preferences/", {"preset": "coral", "digest": "daily"})
    assert DeskPreferences.objects.get(user=user).digest == DigestChoice.DAILY
    assert client.post("/moderation/preferences/", {"digest": "always"}).status_code == 200
    assert DeskPreferences.objects.get(user=user).digest == DigestChoice.DAILY


@pytest.mark.parametrize("count", [1, 3])
@time_machine.travel(NOW, tick=False)
def test_putting_digests_costs_the_same_for_many_members(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    site = make_desk()
    for _number in range(count):
        make_reader(site, DigestChoice.HOURLY)
        make_reader(site, DigestChoice.DAILY)
    wait(site, 200)
    with django_assert_num_queries(6):
        put_digests()
    assert Outbox.objects.filter(kind="desk_digest").count() == 2 * count
