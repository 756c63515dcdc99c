"""Trust in authors: by the rule of their site, or by hand; taken back by itself or by somebody. Rows are never deleted."""

from __future__ import annotations

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.enums import AuthorKind, Status
from comments.exceptions import InvalidInputError
from comments.models import Author, StatusChange
from moderation.enums import Permission
from moderation.exceptions import NoLongerStandingError, NotAllowedError
from moderation.models import DeskSettings, Restriction, Trust
from moderation.permissions import may
from moderation.queue.people import authors_to_distrust, authors_to_trust, judged_since

# How many authors a round of the task looks at for one site.
MOST_AT_ONCE = 500
# What an author has to be for trust to mean one person: an account, somebody the publisher knows, or an address that is theirs.
PROVED = Q(kind__in=(AuthorKind.USER, AuthorKind.SSO)) | Q(email_verified_at__isnull=False)


def is_proved(author: Author) -> bool:
    """Whether it is known who the author is. No query."""
    return author.kind in (AuthorKind.USER, AuthorKind.SSO) or author.email_verified_at is not None


def grant_trust(*, author: Author, moderator: AbstractBaseUser) -> Trust:
    """Trust an author (with site) from now on. 3 queries. Raises NotAllowedError, InvalidInputError ("author")."""
    if not may(moderator, author.site, Permission.RESTRICT):
        raise NotAllowedError
    if not is_proved(author):
        raise InvalidInputError(
            "author", _("Nobody can trust a name that anybody may use; this author has proved nothing.")
        )
    try:
        with transaction.atomic():
            return Trust.objects.create(author=author, granted_by_id=moderator.pk, granted_at=timezone.now())
    except IntegrityError:
        # Trusted already, or twice at once.
        return Trust.objects.standing().get(author=author)


def revoke_trust(*, author: Author, moderator: AbstractBaseUser) -> None:
    """Take trust back. 2 queries. The rule of the site then counts from here. Raises NotAllowedError, NoLongerStandingError."""
    if not may(moderator, author.site, Permission.RESTRICT):
        raise NotAllowedError
    if not take_trust_back(author=author, moderator=moderator):
        raise NoLongerStandingError


def take_trust_back(*, author: Author, moderator: AbstractBaseUser | None) -> bool:
    """End the trust in an author, if there is any; without a moderator that which the rule gave. 1 query."""
    standing = Trust.objects.standing().filter(author=author)
    if moderator is None:
        return bool(standing.by_rule().update(revoked_at=timezone.now()))
    return bool(standing.update(revoked_at=timezone.now(), revoked_by_id=moderator.pk))


def trust_rule_of(site_id: int) -> DeskSettings | None:
    """The settings of a site whose authors are trusted by a rule; None on every other. 1 query."""
    return DeskSettings.objects.filter(site=site_id, trust_after__gt=0).first()


def review_trust(change: StatusChange, rule: DeskSettings | None) -> None:
    """Give or take back trust by the rule of the site after a moderator's step of a comment. Where it takes back another
    step, the trust that this one had cost stands again, and that which it had earned falls. No query without a rule, else
    2 to 8.

    The caller holds the transaction of the step.
    """
    if rule is not None:
        _review(rule, change.comment.author_id, change)


def review_trust_by_rules() -> int:
    """Bring all trust by rules up to date; how many gained or lost it. 3 queries a site, and 3 to 5 for who might change."""
    switched_off = Trust.objects.standing().by_rule().exclude(author__site__desk_settings__trust_after__gt=0)
    changed = switched_off.update(revoked_at=timezone.now())
    for rule in DeskSettings.objects.filter(trust_after__gt=0):
        since = _since(rule, timezone.now())
        promising = authors_to_trust(rule.site_id, since=since, published=rule.trust_after, limit=MOST_AT_ONCE)
        refused = authors_to_distrust(rule.site_id, since=since, limit=MOST_AT_ONCE)
        for author_id in [*promising, *refused]:
            with transaction.atomic():
                changed += _review(rule, author_id)
    return changed


def save_rule(*, settings: DeskSettings, administrator: AbstractBaseUser) -> DeskSettings:
    """Store by which rule authors of a site are trusted; the task then brings their trust up to date. 2 queries.

    Raises NotAllowedError.
    """
    if not may(administrator, settings.site, Permission.ADMINISTER):
        raise NotAllowedError
    fields = {name: getattr(settings, name) for name in ("trust_after", "trust_days", "publishes_trusted")}
    return DeskSettings.objects.update_or_create(site=settings.site, defaults=fields)[0]


def _review(rule: DeskSettings, author_id: int, change: StatusChange | None = None) -> bool:
    """Whether an author gained or lost trust, with this step of a comment where there was one. Comments from before
    somebody took it back count for nothing."""
    of_author = Trust.objects.filter(author=author_id)
    taken_back = of_author.filter(revoked_by__isnull=False).aggregate(at=Max("revoked_at"))["at"]
    now = timezone.now()
    published, refused = judged_since(author_id, since=_since(rule, now, taken_back))
    if refused:
        return bool(of_author.standing().by_rule().update(revoked_at=now, lost_with=change))
    if change is not None and change.undoes_id is not None and _undo(rule, change, taken_back):
        return True
    if published < rule.trust_after or not _may_be_trusted(author_id):
        return False
    _trust, is_new = Trust.objects.get_or_create(author_id=author_id, revoked_at=None, defaults={"granted_at": now})
    return is_new


def _undo(rule: DeskSettings, change: StatusChange, taken_back: datetime.datetime | None) -> bool:
    """Whether with this undo trust stands again that the undone step had cost, or falls that stood on what it published."""
    of_author = Trust.objects.filter(author=change.comment.author_id).by_rule()
    standing = of_author.standing().first()
    if standing is not None:
        # What the author wrote since counts too: the trust may stand on that.
        start = _since(rule, standing.granted_at, taken_back)
        published, _refused = judged_since(standing.author_id, since=start)
        is_unfounded = change.from_status == Status.APPROVED and published < rule.trust_after
        return is_unfounded and bool(of_author.standing().update(revoked_at=timezone.now()))
    lost = of_author.filter(lost_with=change.undoes_id)
    if taken_back is not None:
        lost = lost.filter(revoked_at__gt=taken_back)
    is_trusted = Trust.objects.standing().filter(author=change.comment.author_id).exists()
    if is_trusted or not lost.exists() or not _may_be_trusted(change.comment.author_id):
        return False
    return bool(lost.update(revoked_at=None, lost_with=None))


def _may_be_trusted(author_id: int) -> bool:
    """Whether it is known who they are, and nothing restricts them. 2 queries."""
    is_restricted = Restriction.objects.standing(timezone.now()).filter(author=author_id).exists()
    return not is_restricted and Author.objects.filter(PROVED, pk=author_id).exists()


def _since(
    rule: DeskSettings, moment: datetime.datetime, taken_back: datetime.datetime | None = None
) -> datetime.datetime:
    """From when on comments count for trust that is given at a moment."""
    start = moment - datetime.timedelta(days=rule.trust_days)
    return max(start, taken_back) if taken_back else start
