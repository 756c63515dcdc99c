from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comments.enums import CheckOutcome
from comments.models import Comment, Site
from moderation.enums import FlaggerState


class FindingQuerySet(models.QuerySet["Finding"]):
    def counting(self) -> FindingQuerySet:
        """What moderators see: without what flaggers in shadow said."""
        return self.filter(is_shadow=False)

    def flagged(self) -> FindingQuerySet:
        """Where something was found, as far as it counts."""
        return self.counting().filter(outcome=CheckOutcome.FLAGGED)


class Finding(models.Model):
    """What one flagger said of one revision of a comment. It proposes; people decide."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="findings", verbose_name=_("comment"))
    revision = models.PositiveSmallIntegerField(_("revision"))
    flagger = models.CharField(_("flagger"), max_length=40)
    version = models.CharField(_("version"), max_length=20)
    outcome = models.CharField(_("outcome"), max_length=8, choices=CheckOutcome.choices)
    score = models.FloatField(_("score"), null=True, blank=True)
    clause = models.CharField(_("clause"), max_length=50, blank=True)
    # An English sentence known to gettext, with %(name)s places for the parameters.
    message = models.CharField(_("message"), max_length=300, blank=True)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    # [[start, end, label], ...] in characters of the source text.
    spans = models.JSONField(_("spans"), default=list, blank=True)
    # Said by a flagger that was in shadow: kept to be measured, shown to nobody, and nothing follows from it.
    is_shadow = models.BooleanField(_("in shadow"), default=False, db_default=False)
    # How often an asynchronous flagger was begun; one that never ends is given up.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = (
            # A flagger speaks once of a revision. Also the index behind every look-up of a comment's findings.
            models.UniqueConstraint(fields=("comment", "revision", "flagger"), name="finding_unique"),
            # A score is a share.
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__gte=0, score__lte=1),
                name="finding_score_share",
            ),
        )

    def __str__(self) -> str:
        return f"{self.comment_id}/{self.revision} {self.flagger}: {self.outcome}"

    @property
    def sentence(self) -> str:
        """What was found, in the active language."""
        try:
            return gettext(self.message) % self.parameters if self.message else ""
        except (KeyError, TypeError, ValueError):
            # A flagger of somebody else's with a sentence that does not fit its parameters.
            return self.message


class FlaggerSwitch(models.Model):
    """Whether a site uses a flagger, for comments in one language or in all. Without a row, the flagger's first state."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="flagger_switches", verbose_name=_("site"))
    flagger = models.CharField(_("flagger"), max_length=40)
    # Primary subtag; empty for all that have no row of their own.
    language = models.CharField(_("language"), max_length=12, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=FlaggerState.choices)

    class Meta:
        verbose_name = _("switch of a flagger")
        verbose_name_plural = _("switches of flaggers")
        constraints = (
            # A site says once what becomes of a flagger in a language. Also the index behind reading a site's switches.
            models.UniqueConstraint(fields=("site", "flagger", "language"), name="flagger_switch_unique"),
        )

    def __str__(self) -> str:
        return f"{self.site_id} {self.flagger} {self.language}: {self.state}"


class Term(models.Model):
    """A word or phrase that a site wants to be told of."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="terms", verbose_name=_("site"))
    phrase = models.CharField(_("word or phrase"), max_length=100)
    language = models.CharField(_("language"), max_length=12, blank=True)
    clause = models.CharField(_("clause"), max_length=50, blank=True)
    note = models.CharField(_("note for moderators"), max_length=200, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = (
            # A phrase stands once in a site's list for a language.
            models.UniqueConstraint(fields=("site", "language", "phrase"), name="term_unique_in_site"),
        )

    def __str__(self) -> str:
        return self.phrase
