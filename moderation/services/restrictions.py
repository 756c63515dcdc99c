"""Laying restrictions on people, confirming and lifting them; what the person says to it. Rows are never deleted."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.conf import settings
from comments.exceptions import InvalidInputError
from comments.models import Author, Comment, Site
from comments.services import gate, outbox
from comments.services.gate import address_digest, address_domain
from comments.text import clean_body, is_visible, require_length
from moderation.enums import Permission, RestrictionKind, RestrictionTarget
from moderation.exceptions import NoLongerStandingError, NotAllowedError, ObjectionNotPossibleError, OwnDecisionError
from moderation.models import Clause, Restriction
from moderation.permissions import may
from moderation.services.policies import current_policy
from moderation.services.trust import take_trust_back

REASON_LIMIT = 1_000
# Networks are given to other people after a while.
LONGEST_IN_NETWORK = datetime.timedelta(days=30)
# For how long a ban for good holds before somebody else has confirmed it.
UNCONFIRMED_BAN = datetime.timedelta(days=7)
# These hit people whom nobody has looked at.
WIDE_TARGETS = (RestrictionTarget.DOMAIN, RestrictionTarget.NETWORK)


@dataclass(frozen=True, slots=True)
class RestrictionDraft:
    """What a moderator chose. `ends_at` None: for good; a warning ends when it is acknowledged. `clause` is an identifier."""

    kind: RestrictionKind
    target: RestrictionTarget
    reason: str
    ends_at: datetime.datetime | None = None
    clause: str = ""


def permission_for(kind: str, target: str) -> Permission:
    """What somebody has to be allowed in order to lay such a restriction, or to lift one."""
    is_grave = kind == RestrictionKind.BAN or target in WIDE_TARGETS
    return Permission.BAN if is_grave else Permission.RESTRICT


def possible_targets(author: Author, *, network: str) -> dict[RestrictionTarget, str]:
    """By what somebody can be restricted, and the value that is compared: only what is proved. No query."""
    found = {RestrictionTarget.AUTHOR: author.public_id}
    if author.sso_subject:
        found[RestrictionTarget.SUBJECT] = author.sso_subject
    if author.email and author.has_proved_address:
        found[RestrictionTarget.ADDRESS] = address_digest(author.email)
        found[RestrictionTarget.DOMAIN] = address_domain(author.email)
    if network:
        found[RestrictionTarget.NETWORK] = network
    return found


def restrict(
    *, author: Author, moderator: AbstractBaseUser, draft: RestrictionDraft, comment: Comment | None = None
) -> Restriction:
    """Restrict an author (with site), or everybody known by the same thing, from now on. About 9 queries.

    `comment` is the one that gave rise to it, and whose network is meant. The person is told by mail where an address is
    proved, when the undo grace is over. A ban for good holds for a week until somebody else confirms it. Raises
    NotAllowedError, InvalidInputError ("target", "reason", "clause", "ends_at", "kind").
    """
    if not may(moderator, author.site, permission_for(draft.kind, draft.target)):
        raise NotAllowedError(_("Your role on this site does not allow this restriction."))
    value = possible_targets(author, network=comment.network if comment else "").get(draft.target)
    if value is None:
        raise InvalidInputError("target", _("This is not known, or not proved, of this author."))
    reason = _clean("reason", draft.reason, needed=_("Please tell the person why, in a sentence or two."))
    clause = _find_clause(author.site, draft)
    now = timezone.now()
    ends_at = _checked_end(draft, now)
    is_for_good = draft.kind == RestrictionKind.BAN and ends_at is None
    with transaction.atomic():
        # What they are just posting is stored before, or refused after. Of two presses of one button the second one finds
        # the restriction of the first.
        gate.close(author.site)
        standing = Restriction.objects.standing(now).filter(site=author.site, kind=draft.kind)
        if standing.filter(target=draft.target, value=value).exists():
            raise InvalidInputError("kind", _("This restriction holds already. Lift it first to lay another one."))
        restriction = Restriction.objects.create(
            site=author.site,
            kind=draft.kind,
            target=draft.target,
            author=author,
            value=value,
            clause=clause,
            reason=reason,
            comment=comment,
            created_by_id=moderator.pk,
            created_at=now,
            ends_at=now + UNCONFIRMED_BAN if is_for_good else ends_at,
            proposed_for_good=is_for_good,
        )
        take_trust_back(author=author, moderator=moderator)
        _put_mail(restriction, "restriction_mail", f"restriction:{restriction.pk}", settings.undo_grace)
    return restriction


def confirm_ban(*, restriction: Restriction, moderator: AbstractBaseUser) -> Restriction:
    """Have a ban hold for good that somebody else proposed. 4 queries.

    Raises NotAllowedError, OwnDecisionError, NoLongerStandingError.
    """
    if not may(moderator, restriction.site, Permission.BAN):
        raise NotAllowedError(_("Your role on this site does not allow this restriction."))
    if restriction.created_by_id == moderator.pk:
        raise OwnDecisionError(_("The proposal is yours; somebody else has to confirm it."))
    now = timezone.now()
    with transaction.atomic():
        claimed = Restriction.objects.to_confirm(now).filter(pk=restriction.pk)
        if not claimed.update(ends_at=None, confirmed_at=now, confirmed_by_id=moderator.pk):
            raise NoLongerStandingError
        _put_mail(restriction, "restriction_mail", f"restriction_confirmed:{restriction.pk}", settings.undo_grace)
    restriction.refresh_from_db()
    return restriction


def lift(*, restriction: Restriction, moderator: AbstractBaseUser) -> Restriction:
    """End a restriction now. 4 to 5 queries. A mail that still waits is never sent, one that was sent is followed by another.

    Raises NotAllowedError, NoLongerStandingError.
    """
    if not may(moderator, restriction.site, permission_for(restriction.kind, restriction.target)):
        raise NotAllowedError(_("Your role on this site does not allow this restriction."))
    now = timezone.now()
    with transaction.atomic():
        # Of two at once one finds nothing left to lift.
        claimed = Restriction.objects.liftable(now).filter(pk=restriction.pk)
        if not claimed.update(revoked_at=now, revoked_by_id=moderator.pk):
            raise NoLongerStandingError
        were_kept_back = [outbox.cancel(f"{key}:{restriction.pk}") for key in ("restriction_confirmed", "restriction")]
        if not all(were_kept_back):
            _put_mail(restriction, "restriction_lifted", f"restriction_lifted:{restriction.pk}", datetime.timedelta())
    restriction.refresh_from_db()
    return restriction


def acknowledge(*, restriction: Restriction) -> Restriction:
    """Note that the person has read a warning; once more changes nothing. 2 queries. Raises NoLongerStandingError."""
    if restriction.kind != RestrictionKind.WARNING or restriction.revoked_at is not None:
        raise NoLongerStandingError
    Restriction.objects.filter(pk=restriction.pk, acknowledged_at__isnull=True).update(acknowledged_at=timezone.now())
    restriction.refresh_from_db()
    return restriction


def object_to(*, restriction: Restriction, text: str) -> Restriction:
    """Keep what the person says to a restriction that holds, or to a warning they have read; once. 2 queries.

    Raises ObjectionNotPossibleError, InvalidInputError ("text").
    """
    clean = _clean("text", text, needed=_("Please say why the restriction is a mistake."))
    now = timezone.now()
    found = Restriction.objects.liftable(now).filter(pk=restriction.pk, objected_at__isnull=True)
    if not found.update(objection=clean, objected_at=now):
        raise ObjectionNotPossibleError
    restriction.refresh_from_db()
    return restriction


def answer_objection(*, restriction: Restriction, moderator: AbstractBaseUser, answer: str, lifts: bool) -> Restriction:
    """Lift a restriction that somebody objects to, or leave it and tell them why. 4 to 7 queries.

    Whoever laid it does not judge the objection. Raises NotAllowedError, OwnDecisionError, NoLongerStandingError,
    InvalidInputError ("answer").
    """
    site = restriction.site
    needed = (Permission.ANSWER_APPEALS, permission_for(restriction.kind, restriction.target))
    if not all(may(moderator, site, permission) for permission in needed):
        raise NotAllowedError
    if restriction.created_by_id == moderator.pk:
        raise OwnDecisionError(_("The restriction is yours; somebody else has to judge the objection."))
    clean = _clean("answer", answer, needed="" if lifts else _("Please tell the person why the restriction stands."))
    with transaction.atomic():
        claimed = Restriction.objects.objected().filter(pk=restriction.pk)
        if not claimed.update(answer=clean, answered_at=timezone.now(), answered_by_id=moderator.pk):
            raise NoLongerStandingError
        if lifts:
            return lift(restriction=restriction, moderator=moderator)
        _put_mail(restriction, "objection_answer", f"objection_answer:{restriction.pk}", datetime.timedelta())
    restriction.refresh_from_db()
    return restriction


def forget_networks() -> int:
    """Empty the hash in restrictions of networks that ended 30 days ago: the rows stay, whom they met is forgotten. 1 query."""
    ended = Restriction.objects.filter(
        target=RestrictionTarget.NETWORK, ends_at__lt=timezone.now() - LONGEST_IN_NETWORK
    )
    return ended.exclude(value="").update(value="")


def _checked_end(draft: RestrictionDraft, now: datetime.datetime) -> datetime.datetime | None:
    if draft.kind == RestrictionKind.WARNING:
        if draft.target in WIDE_TARGETS:
            raise InvalidInputError("target", _("A warning is for one person, who has to confirm it."))
        return None
    if draft.ends_at is not None and draft.ends_at <= now:
        raise InvalidInputError("ends_at", _("Please choose an end in the future."))
    is_too_long = draft.ends_at is None or draft.ends_at > now + LONGEST_IN_NETWORK
    if draft.target == RestrictionTarget.NETWORK and is_too_long:
        raise InvalidInputError("ends_at", _("Other people share a network: at most 30 days are possible."))
    return draft.ends_at


def _find_clause(site: Site, draft: RestrictionDraft) -> Clause | None:
    if not draft.clause:
        if draft.kind == RestrictionKind.BAN:
            raise InvalidInputError("clause", _("A ban needs the clause of the policy that was broken."))
        return None
    policy = current_policy(site)
    for clause in policy.clauses.all() if policy else ():
        if clause.slug == draft.clause:
            return clause
    raise InvalidInputError("clause", _("The policy in force has no such clause."))


def _clean(field: str, text: str, *, needed: str = "") -> str:
    clean = clean_body(text)
    if not any(map(is_visible, clean)):
        if needed:
            raise InvalidInputError(field, needed)
        return ""
    require_length(field, clean, REASON_LIMIT)
    return clean


def _put_mail(restriction: Restriction, kind: str, event_key: str, delay: datetime.timedelta) -> None:
    """A mail to the person, where it is known that the address is theirs; others are told when they come."""
    author = restriction.author
    if author is not None and author.email and author.has_proved_address:
        payload = {"restriction": restriction.pk}
        outbox.put(kind=kind, event_key=event_key, payload=payload, delay=delay, address=author.email)
