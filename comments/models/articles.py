from __future__ import annotations

import datetime

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.enums import ArticleMode

ARTICLE_KEY_PATTERN = r"\A[A-Za-z0-9._~:-]{1,200}\Z"
SECTION_LENGTH = 100


class Site(models.Model):
    """A publication with its own articles, readers, moderators and policy."""

    slug = models.SlugField(_("slug"), max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=12, default="de")
    home_url = models.URLField(_("home page"), max_length=500, blank=True)
    main_feed_url = models.URLField(_("main feed"), max_length=500, blank=True)
    # Canonical "scheme://host[:port]" strings; articles are registered lazily only from these.
    origins = models.JSONField(_("origins"), default=list, blank=True)
    # [{"label": ..., "url": "https://...{query}"}]: where a reader may look the topic up.
    lookup_links = models.JSONField(_("look-up links"), default=list, blank=True)
    promised_minutes = models.PositiveSmallIntegerField(
        _("promised minutes"), default=60, help_text=_("How soon a comment is judged, as promised to readers.")
    )
    # After how many days the discussion of an article ends; empty: never by itself.
    closing_days = models.PositiveSmallIntegerField(_("days until discussions end"), null=True, blank=True)
    # Whether search engines are asked not to quote comments in their results.
    is_kept_from_snippets = models.BooleanField(_("kept out of search snippets"), default=False)
    # Who signs the publisher's sign-in tokens (the claim `iss`); empty: the publisher has no sign-in of its own here.
    sso_issuer = models.CharField(_("issuer of sign-in tokens"), max_length=200, blank=True)
    # A JWK set (RFC 7517): `oct` keys for HS256, `RSA` for RS256, `OKP` for EdDSA, each with its `kid`.
    sso_keys = models.JSONField(_("keys of sign-in tokens"), default=dict, blank=True)
    # Where the publisher has a JWK set of public keys, besides or instead of the above.
    sso_keys_url = models.URLField(_("address of the keys"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.name


class ArticleQuerySet(models.QuerySet["Article"]):
    def readable(self) -> ArticleQuerySet:
        """Articles whose discussion may be shown to anybody."""
        return self.filter(is_confirmed=True).exclude(mode=ArticleMode.HIDDEN)

    def with_site(self) -> ArticleQuerySet:
        return self.select_related("site")


class Article(models.Model):
    """The page that is commented on, known by the publisher's own key."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="articles", verbose_name=_("site"))
    key = models.CharField(_("key"), max_length=200, validators=[RegexValidator(ARTICLE_KEY_PATTERN)])
    url = models.URLField(_("address"), max_length=2000)
    title = models.CharField(_("title"), max_length=300)
    teaser = models.TextField(_("teaser"), blank=True)
    section = models.CharField(_("section"), max_length=SECTION_LENGTH, blank=True)
    language = models.CharField(_("language"), max_length=12)
    mode = models.CharField(_("mode"), max_length=12, choices=ArticleMode.choices, default=ArticleMode.PRE_MODERATED)
    # When the discussion ends by itself; empty: after the days of the site, if it has any.
    closes_at = models.DateTimeField(_("ends"), null=True, blank=True)
    # What the editors say to readers above the form.
    reader_note = models.CharField(_("note to readers"), max_length=500, blank=True)
    # When the host published it, if it says so; the days until its discussion ends count from then.
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    # Accounts of those who wrote the article, by primary key: their comments bear a badge.
    author_accounts = models.JSONField(_("accounts of its authors"), default=list, blank=True)
    # Whether its title and address come from the host, or a moderator saw them and approved a comment. What a reader's page
    # said of itself is shown to nobody else before.
    is_confirmed = models.BooleanField(_("confirmed"), default=True, editable=False)
    # Approved comments. Written by lifecycle.set_status() alone.
    comment_count = models.PositiveIntegerField(_("comments"), default=0, editable=False)
    # Goes up with every change of what the public sees: cache key and ETag of the thread.
    version = models.PositiveBigIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    # Of the text that the host handed over, so that it is written only when it changed; empty without one.
    text_digest = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)

    # Not stored: the primary key of the merged article by whose key this one was asked for.
    asked_for_as: int | None = None

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = (
            # A publisher's key names one article of a site. Also the index behind every look-up by key.
            models.UniqueConstraint(fields=("site", "key"), name="article_key_unique_in_site"),
            # The mode is one of the five.
            models.CheckConstraint(condition=models.Q(mode__in=ArticleMode.values), name="article_mode_known"),
        )
        indexes = (
            # feeds/: the articles of a section.
            models.Index(fields=("site", "section"), condition=~models.Q(section=""), name="article_by_section"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def ends_at(self) -> datetime.datetime | None:
        """When the discussion ends by itself: set by hand, or after the days of the site (which is loaded). None: never."""
        begun = self.published_at or self.created_at
        if self.closes_at is not None or self.site.closing_days is None or begun is None:
            return self.closes_at
        return begun + datetime.timedelta(days=self.site.closing_days)

    @property
    def has_ended(self) -> bool:
        """Whether the moment of its end has come, whatever the mode."""
        return self.ends_at is not None and self.ends_at <= timezone.now()

    @property
    def takes_comments(self) -> bool:
        """Whether a new comment may be posted now. By the clock: what is prepared with it holds until `ends_at`."""
        return self.mode in (ArticleMode.PRE_MODERATED, ArticleMode.POST_MODERATED) and not self.has_ended

    @property
    def takes_changes(self) -> bool:
        """Whether authors may still edit, revise or withdraw what they wrote."""
        return self.mode not in (ArticleMode.READ_ONLY, ArticleMode.HIDDEN)

    @property
    def state(self) -> str:
        """The public word for how it is run now: open, read_only, closed or hidden."""
        if self.mode in (ArticleMode.READ_ONLY, ArticleMode.HIDDEN):
            return self.mode
        return "open" if self.takes_comments else "closed"


class ArticleText(models.Model):
    """The words of an article, where the host hands them over: for comparing with comments, shown to moderators in quotes.

    A table of its own, so that nothing that reads articles carries their texts along.
    """

    article = models.OneToOneField(
        Article, on_delete=models.CASCADE, primary_key=True, related_name="text", verbose_name=_("article")
    )
    # Plain text with a blank line between paragraphs.
    body = models.TextField(_("text"))

    class Meta:
        verbose_name = _("text of an article")
        verbose_name_plural = _("texts of articles")

    def __str__(self) -> str:
        return f"{self.article_id}: {self.body[:40]}"


class ArticleKey(models.Model):
    """A key under which an article was known before it was merged into another or given a new one."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="article_keys", verbose_name=_("site"))
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="former_keys", verbose_name=_("article")
    )
    key = models.CharField(_("key"), max_length=200, validators=[RegexValidator(ARTICLE_KEY_PATTERN)])
    # The primary key of the article that was merged, so that a comment sent to it once more is known.
    merged_id = models.BigIntegerField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("former article key")
        verbose_name_plural = _("former article keys")
        constraints = (
            # A key leads to one article of a site.
            models.UniqueConstraint(fields=("site", "key"), name="former_key_unique_in_site"),
        )

    def __str__(self) -> str:
        return self.key


class ArticleUrl(models.Model):
    """Another address under which an article is or was found."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="article_urls", verbose_name=_("site"))
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="urls", verbose_name=_("article"))
    url = models.URLField(_("address"), max_length=2000)

    class Meta:
        verbose_name = _("article address")
        verbose_name_plural = _("article addresses")
        constraints = (
            # An address leads to one article of a site.
            models.UniqueConstraint(fields=("site", "url"), name="article_url_unique_in_site"),
        )

    def __str__(self) -> str:
        return self.url
