"""The author behind somebody who votes or mutes: found, or made without a name on the first such act."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from comments.conf import settings
from comments.enums import AuthorKind
from comments.exceptions import TooManyRequestsError
from comments.models import Author, Site
from comments.services.identity import Identity, authors_of
from comments.throttling import count_or_refuse


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts on a site: the identity, and the authors there that it may act as."""

    site: Site
    identity: Identity
    authors: tuple[Author, ...]

    def is_author(self, author_id: int) -> bool:
        """Whether this author is one of the caller's own."""
        return author_id in {author.pk for author in self.authors}


def find_caller(*, site: Site, identity: Identity) -> Caller:
    """Who acts on a site, with the authors they have there so far. 1 query at most."""
    return Caller(site, identity, tuple(authors_of(identity, site=site)))


def count_act(caller: Caller) -> None:
    """Count one vote, mute or taking back. No query. Raises TooManyRequestsError."""
    limits, network = settings.vote_limits, caller.identity.network
    try:
        if caller.identity.user is not None or caller.identity.author is not None:
            count_or_refuse("vote", caller.identity.key, limits["author"])
        if network:
            count_or_refuse("vote", f"network:{network}", limits["network"])
    except TooManyRequestsError as error:
        raise TooManyRequestsError(
            error.retry_after, _("That was a little fast. Please try again in a moment.")
        ) from error


def reader_of(caller: Caller) -> Author:
    """The one author that a vote or a mute of the caller belongs to, made if there is none. 2 queries at most.

    An account's author comes before a guest's, whom the same browser may have been earlier. A new one has no name until
    it writes. Raises TooManyRequestsError where one network makes too many new guests: each would be a vote more.
    """
    user = caller.identity.user
    if user is not None:
        known = [author for author in caller.authors if author.user_id == user.pk]
        # Two first votes at the same moment make one author: get_or_create looks again after the conflict.
        return known[0] if known else _author_of_account(caller.site, user.pk, str(getattr(user, "email", "")))
    if caller.authors:
        return caller.authors[0]
    if network := caller.identity.network:
        _count_new_reader(network)
    return Author.objects.create(site=caller.site, kind=AuthorKind.GUEST)


def _author_of_account(site: Site, user_id: int, email: str) -> Author:
    defaults = {"kind": AuthorKind.USER, "email": email}
    return Author.objects.get_or_create(site=site, user_id=user_id, defaults=defaults)[0]


def _count_new_reader(network: str) -> None:
    try:
        count_or_refuse("reader", f"network:{network}", settings.vote_limits["new_readers"])
    except TooManyRequestsError as error:
        message = _("Many readers have voted from your network today. Please sign in to do this as well.")
        raise TooManyRequestsError(error.retry_after, message) from error
