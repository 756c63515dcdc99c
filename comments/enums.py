"""The closed vocabularies of the reader's side."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where a comment stands. The legal moves between these are `lifecycle.TRANSITIONS`."""

    AWAITING_EMAIL = "awaiting_email", _("Waiting for the e-mail address to be confirmed")
    PENDING = "pending", _("Waiting for approval")
    APPROVED = "approved", _("Published")
    REJECTED = "rejected", _("Not published")
    SPAM = "spam", _("Spam")
    RETURNED = "returned", _("Returned for revision")
    REMOVED = "removed", _("Removed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ArticleMode(models.TextChoices):
    """How the discussion of an article is run."""

    PRE_MODERATED = "pre", _("Checked before publication")
    POST_MODERATED = "post", _("Published at once, checked afterwards")
    READ_ONLY = "read_only", _("Paused: can be read, nothing can be written")
    CLOSED = "closed", _("Ended: can be read, no new comments")
    HIDDEN = "hidden", _("Hidden: nobody sees the discussion")


class AuthorKind(models.TextChoices):
    """How a commenter is known to us."""

    GUEST = "guest", _("Guest")
    USER = "user", _("Account")
    SSO = "sso", _("Publisher's sign-in")


class Badge(models.TextChoices):
    """What readers are told about a commenter beside the name."""

    NONE = "", _("None")
    EDITORIAL = "editorial", _("Editorial team")
    ARTICLE_AUTHOR = "author", _("Author of the article")


class ActorKind(models.TextChoices):
    """Who moved a comment from one status to another."""

    AUTHOR = "author", _("Author")
    MODERATOR = "moderator", _("Moderator")
    RULE = "rule", _("Rule")
    SYSTEM = "system", _("System")


class Sort(models.TextChoices):
    """The orders a reader may choose."""

    NEWEST = "newest", _("Newest first")
    OLDEST = "oldest", _("Oldest first")
    BEST = "best", _("Worth reading first")


class CheckOutcome(models.TextChoices):
    """What came of one flagger looking at one revision."""

    CLEAR = "clear", _("Nothing found")
    FLAGGED = "flagged", _("Found something")
    NOT_RUN = "not_run", _("Not run")
    FAILED = "failed", _("Failed")


class FindingReach(models.TextChoices):
    """How far what was found reaches; each step does what the ones before it do."""

    INFORM = "inform", _("Is shown")
    ORDER = "order", _("Orders the queue")
    HOLD = "hold", _("Holds back")


class Scope(models.TextChoices):
    """What somebody follows."""

    ARTICLE = "article", _("Discussion of an article")
    REPLIES = "replies", _("Replies to one's own comments")
    SITE = "site", _("All discussions of a site")


class Frequency(models.TextChoices):
    """How often somebody is written to."""

    INSTANT = "instant", _("Within minutes")
    DAILY = "daily", _("Once a day")


class Proof(models.TextChoices):
    """By what it is known that whoever reads a mailbox wants to be written to."""

    LINK = "link", _("Link in a mail")
    ACCOUNT = "account", _("Account")
    SSO = "sso", _("Publisher's sign-in")


class SuppressionReason(models.TextChoices):
    """Why an address is not written to any more."""

    BOUNCE = "bounce", _("The mailbox does not exist or takes no mail")
    COMPLAINT = "complaint", _("Marked as spam by its reader")
    REFUSED = "refused", _("Asked never to be written to again")


class Trouble(models.TextChoices):
    """Why an effect outside was not had, in words for administrators."""

    UNREACHABLE = "unreachable", _("Our mail server does not answer, or does not let us in.")
    SLOW = "slow", _("The connection broke off, or it took too long.")
    BUSY = "busy", _("Its mail server asked us to come again later.")
    POLICY = "policy", _("Its mail server refuses mail from us. Its name, its address or its texts may be on a list.")
    REJECTED = "rejected", _("Its mail server refused what the mail says.")
    UNKNOWN = "unknown", _("The mailbox does not exist or takes no mail. Its address is not written to any more.")
    STUCK = "stuck", _("The program that had it in hand ended every time.")
    OTHER = "other", _("Something went wrong in the program.")
