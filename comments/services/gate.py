"""Asking whether somebody may do what they want to do, and saying who they are without saying more than is proved."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from comments.exceptions import RestrictedError
from comments.gate import Gate, GateAct, GateInput, get_gatekeeper
from comments.models import Author, Site
from comments.services.identity import Identity, authors_of

logger = logging.getLogger(__name__)

# Where dots in the local part make no difference; elsewhere they may tell two people apart.
DOTLESS_DOMAINS = frozenset({"gmail.com", "googlemail.com"})


def require_passage(
    *, site: Site, identity: Identity, act: GateAct, authors: Iterable[Author] | None = None, is_last: bool = False
) -> Gate:
    """What the gatekeeper says of somebody who may pass; 1 query for their authors unless given, and those of the gatekeeper.

    Raises RestrictedError. A gatekeeper that fails refuses nobody, and has what they write wait for a person. `is_last`: in
    the transaction that stores it, which a failing query must not end, and before whose end nobody is restricted (`close`).
    """
    if is_last:
        _keep_open(site)
    known = authors_of(identity, site=site) if authors is None else list(authors)
    gate = _ask(describe(site=site, identity=identity, act=act, authors=known), is_last=is_last)
    if gate.refusal:
        raise RestrictedError(gate.refusal, until=gate.until, page=gate.page, reference=gate.reference, kind=gate.kind)
    return gate


def close(site: Site) -> None:
    """Let nobody pass on a site until the caller's transaction is over; it begins when everybody has passed who was let to.

    Whoever restricts somebody calls this first. What is written is then either stored before, or asks after. 1 query.
    """
    Site.objects.select_for_update().get(pk=site.pk)


def describe(*, site: Site, identity: Identity, act: GateAct, authors: Iterable[Author]) -> GateInput:
    """Who somebody is, for the gatekeeper: by their authors on the site, their account and their network. No query."""
    known = list(authors)
    proved = [author.email for author in known if author.has_proved_address]
    user = identity.user if identity.site_id in (None, site.pk) else None
    if user is not None:
        # An account has confirmed its address before it could sign in.
        proved.append(str(getattr(user, "email", "")))
    addresses = [address for address in proved if address]
    return GateInput(
        site=site,
        act=act,
        authors=_each(author.public_id for author in known),
        user_id=user.pk if user is not None else None,
        subjects=_each(author.sso_subject for author in known if author.sso_subject),
        addresses=_each(map(address_digest, addresses)),
        domains=_each(map(address_domain, addresses)),
        network=identity.network,
    )


def address_digest(address: str) -> str:
    """A keyed hash of the mailbox behind an address, in which case and +tags make no difference."""
    local, _at, domain = address.strip().casefold().rpartition("@")
    local = local.partition("+")[0]
    if domain in DOTLESS_DOMAINS:
        local = local.replace(".", "")
    return salted_hmac("marginalia.restricted-address", f"{local}@{domain}", algorithm="sha256").hexdigest()


def address_domain(address: str) -> str:
    """The domain of an address, in small letters."""
    return address.strip().casefold().rpartition("@")[2]


def _keep_open(site: Site) -> None:
    """Wait for who has closed the gate of a site, and have others wait who want to. 1 query on PostgreSQL.

    The lock is the one that the foreign keys take anyway at the end of the transaction: writers do not wait for each other.
    SQLite needs none, as of two transactions that write, the second one begins when the first one is over.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM marginalia_site WHERE id = %s FOR KEY SHARE", [site.pk])


def _each(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _ask(gate_input: GateInput, *, is_last: bool) -> Gate:
    try:
        if is_last:
            with transaction.atomic():
                return get_gatekeeper()(gate_input)
        return get_gatekeeper()(gate_input)
    except Exception:
        # A gatekeeper is other people's code. Whatever it does, nothing is lost and a person looks at it.
        logger.exception("The gatekeeper failed; what is written waits for a moderator.")
        return Gate(holds=True)
