from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from moderation.enums import Action
from moderation.models.decisions import Decision


class CalibrationCase(models.Model):
    """A past decision that newcomers judge for themselves, to see how far they agree with the desk."""

    decision = models.OneToOneField(
        Decision, on_delete=models.CASCADE, related_name="calibration_case", verbose_name=_("decision")
    )
    # Why it was judged so, shown after one's own answer.
    explanation = models.TextField(_("explanation"), blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="calibration_cases",
        verbose_name=_("added by"),
    )
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        verbose_name = _("case for practice")
        verbose_name_plural = _("cases for practice")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.decision_id}"


class CalibrationAnswer(models.Model):
    """How somebody judged a case for practice. For that person alone."""

    case = models.ForeignKey(CalibrationCase, on_delete=models.CASCADE, related_name="answers", verbose_name=_("case"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="calibration_answers",
        verbose_name=_("account"),
    )
    action = models.CharField(_("action"), max_length=8, choices=Action.choices)
    clause = models.CharField(_("clause"), max_length=50, blank=True)
    created_at = models.DateTimeField(_("answered"), auto_now_add=True)

    class Meta:
        verbose_name = _("answer to a case")
        verbose_name_plural = _("answers to cases")
        constraints = (
            # Somebody answers a case once.
            models.UniqueConstraint(fields=("case", "user"), name="calibration_answer_unique"),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.action}"
