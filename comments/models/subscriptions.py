"""Who follows which discussion by mail, and what they have yet to be told."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from comments.enums import Frequency, Proof, Scope, SuppressionReason
from comments.models.articles import Article, Site
from comments.models.authors import Author
from comments.models.comments import Comment
from comments.models.identifiers import new_public_id


class Subscriber(models.Model):
    """A mailbox that somebody asked us to write to. Nothing proves whose it is but a confirmed subscription."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    # Case makes no difference: stored folded.
    email = models.EmailField(_("e-mail address"), unique=True)
    # Of the mails, and of the pages they lead to.
    language = models.CharField(_("language"), max_length=12)
    # Raising it ends every link to the page of subscriptions sent so far.
    token_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")

    def __str__(self) -> str:
        return self.public_id


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def confirmed(self) -> SubscriptionQuerySet:
        """Those that whoever reads the mailbox has agreed to."""
        return self.filter(confirmed_at__isnull=False)

    def unconfirmed(self) -> SubscriptionQuerySet:
        return self.filter(confirmed_at__isnull=True)

    def live(self) -> SubscriptionQuerySet:
        """Confirmed, and not paused."""
        return self.confirmed().filter(paused_at__isnull=True)

    def expired(self, before: datetime.datetime) -> SubscriptionQuerySet:
        """Asked for before that time and never confirmed."""
        return self.unconfirmed().filter(requested_at__lt=before)

    def with_target(self) -> SubscriptionQuerySet:
        return self.select_related("subscriber", "site", "article__site", "author")


class Subscription(models.Model):
    """That a mailbox is told of new comments: under an article, of a site, or in reply to one's own.

    A confirmed one that is paused for an article also keeps a follower of the whole site from being told of that article.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="subscriptions", verbose_name=_("subscriber")
    )
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="subscriptions", verbose_name=_("site"))
    scope = models.CharField(_("scope"), max_length=8, choices=Scope.choices)
    article = models.ForeignKey(
        Article, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("article")
    )
    # Whose comments are answered; also who asked, if that is known, so that nobody is told of their own comments.
    author = models.ForeignKey(
        Author, null=True, blank=True, on_delete=models.CASCADE, related_name="subscriptions", verbose_name=_("author")
    )
    frequency = models.CharField(_("how often"), max_length=8, choices=Frequency.choices, default=Frequency.INSTANT)
    # The proof of the agreement: asked for when and from which network, confirmed when, from which, and by what.
    requested_at = models.DateTimeField(_("asked for"))
    requested_network = models.CharField(_("network that asked"), max_length=64, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_network = models.CharField(_("network that confirmed"), max_length=64, blank=True)
    proof = models.CharField(_("confirmed by"), max_length=8, choices=Proof.choices, blank=True)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = (
            # A mailbox follows an article, a site, or the answers to an author once. Also the indexes of these look-ups.
            models.UniqueConstraint(
                fields=("article", "subscriber"),
                condition=models.Q(scope=Scope.ARTICLE),
                name="subscription_article_unique",
            ),
            models.UniqueConstraint(
                fields=("author", "article", "subscriber"),
                condition=models.Q(scope=Scope.REPLIES),
                name="subscription_replies_unique",
            ),
            models.UniqueConstraint(
                fields=("site", "subscriber"), condition=models.Q(scope=Scope.SITE), name="subscription_site_unique"
            ),
            # An article's discussion and the replies in it need an article, replies also an author; a site needs neither.
            models.CheckConstraint(
                condition=models.Q(scope=Scope.SITE, article__isnull=True)
                | models.Q(scope=Scope.ARTICLE, article__isnull=False)
                | models.Q(scope=Scope.REPLIES, article__isnull=False, author__isnull=False),
                name="subscription_has_target",
            ),
        )
        indexes = (
            # services/subscriptions.py: what nobody confirmed in time.
            models.Index(
                fields=("requested_at",), condition=models.Q(confirmed_at__isnull=True), name="subscription_unconfirmed"
            ),
        )

    def __str__(self) -> str:
        return self.public_id


class NotificationQuerySet(models.QuerySet["Notification"]):
    def unsent(self) -> NotificationQuerySet:
        return self.filter(sent_at__isnull=True)


class Notification(models.Model):
    """That a subscriber is to be told of a published comment, and in which mail. Written once, whatever becomes of it."""

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="notifications", verbose_name=_("subscriber")
    )
    comment = models.ForeignKey(
        Comment, on_delete=models.CASCADE, related_name="notifications", verbose_name=_("comment")
    )
    # By which of their subscriptions; when it ends, so does what has not been sent.
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="notifications", verbose_name=_("subscription")
    )
    # The event key of the outbox row that sends it.
    mail = models.CharField(_("mail"), max_length=100)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = (
            # A subscriber is told of a comment once, by whichever of their subscriptions.
            models.UniqueConstraint(fields=("comment", "subscriber"), name="notification_unique"),
        )
        indexes = (
            # notifications.py: what one mail is about.
            models.Index(fields=("mail",), name="notification_by_mail"),
            # services/publications.py: what has served its purpose.
            models.Index(fields=("created_at",), name="notification_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.subscriber_id} <- {self.comment_id}"


class Suppression(models.Model):
    """An address that is not written to any more."""

    # Keyed hash of the address; the address itself is not kept.
    digest = models.CharField(max_length=64, primary_key=True)
    reason = models.CharField(_("reason"), max_length=10, choices=SuppressionReason.choices)
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")

    def __str__(self) -> str:
        return self.digest
