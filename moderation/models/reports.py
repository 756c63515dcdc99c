from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comments.models import Author, Comment, StatusChange
from moderation.enums import AppealState, ReportKind, ReportState
from moderation.models.decisions import Decision


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> ReportQuerySet:
        """Reports that nobody has decided on."""
        return self.filter(state=ReportState.OPEN)


class Report(models.Model):
    """What a reader said of a published comment. It never changes a comment by itself; people decide.

    A report that calls the comment unlawful is a notice and has what the DSA, Article 16(2), asks for. Who reported is
    for the desk alone; the author of the comment never learns it.
    """

    # Names the report for ever, also outside this database.
    reference = models.UUIDField(_("reference"), default=uuid.uuid4, unique=True, editable=False)
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="reports", verbose_name=_("comment"))
    # The text that was public when it was reported.
    revision = models.PositiveSmallIntegerField(_("revision"))
    kind = models.CharField(_("kind"), max_length=8, choices=ReportKind.choices)
    # Identifier of a clause of the policy that was in force.
    clause = models.CharField(_("clause"), max_length=50, blank=True)
    text = models.TextField(_("text"), blank=True)
    language = models.CharField(_("language"), max_length=12)

    # Who reported. `actor` tells one from another: an account, an author, or else a network, never an address as such.
    actor = models.CharField(max_length=80, editable=False)
    reporter = models.ForeignKey(
        Author, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports", verbose_name=_("reader")
    )
    network = models.CharField(max_length=32, blank=True, editable=False)

    # The notice: why it is unlawful, where exactly, who says so, and that they believe it.
    reasons = models.TextField(_("why it is unlawful"), blank=True)
    address = models.CharField(_("address of the comment"), max_length=500, blank=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    # Offences of Directive 2011/93/EU, Articles 3 to 7, may be reported without a name.
    is_child_abuse = models.BooleanField(_("about sexual abuse of children"), default=False)
    in_good_faith = models.BooleanField(_("declared in good faith"), default=False)

    state = models.CharField(_("state"), max_length=10, choices=ReportState.choices, default=ReportState.OPEN)
    created_at = models.DateTimeField(_("received"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="decided_reports",
        verbose_name=_("decided by"),
    )
    # The step of the comment that settled it; empty when it was dismissed and the comment stayed as it was.
    settled_by = models.ForeignKey(
        StatusChange,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="settled_reports",
        verbose_name=_("settled by"),
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ("id",)
        constraints = (
            # Somebody has one open report of a comment. Also the index behind the queue of what is reported.
            models.UniqueConstraint(
                fields=("comment", "actor"), condition=Q(state=ReportState.OPEN), name="report_open_unique"
            ),
            # A notice gives its reasons and is made in good faith; nobody but the one who reports abuse stays nameless.
            models.CheckConstraint(
                condition=~Q(kind=ReportKind.UNLAWFUL)
                | (~Q(reasons="") & Q(in_good_faith=True) & (Q(is_child_abuse=True) | (~Q(name="") & ~Q(email="")))),
                name="report_notice_is_complete",
            ),
            # What is decided says since when.
            models.CheckConstraint(
                condition=Q(state=ReportState.OPEN, decided_at__isnull=True)
                | (~Q(state=ReportState.OPEN) & Q(decided_at__isnull=False)),
                name="report_decided_has_time",
            ),
        )

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def is_notice(self) -> bool:
        return self.kind == ReportKind.UNLAWFUL


class AppealQuerySet(models.QuerySet["Appeal"]):
    def open(self) -> AppealQuerySet:
        """Appeals that nobody has answered."""
        return self.filter(state=AppealState.OPEN)


class Appeal(models.Model):
    """An author's objection to the decision on their comment (DSA, Article 20). Somebody else looks at it anew."""

    # Once for each decision.
    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, related_name="appeal", verbose_name=_("decision")
    )
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("received"))
    state = models.CharField(_("state"), max_length=10, choices=AppealState.choices, default=AppealState.OPEN)
    # To the author, who reads it.
    answer = models.TextField(_("answer"), blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="decided_appeals",
        verbose_name=_("decided by"),
    )
    # The step that published the comment after all.
    settled_by = models.ForeignKey(
        StatusChange,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="settled_appeals",
        verbose_name=_("settled by"),
    )

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ("id",)
        constraints = (
            # Whoever is refused is told why; whatever is decided says since when.
            models.CheckConstraint(
                condition=Q(state=AppealState.OPEN, decided_at__isnull=True)
                | Q(state=AppealState.UPHELD, decided_at__isnull=False)
                | (Q(state=AppealState.REJECTED, decided_at__isnull=False) & ~Q(answer="")),
                name="appeal_answered_in_full",
            ),
        )
        indexes = (
            # queue.py: what nobody has answered.
            models.Index(fields=("decision",), condition=Q(state=AppealState.OPEN), name="appeal_open"),
        )

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.state}"
