from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from comments.enums import ActorKind, Status
from comments.models.articles import Article, Site
from comments.models.authors import Author
from comments.models.identifiers import PUBLIC_ID_PATTERN, new_public_id

# As many comments stand first in a discussion at most.
PINNED_LIMIT = 3
# A moderator, or a rule, has judged them, and it is nobody's turn.
DECIDED = (Status.APPROVED, Status.REJECTED, Status.REMOVED, Status.SPAM)


class CommentQuerySet(models.QuerySet["Comment"]):
    def for_article(self, article: Article) -> CommentQuerySet:
        return self.filter(article=article)

    def with_public_id(self, public_id: str) -> CommentQuerySet:
        """The comment of this identifier; none for text that cannot be one, which PostgreSQL might not even take."""
        return self.filter(public_id=public_id) if re.fullmatch(PUBLIC_ID_PATTERN, public_id) else self.none()

    def with_public_ids(self, public_ids: Iterable[str]) -> CommentQuerySet:
        """The comments of these identifiers, in no order; text that cannot be one stands for none."""
        return self.filter(public_id__in=[one for one in public_ids if re.fullmatch(PUBLIC_ID_PATTERN, one)])

    def published(self) -> CommentQuerySet:
        """What everybody may read."""
        return self.filter(status=Status.APPROVED)

    def pinned(self) -> CommentQuerySet:
        """What stands first in its discussion."""
        return self.published().filter(pinned_at__isnull=False)

    def featured(self) -> CommentQuerySet:
        """The editors' choice."""
        return self.published().filter(featured_at__isnull=False)

    def replies_to(self, author: Author) -> CommentQuerySet:
        """What everybody may read and others answered to published comments of this author, but nobody they muted."""
        found = self.published().filter(parent__author=author, parent__status=Status.APPROVED)
        return found.exclude(author=author).exclude(author__in=author.mutes.values("author"))

    def once_published(self) -> CommentQuerySet:
        """Published now or before: rows that may leave a stub in the thread."""
        return self.filter(Q(status=Status.APPROVED) | Q(published_at__isnull=False))

    def hidden_from_public(self) -> CommentQuerySet:
        return self.exclude(status=Status.APPROVED)

    def unsettled(self, changeable_since: datetime.datetime) -> CommentQuerySet:
        """What its author has something to see or to do about: not public as it is, or posted so lately that it may still be
        changed; nothing that was withdrawn."""
        is_public = Q(status=Status.APPROVED, waiting_since__isnull=True, posted_at__lte=changeable_since)
        return self.exclude(status=Status.WITHDRAWN).exclude(is_public)

    def waiting(self) -> CommentQuerySet:
        """What a moderator has to judge: pending comments and edits of published ones."""
        return self.filter(waiting_since__isnull=False)

    def flagged(self) -> CommentQuerySet:
        """Comments with something found in their latest text."""
        return self.filter(is_flagged=True)

    def decided(self) -> CommentQuerySet:
        """Published or not, by whoever's judgement; the author has no turn."""
        return self.filter(status__in=DECIDED)

    def unscreened(self) -> CommentQuerySet:
        """Comments whose latest revision the asynchronous flaggers have not seen."""
        return self.filter(screened_revision__lt=F("revision"))

    def undigested(self) -> CommentQuerySet:
        """Comments stored before there were digests of texts."""
        return self.filter(body_digest="")

    def with_network(self, posted_before: datetime.datetime) -> CommentQuerySet:
        """Comments posted before a moment whose network is still known, the oldest first."""
        return self.filter(posted_at__lt=posted_before).exclude(network="").order_by("posted_at")

    def by_status(self) -> dict[Status, int]:
        """How many of them stand where, in the order of the statuses. 1 query."""
        counted = self.order_by().values("status").annotate(number=Count("pk")).values_list("status", "number")
        numbers: dict[str, int] = dict(counted)
        return {status: numbers[status] for status in Status if status in numbers}

    def with_context(self) -> CommentQuerySet:
        return self.select_related("article__site", "author", "site")


class Comment(models.Model):
    """What a reader wrote under an article.

    `public_html` holds the text that everybody sees and is empty unless the comment is published, so that no read of it
    can show more. What the author wrote is in the revisions.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="comments", verbose_name=_("site"))
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="comments", verbose_name=_("article"))
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="comments", verbose_name=_("author"))
    # The name as it was when the comment was written; hot reads need no join.
    author_name = models.CharField(_("name"), max_length=60)
    author_badge = models.CharField(_("badge"), max_length=12, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replies", verbose_name=_("parent")
    )
    # The comment that started the conversation; empty on that one itself.
    root = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="conversation", verbose_name=_("root")
    )
    depth = models.PositiveIntegerField(_("depth"), default=0)
    language = models.CharField(_("language"), max_length=12)

    # Written by lifecycle alone.
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.PENDING)
    # Since when a moderator's judgement is due; empty when none is.
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_revision = models.PositiveSmallIntegerField(_("published revision"), null=True, blank=True)
    public_html = models.TextField(_("published text"), blank=True)

    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    # The latest revision that all asynchronous flaggers have looked at.
    screened_revision = models.PositiveSmallIntegerField(_("screened revision"), default=0)
    # Written by services/voting.py alone.
    vote_count = models.PositiveIntegerField(_("votes"), default=0)
    rank = models.FloatField(_("rank"), default=0)
    # Whether something was found in the latest text, and how much of it counts for the order of the desk; 0: nothing does.
    # Both written by moderation alone.
    is_flagged = models.BooleanField(_("flagged"), default=False, db_default=False, editable=False)
    risk = models.PositiveSmallIntegerField(_("risk"), default=0, editable=False)
    # Whether it was drawn from what would have appeared at once or software would have decided, for people to judge without
    # seeing what was found.
    # Written by moderation alone.
    is_drawn = models.BooleanField(_("drawn"), default=False, db_default=False, editable=False)
    # Which share of its like was drawn when it was, so that it stands for all of them; 1 where people judge all.
    drawn_share = models.FloatField(_("share drawn"), default=1, db_default=1, editable=False)
    posted_at = models.DateTimeField(_("posted"))
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    # Shown first in its discussion.
    pinned_at = models.DateTimeField(_("pinned"), null=True, blank=True)
    # Chosen by the editors as worth everybody's time.
    featured_at = models.DateTimeField(_("featured"), null=True, blank=True)
    # Keyed hash of the network it was sent from; emptied after `settings.network_retention`.
    network = models.CharField(max_length=64, blank=True, editable=False)
    # Of the latest text without case, spaces and punctuation, to find the same text elsewhere.
    body_digest = models.CharField(max_length=32, blank=True, editable=False)
    # Of the request, or derived from author and text: the same post twice is one comment.
    idempotency_key = models.CharField(max_length=64)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = (
            # The status is one of the eight.
            models.CheckConstraint(condition=Q(status__in=Status.values), name="comment_status_known"),
            # A comment starts a conversation, or has a parent and a root.
            models.CheckConstraint(
                condition=Q(parent__isnull=True, root__isnull=True, depth=0)
                | Q(parent__isnull=False, root__isnull=False, depth__gt=0),
                name="comment_place_in_thread",
            ),
            # A published comment has a published revision.
            models.CheckConstraint(
                condition=~Q(status=Status.APPROVED) | Q(published_at__isnull=False, published_revision__isnull=False),
                name="comment_published_has_revision",
            ),
            # Text that nobody may read is not where the public reads.
            models.CheckConstraint(
                condition=Q(status=Status.APPROVED) | Q(public_html=""), name="comment_hidden_has_no_public_html"
            ),
            # A pending comment waits for a moderator; besides it only edits of published ones do.
            models.CheckConstraint(
                condition=Q(status=Status.PENDING, waiting_since__isnull=False)
                | Q(status=Status.APPROVED)
                | (~Q(status=Status.PENDING) & Q(waiting_since__isnull=True)),
                name="comment_waits_when_pending",
            ),
            # Only the beginning of a conversation is pinned.
            models.CheckConstraint(
                condition=Q(pinned_at__isnull=True) | Q(parent__isnull=True), name="comment_pinned_is_root"
            ),
            # The same post sent twice is one comment.
            models.UniqueConstraint(fields=("article", "idempotency_key"), name="comment_idempotency_key_unique"),
        )
        indexes = (
            # threads.py: roots of an article, newest or oldest first.
            models.Index(
                fields=("article", "-posted_at", "-id"), condition=Q(parent__isnull=True), name="comment_roots_by_time"
            ),
            # threads.py: roots of an article, most worth reading first.
            models.Index(
                fields=("article", "-rank", "-id"), condition=Q(parent__isnull=True), name="comment_roots_by_rank"
            ),
            # queue.py: what waits on a site, oldest first; holds waiting rows only.
            models.Index(
                fields=("site", "waiting_since", "id"),
                condition=Q(waiting_since__isnull=False),
                name="comment_queue",
            ),
            # queue.py: decided comments of a site by status, newest first.
            models.Index(fields=("site", "status", "-posted_at", "-id"), name="comment_by_status"),
            # feeds/: published comments of a site, newest first.
            models.Index(
                fields=("site", "-published_at", "-id"),
                condition=Q(status=Status.APPROVED),
                name="comment_site_feed",
            ),
            # feeds/: published comments of an article, newest first.
            models.Index(
                fields=("article", "-published_at", "-id"),
                condition=Q(status=Status.APPROVED),
                name="comment_article_feed",
            ),
            # queue.py: edits of published comments that wait, oldest first.
            models.Index(
                fields=("site", "waiting_since", "id"),
                condition=Q(status=Status.APPROVED, waiting_since__isnull=False),
                name="comment_queue_edited",
            ),
            # queue.py: what waits and was flagged, oldest first; what waits, most flagged first; what waits by article.
            models.Index(
                fields=("site", "waiting_since", "id"),
                condition=Q(waiting_since__isnull=False, is_flagged=True),
                name="comment_queue_flagged",
            ),
            models.Index(
                fields=("site", "-risk", "waiting_since", "id"),
                condition=Q(waiting_since__isnull=False),
                name="comment_queue_by_risk",
            ),
            models.Index(
                fields=("site", "article", "waiting_since", "id"),
                condition=Q(waiting_since__isnull=False),
                name="comment_queue_by_article",
            ),
            # queue.py: everything that was decided on a site, newest first.
            models.Index(fields=("site", "-posted_at", "-id"), condition=Q(status__in=DECIDED), name="comment_decided"),
            # queue.py: what became of an author's comments so far.
            models.Index(fields=("author", "status"), name="comment_standing"),
            # services/posting.py and the author's view: what somebody wrote lately.
            models.Index(fields=("author", "-posted_at"), name="comment_by_author"),
            # The desk: what else waits by the same author.
            models.Index(
                fields=("author",), condition=Q(waiting_since__isnull=False), name="comment_waiting_by_author"
            ),
            # threads.py: what is pinned in an article's discussion.
            models.Index(fields=("article",), condition=Q(pinned_at__isnull=False), name="comment_pinned"),
            # The desk: the editors' choice on a site, the latest first.
            models.Index(
                fields=("site", "-featured_at"), condition=Q(featured_at__isnull=False), name="comment_featured"
            ),
            # The desk: what else waits from the same network, or with the same text.
            models.Index(
                fields=("site", "network"),
                condition=Q(waiting_since__isnull=False) & ~Q(network=""),
                name="comment_waiting_by_network",
            ),
            models.Index(
                fields=("site", "body_digest"),
                condition=Q(waiting_since__isnull=False) & ~Q(body_digest=""),
                name="comment_waiting_by_text",
            ),
            # Retention: networks that are kept too long, the oldest first.
            models.Index(fields=("posted_at",), condition=~Q(network=""), name="comment_with_network"),
            # tasks.py: what the asynchronous flaggers have not seen.
            models.Index(fields=("id",), condition=Q(screened_revision__lt=F("revision")), name="comment_unscreened"),
        )

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_published(self) -> bool:
        return self.status == Status.APPROVED

    @property
    def has_waiting_edit(self) -> bool:
        """Whether it is published while a newer text of its author waits to be judged."""
        return self.is_published and self.waiting_since is not None


class Revision(models.Model):
    """One version of a comment's text, as its author wrote it. Never changed after it was written."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="revisions", verbose_name=_("comment"))
    number = models.PositiveSmallIntegerField(_("number"))
    body = models.TextField(_("text"))
    body_html = models.TextField(_("rendered text"))
    render_version = models.PositiveSmallIntegerField(_("rules of rendering"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ("comment", "number")
        constraints = (
            # Revisions of a comment are numbered.
            models.UniqueConstraint(fields=("comment", "number"), name="revision_number_unique"),
        )
        indexes = (
            # moderation/insights: the new texts of some days.
            models.Index(fields=("created_at",), condition=Q(number__gt=1), name="revision_new_texts"),
        )

    def __str__(self) -> str:
        return f"{self.comment_id}/{self.number}"


class StatusChange(models.Model):
    """One step in the life of a comment: from where to where, by whom, when. Only ever added to."""

    comment = models.ForeignKey(
        Comment, on_delete=models.CASCADE, related_name="status_changes", verbose_name=_("comment")
    )
    from_status = models.CharField(_("from"), max_length=16, choices=Status.choices, blank=True)
    to_status = models.CharField(_("to"), max_length=16, choices=Status.choices)
    revision = models.PositiveSmallIntegerField(_("revision"))
    actor_kind = models.CharField(_("by"), max_length=10, choices=ActorKind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="comment_status_changes",
        verbose_name=_("account"),
    )
    clause = models.CharField(_("clause"), max_length=50, blank=True)
    note = models.TextField(_("note to the author"), blank=True)
    # What an undo puts back.
    from_waiting_since = models.DateTimeField(null=True, blank=True, editable=False)
    from_published_at = models.DateTimeField(null=True, blank=True, editable=False)
    from_published_revision = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    from_edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    from_pinned_at = models.DateTimeField(null=True, blank=True, editable=False)
    from_featured_at = models.DateTimeField(null=True, blank=True, editable=False)
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by", verbose_name=_("takes back")
    )
    created_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("status changes")
        ordering = ("id",)
        indexes = (
            # The desk's figures: what came and went in a time.
            models.Index(fields=("created_at",), name="change_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.from_status} -> {self.to_status}"

    @property
    def is_rule_decision(self) -> bool:
        """Whether software judged what waited; not where it appeared as it was sent."""
        is_judgement = self.actor_kind == ActorKind.RULE and self.from_status == Status.PENDING
        return is_judgement and self.created_at != self.from_waiting_since
