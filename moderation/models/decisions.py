from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from comments.enums import Status
from comments.models import Comment, StatusChange
from moderation.enums import Action, Automation, Ground, Measure, Source
from moderation.models.deciding import DecidingRule
from moderation.models.policies import Clause, PolicyVersion


class Decision(models.Model):
    """A judgement of a comment, with all that a statement of reasons needs (DSA, Article 17; Transparency Database).

    Only ever added to; an undo marks it and leaves it standing. No text of the comment and nothing personal is in it,
    except the note, which is for the author alone.
    """

    # Names the statement for ever, also outside this database.
    statement_id = models.UUIDField(_("statement"), default=uuid.uuid4, unique=True, editable=False)
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("comment"))
    change = models.OneToOneField(
        StatusChange, on_delete=models.PROTECT, related_name="decision", verbose_name=_("status change")
    )
    # Empty when a rule decided.
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="decisions",
        verbose_name=_("moderator"),
    )
    # Decisions made together, undone together.
    batch_id = models.UUIDField(_("batch"), null=True, blank=True)
    action = models.CharField(_("action"), max_length=8, choices=Action.choices)
    from_status = models.CharField(_("from"), max_length=16, choices=Status.choices)
    to_status = models.CharField(_("to"), max_length=16, choices=Status.choices)
    revision = models.PositiveSmallIntegerField(_("revision"))
    # Whether it settled the waiting edit of a published comment.
    settles_edit = models.BooleanField(_("about an edit"), default=False)
    policy_version = models.ForeignKey(
        PolicyVersion,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="decisions",
        verbose_name=_("policy version"),
    )
    clause = models.ForeignKey(
        Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("clause")
    )
    note = models.TextField(_("note to the author"), blank=True)

    # The statement of reasons.
    measure = models.CharField(_("measure"), max_length=16, choices=Measure.choices)
    ground = models.CharField(_("ground"), max_length=12, choices=Ground.choices, blank=True)
    legal_ground = models.CharField(_("legal ground"), max_length=500, blank=True)
    facts = models.CharField(_("facts"), max_length=500, blank=True)
    category = models.CharField(_("category"), max_length=80, blank=True)
    source = models.CharField(_("source"), max_length=16, choices=Source.choices, default=Source.OWN_INITIATIVE)
    # Whether who decided had to do so without seeing what software said (`moderation.sampling`).
    findings_hidden = models.BooleanField(_("findings hidden"), default=False, db_default=False)
    automated_detection = models.BooleanField(_("detected by software"), default=False)
    automated_decision = models.CharField(
        _("automation"), max_length=16, choices=Automation.choices, default=Automation.NONE
    )
    # By which a check decided; empty where a person did, or trust in the author.
    rule = models.ForeignKey(
        DecidingRule,
        null=True,
        blank=True,
        # The index below is the one that is needed.
        db_index=False,
        on_delete=models.PROTECT,
        related_name="made",
        verbose_name=_("rule"),
    )
    content_language = models.CharField(_("language of the comment"), max_length=12)
    content_date = models.DateField(_("date of the comment"))
    applied_at = models.DateTimeField(_("in effect from"))
    # Empty: for good.
    ends_at = models.DateTimeField(_("in effect until"), null=True, blank=True)
    # ISO 3166 codes; empty: everywhere the comment could be seen.
    territorial_scope = models.JSONField(_("territorial scope"), default=list, blank=True)

    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="undone_decisions",
        verbose_name=_("taken back by"),
    )

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("-id",)
        constraints = (
            # Whoever is restricted is told by which clause of which version.
            models.CheckConstraint(
                condition=models.Q(measure=Measure.NONE)
                | models.Q(clause__isnull=False, policy_version__isnull=False)
                | models.Q(action=Action.SPAM),
                name="decision_restriction_has_clause",
            ),
        )
        indexes = (
            # services/decisions.py: undo of a batch.
            models.Index(fields=("batch_id",), condition=models.Q(batch_id__isnull=False), name="decision_by_batch"),
            # queue.py: lately decided by somebody.
            models.Index(fields=("moderator", "-applied_at"), name="decision_by_moderator"),
            # deciding.py: how much a rule has decided today.
            models.Index(
                fields=("rule", "applied_at"), condition=models.Q(rule__isnull=False), name="decision_by_rule"
            ),
            # insights: what was decided in a time.
            models.Index(fields=("applied_at",), name="decision_by_time"),
            # insights: what was restricted in a time.
            models.Index(
                fields=("applied_at",), condition=~models.Q(measure=Measure.NONE), name="decision_restricting"
            ),
        )

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.action}"
