"""The rules by which a site lets flaggers decide: switched on by its administrators, kept on by what people decide.

A rule decides nothing until enough decisions of people prove it right often enough (`evaluation.selecting`), and stops by
itself when they no longer are, or when the flagger, or what the policy says of it, is not what it was when it was measured. Where
the flagger is taught anew each night a rule goes on that holds with what it was taught, too.
"""

from __future__ import annotations

import datetime
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass

from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.enums import CheckOutcome
from comments.exceptions import InvalidInputError
from comments.models import Site
from moderation.enums import Action, Permission, RuleEventKind, RuleStanding
from moderation.evaluation.selecting import Labelled, choose_threshold, level_of_look
from moderation.exceptions import NotAllowedError
from moderation.flaggers.base import decidable, primary_language
from moderation.flaggers.registry import installed_flagger
from moderation.insights.deciding import (
    count_measuring,
    is_done_alike,
    newest_version,
    read_agreement,
    reads_alike,
    start_of_day,
    sureness_of,
    unchanged_since,
)
from moderation.models import DecidingEvent, DecidingRule, Decision
from moderation.models.deciding import DECIDING_ACTIONS
from moderation.permissions import may
from moderation.services.flagger_switches import let_hold_back
from moderation.services.policies import current_policy

logger = logging.getLogger(__name__)

# Of a site's own decisions, by people.
FEWEST_DECISIONS = 500
# The newest that a rule would have made too: those it is watched by while it decides.
WATCHED = 500
LEAST_BOUND, MOST_BOUND = 0.9, 0.9999
LEAST_SHARE, MOST_SHARE = 0.01, 0.9
MOST_CEILING = 10_000
_EVENTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class RuleChoice:
    """What an administrator chose: in which direction, for which language ("" all), by which bound, how much."""

    action: Action
    language: str
    bound: float
    ceiling: int
    people_share: float


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule, how many decisions it made today, and what became of it lately, the newest first."""

    rule: DecidingRule
    today: int
    events: tuple[DecidingEvent, ...]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a flagger that has been taught anew thought of a text before it was told, as a finding has it, and what people had
    decided: `refused_by` is the clause of that, empty for none."""

    language: str
    outcome: CheckOutcome
    score: float
    clause: str
    action: str
    measure: str
    refused_by: str
    decided_at: datetime.datetime


def read_rules(site: Site) -> dict[str, list[RuleLine]]:
    """The rules of a site by flagger. 3 queries."""
    made = Decision.objects.filter(rule__site=site, applied_at__gte=start_of_day())
    today = dict(made.order_by().values_list("rule").annotate(count=Count("pk")))
    events: dict[int, list[DecidingEvent]] = {}
    for event in DecidingEvent.objects.filter(rule__site=site).select_related("actor")[:1_000]:
        events.setdefault(event.rule_id, []).append(event)
    found: dict[str, list[RuleLine]] = {}
    for rule in DecidingRule.objects.filter(site=site).order_by("flagger", "language", "action"):
        latest = tuple(events.get(rule.pk, ())[:_EVENTS_SHOWN])
        found.setdefault(rule.flagger, []).append(RuleLine(rule, today.get(rule.pk, 0), latest))
    return found


def switch_rule_on(*, site: Site, administrator: AbstractBaseUser, flagger: str, choice: RuleChoice) -> DecidingRule:
    """Let a flagger decide once it is proved right often enough, and try whether it is. About 15 queries.

    It holds back from now on, which is less; one that is off or in shadow stays so, and decides nothing. A direction that it can
    never be proved right in is refused, and changes nothing.

    Another bound is tested at once, as one more look that has its price. A rule that fell back begins anew with the
    decisions after that. Raises NotAllowedError, InvalidInputError ("bound", "ceiling", "people_share", "action").
    """
    if not may(administrator, site, Permission.ADMINISTER):
        raise NotAllowedError
    known = installed_flagger(flagger)
    _require_possible(choice, decidable(known) if known else ())
    key = {"site": site, "flagger": flagger, "language": choice.language, "action": choice.action}
    with transaction.atomic():
        DecidingRule.objects.get_or_create(**key, defaults={"next_look": FEWEST_DECISIONS})
        rule = DecidingRule.objects.select_for_update().get(**key)
        # A share that comes back from a page as a percentage may be another one in the last digit.
        if not math.isclose(rule.bound, choice.bound, abs_tol=1e-9) or rule.standing == RuleStanding.FALLEN:
            rule.standing, rule.threshold, rule.next_look = RuleStanding.MEASURING, None, FEWEST_DECISIONS
        rule.is_active = True
        rule.bound, rule.ceiling, rule.people_share = choice.bound, choice.ceiling, choice.people_share
        rule.save()
        _log(rule, RuleEventKind.OPTED_IN, administrator)
        let_hold_back(site=site, administrator=administrator, flagger=flagger, language=choice.language)
    return review_rule(rule.pk)


def switch_rule_off(*, rule: DecidingRule, administrator: AbstractBaseUser) -> None:
    """Decide nothing by it from now on. 3 queries. Raises NotAllowedError."""
    if not may(administrator, rule.site, Permission.ADMINISTER):
        raise NotAllowedError
    with transaction.atomic():
        if DecidingRule.objects.filter(pk=rule.pk, is_active=True).update(is_active=False):
            _log(rule, RuleEventKind.OPTED_OUT, administrator)


def review_rules() -> int:
    """Measure all rules that are switched on; how many decide now. 9 to 13 queries a rule. One that cannot be measured is in the
    log, and keeps no other from it."""
    deciding = 0
    for pk in DecidingRule.objects.filter(is_active=True).values_list("pk", flat=True):
        try:
            deciding += review_rule(pk).standing == RuleStanding.DECIDING
        except SoftTimeLimitExceeded:
            raise
        except Exception:
            # Whatever is wrong with this rule, others may have to stop.
            logger.exception("Rule %s could not be measured.", pk)
    return deciding


def review_rule(rule_id: int) -> DecidingRule:
    """Measure a rule anew: begin, go on, or stop. Idempotent until people have decided more, or the policy is
    another. 9 to 13 queries, by a lock on it."""
    with transaction.atomic():
        rule = DecidingRule.objects.select_for_update(of=("self",)).select_related("site", "policy").get(pk=rule_id)
        if not rule.is_active or rule.standing == RuleStanding.FALLEN:
            return rule
        policy, version = current_policy(rule.site), newest_version(rule) or rule.version
        if version != rule.version:
            _begin_anew(rule, version, RuleEventKind.NEW_VERSION)
        elif policy != rule.policy and not reads_alike(rule, rule.policy, policy):
            _begin_anew(rule, version, RuleEventKind.NEW_POLICY)
        rule.policy = policy
        labelled = read_agreement(rule)
        # More than those that are looked at, so that a test which waits for twice as many comes.
        rule.decisions, rule.measured_at = count_measuring(rule, labelled), timezone.now()
        if rule.standing == RuleStanding.DECIDING:
            _watch(rule, labelled)
        elif rule.decisions >= rule.next_look:
            _look(rule, labelled)
        rule.save()
    return rule


def measure_anew(*, site: Site, flagger: str) -> None:
    """Have a flagger proved again by decisions from now on, because people have changed how it judges. 3 queries a rule, also of
    those that are switched off and may be switched on again; the caller holds the transaction."""
    for rule in DecidingRule.objects.select_for_update().filter(site=site, flagger=flagger):
        _begin_anew(rule, rule.version, RuleEventKind.NEW_VERSION)
        rule.save()


def is_deciding(*, site: Site, flagger: str) -> bool:
    """Whether a flagger decides anything on a site by now. 1 query."""
    return DecidingRule.objects.deciding().filter(site=site, flagger=flagger).exists()


def require_hold(*, site: Site, flagger: str, rehearsed: Sequence[Rehearsed]) -> None:
    """Have the rules proved anew that do not hold with what a flagger was taught: of the texts, the newest first, of which it
    would have been sure enough by that, people decided fewer alike than the bound asks. 1 query, 2 more for each such rule; the
    caller holds the transaction."""
    for rule in DecidingRule.objects.select_for_update().deciding().filter(site=site, flagger=flagger):
        pile = [_is_alike(rule, one) for one in rehearsed if _would_decide(rule, one)][:WATCHED]
        rule.pile, rule.agreed = len(pile), sum(pile)
        if _is_right_often_enough(rule):
            continue
        logger.warning(
            "Flagger %s decides no more on site %s: what it was taught anew does not hold.", flagger, site.pk
        )
        _log(rule, RuleEventKind.NEW_VERSION)
        _forget_proof(rule, since=timezone.now())
        rule.save()


def _would_decide(rule: DecidingRule, one: Rehearsed) -> bool:
    is_of_rule = rule.language in ("", primary_language(one.language))
    is_late_enough = rule.measured_since is None or one.decided_at >= rule.measured_since
    sureness = sureness_of(rule.action, one.outcome, one.score, one.clause)
    return is_of_rule and is_late_enough and sureness >= (rule.threshold or 0.0)


def _is_alike(rule: DecidingRule, one: Rehearsed) -> bool:
    return is_done_alike(rule.action, one.clause, one.action, one.measure, one.refused_by)


def _begin_anew(rule: DecidingRule, version: str, kind: RuleEventKind) -> None:
    is_change = rule.version != ""
    rule.version, rule.measured_since = version, None
    # What comes back, a version or a clause, has had its tests of what was decided before.
    _forget_proof(rule, since=timezone.now() if is_change else unchanged_since(rule))
    if is_change:
        _log(rule, kind)


def _forget_proof(rule: DecidingRule, *, since: datetime.datetime | None) -> None:
    rule.measured_since = since
    rule.standing, rule.threshold, rule.lower_bound = RuleStanding.MEASURING, None, None
    rule.looks, rule.next_look, rule.pile, rule.agreed = 0, FEWEST_DECISIONS, 0, 0


def _look(rule: DecidingRule, labelled: list[Labelled]) -> None:
    """Test whether it may decide. The next test waits for twice as many decisions, and is harder."""
    selection = choose_threshold(labelled, bound=rule.bound, level=level_of_look(rule.looks))
    rule.looks += 1
    rule.next_look = 2 * rule.decisions
    if selection is None:
        rule.standing = RuleStanding.SHORT
        _log(rule, RuleEventKind.FELL_SHORT)
        return
    rule.standing, rule.threshold, rule.lower_bound = RuleStanding.DECIDING, selection.threshold, selection.lower_bound
    rule.pile, rule.agreed = selection.pile, selection.agreed
    _log(rule, RuleEventKind.BEGAN)


def _watch(rule: DecidingRule, labelled: list[Labelled]) -> None:
    """Stop where of the newest that it would have decided people decided fewer than the bound alike."""
    threshold = rule.threshold or 0.0
    pile = [one.is_right for one in labelled if one.sureness >= threshold][:WATCHED]
    rule.pile, rule.agreed = len(pile), sum(pile)
    if _is_right_often_enough(rule):
        return
    logger.warning("Flagger %s decides no more on site %s: people agree too seldom.", rule.flagger, rule.site_id)
    _log(rule, RuleEventKind.FELL_BACK)
    rule.standing, rule.threshold, rule.is_active = RuleStanding.FALLEN, None, False
    rule.measured_since, rule.looks = timezone.now(), 0


def _is_right_often_enough(rule: DecidingRule) -> bool:
    # The small number takes back what 0.994 * 500 is too much in floating point.
    return rule.agreed >= rule.bound * rule.pile - 1e-9


def _log(rule: DecidingRule, kind: RuleEventKind, actor: AbstractBaseUser | None = None) -> None:
    DecidingEvent.objects.create(
        rule=rule,
        kind=kind,
        actor_id=actor.pk if actor else None,
        version=rule.version,
        bound=rule.bound,
        threshold=rule.threshold,
        decisions=rule.decisions,
        pile=rule.pile,
        agreed=rule.agreed,
    )


def _require_possible(choice: RuleChoice, possible: Sequence[Action]) -> None:
    if choice.action not in DECIDING_ACTIONS:
        raise InvalidInputError("action", _("Software can only publish or reject."))
    if choice.action not in possible and choice.action == Action.APPROVE:
        sentence = _("This check cannot publish: it gives no score to texts in which it finds nothing.")
        raise InvalidInputError("action", sentence)
    if choice.action not in possible:
        raise InvalidInputError("action", _("This check cannot reject: it names no clause of the policy."))
    if not LEAST_BOUND <= choice.bound <= MOST_BOUND:
        raise InvalidInputError("bound", _("Please choose a share between 90 and 99.99 percent."))
    if not 1 <= choice.ceiling <= MOST_CEILING:
        raise InvalidInputError("ceiling", _("Please choose a number of decisions between 1 and 10,000."))
    if not LEAST_SHARE <= choice.people_share <= MOST_SHARE:
        raise InvalidInputError("people_share", _("Please choose a share between 1 and 90 percent."))
