"""Where something confidential may be sent to. How long and how large an answer may be: tests/moderation/test_outside_judge.py."""

from __future__ import annotations

import socket

import pytest

from comments.outgoing import BrokenError, Limits, OutgoingError, RefusedAddressError, SilentError, ask, may_be_told
from tests.moderation.outside_service import Reply, running

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("address", "plain", "encrypted"),
    [
        ("127.0.0.1", True, True),
        ("::1", True, True),
        ("10.1.2.3", True, True),
        ("192.168.7.7", True, True),
        ("::ffff:10.1.2.3", True, True),
        ("fd12::1", True, True),
        ("93.184.215.14", False, True),
        ("::ffff:93.184.215.14", False, True),
        ("2606:2800:21f::1", False, True),
        ("169.254.169.254", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("fe80::1%eth0", False, False),
        ("0.0.0.0", False, False),  # noqa: S104 - nobody listens there
        ("224.0.0.1", False, False),
    ],
)
def test_confidential_goes_unencrypted_to_the_own_network_alone_and_never_to_link_local(
    address: str, *, plain: bool, encrypted: bool
) -> None:
    assert (may_be_told(address, is_encrypted=False), may_be_told(address, is_encrypted=True)) == (plain, encrypted)


def test_ask_confidentially_looks_at_the_address_that_was_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name leads elsewhere than its own network: as DNS does that is changed in between."""
    real = socket.create_connection

    class Elsewhere(socket.socket):
        def getpeername(self) -> tuple[str, int]:
            return ("169.254.169.254", 80)

    def connect(*arguments: object) -> socket.socket:
        found = real(*arguments)  # type: ignore[arg-type]
        return Elsewhere(found.family, found.type, found.proto, fileno=found.detach())

    monkeypatch.setattr(socket, "create_connection", connect)
    with running() as service:
        limits = Limits(connect_seconds=1, seconds=1, most_bytes=100)
        assert ask("POST", service.url, headers={}, limits=limits, body=b"x").status == 204
        with pytest.raises(RefusedAddressError):
            ask("POST", service.url, headers={}, limits=limits, body=b"x", is_confidential=True)
        assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(200, b"{}", headers={"X-Long": "x" * 70_000}), BrokenError),
        (Reply(200, b"{}", headers={"Transfer-Encoding": "chunked"}), BrokenError),
        # The line is cut in the middle of the same, when the time is over.
        (Reply(200, b"20\r\n" + b"x" * 32, headers={"Transfer-Encoding": "chunked"}, drip_s=0.1), SilentError),
    ],
)
def test_ask_calls_an_answer_that_cannot_be_read_broken_and_not_late(reply: Reply, error: type[OutgoingError]) -> None:
    with running() as service:
        service.reply = lambda _asked: reply
        with pytest.raises(error):
            ask("POST", service.url, headers={}, limits=Limits(connect_seconds=1, seconds=1, most_bytes=100), body=b"x")
