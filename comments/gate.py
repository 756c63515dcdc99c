"""The door through which another app says what somebody may do on a site. What stands behind it is a setting."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import cast

from django.utils.module_loading import import_string

from comments.conf import settings
from comments.models import Site


class GateAct(StrEnum):
    """What somebody wants to do. Reading, taking back and objecting are open to everybody."""

    POST = "post"
    REVISE = "revise"
    VOTE = "vote"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class GateInput:
    """Who wants to do what on a site, as far as it is known who they are.

    `authors` are public identifiers, `subjects` those of the publisher's sign-in, `addresses` keyed hashes of addresses
    that are proved to be theirs, `domains` the domains of those, `network` a keyed hash. What was only typed is not in it.
    """

    site: Site
    act: GateAct
    authors: tuple[str, ...] = ()
    user_id: int | None = None
    subjects: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    network: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """What somebody is told and what follows. The empty one lets them pass.

    `refusal` is a whole sentence for them, with the reason; `until` when it ends (None: not by itself), `page` the address
    that says more, `reference` names it to programs, `kind` what it is. `holds`: whatever they write waits for a person.
    `trusts`: what they write may appear at once where every check is clear.
    """

    refusal: str = ""
    until: datetime.datetime | None = None
    page: str = ""
    reference: str = ""
    kind: str = ""
    holds: bool = False
    trusts: bool = False


Gatekeeper = Callable[[GateInput], Gate]


def let_everybody_pass(gate_input: GateInput) -> Gate:
    """The gatekeeper of a site without one."""
    del gate_input
    return Gate()


@cache
def _load_gatekeeper(path: str) -> Gatekeeper:
    return cast("Gatekeeper", import_string(path))


def get_gatekeeper() -> Gatekeeper:
    """The function that COMMENTS_GATE names."""
    return _load_gatekeeper(settings.gate)
