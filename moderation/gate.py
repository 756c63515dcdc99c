"""What COMMENTS_GATE names: whether somebody who wants to write, vote or report is restricted, and what they are told.

Never in secret: whoever is restricted is told what, until when, why, and where to object.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.core.signing import BadSignature, Signer
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comments.conf import settings
from comments.gate import Gate, GateAct, GateInput
from comments.skeleton import absolute_time
from moderation.enums import RestrictionKind, RestrictionTarget
from moderation.models import Restriction, Trust

_signer = Signer(salt="marginalia.restriction", sep=".")

# What each kind does not allow. Holding refuses nothing.
REFUSES: dict[RestrictionKind, frozenset[GateAct]] = {
    RestrictionKind.WARNING: frozenset({GateAct.POST, GateAct.REVISE}),
    RestrictionKind.HOLD: frozenset(),
    RestrictionKind.MUTE: frozenset({GateAct.POST, GateAct.REVISE}),
    RestrictionKind.BAN: frozenset(GateAct),
}
# Whoever is restricted in several ways is told of the gravest.
_GRAVITY = list(RestrictionKind)
_FOR_GOOD = datetime.datetime.max.replace(tzinfo=datetime.UTC)


def guard(gate_input: GateInput) -> Gate:
    """What somebody is told who wants to do something. 1 query, and 1 for trust when a known author posts."""
    found = standing_restrictions([gate_input])
    refusing = [one for one in found if gate_input.act in REFUSES[RestrictionKind(one.kind)]]
    if refusing:
        worst = max(refusing, key=lambda one: (_GRAVITY.index(RestrictionKind(one.kind)), one.ends_at or _FOR_GOOD))
        return Gate(
            refusal=refusal_sentence(worst),
            until=worst.ends_at,
            page=restriction_url(worst),
            reference=make_restriction_token(worst),
            kind=worst.kind,
        )
    if found:
        return Gate(holds=True)
    return Gate(trusts=gate_input.act == GateAct.POST and _is_trusted(gate_input))


def standing_restrictions(gate_inputs: Sequence[GateInput]) -> list[Restriction]:
    """What holds now for people known as these, with sites. 1 query, none for people of whom nothing is known."""
    wanted = Q()
    for one in gate_inputs:
        for target, values in _known(one).items():
            if values:
                wanted |= Q(site=one.site, target=target, value__in=values)
    if not wanted:
        return []
    return list(Restriction.objects.standing(timezone.now()).filter(wanted).select_related("site").order_by("id"))


def refusal_sentence(restriction: Restriction) -> str:
    """What somebody is told whose comment, vote or report is refused, with the address that says more."""
    page = restriction_url(restriction)
    if restriction.kind == RestrictionKind.WARNING:
        return _("Please read and confirm a warning from our team first, then send your text again: %(page)s") % {
            "page": page
        }
    parts = [
        what_it_means(restriction),
        _("The reason: %(reason)s") % {"reason": _with_full_stop(restriction.reason)},
        _("More about it, and how to object: %(page)s") % {"page": page},
    ]
    return " ".join(parts)


def what_it_means(restriction: Restriction) -> str:
    """What a restriction allows and what not, and until when: one or two sentences to the person, in the active language."""
    kind, ends_at = RestrictionKind(restriction.kind), restriction.ends_at
    if kind == RestrictionKind.WARNING:
        return _("You have received a warning. Once you have confirmed that you read it, you can write again.")
    names = {"until": absolute_time(ends_at, get_language() or "de") if ends_at else ""}
    if kind == RestrictionKind.HOLD:
        return (
            _("Until %(until)s, every comment of yours waits until somebody of our team has read it.") % names
            if ends_at
            else _("Every comment of yours waits until somebody of our team has read it.")
        )
    if kind == RestrictionKind.MUTE:
        return (
            _("Until %(until)s you can read and vote here, but not write.") % names
            if ends_at
            else _("You can read and vote here, but not write.")
        )
    return (
        _("Until %(until)s you can read here, but not write, vote or report.") % names
        if ends_at
        else _("You can read here, but not write, vote or report.")
    )


def restriction_url(restriction: Restriction) -> str:
    """The page on which somebody reads what holds for them, confirms a warning, or objects."""
    name = "warning" if restriction.kind == RestrictionKind.WARNING else "restriction"
    return settings.base_url + reverse(f"moderation:{name}", args=[make_restriction_token(restriction)])


def make_restriction_token(restriction: Restriction) -> str:
    """The secret part of the address of a restriction's page; only who is restricted is given it."""
    return _signer.sign(str(restriction.pk))


def read_restriction_token(token: str) -> int | None:
    """The primary key of the restriction that a page is for; None for a forged address. No query."""
    try:
        return int(_signer.unsign(token))
    except (BadSignature, ValueError):
        return None


def _known(gate_input: GateInput) -> dict[RestrictionTarget, tuple[str, ...]]:
    return {
        RestrictionTarget.AUTHOR: gate_input.authors,
        RestrictionTarget.SUBJECT: gate_input.subjects,
        RestrictionTarget.ADDRESS: gate_input.addresses,
        RestrictionTarget.DOMAIN: gate_input.domains,
        RestrictionTarget.NETWORK: (gate_input.network,) if gate_input.network else (),
    }


def _is_trusted(gate_input: GateInput) -> bool:
    if not gate_input.authors:
        return False
    trusts = Trust.objects.standing().filter(author__site=gate_input.site, author__public_id__in=gate_input.authors)
    return trusts.filter(author__site__desk_settings__publishes_trusted=True).exists()


def _with_full_stop(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", "…")) else sentence + "."
