from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from comments.enums import Frequency, Scope, Status
from comments.models import Article, Author, Comment, Mute, Notification, Outbox, Subscription
from comments.notifications import send_confirmation, send_news
from comments.services import outbox, publications, subscriptions
from comments.services.identity import Identity
from comments.services.subscriptions import Wish, make_digest_token, make_leave_token, subscribe
from tests.comments.mails import CONVERSATION, HEADERS, addresses_in, html_of, received, text_of
from tests.factories import make_article, make_comment, make_policy, make_site, move

pytestmark = pytest.mark.django_db

READER = "reader@reader.example"
BASE = "http://127.0.0.1:8000"


def ask(
    article: Article, email: str = READER, *, frequency: Frequency = Frequency.INSTANT, **wish: object
) -> Subscription:
    values = {"scope": Scope.ARTICLE, "language": "en", **wish}
    author = values.pop("author", None)
    assert author is None or isinstance(author, Author)
    wanted = Wish(site=article.site, article=article, email=email, frequency=frequency, **values)  # type: ignore[arg-type]
    return subscribe(wanted, identity=Identity(network="a" * 32), author=author)


def follow(
    article: Article, email: str = READER, *, frequency: Frequency = Frequency.INSTANT, **wish: object
) -> Subscription:
    subscription = ask(article, email, frequency=frequency, **wish)
    subscriptions.confirm([subscription], network="")
    Outbox.objects.filter(kind=subscriptions.CONFIRMATION).delete()
    return subscription


def publish(article: Article, **values: object) -> Comment:
    comment = make_comment(article, **values)  # type: ignore[arg-type]
    return move(comment, Status.APPROVED)


def deliver(*, hours: float = 0.2) -> None:
    """Let time pass and everything that is due happen: a minute for what is published, the rest for what is told of it."""
    now = timezone.now()
    for later in (datetime.timedelta(minutes=1), datetime.timedelta(hours=hours)):
        with time_machine.travel(now + later):
            for pk, attempt in outbox.lease_due(limit=100):
                outbox.deliver(pk, attempt)


def test_confirmation_is_plain_says_what_was_asked_for_and_nothing_that_anybody_typed() -> None:
    article = make_article(key="bridge")
    subscription = ask(article)

    deliver()

    [message] = mail.outbox
    written = received(message)
    assert message.recipients() == [READER]
    assert written.get_content_type() == "text/plain"
    assert sorted(written.keys()) == sorted([*HEADERS, "Content-Transfer-Encoding"])
    assert f"- on “{article.title}”" in text_of(written)
    [link] = [line for line in text_of(written).splitlines() if "/follow/confirm/" in line]
    assert Client().get(link.removeprefix(BASE)).status_code == 200
    assert subscription.subscriber.public_id in str(written["Message-ID"])
    assert "/follow/never/" in str(written["List-Unsubscribe"])


def test_confirmation_that_may_not_be_sent_today_is_dropped() -> None:
    for number in range(3):
        ask(make_article(), f"rea.der+{number}@reader.example")
    deliver()
    deliver(hours=48)
    assert [message.recipients() for message in mail.outbox] == [["rea.der+0@reader.example"]]
    assert not Outbox.objects.open().exists()


def test_confirmation_is_not_sent_when_nothing_waits_for_it() -> None:
    subscription = ask(make_article())
    subscriptions.leave_everything(subscription.subscriber)
    send_confirmation({"subscriber": subscription.subscriber_id})
    send_confirmation({"subscriber": 0})
    assert mail.outbox == []


def test_reply_is_mailed_with_its_words_its_link_and_the_way_out() -> None:
    article = make_article()
    parent = publish(article, email="author@reader.example")
    subscription = follow(article, "author@reader.example", scope=Scope.REPLIES, author=parent.author)
    reply = publish(
        article, parent=parent, name="Jonas Weber", body="**Nein**, und https://evil.example ist <b>keine</b> Quelle."
    )

    deliver()

    [message] = mail.outbox
    written = received(message)
    text, html = text_of(written), html_of(written)
    leave = f"{BASE}/follow/leave/{make_leave_token(subscription)}/"
    assert message.recipients() == ["author@reader.example"]
    assert sorted(written.keys()) == sorted(HEADERS + CONVERSATION)
    assert f"Jonas Weber has replied to your comment on “{article.title}”." in text
    assert "> Nein, und https[:]//evil[.]example ist <b>keine</b> Quelle." in text
    assert f"{BASE}/c/{reply.public_id}/" in text
    assert str(written["List-Unsubscribe"]).strip() == f"<{leave}>"
    assert [address.removeprefix(BASE).split("/")[1] for address in addresses_in(html)] == [
        "c",
        "follow",
        "subscriptions",
    ]
    assert "evil" not in " ".join(addresses_in(html))


def test_comments_of_one_discussion_are_one_mail_and_its_mails_one_conversation() -> None:
    article = make_article()
    follow(article)
    for name in ("Jonas Weber", "Mira Engel", "Pavel Novak"):
        publish(article, name=name)
    deliver()
    publish(article)
    deliver(hours=1)

    first, second = (received(message) for message in mail.outbox)
    assert f"There are 3 new comments on “{article.title}”." in text_of(first)
    assert all(name in text_of(first) for name in ("Jonas Weber", "Mira Engel", "Pavel Novak"))
    assert first["References"] == first["In-Reply-To"] == second["References"] == f"<discussion-{article.pk}@127.0.0.1>"
    assert first["Subject"] == second["Subject"]
    assert first["Message-ID"] != second["Message-ID"]
    assert Notification.objects.unsent().count() == 0


def test_more_comments_than_a_mail_shows_are_counted() -> None:
    article = make_article()
    follow(article)
    for _number in range(12):
        publish(article)
    deliver()
    [message] = mail.outbox
    text = text_of(received(message))
    assert text.count("/c/") == 10
    assert f"and 2 more\n{BASE}/discussion/{article.site.slug}/{article.key}/" in text


@pytest.fixture
def _noon() -> Iterator[None]:
    """An hour of the day at which no digest leaves within the next minutes."""
    with time_machine.travel(timezone.localtime().replace(hour=12)):
        yield


@pytest.mark.usefixtures("_noon")
def test_digest_tells_of_all_articles_once_a_day() -> None:
    site = make_site(language="en")
    make_policy(site)
    articles = [make_article(site, key=key) for key in ("bridge", "pool")]
    for article in articles:
        subscription = follow(article, frequency=Frequency.DAILY)
        publish(article)
        publish(article)
    deliver()
    assert mail.outbox == []

    deliver(hours=25)

    [message] = mail.outbox
    written = received(message)
    assert all(f"There are 2 new comments on “{article.title}”." in text_of(written) for article in articles)
    assert text_of(written).count("----------") == 4
    token = make_digest_token(subscription.subscriber)
    assert str(written["List-Unsubscribe"]).strip() == f"<{BASE}/follow/leave-digests/{token}/>"
    assert addresses_in(html_of(written))


def test_one_click_in_a_digest_ends_what_is_told_daily_and_looking_at_it_nothing() -> None:
    daily, instant = follow(make_article(), frequency=Frequency.DAILY), follow(make_article())
    address = f"/follow/leave-digests/{make_digest_token(daily.subscriber)}/"
    client = Client(enforce_csrf_checks=True)
    for _time in range(2):
        assert client.get(address, headers={"Accept-Language": "en"}).status_code == 200
        assert client.head(address).status_code == 200
    assert Subscription.objects.count() == 2

    answers = [client.post(address, {"List-Unsubscribe": "One-Click"}) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert list(Subscription.objects.all()) == [instant]
    assert client.post("/follow/leave-digests/forged/").status_code == 200


@pytest.mark.parametrize("what", ["withdrawn", "left", "muted", "paused", "suppressed", "hidden"])
def test_nothing_is_mailed_that_no_longer_holds_when_the_mail_leaves(what: str) -> None:
    article = make_article()
    subscription = follow(article)
    comment = publish(article)
    publications.fan_out({"comment": comment.pk})
    if what == "withdrawn":
        move(make_comment(article), Status.PENDING)
        Comment.objects.filter(pk=comment.pk).update(status=Status.REMOVED, public_html="")
    elif what == "left":
        subscriptions.leave(subscription)
    elif what == "paused":
        subscriptions.pause(subscription)
    elif what == "suppressed":
        subscriptions.suppress(READER, subscriptions.SuppressionReason.REFUSED)
    elif what == "hidden":
        Article.objects.update(mode="hidden")
    else:
        reader = make_comment(article, name="Leserin", email=READER).author
        Author.objects.filter(pk=reader.pk).update(email_verified_at=timezone.now())
        Mute.objects.create(reader=reader, author=comment.author, created_at=timezone.now())
    deliver()
    assert mail.outbox == []


def test_mail_speaks_the_language_of_its_reader() -> None:
    article = make_article()
    follow(article, "deutsch@reader.example", language="de")
    follow(article, "english@reader.example", language="en")
    publish(article)
    deliver()
    by_reader = {message.recipients()[0]: message for message in mail.outbox}
    assert '<html lang="de">' in html_of(received(by_reader["deutsch@reader.example"]))
    assert '<html lang="en">' in html_of(received(by_reader["english@reader.example"]))


@pytest.mark.parametrize("count", [1, 3])
def test_news_cost_four_queries_however_many(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    article = make_article()
    subscription = follow(article)
    for _number in range(count):
        publications.fan_out({"comment": publish(article).pk})
    payload = Outbox.objects.filter(kind=publications.NEWS).values_list("payload", flat=True)[0]
    with django_assert_num_queries(4):
        send_news(payload)
    assert len(mail.outbox) == 1
    assert subscription.notifications.unsent().count() == 0  # type: ignore[attr-defined]
