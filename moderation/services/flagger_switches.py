"""Which flaggers a site uses, for comments in which language."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from comments.enums import CheckOutcome
from comments.models import Comment, Site
from moderation.enums import FlaggerState, Permission
from moderation.exceptions import NotAllowedError
from moderation.flaggers.base import Flagger, first_state, speaks
from moderation.flaggers.knowledge import forget_knowledge
from moderation.flaggers.registry import installed_flagger, installed_flaggers
from moderation.models import Finding, FlaggerSwitch
from moderation.permissions import may

COUNTED_DAYS = 30
# Those that the project speaks; other languages follow the state for all.
LANGUAGES = ("de", "en")


@dataclass(frozen=True, slots=True)
class SwitchLine:
    """One flagger as a site uses it. `states` by language, "" for all: what was chosen, None where nothing was.

    `fired` and `fired_in_shadow`: in how many texts of comments of the last 30 days it found something. `latest_version`:
    that which judged last, where that is asked for.
    """

    flagger: Flagger
    first: FlaggerState
    states: Mapping[str, FlaggerState | None]
    fired: int
    fired_in_shadow: int
    latest_version: str = ""

    @property
    def state(self) -> FlaggerState:
        """What becomes of it in a language that nothing else was chosen for."""
        return self.states[""] or self.first

    def state_in(self, language: str) -> FlaggerState:
        """What becomes of it with comments in a language, "" for all."""
        return self.states.get(language) or self.state

    @property
    def exceptions(self) -> list[tuple[str, FlaggerState]]:
        """The languages in which something else becomes of it, with what."""
        return [(language, state) for language, state in self.states.items() if state and state != self.state]

    @property
    def is_judged_small(self) -> bool:
        """Whether the small model judged last, though this process has the encoder: the workers may not."""
        return getattr(self.flagger, "has_encoder", False) and self.latest_version.startswith("ngrams-")


def read_switches(site: Site) -> list[SwitchLine]:
    """All installed flaggers in the order in which they run. 2 queries, one more where this process has the encoder."""
    rows = FlaggerSwitch.objects.filter(site=site).values_list("flagger", "language", "state")
    chosen = {(name, language): FlaggerState(state) for name, language, state in rows}
    since = timezone.now() - datetime.timedelta(days=COUNTED_DAYS)
    counted = (
        Finding.objects.filter(comment__site=site, comment__posted_at__gte=since, outcome=CheckOutcome.FLAGGED)
        .values_list("flagger")
        .annotate(fired=Count("pk", filter=Q(is_shadow=False)), in_shadow=Count("pk", filter=Q(is_shadow=True)))
    )
    fired = {name: (counting, in_shadow) for name, counting, in_shadow in counted}
    flaggers = installed_flaggers()
    latest = _latest_versions(site, [one.name for one in flaggers if getattr(one, "has_encoder", False)])
    return [
        SwitchLine(
            flagger,
            first_state(flagger),
            {
                language: chosen.get((flagger.name, language))
                for language in ("", *(one for one in LANGUAGES if speaks(flagger, one)))
            },
            *fired.get(flagger.name, (0, 0)),
            latest_version=latest.get(flagger.name, ""),
        )
        for flagger in flaggers
    ]


def _latest_versions(site: Site, names: list[str]) -> dict[str, str]:
    """Which version of flaggers judged last among the newest 20 comments, by name. 1 query, none without names."""
    newest = Comment.objects.filter(site=site).order_by("-pk").values("pk")[:20]
    judged = Finding.objects.filter(
        comment__in=newest, flagger__in=names, outcome__in=(CheckOutcome.CLEAR, CheckOutcome.FLAGGED)
    )
    return dict(judged.order_by("pk").values_list("flagger", "version")) if names else {}


def choose_states(
    *, site: Site, administrator: AbstractBaseUser, flagger: str, states: Mapping[str, FlaggerState | None]
) -> None:
    """Use a flagger so from now on, by language, "" for all; None: nothing is chosen there. 3 to 5 queries.

    This process knows at once, the others within MODERATION_KNOWLEDGE_MAX_AGE. What was said before stays as it is.
    Raises NotAllowedError.
    """
    if not may(administrator, site, Permission.ADMINISTER):
        raise NotAllowedError
    cleared = [language for language, state in states.items() if state is None]
    kept = [
        FlaggerSwitch(site=site, flagger=flagger, language=language, state=state)
        for language, state in states.items()
        if state is not None
    ]
    with transaction.atomic():
        FlaggerSwitch.objects.filter(site=site, flagger=flagger, language__in=cleared).delete()
        FlaggerSwitch.objects.bulk_create(
            kept, update_conflicts=True, unique_fields=("site", "flagger", "language"), update_fields=("state",)
        )
        transaction.on_commit(forget_knowledge)


def let_hold_back(*, site: Site, administrator: AbstractBaseUser, flagger: str, language: str) -> None:
    """Have a flagger that is heard do all that is less than to decide, in a language, "" for all. 1 query, 4 to 6 where it did
    less. Raises NotAllowedError."""
    known = installed_flagger(flagger)
    if known is None:
        return
    rows = FlaggerSwitch.objects.filter(site=site, flagger=flagger, language__in=("", language))
    chosen = dict(rows.values_list("language", "state"))
    state = FlaggerState(chosen.get(language) or chosen.get("") or first_state(known))
    if state.is_heard and state != FlaggerState.ON:
        choose_states(site=site, administrator=administrator, flagger=flagger, states={language: FlaggerState.ON})
