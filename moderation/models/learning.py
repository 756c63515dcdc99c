from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from comments.models import Revision, Site
from moderation.models.policies import PolicyVersion


class SiteModelQuerySet(models.QuerySet["SiteModel"]):
    def in_use(self) -> SiteModelQuerySet:
        """The one of each site that is asked."""
        return self.filter(is_current=True)

    def without_weights(self) -> SiteModelQuerySet:
        """Without the bytes that only the judge needs."""
        return self.defer("weights")


class SiteModel(models.Model):
    """What was learnt from a site's decisions at one time, with how good it was. The latest few are kept, one is in use."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="site_models", verbose_name=_("site"))
    number = models.PositiveIntegerField(_("number"))
    # When it was begun: what was decided after that it may not know.
    made_at = models.DateTimeField(_("made"))
    # How many decisions it learnt from.
    decisions = models.PositiveIntegerField(_("decisions"))
    # Of the site, by whose clauses it learnt; empty where there was none.
    policy = models.ForeignKey(
        PolicyVersion,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="site_models",
        verbose_name=_("policy version"),
    )
    # By clause what services/learnt_versions.py calls ClauseFigures; without any it says nothing, since there was nothing to learn from.
    figures = models.JSONField(_("figures"), default=dict, blank=True)
    # What flaggers/learning/model.py packs.
    weights = models.BinaryField(_("weights"), editable=False)
    is_current = models.BooleanField(_("in use"), default=False)
    # Was surely worse than the one in use, and so was not put to use by itself.
    is_withheld = models.BooleanField(_("withheld"), default=False)
    # Who put it to use by hand, and when.
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="chosen_site_models",
        verbose_name=_("chosen by"),
    )
    chosen_at = models.DateTimeField(_("chosen"), null=True, blank=True)

    objects = SiteModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("model of a site")
        verbose_name_plural = _("models of sites")
        ordering = ("site", "-number")
        constraints = (
            # Versions of a site are numbered.
            models.UniqueConstraint(fields=("site", "number"), name="site_model_number_unique"),
            # One of them is asked. Also the index behind finding it.
            models.UniqueConstraint(
                fields=("site",), condition=models.Q(is_current=True), name="site_model_one_in_use"
            ),
        )

    def __str__(self) -> str:
        return f"{self.site_id}: {self.number}"


class TextVector(models.Model):
    """What the encoder made of a text: 768 bytes, for the judge that learns. It belongs to the text and goes with it."""

    revision = models.OneToOneField(
        Revision, primary_key=True, on_delete=models.CASCADE, related_name="text_vector", verbose_name=_("revision")
    )
    # Vectors of two versions have nothing to do with each other.
    encoder = models.CharField(_("version of the encoder"), max_length=20)
    # What flaggers/learning/vectors.py keeps of it.
    vector = models.BinaryField(_("vector"), editable=False)

    class Meta:
        verbose_name = _("vector of a text")
        verbose_name_plural = _("vectors of texts")
        ordering = ("revision",)

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.encoder}"


class TopicProjection(models.Model):
    """What the published comments of a site taught about telling its articles apart, with how well; one to a site."""

    site = models.OneToOneField(
        Site, primary_key=True, on_delete=models.CASCADE, related_name="topic_projection", verbose_name=_("site")
    )
    # It is for vectors of this version alone.
    encoder = models.CharField(_("version of the encoder"), max_length=20)
    made_at = models.DateTimeField(_("made"))
    articles = models.PositiveIntegerField(_("articles"))
    comments = models.PositiveIntegerField(_("comments"))
    # How often a comment was nearer to its own article than to another one, of articles that taught nothing.
    without = models.FloatField(_("told apart without"))
    told_apart = models.FloatField(_("told apart"))
    # What flaggers/topic_projection.py keeps; empty where it is no better.
    weights = models.BinaryField(_("weights"), editable=False)

    class Meta:
        verbose_name = _("projection for topics")
        verbose_name_plural = _("projections for topics")
        ordering = ("site",)

    def __str__(self) -> str:
        return f"{self.site_id}: {self.encoder}"

    @property
    def is_used(self) -> bool:
        """Whether it is better than none."""
        return self.told_apart > self.without
