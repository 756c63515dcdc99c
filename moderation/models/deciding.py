from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comments.models import Site
from moderation.enums import Action, RuleEventKind, RuleStanding
from moderation.models.policies import PolicyVersion

# What software may do where a site lets it, each by a rule of its own.
DECIDING_ACTIONS = (Action.APPROVE, Action.REJECT)


class DecidingRuleQuerySet(models.QuerySet["DecidingRule"]):
    def deciding(self) -> DecidingRuleQuerySet:
        """Those by which software decides now."""
        return self.filter(is_active=True, standing=RuleStanding.DECIDING)


class DecidingRule(models.Model):
    """That a site lets a flagger decide in one direction, once and as long as people agree with it often enough.

    Never deleted: decisions name it. Switched on again it goes on where it stood, so that nobody gets another try at the
    same figures by that.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="deciding_rules", verbose_name=_("site"))
    flagger = models.CharField(_("flagger"), max_length=40)
    # Primary subtag of the comments' language; empty for all that have no rule of their own.
    language = models.CharField(_("language"), max_length=12, blank=True)
    action = models.CharField(_("action"), max_length=8, choices=[(one.value, one.label) for one in DECIDING_ACTIONS])
    is_active = models.BooleanField(_("switched on"), default=True)
    # The share of its decisions that people have to agree with.
    bound = models.FloatField(_("right in"), default=0.99)
    ceiling = models.PositiveIntegerField(_("decisions a day at most"), default=50)
    # Of what it would decide this share goes to people all the same, so that it goes on being measured.
    people_share = models.FloatField(_("share that people judge"), default=0.1)

    standing = models.CharField(
        _("standing"), max_length=8, choices=RuleStanding.choices, default=RuleStanding.MEASURING
    )
    # Of the flagger; what another one said counts for nothing.
    version = models.CharField(_("version"), max_length=20, blank=True)
    # Of the site's policy, by which people judge; empty where it had none.
    policy = models.ForeignKey(
        PolicyVersion,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deciding_rules",
        verbose_name=_("policy version"),
    )
    # Only what the flagger says from then on counts, with what people decide of that; empty: all.
    measured_since = models.DateTimeField(_("measured since"), null=True, blank=True)
    # How often it was tested so far, and at how many decisions it is tested next.
    looks = models.PositiveSmallIntegerField(_("tests"), default=0)
    next_look = models.PositiveIntegerField(_("next test"), default=0)
    # How sure the flagger has to be, 0 to 1, in this direction; empty while it decides nothing.
    threshold = models.FloatField(_("threshold"), null=True, blank=True)
    # What was seen last: people's decisions in all, those that it would have made, and how many of them people made alike.
    decisions = models.PositiveIntegerField(_("decisions"), default=0)
    pile = models.PositiveIntegerField(_("decided alike at this threshold or not"), default=0)
    agreed = models.PositiveIntegerField(_("agreed"), default=0)
    # That many are right at least, as proved by the test that let it decide.
    lower_bound = models.FloatField(_("proved share"), null=True, blank=True)
    measured_at = models.DateTimeField(_("measured"), null=True, blank=True)

    objects = DecidingRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule by which a check decides")
        verbose_name_plural = _("rules by which checks decide")
        constraints = (
            # One rule a direction. Also the index behind reading the rules of a site.
            models.UniqueConstraint(fields=("site", "flagger", "language", "action"), name="deciding_rule_unique"),
            # Nothing decides without a threshold that was tested.
            models.CheckConstraint(
                condition=~Q(standing=RuleStanding.DECIDING) | Q(threshold__isnull=False),
                name="deciding_rule_has_threshold",
            ),
            # At least half, and less than certainty, which nothing proves.
            models.CheckConstraint(condition=Q(bound__gte=0.5, bound__lt=1), name="deciding_rule_bound"),
        )

    def __str__(self) -> str:
        return f"{self.site_id} {self.flagger} {self.language}: {self.action}"

    @property
    def is_deciding(self) -> bool:
        """Whether software decides by it now."""
        return self.is_active and self.standing == RuleStanding.DECIDING

    @property
    def agreed_share(self) -> float | None:
        """Which share of what it would have decided people decided alike; None without any."""
        return self.agreed / self.pile if self.pile else None


class DecidingEvent(models.Model):
    """What became of a rule by which software may decide, when, and by which figures. Only ever added to."""

    rule = models.ForeignKey(DecidingRule, on_delete=models.CASCADE, related_name="events", verbose_name=_("rule"))
    kind = models.CharField(_("what"), max_length=8, choices=RuleEventKind.choices)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    # Empty where nobody did it.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="deciding_events",
        verbose_name=_("by"),
    )
    version = models.CharField(_("version"), max_length=20, blank=True)
    bound = models.FloatField(_("right in"))
    threshold = models.FloatField(_("threshold"), null=True, blank=True)
    decisions = models.PositiveIntegerField(_("decisions"), default=0)
    pile = models.PositiveIntegerField(_("decided alike at this threshold or not"), default=0)
    agreed = models.PositiveIntegerField(_("agreed"), default=0)

    class Meta:
        verbose_name = _("event of a rule")
        verbose_name_plural = _("events of rules")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.kind}"
