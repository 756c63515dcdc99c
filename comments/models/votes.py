from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from comments.models.authors import Author
from comments.models.comments import Comment


class Vote(models.Model):
    """A reader found a comment worth reading."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="votes", verbose_name=_("comment"))
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="votes", verbose_name=_("reader"))
    created_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints = (
            # A reader has one vote for a comment. Also the index behind the votes of a comment.
            models.UniqueConstraint(fields=("comment", "author"), name="vote_unique"),
        )

    def __str__(self) -> str:
        return f"{self.author_id} -> {self.comment_id}"


class Mute(models.Model):
    """A reader does not want to read an author any more. Nobody else is told, and nobody else is concerned."""

    reader = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="mutes", verbose_name=_("reader"))
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="muted_by", verbose_name=_("author"))
    created_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("muted author")
        verbose_name_plural = _("muted authors")
        constraints = (
            # An author is muted once by a reader. Also the index behind a reader's list.
            models.UniqueConstraint(fields=("reader", "author"), name="mute_unique"),
        )

    def __str__(self) -> str:
        return f"{self.reader_id} -> {self.author_id}"
