"""What software decides: only by a rule that a site has switched on and that people's decisions have proved."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from comments import lifecycle
from comments.enums import ActorKind, ArticleMode, CheckOutcome, FindingReach, Status
from comments.exceptions import StaleDecisionError
from comments.gate import GateAct
from comments.models import Comment
from comments.services.gate import describe
from comments.services.identity import Identity
from moderation.conf import settings
from moderation.enums import Action, FlaggerState
from moderation.flaggers.base import primary_language, state_of
from moderation.flaggers.knowledge import load_knowledge
from moderation.flaggers.language import is_surely_in
from moderation.flaggers.ngrams import says_something, tokenize
from moderation.flaggers.plain import is_plain
from moderation.flaggers.registry import installed_flaggers
from moderation.flaggers.shown import own_words, shown
from moderation.flaggers.terms import NAME as TERMS
from moderation.gate import standing_restrictions
from moderation.insights.deciding import decided_today, is_measured_on, start_of_day, sureness_of
from moderation.models import (
    ArticleRule,
    Clause,
    DecidingRule,
    Decision,
    Deferral,
    Finding,
    Lease,
    Opinion,
    OpinionRequest,
    PolicyVersion,
    Report,
)
from moderation.sampling import is_drawn
from moderation.services.deciding_rules import review_rule
from moderation.services.decisions import TARGETS, put_decision_mail, record_decision
from moderation.services.indexing import hide_findings
from moderation.services.policies import current_policy

logger = logging.getLogger(__name__)

_WORD = re.compile(r"[^\W\d_]+")
_OPEN_MODES = (ArticleMode.PRE_MODERATED, ArticleMode.POST_MODERATED)


def decide_by_rules(comment_id: int) -> Decision | None:
    """Publish or reject a waiting comment, if a rule of its site says so; None where it is left to people.

    Safe to call again, and at once with a person: whoever decided first has decided. Left to people is

    - what anybody has looked at, taken, put aside or asked about, what was ever decided, what two people decide, and what an author
      who is restricted wrote,
    - what a check did not read to its end,
    - what would appear where another check found something, is missing, passes over parts of the text or is not sure to read it as
      people do,
    - what is in a language, or would be rejected by a clause or a word of the list, that nothing speaks for,
    - the share that keeps the measure honest, without being told what was found.

    1 query where no rule decides, else about 12, and 16 for a decision.
    """
    site = Comment.objects.filter(pk=comment_id).values("site")
    rules = list(DecidingRule.objects.filter(site__in=site).select_related("site", "policy").order_by("pk"))
    if not any(rule.is_deciding for rule in rules):
        return None
    policy = current_policy(rules[0].site)
    rules = [_fresh(rule, policy) for rule in rules]
    try:
        with transaction.atomic():
            return _decide(comment_id, rules, policy)
    except StaleDecisionError:
        logger.info("Nothing to decide: somebody else was first with comment %s.", comment_id)
        return None


def _fresh(rule: DecidingRule, policy: PolicyVersion | None) -> DecidingRule:
    """The rule, as it was measured today and under the policy in force where it decides."""
    is_fresh = rule.measured_at is not None and rule.measured_at >= start_of_day() and rule.policy == policy
    return rule if is_fresh or not rule.is_deciding else review_rule(rule.pk)


def _decide(comment_id: int, rules: list[DecidingRule], policy: PolicyVersion | None) -> Decision | None:
    related = ("article", "author", "site")
    comment = Comment.objects.select_for_update(of=("self",)).select_related(*related).filter(pk=comment_id).first()
    if comment is None or not _is_free(comment):
        return None
    findings = {one.flagger: one for one in Finding.objects.filter(comment=comment, revision=comment.revision)}
    states = _states(comment)
    proposing = [
        rule
        for rule in _of_language(rules, comment.language)
        # Also now, and not only when it spoke.
        if states.get(rule.flagger) == FlaggerState.ON and _proposes(rule, findings.get(rule.flagger))
    ]
    # Of two that do not agree neither is right.
    if len({rule.action for rule in proposing}) != 1:
        return None
    rule = proposing[0]
    action, finding = Action(rule.action), findings[rule.flagger]
    # What was proved was proved of whole texts. Also a check in shadow may have met the end of what it can read.
    if not all(one.is_whole for one in findings.values()):
        return None
    if action == Action.APPROVE and not (_is_all_clear(states, findings) and _is_read_as_written(comment)):
        return None
    clause = _clause(policy, finding.clause) if action == Action.REJECT else None
    if action == Action.REJECT and (clause is None or clause.needs_two_people):
        return None
    # One after the other, so that the ceiling holds; as the rule is now, and by no proof from under another policy.
    locked = DecidingRule.objects.select_for_update().deciding().filter(pk=rule.pk, policy=policy).first()
    if locked is None or not _proposes(locked, finding) or not _may_decide(comment, locked, finding, clause):
        return None
    share = max(locked.people_share, settings.blind_sample_share)
    if is_drawn(comment.public_id, share):
        # What they decide says whether the rule is right: they may not be told what it would have done.
        hide_findings(comment.pk, min(share, 1.0))
        return None
    change = lifecycle.set_status(
        comment.pk,
        TARGETS[action][Status.PENDING],
        actor=lifecycle.Actor(ActorKind.RULE),
        expected_status=Status.PENDING,
        expected_revision=comment.revision,
        clause=clause.slug if clause else "",
    )
    change.comment.site, change.comment.author = comment.site, comment.author
    is_flagged = any(one.outcome == CheckOutcome.FLAGGED and not one.is_shadow for one in findings.values())
    decision = record_decision(change, action, policy, clause, is_flagged=is_flagged, rule=locked)
    put_decision_mail(decision)
    return decision


def _is_free(comment: Comment) -> bool:
    """Whether nobody has anything to do with a waiting comment, and never had. 0 to 2 queries."""
    is_waiting = comment.status == Status.PENDING and comment.published_at is None
    if not is_waiting or comment.screened_revision < comment.revision or comment.article.mode not in _OPEN_MODES:
        return False
    of_comment = {"comment": OuterRef("pk")}
    hands = (
        Exists(Decision.objects.filter(**of_comment)),
        Exists(Lease.objects.filter(**of_comment, expires_at__gt=timezone.now())),
        Exists(Deferral.objects.filter(**of_comment)),
        Exists(OpinionRequest.objects.filter(**of_comment)),
        Exists(Opinion.objects.filter(**of_comment)),
        Exists(Report.objects.open().filter(**of_comment)),
        Exists(ArticleRule.objects.filter(article=OuterRef("article"), needs_two_people=True)),
    )
    if any(Comment.objects.filter(pk=comment.pk).values_list(*hands).get()):
        return False
    known = Identity(network=comment.network)
    person = describe(site=comment.site, identity=known, act=GateAct.POST, authors=[comment.author])
    return not standing_restrictions([person])


def _of_language(rules: Iterable[DecidingRule], language: str) -> list[DecidingRule]:
    """The rule for the language of the comment, or the one for all, of each flagger and direction. One for the language that
    decides nothing, as when it fell back, is not made up for by that for all."""
    chosen: dict[tuple[str, str], DecidingRule] = {}
    for rule in sorted(rules, key=lambda one: one.language):
        if rule.language in ("", primary_language(language)):
            chosen[rule.flagger, rule.action] = rule
    return list(chosen.values())


def _proposes(rule: DecidingRule, finding: Finding | None) -> bool:
    """Whether the flagger that was measured, and no other version of it, is as sure as it has to be."""
    if not rule.is_deciding or rule.threshold is None:
        return False
    if finding is None or finding.version != rule.version:
        return False
    # To decide is the step after holding back.
    if finding.is_shadow or finding.reach != FindingReach.HOLD:
        return False
    return sureness_of(rule.action, finding.outcome, finding.score, finding.clause) >= rule.threshold


def _may_decide(comment: Comment, rule: DecidingRule, finding: Finding, clause: Clause | None) -> bool:
    """Whether a rule is proved on such comments, and has not decided enough today. 1 to 2 queries."""
    # The list is what the check is, and changes while the rule decides.
    term = str(finding.parameters.get("term", "")) if rule.flagger == TERMS else ""
    language = primary_language(comment.language)
    return is_measured_on(rule, language, clause.slug if clause else "", term) and decided_today(rule) < rule.ceiling


def _states(comment: Comment) -> dict[str, FlaggerState]:
    """What becomes of each check with a comment in this language, by name. 0 to 1 query."""
    knowledge = load_knowledge(comment.site.slug)
    return {flagger.name: state_of(flagger, comment.language, knowledge) for flagger in installed_flaggers()}


def _is_all_clear(states: Mapping[str, FlaggerState], findings: Mapping[str, Finding]) -> bool:
    """Whether every check that moderators hear has looked at a comment and found nothing."""
    heard = [name for name, state in states.items() if state.is_heard]
    return all(name in findings and findings[name].outcome == CheckOutcome.CLEAR for name in heard)


def _is_read_as_written(comment: Comment) -> bool:
    """Whether flaggers that go by the wording pass over nothing in a text, read the words that the page shows, and there is
    something to read: quoted lines and code they leave out, and of a text without a word, in letters that they were not
    measured on, or not surely in the language of its discussion, whatever becomes of the check for that, they think nothing bad.
    1 query."""
    body = comment.revisions.values_list("body", flat=True).get(number=comment.revision)
    if not (is_plain(body) and is_surely_in(body, primary_language(comment.language))):
        return False
    is_own = own_words(body, with_addresses=True) == body and says_something(tokenize(body, with_addresses=False))
    return is_own and _WORD.findall(body) == _WORD.findall(shown(body).text)


def _clause(policy: PolicyVersion | None, slug: str) -> Clause | None:
    return next((clause for clause in policy.clauses.all() if clause.slug == slug), None) if policy else None
