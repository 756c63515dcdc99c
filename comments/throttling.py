"""Limits on how fast somebody may act, counted in the cache.

Fixed windows: `add` then `incr`, both atomic on Redis and on Django's local-memory cache, so that parallel requests cannot
pass a limit. (Django's database and file caches count wrongly under concurrency; a system check refuses them.)
"""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import logging

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from comments.conf import Limit, settings
from comments.exceptions import TooManyRequestsError

logger = logging.getLogger(__name__)

_DIGEST_LENGTH = 32
_PRIVATE_MARK = "~"


def count_or_refuse(scope: str, identity: str, limits: tuple[Limit, ...]) -> None:
    """Count one event of `scope` by `identity`; raises TooManyRequestsError when a limit is passed. 2 cache calls a limit.

    Without a cache nothing is refused: a comment is worth more than a limit.
    """
    now = timezone.now()
    for limit in limits:
        seconds = int(limit.window.total_seconds())
        window, elapsed = divmod(int(now.timestamp()), seconds)
        digest = hashlib.sha256(f"{scope}:{identity}:{seconds}:{window}".encode()).hexdigest()
        if _count(f"marginalia:limit:{digest}", seconds) > limit.count:
            raise TooManyRequestsError(datetime.timedelta(seconds=seconds - elapsed))


def _count(key: str, seconds: int) -> int:
    try:
        cache.add(key, 0, timeout=seconds + 1)
        return cache.incr(key)
    except ValueError:
        # The counter was evicted between the two calls: it starts again.
        return 1
    except Exception:
        # Whatever a cache client raises when its server is away.
        logger.exception("The cache does not answer; limits are not enforced.")
        return 0


def client_network(request: HttpRequest) -> str:
    """A keyed hash of the network a request came from: an IPv4 address, or the /64 of an IPv6 one.

    With n trusted proxies it is the n-th address from the right of X-Forwarded-For, each proxy having appended the peer
    it saw; without, the peer itself. No other header is ever looked at. Not reversible without the secret key; 32
    characters, of which the first tells whether `is_private_network`.
    """
    address = client_address(request)
    if isinstance(address, ipaddress.IPv6Address):
        network = str(ipaddress.ip_network((address, 64), strict=False))
    else:
        network = str(address)
    digest = salted_hmac("marginalia.network", network, algorithm="sha256").hexdigest()
    mark = "" if address and address.is_global else _PRIVATE_MARK
    return (mark + digest)[:_DIGEST_LENGTH]


def is_private_network(network: str) -> bool:
    """Whether the hash of a network is that of an address which is none of the internet: of this machine, a private network,
    or none at all. It may be that of a proxy which TRUSTED_PROXY_COUNT does not count, and through which everybody comes.
    """
    return network.startswith(_PRIVATE_MARK)


def client_address(request: HttpRequest) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The client's address by the rule above; None when the peer is a Unix socket or the header is broken."""
    candidate = request.META.get("REMOTE_ADDR", "")
    if count := settings.trusted_proxy_count:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= count:
            candidate = hops[-count]
    try:
        address = ipaddress.ip_address(candidate)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
