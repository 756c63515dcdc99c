from __future__ import annotations

import re

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comments.enums import CheckOutcome, FindingReach
from comments.models import Comment, Site
from comments.text import isolate
from moderation.enums import FlaggerState

_QUOTATION = re.compile("“([^“”]*)”")
_QUOTATIONS = re.compile(f"{_QUOTATION.pattern}(?:, {_QUOTATION.pattern})*")


class FindingQuerySet(models.QuerySet["Finding"]):
    def counting(self) -> FindingQuerySet:
        """What moderators see: without what flaggers in shadow said."""
        return self.filter(is_shadow=False)

    def unsettled(self) -> FindingQuerySet:
        """Begun, or to be begun, and without a result."""
        return self.filter(outcome=CheckOutcome.NOT_RUN, attempts__gt=0)

    def flagged(self) -> FindingQuerySet:
        """Where something was found, as far as it counts."""
        return self.counting().filter(outcome=CheckOutcome.FLAGGED)

    def holding(self) -> FindingQuerySet:
        """Whatever counts of flaggers that may hold back."""
        return self.counting().filter(reach=FindingReach.HOLD)


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
    # Not so where the text was too long for the flagger.
    is_whole = models.BooleanField(_("read to its end"), default=True, db_default=True)
    # Said by a flagger that was in shadow: kept to be measured, shown to nobody, and nothing follows from it but the veil
    # over a severe text (`queue.severity`).
    is_shadow = models.BooleanField(_("in shadow"), default=False, db_default=False)
    # How far it reached on its site when it was said.
    reach = models.CharField(
        _("reach"),
        max_length=6,
        choices=FindingReach.choices,
        default=FindingReach.HOLD,
        db_default=FindingReach.HOLD,
    )
    # How often an asynchronous flagger was begun; one that never ends is given up. Of a question to somebody outside, which
    # waits for its turn: one more.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    # When it was said; while it has no result, when it was begun last.
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
        indexes = (
            # insights: what was found in the texts that people judged; the few rows in which something was.
            models.Index(
                fields=("comment", "revision", "flagger"),
                condition=models.Q(outcome=CheckOutcome.FLAGGED),
                name="finding_flagged",
            ),
            # Which questions wait for their turn, and which are under way: few rows at any time.
            models.Index(
                fields=("flagger", "id"),
                condition=models.Q(outcome=CheckOutcome.NOT_RUN, attempts__gt=0),
                name="finding_unsettled",
            ),
        )

    def __str__(self) -> str:
        return f"{self.comment_id}/{self.revision} {self.flagger}: {self.outcome}"

    def sentence(self, flagger_name: str) -> str:
        """What was found, in the active language, with the flagger called so where the sentence names it."""
        try:
            values = {name: _in_marks_of_language(value) for name, value in self.parameters.items()}
            if values.get("flagger") == self.flagger:
                values["flagger"] = flagger_name
            return gettext(self.message) % values if self.message else ""
        except (AttributeError, KeyError, TypeError, ValueError):
            # A flagger of somebody else's with a sentence that does not fit its parameters.
            return self.message


def _in_marks_of_language(value: str | int) -> str | int:
    """A list of quotations, which flaggers put in English marks, in those of the active language; anything else as it is. What
    is written from right to left, as words of the text may be, turns nothing else of the sentence round."""
    if not isinstance(value, str):
        return value
    if not _QUOTATIONS.fullmatch(value):
        return isolate(value)
    return _QUOTATION.sub(lambda found: isolate(gettext("“%(note)s”") % {"note": found[1]}), value)


class FindingFeedback(models.Model):
    """That a moderator calls a finding wrong, whatever becomes of the comment. Taken back, its row is gone."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="feedback", verbose_name=_("finding"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="finding_feedback",
        verbose_name=_("account"),
    )
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("objection to a finding")
        verbose_name_plural = _("objections to findings")
        constraints = (
            # Somebody calls a finding wrong once. Also the index behind reading what is said of a finding.
            models.UniqueConstraint(fields=("finding", "user"), name="finding_feedback_unique"),
        )

    def __str__(self) -> str:
        return f"{self.finding_id}: {self.user_id}"


class FlaggerDay(models.Model):
    """How often a flagger looked at texts that came on a day, and what came of it. A sum of findings, kept
    because it would take too long to count all of them whenever somebody looks.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="flagger_days", verbose_name=_("site"))
    day = models.DateField(_("day"))
    flagger = models.CharField(_("flagger"), max_length=40)
    # Primary subtag of the comments' language.
    language = models.CharField(_("language"), max_length=12)
    is_shadow = models.BooleanField(_("in shadow"), default=False)
    # By which clause something was found; empty where nothing was.
    clause = models.CharField(_("clause"), max_length=50, blank=True)
    looked = models.PositiveIntegerField(_("looked"))
    fired = models.PositiveIntegerField(_("found something"))
    # Did not run, or failed.
    missing = models.PositiveIntegerField(_("without a result"))

    class Meta:
        verbose_name = _("day of a flagger")
        verbose_name_plural = _("days of flaggers")
        constraints = (
            # A day is summed once. Also the index behind reading a time of a site.
            models.UniqueConstraint(
                fields=("site", "day", "flagger", "language", "is_shadow", "clause"), name="flagger_day_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.site_id} {self.day} {self.flagger}: {self.fired}/{self.looked}"


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


class OutsideUse(models.Model):
    """What a site has asked of a service outside on one day, so that all workers together keep to its budget."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="outside_uses", verbose_name=_("site"))
    flagger = models.CharField(_("flagger"), max_length=40)
    day = models.DateField(_("day"))
    requests = models.PositiveIntegerField(_("requests"), default=0)
    tokens = models.PositiveBigIntegerField(_("tokens"), default=0)

    class Meta:
        verbose_name = _("use of a service outside")
        verbose_name_plural = _("uses of services outside")
        constraints = (
            # There is one account a day. Also the index behind finding it.
            models.UniqueConstraint(fields=("site", "flagger", "day"), name="outside_use_unique"),
        )

    def __str__(self) -> str:
        return f"{self.site_id} {self.flagger} {self.day}: {self.requests}"


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
