"""What tells one mailbox from another, however its address is spelled."""

from __future__ import annotations

from contextlib import suppress


def fold_address(email: str) -> str:
    """An address without what makes no difference to any mail server: case, and how an international host is spelled."""
    local, at, host = email.strip().rpartition("@")
    # What is no host name is the same as itself only.
    with suppress(UnicodeError):
        host = host.encode("idna").decode("ascii")
    return f"{local}{at}{host}".casefold()


def fold_mailbox(email: str) -> str:
    """As `fold_address`, and without what many servers overlook: dots, quotation marks and +tags before the at sign."""
    local, _at, host = fold_address(email).rpartition("@")
    bare = local.strip('"').replace("\\", "").partition("+")[0].replace(".", "")
    return f"{bare}@{host}"
