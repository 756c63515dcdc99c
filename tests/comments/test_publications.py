from __future__ import annotations

import datetime

import pytest
import time_machine
from django.core import mail as sent
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from comments import lifecycle
from comments.enums import ActorKind, Frequency, Proof, Scope, Status
from comments.models import Article, Author, Comment, Mute, Notification, Outbox, Subscription
from comments.services import outbox, publications, subscriptions
from comments.services.article_moves import merge_articles
from comments.services.identity import Identity
from comments.services.subscriptions import Wish, subscribe
from tests.factories import make_article, make_comment, make_user, move

pytestmark = pytest.mark.django_db

MODERATOR = lifecycle.Actor(ActorKind.MODERATOR)


def follow(
    article: Article,
    email: str = "reader@reader.example",
    *,
    scope: Scope = Scope.ARTICLE,
    author: Author | None = None,
    frequency: Frequency = Frequency.INSTANT,
) -> Subscription:
    wish = Wish(site=article.site, scope=scope, email=email, frequency=frequency, article=article)
    subscription = subscribe(wish, identity=Identity(), author=author)
    subscriptions.confirm([subscription], network="")
    subscription.refresh_from_db()
    return subscription


def tell(comment: Comment) -> list[Notification]:
    """Have a publication done, and return the notifications of the comment."""
    publications.fan_out({"comment": comment.pk})
    return list(Notification.objects.filter(comment=comment).order_by("subscriber"))


def test_publication_is_announced_once_and_only_where_it_holds() -> None:
    article = make_article()
    comment = make_comment(article)
    assert not Outbox.objects.exists()

    move(comment, Status.APPROVED)
    row = Outbox.objects.get()
    assert row.event_key == f"publication:{comment.pk}"
    assert row.due_at > timezone.now()

    lifecycle.undo_change(comment.status_changes.order_by("-id")[0].pk, actor=MODERATOR)
    assert not Outbox.objects.exists()


def let_pass(clock: time_machine.Traveller, *pauses_s: int) -> None:
    """Let what is due after each pause happen."""
    for pause_s in pauses_s:
        clock.shift(pause_s)
        for pk, attempt in outbox.lease_due():
            outbox.deliver(pk, attempt)


def test_comment_that_was_taken_back_before_its_mail_left_is_told_of_when_it_is_published_after_all() -> None:
    article = make_article()
    subscriber = follow(article).subscriber
    comment = make_comment(article)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        move(comment, Status.APPROVED)
        let_pass(clock, 20)
        lifecycle.undo_change(comment.status_changes.order_by("-id")[0].pk, actor=MODERATOR)
        let_pass(clock, 600)
        assert sent.outbox == []

        comment.refresh_from_db()
        move(comment, Status.APPROVED)
        let_pass(clock, 20, 600)
    assert [one.to for one in sent.outbox] == [[subscriber.email]]
    assert not Outbox.objects.open().exists()
    assert Notification.objects.unsent().count() == 0
    assert Notification.objects.count() == 1


def test_comment_that_was_taken_back_after_its_mail_left_is_not_told_of_again() -> None:
    article = make_article()
    follow(article)
    comment = make_comment(article)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _round in range(2):
            move(comment, Status.APPROVED)
            let_pass(clock, 20, 600)
            lifecycle.undo_change(comment.status_changes.order_by("-id")[0].pk, actor=MODERATOR)
            comment.refresh_from_db()
    assert len(sent.outbox) == 1


def test_comment_that_comes_back_into_public_is_not_announced_again() -> None:
    comment = make_comment(make_article(), status=Status.REMOVED)
    assert not Outbox.objects.exists()

    lifecycle.set_status(
        comment.pk, Status.APPROVED, actor=MODERATOR, expected_status=Status.REMOVED, expected_revision=1
    )

    assert not Outbox.objects.exists()


def test_fan_out_tells_followers_of_article_site_and_parent_once_each_by_what_concerns_them_most() -> None:
    article = make_article()
    elsewhere = make_article(article.site)
    parent = make_comment(article, status=Status.APPROVED, email="parent@reader.example")
    answer = follow(article, "parent@reader.example", scope=Scope.REPLIES, author=parent.author)
    follow(article, "parent@reader.example")
    whole_site = follow(article, "site@reader.example", scope=Scope.SITE)
    discussion = follow(article, "article@reader.example")
    follow(elsewhere, "elsewhere@reader.example")
    unconfirmed = Wish(site=article.site, scope=Scope.ARTICLE, email="nobody@reader.example", article=article)
    subscribe(unconfirmed, identity=Identity())
    subscriptions.pause(follow(article, "paused@reader.example"))

    reply = make_comment(article, parent=parent, status=Status.APPROVED)
    told = tell(reply)

    assert {one.subscription_id for one in told} == {answer.pk, whole_site.pk, discussion.pk}
    mails = Outbox.objects.filter(kind=publications.NEWS)
    assert {row.event_key for row in mails} == {one.mail for one in told}
    assert tell(reply) == told
    assert mails.count() == 3


def test_nobody_is_told_of_their_own_comment() -> None:
    article = make_article()
    comment = make_comment(article, status=Status.APPROVED, email="Hanna@reader.example")
    follow(article, "hanna@reader.example")
    follow(article, "hanna.other@reader.example", author=comment.author)
    follow(article, "hanna.other@reader.example", scope=Scope.SITE)

    assert tell(comment) == []


def test_who_left_a_discussion_is_told_of_the_others_of_the_site() -> None:
    article = make_article()
    other = make_article(article.site)
    whole_site = follow(article, scope=Scope.SITE)
    subscriptions.leave_discussion(whole_site.subscriber, article)

    assert tell(make_comment(article, status=Status.APPROVED)) == []
    assert len(tell(make_comment(other, status=Status.APPROVED))) == 1

    subscriptions.leave_site(whole_site.subscriber, article.site)
    assert tell(make_comment(other, status=Status.APPROVED)) == []


def test_comments_published_soon_after_each_other_are_one_mail_and_later_ones_another() -> None:
    article = make_article()
    subscriber = follow(article).subscriber
    with time_machine.travel(datetime.datetime(2030, 3, 1, 12, 1, tzinfo=datetime.UTC), tick=False) as clock:
        first = tell(make_comment(article, status=Status.APPROVED))[0]
        clock.shift(200)
        second = tell(make_comment(article, status=Status.APPROVED))[0]
        clock.shift(60)
        third = tell(make_comment(article, status=Status.APPROVED))[0]

    assert first.mail == second.mail != third.mail
    assert publications.news_for(subscriber, first.mail) == [first, second]
    assert publications.mail_key(Outbox.objects.get(event_key=first.mail).payload) == first.mail


def test_what_is_published_while_its_mail_is_being_sent_goes_into_the_next() -> None:
    article = make_article()
    follow(article)
    with time_machine.travel(datetime.datetime(2030, 3, 1, 12, 1, tzinfo=datetime.UTC), tick=False):
        first = tell(make_comment(article, status=Status.APPROVED))[0]
        Outbox.objects.filter(event_key=first.mail).update(attempts=1)
        second = tell(make_comment(article, status=Status.APPROVED))[0]

    assert first.mail != second.mail
    assert Outbox.objects.get(event_key=second.mail).attempts == 0


def test_mail_that_may_tell_of_a_comment_that_came_back_is_waited_for() -> None:
    article = make_article()
    subscriber = follow(article).subscriber
    comment = make_comment(article, status=Status.APPROVED)
    with time_machine.travel(datetime.datetime(2030, 3, 1, 12, 1, tzinfo=datetime.UTC), tick=False) as clock:
        mail = tell(comment)[0].mail
        in_hands_until = timezone.now() + outbox.LEASE
        Outbox.objects.filter(event_key=mail).update(attempts=1, leased_until=in_hands_until)

        with pytest.raises(outbox.PostponedError) as raised:
            publications.fan_out({"comment": comment.pk})
        assert raised.value.until == in_hands_until
        assert Notification.objects.get().mail == mail

        # Its worker was killed: it is tried again, and tells.
        clock.shift(outbox.LEASE + datetime.timedelta(seconds=1))
        assert [one.mail for one in tell(comment)] == [mail]
        assert len(publications.news_for(subscriber, mail)) == 1

        # Or it went off without the comment.
        Outbox.objects.filter(event_key=mail).update(done_at=timezone.now())
        assert [one.mail for one in tell(comment)] != [mail]


def test_daily_digest_is_due_at_the_hour_of_the_site_and_holds_all_articles() -> None:
    article = make_article()
    other = make_article(article.site)
    follow(article, frequency=Frequency.DAILY)
    follow(other, frequency=Frequency.DAILY)
    # Berlin is two hours ahead in July.
    with time_machine.travel(datetime.datetime(2030, 7, 1, 4, 30, tzinfo=datetime.UTC), tick=False) as clock:
        first = tell(make_comment(article, status=Status.APPROVED))[0]
        second = tell(make_comment(other, status=Status.APPROVED))[0]
        clock.shift(3600)
        third = tell(make_comment(other, status=Status.APPROVED))[0]

    assert first.mail == second.mail != third.mail
    assert Outbox.objects.get(event_key=first.mail).due_at == datetime.datetime(2030, 7, 1, 5, tzinfo=datetime.UTC)


def test_news_are_checked_again_when_the_mail_leaves() -> None:
    article = make_article()
    subscription = follow(article)
    subscriber = subscription.subscriber
    reader, loud = make_comment(article).author, make_comment(article, status=Status.APPROVED)
    Subscription.objects.filter(pk=subscription.pk).update(author=reader)
    comment = make_comment(article, status=Status.APPROVED)
    told = [*tell(loud), *tell(comment)]
    mail = told[0].mail
    assert publications.news_for(subscriber, mail) == told

    Mute.objects.create(reader=reader, author=loud.author, created_at=timezone.now())
    assert publications.news_for(subscriber, mail) == told[1:]

    subscriptions.pause(subscription)
    assert publications.news_for(subscriber, mail) == []
    subscriptions.resume(subscription)

    lifecycle.set_status(
        comment.pk, Status.REMOVED, actor=MODERATOR, expected_status=Status.APPROVED, expected_revision=1
    )
    assert publications.news_for(subscriber, mail) == []


def test_fan_out_costs_the_same_for_one_and_for_three(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    article = make_article()
    comments = [make_comment(article, status=Status.APPROVED) for _ in range(2)]
    follow(article, "1@reader.example")
    with django_assert_num_queries(9):
        publications.fan_out({"comment": comments[0].pk})
    follow(article, "2@reader.example")
    follow(article, "3@reader.example")
    with django_assert_num_queries(9):
        publications.fan_out({"comment": comments[1].pk})


def test_subscriptions_follow_an_article_into_the_one_it_is_merged_into() -> None:
    source = make_article()
    target = make_article(source.site)
    both, alone = follow(source, "both@reader.example"), follow(source, "alone@reader.example")
    follow(target, "both@reader.example")

    merge_articles(source=source, target=target)

    assert set(Subscription.objects.values_list("article", flat=True)) == {target.pk}
    assert not Subscription.objects.filter(pk=both.pk).exists()
    assert Subscription.objects.filter(pk=alone.pk).exists()


def test_account_confirms_its_own_address_at_once_and_no_other() -> None:
    article, user = make_article(), make_user("anna@reader.example")
    own = Wish(site=article.site, scope=Scope.ARTICLE, email="Anna@Reader.example", article=article)
    other = Wish(site=article.site, scope=Scope.ARTICLE, email="ben@reader.example", article=article)

    assert subscribe(own, identity=Identity(user=user)).proof == Proof.ACCOUNT
    assert not Outbox.objects.exists()
    assert subscribe(other, identity=Identity(user=user)).confirmed_at is None
    assert Outbox.objects.get().kind == subscriptions.CONFIRMATION


def test_unconfirmed_subscriptions_are_deleted_after_a_week_with_their_mailbox() -> None:
    article = make_article()
    wish = Wish(site=article.site, scope=Scope.ARTICLE, email="stranger@reader.example", article=article)
    kept, gone = follow(article), subscribe(wish, identity=Identity())

    assert subscriptions.purge_unconfirmed() == 0
    with time_machine.travel(timezone.now() + datetime.timedelta(days=8)):
        assert subscriptions.purge_unconfirmed() == 1

    assert list(Subscription.objects.all()) == [kept]
    assert list(type(gone.subscriber).objects.all()) == [kept.subscriber]


def test_publication_waits_out_the_grace_and_is_done_by_the_sweep() -> None:
    comment = make_comment(make_article(), status=Status.APPROVED)
    assert outbox.lease_due(limit=10) == []

    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=20)):
        outbox.deliver(*outbox.lease_due(limit=10)[0])

    assert Outbox.objects.get(event_key=f"publication:{comment.pk}").done_at is not None
