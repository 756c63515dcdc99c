"""Who somebody is to us: author tokens, status links, and finding or making the author of a new comment."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer, TimestampSigner
from django.core.validators import MaxLengthValidator, validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.conf import settings
from comments.enums import AuthorKind, Badge
from comments.exceptions import InvalidInputError
from comments.models import Author, Comment, Site
from comments.names import is_lookalike, normalise_name
from comments.text import TextError

TOKEN_PREFIX = "ma_"  # noqa: S105 - a public prefix, not a secret
SIGN_IN_PREFIX = "ms_"
SIGN_IN_LIFETIME = datetime.timedelta(hours=12)
_author_signer = Signer(salt="marginalia.author-token", sep=".")
_at_most_an_address = MaxLengthValidator(254)
_sign_in_signer = TimestampSigner(salt="marginalia.sign-in-token", sep=".")
_status_signer = Signer(salt="marginalia.status-link", sep=".")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sends a request: an account, the holder of an author token, or neither. `network` is a keyed hash."""

    user: AbstractBaseUser | None = None
    author: Author | None = None
    network: str = ""
    # The only site on which the account may be acted for; None: on every one.
    site_id: int | None = None
    # Said by a cookie of ours, which browsers send unasked: on another site it counts for nothing, where a token is refused.
    is_by_cookie: bool = False
    # Whom the cookies of a browser name, one for each site, as long as nobody has said which site this is about.
    guests: tuple[Author, ...] = ()

    @property
    def authors(self) -> tuple[Author, ...]:
        """The authors whose tokens or cookies were sent."""
        return self.guests if self.author is None else (self.author, *self.guests)

    def on(self, site: Site) -> Identity:
        """The same sender on one site: of several guests the one who is known there. No query."""
        known = next((author for author in self.authors if author.site_id == site.pk), None)
        return replace(self, author=known, guests=()) if self.is_by_cookie else self

    @property
    def key(self) -> str:
        """The most telling thing known, for limits and for recognising a repeated post."""
        if self.user is not None:
            return f"user:{self.user.pk}"
        if self.author is not None:
            return f"author:{self.author.pk}"
        return f"network:{self.network}"


def make_author_token(author: Author) -> str:
    """The bearer token of a guest: an unguessable capability, bound to its purpose, revocable by `token_version`."""
    return TOKEN_PREFIX + _author_signer.sign(f"{author.public_id}-{author.token_version}")


def read_author_token(token: str, *, site: Site | None = None) -> Author | None:
    """The guest behind a token; None for a forged, revoked or foreign one. 1 query for a well-signed token.

    It never ends by itself, so it is good for guests alone: others prove who they are again and again.
    """
    found = read_author_tokens([token])
    return next((author for author in found if site is None or author.site_id == site.pk), None)


def read_author_tokens(tokens: Iterable[str]) -> list[Author]:
    """The guests behind tokens, those that are good, with their sites. 1 query, none without a well-signed token."""
    versions = {value for token in tokens if token.startswith(TOKEN_PREFIX) and (value := _unsigned(token))}
    if not versions:
        return []
    named = Author.objects.filter(kind=AuthorKind.GUEST, public_id__in=[public_id for public_id, _version in versions])
    found = named.select_related("site").order_by("pk")
    return [author for author in found if (author.public_id, author.token_version) in versions]


def make_sign_in_token(author: Author) -> str:
    """The bearer token of a reader whom the publisher signed in: good for 12 hours, revocable by `token_version`."""
    return SIGN_IN_PREFIX + _sign_in_signer.sign(f"{author.public_id}-{author.token_version}")


def read_sign_in_token(token: str) -> Author | None:
    """The reader behind a token of the publisher's sign-in; None for a forged, revoked or expired one. 1 query."""
    if not token.startswith(SIGN_IN_PREFIX):
        return None
    try:
        value = _sign_in_signer.unsign(token.removeprefix(SIGN_IN_PREFIX), max_age=SIGN_IN_LIFETIME)
    except BadSignature:
        return None
    public_id, version = _identifier_and_version(value)
    named = Author.objects.filter(kind=AuthorKind.SSO, public_id=public_id, token_version=version)
    return named.select_related("site").first()


def make_status_token(comment: Comment) -> str:
    """The secret part of a comment's status link; good for this comment alone, on any device."""
    return _status_signer.sign(comment.public_id)


def read_status_token(token: str) -> str | None:
    """The public identifier of the comment a status link is for; None for a forged link. No query."""
    try:
        return _status_signer.unsign(token)
    except BadSignature:
        return None


def authors_of(identity: Identity, *, site: Site) -> list[Author]:
    """The authors on this site that a request may act as: of its account, of its token. 1 query at most."""
    authors = [author for author in identity.authors if author.site_id == site.pk]
    if identity.user is not None and identity.site_id in (None, site.pk):
        authors += Author.objects.filter(site=site, user_id=identity.user.pk)
    return authors


def check_author(*, site: Site, identity: Identity, name: str, email: str) -> None:
    """Refuse what `author_for_post` would refuse, before anything is counted or stored. 1 to 2 queries."""
    if _named_by_publisher(site, identity) is not None:
        return
    if identity.user is None:
        _clean_name(site, name)
        clean_email(email)
    elif not Author.objects.filter(site=site, user_id=identity.user.pk).exclude(name="").exists():
        _clean_name(site, full_name(identity.user) or name)


def author_for_post(*, site: Site, identity: Identity, name: str, email: str) -> Author:
    """The author of a new comment, made or brought up to date. 2 to 3 queries; the caller holds the transaction.

    Raises InvalidInputError for an impossible name or address, or a name that could pass for the editorial team's.
    """
    if identity.user is not None:
        return _author_of_account(site, identity.user, name)
    if named := _named_by_publisher(site, identity):
        return named
    clean_name = _clean_name(site, name)
    address = clean_email(email)
    author = identity.author if identity.author is not None and identity.author.site_id == site.pk else None
    if author is None:
        return Author.objects.create(site=site, kind=AuthorKind.GUEST, name=clean_name, email=address)
    changed = []
    if author.name != clean_name:
        author.name = clean_name
        changed.append("name")
    if address and author.email != address and author.kind == AuthorKind.GUEST:
        author.email, author.email_verified_at = address, None
        changed += ["email", "email_verified_at"]
    if changed:
        author.save(update_fields=changed)
    return author


def author_of_subject(
    *, site: Site, subject: str, name: str = "", email: str = "", is_email_verified: bool = False
) -> Author:
    """The reader whom the publisher's sign-in calls `subject`, made or brought up to date. 2 to 4 queries.

    Name and address stay as they are where the publisher says none. Raises InvalidInputError as `author_for_post` does;
    only who has the badge of the editorial team may be called so.
    """
    author, _created = Author.objects.get_or_create(site=site, sso_subject=subject, defaults={"kind": AuthorKind.SSO})
    if name:
        author.name = _tidy_name(name) if author.badge == Badge.EDITORIAL else _clean_name(site, name)
    if email:
        address = clean_email(email)
        proved_at = author.email_verified_at if author.email == address else None
        author.email = address
        author.email_verified_at = (proved_at or timezone.now()) if is_email_verified else None
    author.save(update_fields=["name", "email", "email_verified_at"])
    return author


def _unsigned(token: str) -> tuple[str, int] | None:
    """Identifier and version of the author whom a guest's token names; None for a forged one."""
    try:
        signed = _author_signer.unsign(token.removeprefix(TOKEN_PREFIX))
    except BadSignature:
        return None
    return _identifier_and_version(signed)


def _identifier_and_version(signed: str) -> tuple[str, int]:
    public_id, _separator, version = signed.partition("-")
    return public_id, int(version)


def _named_by_publisher(site: Site, identity: Identity) -> Author | None:
    """The reader whom the publisher signed in and named: what they type about themselves counts for nothing."""
    author = identity.author
    if identity.user is not None or author is None or author.site_id != site.pk:
        return None
    return author if author.kind == AuthorKind.SSO and author.name else None


def _author_of_account(site: Site, user: AbstractBaseUser, name: str) -> Author:
    author = Author.objects.filter(site=site, user_id=user.pk).first()
    if author is not None and author.name:
        return author
    clean_name = _clean_name(site, full_name(user) or name)
    if author is not None:
        # Has only voted or muted somebody so far.
        author.name = clean_name
        author.save(update_fields=["name"])
        return author
    return Author.objects.create(
        site=site, kind=AuthorKind.USER, user_id=user.pk, name=clean_name, email=getattr(user, "email", "")
    )


def full_name(user: AbstractBaseUser) -> str:
    """The name that an account gave itself; "" without one."""
    return str(user.get_full_name()) if hasattr(user, "get_full_name") else ""


def _tidy_name(name: str) -> str:
    try:
        return normalise_name(name)
    except TextError as error:
        raise InvalidInputError("name", str(error)) from error


def _clean_name(site: Site, name: str) -> str:
    clean = _tidy_name(name)
    staff = Author.objects.filter(site=site).exclude(badge=Badge.NONE).exclude(name="").values_list("name", flat=True)
    claims_role = any(is_lookalike(word, settings.reserved_names) for word in clean.split())
    if claims_role or is_lookalike(clean, [*settings.reserved_names, *staff]):
        raise InvalidInputError(
            "name", _("This name could be mistaken for the editorial team. Please choose another one.")
        )
    return clean


def clean_email(email: str) -> str:
    """An address without the blanks around it, "" for none. Raises InvalidInputError("email"). No query."""
    email = email.strip()
    if not email:
        return ""
    try:
        _at_most_an_address(email)
        validate_email(email)
    except ValidationError as error:
        raise InvalidInputError(
            "email", _("This does not look like an e-mail address. Please check it, or leave the field empty.")
        ) from error
    return email
