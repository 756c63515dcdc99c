"""Who somebody is to us: author tokens, status links, and finding or making the author of a new comment."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from comments.conf import settings
from comments.enums import AuthorKind, Badge
from comments.exceptions import InvalidInputError
from comments.models import Author, Comment, Site
from comments.names import is_lookalike, normalise_name
from comments.text import TextError

TOKEN_PREFIX = "ma_"  # noqa: S105 - a public prefix, not a secret
_author_signer = Signer(salt="marginalia.author-token", sep=".")
_status_signer = Signer(salt="marginalia.status-link", sep=".")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sends a request: an account, the holder of an author token, or neither. `network` is a keyed hash."""

    user: AbstractBaseUser | None = None
    author: Author | None = None
    network: str = ""

    @property
    def key(self) -> str:
        """The most telling thing known, for limits and for recognising a repeated post."""
        if self.user is not None:
            return f"user:{self.user.pk}"
        if self.author is not None:
            return f"author:{self.author.pk}"
        return f"network:{self.network}"


def make_author_token(author: Author) -> str:
    """The bearer token of an author: an unguessable capability, bound to its purpose, revocable by `token_version`."""
    return TOKEN_PREFIX + _author_signer.sign(f"{author.public_id}-{author.token_version}")


def read_author_token(token: str, *, site: Site | None = None) -> Author | None:
    """The author behind a token; None for a forged, revoked or foreign one. 1 query for a well-signed token."""
    if not token.startswith(TOKEN_PREFIX):
        return None
    try:
        public_id, _separator, version = _author_signer.unsign(token.removeprefix(TOKEN_PREFIX)).partition("-")
    except BadSignature:
        return None
    found = Author.objects.filter(public_id=public_id, token_version=int(version)).select_related("site")
    return (found.filter(site=site) if site else found).first()


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
    authors = [identity.author] if identity.author is not None and identity.author.site_id == site.pk else []
    if identity.user is not None:
        authors += Author.objects.filter(site=site, user_id=identity.user.pk)
    return authors


def check_author(*, site: Site, identity: Identity, name: str, email: str) -> None:
    """Refuse what `author_for_post` would refuse, before anything is counted or stored. 1 to 2 queries."""
    if identity.user is None:
        _clean_name(site, name)
        _clean_email(email)
    elif not Author.objects.filter(site=site, user_id=identity.user.pk).exists():
        _clean_name(site, _full_name(identity.user) or name)


def author_for_post(*, site: Site, identity: Identity, name: str, email: str) -> Author:
    """The author of a new comment, made or brought up to date. 2 to 3 queries; the caller holds the transaction.

    Raises InvalidInputError for an impossible name or address, or a name that could pass for the editorial team's.
    """
    if identity.user is not None:
        return _author_of_account(site, identity.user, name)
    clean_name = _clean_name(site, name)
    clean_email = _clean_email(email)
    author = identity.author if identity.author is not None and identity.author.site_id == site.pk else None
    if author is None:
        return Author.objects.create(site=site, kind=AuthorKind.GUEST, name=clean_name, email=clean_email)
    changed = []
    if author.name != clean_name:
        author.name = clean_name
        changed.append("name")
    if clean_email and author.email != clean_email:
        author.email, author.email_verified_at = clean_email, None
        changed += ["email", "email_verified_at"]
    if changed:
        author.save(update_fields=changed)
    return author


def _author_of_account(site: Site, user: AbstractBaseUser, name: str) -> Author:
    author = Author.objects.filter(site=site, user_id=user.pk).first()
    if author is not None:
        return author
    clean_name = _clean_name(site, _full_name(user) or name)
    return Author.objects.create(
        site=site, kind=AuthorKind.USER, user_id=user.pk, name=clean_name, email=getattr(user, "email", "")
    )


def _full_name(user: AbstractBaseUser) -> str:
    return str(user.get_full_name()) if hasattr(user, "get_full_name") else ""


def _clean_name(site: Site, name: str) -> str:
    try:
        clean = normalise_name(name)
    except TextError as error:
        raise InvalidInputError("name", str(error)) from error
    staff = Author.objects.filter(site=site).exclude(badge=Badge.NONE).values_list("name", flat=True)
    claims_role = any(is_lookalike(word, settings.reserved_names) for word in clean.split())
    if claims_role or is_lookalike(clean, [*settings.reserved_names, *staff]):
        raise InvalidInputError(
            "name", _("This name could be mistaken for the editorial team. Please choose another one.")
        )
    return clean


def _clean_email(email: str) -> str:
    email = email.strip()
    if not email:
        return ""
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInputError(
            "email", _("This does not look like an e-mail address. Please check it, or leave the field empty.")
        ) from error
    return email
