"""Asking other servers: no proxies, cookies or redirects, and an end to time and size whatever the other side does."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPSConnection
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a connection may take, how long everything together, and how large an answer may be."""

    connect_seconds: float
    seconds: float
    most_bytes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, of whatever status; a redirect is an answer too."""

    status: int
    headers: HTTPMessage
    body: bytes


class OutgoingError(Exception):
    """There is no whole answer. Says neither address nor content."""


class SilentError(OutgoingError):
    """No connection, or no whole answer in time."""


class BrokenError(OutgoingError):
    """The line was closed before the answer was whole, or what came is no HTTP."""


class TooLargeError(OutgoingError):
    """The answer is larger than it may be."""


class RefusedAddressError(OutgoingError):
    """The address leads where nothing may be sent."""


def ask(
    method: str,
    address: str,
    *,
    headers: Mapping[str, str],
    limits: Limits,
    body: bytes | None = None,
    is_confidential: bool = False,
) -> Answer:
    """Send one request to an http(s) address and read the whole answer. Raises OutgoingError.

    What `is_confidential` goes without encryption only to this machine and its own network, and never to a link-local
    address, where cloud machines keep their credentials: told by the address that was really connected to.
    """
    parts = urlsplit(address)
    is_encrypted = parts.scheme == "https"
    deadline = time.monotonic() + limits.seconds
    make = HTTPSConnection if is_encrypted else HTTPConnection
    connection = make(parts.hostname or "", parts.port, timeout=limits.connect_seconds)
    try:
        plain = socket.create_connection(
            (connection.host, connection.port), min(limits.connect_seconds, limits.seconds)
        )
        if is_confidential and not may_be_told(plain.getpeername()[0], is_encrypted=is_encrypted):
            plain.close()
            raise RefusedAddressError
        connection.sock = _encrypted(plain, connection.host) if is_encrypted else plain
        with _ended_by(deadline, connection.sock):
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            connection.sock.settimeout(limits.seconds)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body=body, headers=dict(headers))
            with connection.getresponse() as answer:
                received = answer.read(limits.most_bytes + 1)
        is_short = bool(answer.length) and len(received) <= limits.most_bytes
        if time.monotonic() >= deadline:
            raise SilentError
        if is_short:
            raise BrokenError
    except HTTPException as error:
        # It is broken by us when its time is over.
        raise (SilentError if time.monotonic() >= deadline else BrokenError) from error
    except (OSError, UnicodeError) as error:
        raise SilentError from error
    finally:
        connection.close()
    if len(received) > limits.most_bytes:
        raise TooLargeError
    return Answer(answer.status, answer.headers, received)


def may_be_told(connected_to: str, *, is_encrypted: bool) -> bool:
    """Whether something confidential may go to an IP address."""
    address = ipaddress.ip_address(connected_to)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return is_encrypted or address.is_loopback or address.is_private


def _encrypted(plain: socket.socket, host: str) -> ssl.SSLSocket:
    """The handshake is left for later, when the line can be cut in the middle of it."""
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)


@contextlib.contextmanager
def _ended_by(deadline: float, connected: socket.socket) -> Iterator[None]:
    """Cut the line at a moment: a timeout counts from byte to byte, and some servers send one every second."""

    def cut() -> None:
        with contextlib.suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)

    limit = threading.Timer(max(0.0, deadline - time.monotonic()), cut)
    limit.daemon = True
    limit.start()
    try:
        yield
    finally:
        limit.cancel()
