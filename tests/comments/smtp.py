"""Mail servers to send to: one that takes what comes, and one whose encryption is broken."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one connection handed over: from where, to whom, and what."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes


@dataclass
class Mailbox:
    """Takes every mail, as a handler of aiosmtpd."""

    deliveries: list[Delivery] = field(default_factory=list)

    def of(self, address: str) -> list[EmailMessage]:
        """What came for this address alone."""
        return [one.message for one in self.deliveries if one.recipients == (address,)]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        raw = envelope.original_content or b""
        message = message_from_bytes(raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.deliveries.append(Delivery(envelope.mail_from or "", tuple(envelope.rcpt_tos), message, raw))
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[tuple[int, Mailbox]]:
    """The port of a server that takes every mail, and its mailbox."""
    mailbox = Mailbox()
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname=HOST, port=port)
    controller.start()
    try:
        yield port, mailbox
    finally:
        controller.stop()


@contextmanager
def server_with_broken_encryption() -> Iterator[tuple[int, bytearray]]:
    """The port of a server that promises STARTTLS and then talks nonsense, and all that it was told."""
    told = bytearray()
    listening = socket.create_server((HOST, 0))

    def serve() -> None:
        while True:
            try:
                connection, _address = listening.accept()
            except OSError:
                return
            with connection:
                _talk(connection, told)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1], told
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(timeout=5)


def _talk(connection: socket.socket, told: bytearray) -> None:
    connection.settimeout(2)
    connection.sendall(b"220 ready\r\n")
    try:
        while said := connection.recv(65_536):
            told += said
            if said[:4].upper() == b"EHLO":
                connection.sendall(b"250-server\r\n250 STARTTLS\r\n")
            elif said[:8].upper() == b"STARTTLS":
                connection.sendall(b"220 go ahead\r\n" + b"this is no handshake\r\n")
            else:
                # Whoever goes on in clear is let.
                connection.sendall(b"354 go on\r\n" if said[:4].upper() == b"DATA" else b"250 OK\r\n")
    except OSError:
        return
