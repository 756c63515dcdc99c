from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.enums import AuthorKind, Badge
from comments.models.articles import Site
from comments.models.identifiers import new_public_id


class Author(models.Model):
    """Who commented on a site: an account, a subject of the publisher's sign-in, or a guest.

    A guest's e-mail address is what somebody typed. Only `email_verified_at` proves anything.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="authors", verbose_name=_("site"))
    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=AuthorKind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="comment_authors",
        verbose_name=_("account"),
    )
    sso_subject = models.CharField(_("subject of the publisher's sign-in"), max_length=255, blank=True)
    # Empty for a reader who has only voted or muted somebody so far.
    name = models.CharField(_("name"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    email_verified_at = models.DateTimeField(_("e-mail address proved"), null=True, blank=True)
    badge = models.CharField(_("badge"), max_length=12, choices=Badge.choices, blank=True, default=Badge.NONE)
    # Raising it ends every author token handed out so far.
    token_version = models.PositiveIntegerField(default=1, editable=False)
    # Names their feed of replies; empty: there is none. Another one ends the address handed out so far.
    replies_feed_key = models.CharField(max_length=32, blank=True, editable=False)
    # What is older is not news to them any more.
    seen_at = models.DateTimeField(_("seen up to"), default=timezone.now, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        constraints = (
            # An account is one author of a site.
            models.UniqueConstraint(
                fields=("site", "user"), condition=models.Q(user__isnull=False), name="author_user_unique_in_site"
            ),
            # A subject of the publisher's sign-in is one author of a site.
            models.UniqueConstraint(
                fields=("site", "sso_subject"), condition=~models.Q(sso_subject=""), name="author_sso_unique_in_site"
            ),
            # An address of a feed is one author's.
            models.UniqueConstraint(
                fields=("replies_feed_key",),
                condition=~models.Q(replies_feed_key=""),
                name="author_replies_feed_key_unique",
            ),
            # A guest has neither an account nor a subject.
            models.CheckConstraint(
                condition=~models.Q(kind=AuthorKind.GUEST) | models.Q(user__isnull=True, sso_subject=""),
                name="author_guest_is_unlinked",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def has_proved_address(self) -> bool:
        """Whether the address is known to be theirs: proved by a link, or that of their account."""
        return self.email_verified_at is not None or self.user_id is not None
