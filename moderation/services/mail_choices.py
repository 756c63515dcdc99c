"""Who wants no more mails: authors and notifiers of a site about their own affairs, moderators about what waits."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.core.signing import BadSignature, Signer
from django.utils import timezone

from comments.models import Site
from comments.services.subscriptions import address_digest
from moderation.enums import DigestChoice
from moderation.models import DeskPreferences, MailOptOut

_address_signer = Signer(salt="marginalia.mail_opt_out", sep=".")
_desk_signer = Signer(salt="marginalia.desk_digest", sep=".")


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address on a site, known by its keyed hash alone: whose mails a link ends."""

    site: Site
    digest: str


def make_recipient_token(site: Site, email: str) -> str:
    """The secret part of the link that ends the mails of a site to an address. Never ends."""
    return _address_signer.sign(f"{site.pk}-{address_digest(email)}")


def read_recipient_token(token: str) -> Recipient | None:
    """Whose mails a link ends; None for a forged one, or a site that is gone. 1 query for a well-signed one."""
    try:
        site_id, _separator, digest = _address_signer.unsign(token).partition("-")
    except BadSignature:
        return None
    site = Site.objects.filter(pk=site_id).first()
    return Recipient(site, digest) if site else None


def leave_mails(recipient: Recipient) -> None:
    """Send an address no more mails of a site, until `take_mails`. 2 queries."""
    MailOptOut.objects.get_or_create(
        site=recipient.site, digest=recipient.digest, defaults={"created_at": timezone.now()}
    )


def take_mails(recipient: Recipient) -> None:
    """Take back `leave_mails`. 1 query."""
    MailOptOut.objects.filter(site=recipient.site, digest=recipient.digest).delete()


def has_left_mails(recipient: Recipient) -> bool:
    """Whether an address wants no more mails of a site. 1 query."""
    return MailOptOut.objects.filter(site=recipient.site, digest=recipient.digest).exists()


def wants_mails(site: Site, email: str) -> bool:
    """Whether an address is written to about what was written or reported with it on a site. 1 query."""
    return not has_left_mails(Recipient(site, address_digest(email)))


def make_desk_token(user: AbstractBaseUser) -> str:
    """The secret part of the link that ends a moderator's mails about what waits, and can do nothing else. Never ends."""
    return _desk_signer.sign(str(user.pk))


def read_desk_token(token: str) -> int | None:
    """The primary key of the account whose mails a link ends; None for a forged one. No query."""
    try:
        return int(_desk_signer.unsign(token))
    except BadSignature:
        return None


def leave_digest(kept: DeskPreferences) -> None:
    """Write to a moderator no more about what waits. 1 query."""
    kept.digest = DigestChoice.OFF
    DeskPreferences.objects.filter(pk=kept.pk).update(digest=kept.digest)
