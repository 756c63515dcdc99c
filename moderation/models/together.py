from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from comments.models import Comment, Site, StatusChange
from moderation.enums import Action, OpinionKind


class Lease(models.Model):
    """That somebody has a comment before them just now. It ends by itself; nobody is kept from deciding by it."""

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, related_name="lease", verbose_name=_("comment"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="leases", verbose_name=_("account")
    )
    expires_at = models.DateTimeField(_("ends"))
    # Whether it was reserved with others to be judged one after the other, not merely opened.
    is_taken = models.BooleanField(_("taken"), default=False)

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.user_id}"


class Presence(models.Model):
    """When somebody was last seen at the desk of a site."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="presences", verbose_name=_("site"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="presences", verbose_name=_("account")
    )
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = (
            # Somebody is at a desk once.
            models.UniqueConstraint(fields=("site", "user"), name="presence_unique"),
        )

    def __str__(self) -> str:
        return f"{self.user_id}@{self.site_id}"


class Deferral(models.Model):
    """That a waiting comment is put aside until a moment. Only where it is shown changes, never its status."""

    # Empty once a step has ended it.
    comment = models.OneToOneField(
        Comment,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="deferral",
        verbose_name=_("comment"),
    )
    # The step that ended it, and brings it back if it is taken back.
    ended_by = models.OneToOneField(
        StatusChange,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="ended_deferral",
        verbose_name=_("ended by"),
    )
    until = models.DateTimeField(_("until"))
    note = models.CharField(_("why"), max_length=200, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="deferrals",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("deferral")
        verbose_name_plural = _("deferrals")
        indexes = (
            # queue.py: what is put aside now, and what comes back.
            models.Index(fields=("until",), name="deferral_until"),
        )
        constraints = (
            # It holds of a comment, or a step of that comment has ended it.
            models.CheckConstraint(
                condition=Q(comment__isnull=False, ended_by__isnull=True)
                | Q(comment__isnull=True, ended_by__isnull=False),
                name="deferral_holds_or_ended",
            ),
        )

    def __str__(self) -> str:
        return f"{self.comment_id}"


class OpinionRequest(models.Model):
    """A question about a comment to a colleague, or to whoever of the desk comes first."""

    comment = models.ForeignKey(
        Comment, on_delete=models.CASCADE, related_name="opinion_requests", verbose_name=_("comment")
    )
    question = models.CharField(_("question"), max_length=500, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="opinions_asked_for",
        verbose_name=_("asked by"),
    )
    # Empty: anybody but the one who asks.
    asked_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="opinions_wanted",
        verbose_name=_("asked of"),
    )
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    # The step after which nobody needed an answer any more; empty where a colleague gave one.
    settled_by = models.ForeignKey(
        StatusChange,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="settled_questions",
        verbose_name=_("settled by"),
    )

    class Meta:
        verbose_name = _("question to a colleague")
        verbose_name_plural = _("questions to colleagues")
        constraints = (
            # A comment is asked about once at a time.
            models.UniqueConstraint(
                fields=("comment",), condition=Q(answered_at__isnull=True), name="opinion_request_open_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.asked_by_id}"


class OpinionQuerySet(models.QuerySet["Opinion"]):
    def open(self) -> OpinionQuerySet:
        """Opinions of texts that nothing has become of yet."""
        return self.filter(change__isnull=True, revision=F("comment__revision"))

    def votes(self) -> OpinionQuerySet:
        """Opinions that count as one of two people's."""
        return self.filter(kind=OpinionKind.TWO_PEOPLE)


class Opinion(models.Model):
    """What one moderator thinks should become of a text, given without having seen what others think of it."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="opinions", verbose_name=_("comment"))
    revision = models.PositiveSmallIntegerField(_("revision"))
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="opinions",
        verbose_name=_("moderator"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=OpinionKind.choices)
    action = models.CharField(_("action"), max_length=8, choices=Action.choices)
    # The slug of a clause of the policy in force then.
    clause = models.CharField(_("clause"), max_length=50, blank=True)
    # To the author, if it comes to that decision.
    note = models.TextField(_("note to the author"), blank=True)
    # To the colleagues.
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("given"), auto_now_add=True)
    # The step of the comment's history that came of it, whichever it was; empty while it is open.
    change = models.ForeignKey(
        StatusChange,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="opinions",
        verbose_name=_("settled by"),
    )

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        ordering = ("id",)
        constraints = (
            # Somebody has one opinion of a text at a time.
            models.UniqueConstraint(
                fields=("comment", "revision", "moderator"),
                condition=Q(change__isnull=True),
                name="opinion_open_unique",
            ),
        )

    def __str__(self) -> str:
        return f"{self.comment_id}/{self.revision}: {self.action}"
