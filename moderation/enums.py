"""The closed vocabularies of the moderators' side."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comments.enums import FindingReach


class Action(models.TextChoices):
    """What a moderator may do with a comment."""

    APPROVE = "approve", _("Approve")
    REJECT = "reject", _("Reject")
    SPAM = "spam", _("Spam")
    RETURN = "return", _("Return for revision")
    REMOVE = "remove", _("Remove")
    RESTORE = "restore", _("Restore")


class Role(models.TextChoices):
    """What somebody is on a site's desk."""

    MODERATOR = "moderator", _("Moderator")
    SENIOR = "senior", _("Senior moderator")
    POLICY_EDITOR = "policy_editor", _("Policy editor")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor, reading only")


class Permission(models.TextChoices):
    """What a role allows on a site's desk; `permissions.PERMISSIONS` says which role allows what."""

    READ = "read", _("Read the desk")
    DECIDE = "decide", _("Judge comments")
    ANSWER_APPEALS = "answer_appeals", _("Answer appeals")
    RESTRICT = "restrict", _("Warn, mute, hold; trust")
    BAN = "ban", _("Ban")
    MANAGE_ARTICLES = "manage_articles", _("Open and close discussions, pin and feature comments")
    REARRANGE_ARTICLES = "rearrange_articles", _("Merge articles, move conversations")
    EDIT_POLICY = "edit_policy", _("Edit the policy")
    TEACH = "teach", _("Choose cases for practice")
    ADMINISTER = "administer", _("Members, tokens, settings")
    AUDIT = "audit", _("Read everybody's decisions by person")


class Scope(models.TextChoices):
    """What an API token may be used for."""

    READ = "read", _("Read the queue")
    MODERATE = "moderate", _("Decide")
    ARTICLES = "articles", _("Hand over the texts of articles")


class RestrictionKind(models.TextChoices):
    """What is laid on somebody, from mild to severe. Whoever it is laid on is always told."""

    WARNING = "warning", _("Warning: to be acknowledged before the next comment")
    HOLD = "hold", _("Everything waits: no comment appears before somebody has read it")
    MUTE = "mute", _("Mute: may read and vote, not write")
    BAN = "ban", _("Ban: may read only")


class RestrictionTarget(models.TextChoices):
    """Whom a restriction is laid on, as far as it is known who somebody is."""

    AUTHOR = "author", _("Author")
    SUBJECT = "subject", _("Account of the publisher's sign-in")
    ADDRESS = "address", _("Proved e-mail address")
    DOMAIN = "domain", _("Domain of proved e-mail addresses")
    NETWORK = "network", _("Network")


class DeferFor(models.TextChoices):
    """For how long a comment is put aside."""

    HOUR = "hour", _("1 hour")
    TOMORROW = "tomorrow", _("Until tomorrow, 8:00")
    THREE_DAYS = "days", _("3 days")
    MOMENT = "moment", _("Until a moment")


class Mine(models.TextChoices):
    """What of a queue concerns the one who looks at it."""

    DECIDED = "decided", _("Decided by me")
    TAKEN = "taken", _("Taken by me")
    ASKED = "asked", _("Asked of me")
    ASKING = "asking", _("Asked by me")
    VOTED = "voted", _("One of two: me")


class OpinionKind(models.TextChoices):
    """Why somebody judges a comment without deciding it alone."""

    SECOND = "second", _("Second opinion")
    TWO_PEOPLE = "two_people", _("One of two people")


class Ground(models.TextChoices):
    """Why a comment is restricted, in the words of a statement of reasons (DSA, Article 17(3)(d) and (e))."""

    ILLEGAL = "illegal", _("Illegal content")
    INCOMPATIBLE = "incompatible", _("Against the comment policy")


class Measure(models.TextChoices):
    """What a decision does to the visibility of a comment."""

    NONE = "none", _("Published")
    NOT_PUBLISHED = "not_published", _("Not published")
    RETURNED = "returned", _("Returned for revision")
    REMOVED = "removed", _("Removed")


class Source(models.TextChoices):
    """What made us look."""

    OWN_INITIATIVE = "own_initiative", _("Own initiative")
    REPORT = "report", _("Report by a reader")
    NOTICE = "notice", _("Notice of illegal content")


class Automation(models.TextChoices):
    """How far software decided."""

    NONE = "not_automated", _("Decided by a person")
    PARTIAL = "partially", _("Decided by a person, proposed by software")
    FULL = "fully", _("Decided by software")


class PolicyState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class ReportKind(models.TextChoices):
    """What a reader says is wrong with a comment. An unlawful one is a notice as the DSA means it, Article 16."""

    CLAUSE = "clause", _("Against a clause of the policy")
    UNLAWFUL = "unlawful", _("Unlawful")
    OTHER = "other", _("Something else")


class ReportState(models.TextChoices):
    """What became of a report. It is moot when the author took the comment back before anybody decided."""

    OPEN = "open", _("Open")
    UPHELD = "upheld", _("Upheld")
    DISMISSED = "dismissed", _("Dismissed")
    MOOT = "moot", _("The comment was withdrawn")


class AppealState(models.TextChoices):
    """What became of an author's appeal against a decision."""

    OPEN = "open", _("Open")
    UPHELD = "upheld", _("Upheld")
    REJECTED = "rejected", _("Rejected")


class Obstacle(models.TextChoices):
    """Why a decision cannot be taken back, in a sentence."""

    UNDONE = "undone", _("This decision has already been taken back.")
    EDITED = "edited", _("The author has changed the text since then; please judge the new one instead.")
    WITHDRAWN = "withdrawn", _("The author has withdrawn the comment since then, and that is theirs alone.")


class ArticleChangeKind(models.TextChoices):
    """What somebody changed about a discussion."""

    MODE = "mode", _("Mode")
    CLOSING = "closing", _("End")
    SITE_DAYS = "site_days", _("Days until discussions end")
    NOTE = "note", _("Note to readers")
    RULE = "rule", _("Rule of the desk")
    KEY = "key", _("Key")
    MERGED = "merged", _("Another article merged into this one")
    MOVED_HERE = "moved_here", _("Conversation moved here")
    MOVED_AWAY = "moved_away", _("Conversation moved away")
    PINNED = "pinned", _("Pinned")
    UNPINNED = "unpinned", _("Unpinned")
    FEATURED = "featured", _("Featured")
    UNFEATURED = "unfeatured", _("No longer featured")


class FlaggerState(models.TextChoices):
    """What becomes of a flagger on a site, from nothing up to all that can follow from what it says; each step does what the
    ones before it do. To decide is one more, by a rule (`services.deciding_rules`), for a flagger that is ON."""

    OFF = "off", pgettext_lazy("state of a check", "Off")
    SHADOW = "shadow", pgettext_lazy("state of a check", "In shadow")
    INFORM = "inform", pgettext_lazy("state of a check", "On, only informs")
    ORDER = "order", pgettext_lazy("state of a check", "On, orders")
    ON = "on", pgettext_lazy("state of a check", "On, holds back")

    @property
    def is_heard(self) -> bool:
        """Whether moderators see what it says."""
        return self not in (FlaggerState.OFF, FlaggerState.SHADOW)

    @property
    def reach(self) -> FindingReach:
        """How far what it says reaches while it is heard."""
        return {FlaggerState.INFORM: FindingReach.INFORM, FlaggerState.ORDER: FindingReach.ORDER}.get(
            self, FindingReach.HOLD
        )


class RuleStanding(models.TextChoices):
    """Where a rule stands by which a flagger may decide."""

    MEASURING = "measures", _("Measures: decides nothing yet")
    SHORT = "short", _("Not right often enough so far: decides nothing")
    DECIDING = "decides", _("Decides")
    FALLEN = "fallen", _("Fell back: decides nothing any more")


class RuleEventKind(models.TextChoices):
    """What became of such a rule."""

    OPTED_IN = "in", _("Switched on")
    OPTED_OUT = "out", _("Switched off")
    BEGAN = "began", _("Was right often enough, and began to decide")
    FELL_SHORT = "short", _("Was not proved right often enough")
    FELL_BACK = "fell", _("Was no longer right often enough, and stopped")
    NEW_VERSION = "version", _("The check has changed: measured anew")
    NEW_POLICY = "policy", _("What it rests on in the policy has changed: measured anew")


class DigestChoice(models.TextChoices):
    """How often a moderator is written to about what waits."""

    OFF = "off", _("Never")
    DAILY = "daily", _("Once a day, while something waits")
    HOURLY = "hourly", _("Once an hour, while something waits longer than promised")
