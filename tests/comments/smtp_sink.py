"""A real SMTP server that treats each mail as the domain it goes to is called: fast, slow, grey, refusing, dropping."""

from __future__ import annotations

import asyncio
import collections
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

# The first label of a domain says how its server is; any other is fast.
SLOW, GREY, REFUSING, DROPPING, FULL, SUSPICIOUS = "slow", "grey", "refusing", "dropping", "full", "suspicious"
OK = "250 OK"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail as the server took it."""

    sender: str
    recipient: str
    message: EmailMessage
    # When, in seconds since the epoch.
    at: float

    @property
    def name(self) -> str:
        """Its Message-ID."""
        return str(self.message["Message-ID"])


@dataclass
class Sink:
    """What has arrived, and how often each address was tried."""

    stall_s: float
    # How long even a fast domain takes.
    pause_s: float = 0
    port: int = 0
    arrived: list[Arrived] = field(default_factory=list)
    tries: collections.Counter[str] = field(default_factory=collections.Counter)

    def names(self) -> collections.Counter[tuple[str, str]]:
        """How often each mail, by address and Message-ID, has arrived."""
        return collections.Counter((one.recipient, one.name) for one in self.arrived)

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.tries[address] += 1
        kind = _kind(address)
        if kind == SLOW:
            await asyncio.sleep(self.stall_s)
        if kind == GREY and self.tries[address] == 1:
            return "451 4.7.1 Greylisted, come again"
        if kind == REFUSING:
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        if kind == FULL:
            return "452 4.2.2 Mailbox full"
        if kind == SUSPICIOUS:
            return "554 5.7.1 Blocked, see https://list.example"
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.pause_s)
        for address in envelope.rcpt_tos:
            message = message_from_bytes(bytes(envelope.content or b""), policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.arrived.append(Arrived(str(envelope.mail_from), address, message, time.time()))
            if _kind(address) == DROPPING and self.tries[address] == 1:
                # It has the mail, and never says so.
                assert server.transport is not None
                server.transport.abort()
        return OK


@contextmanager
def run_sink(*, stall_s: float = 5, pause_s: float = 0) -> Iterator[Sink]:
    """The server until the end of the block, on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    sink = Sink(stall_s=stall_s, pause_s=pause_s, port=port)
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


def _kind(address: str) -> str:
    return address.rpartition("@")[2].partition(".")[0]
