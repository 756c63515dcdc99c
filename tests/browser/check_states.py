"""The states of what the checks say and of who runs them: cards with every kind of result, rules, words, figures of little."""

from __future__ import annotations

from django.utils import timezone

from comments.enums import CheckOutcome
from comments.models import Comment, Site
from moderation.enums import Action, Role, RuleEventKind, RuleStanding
from moderation.flaggers.guard import FAILED
from moderation.flaggers.learning.model import pack
from moderation.flaggers.outside.sentences import NOT_JSON, SPENT
from moderation.models import DecidingEvent, DecidingRule, Finding, SiteModel
from moderation.services.indexing import refresh_risk
from tests.browser.desk_states import UNFOLD, checks_of_the_desk
from tests.browser.stage import Stage
from tests.factories import make_comment, make_moderator
from tests.moderation.desk_pages import flag

JUDGED = "Against “%(clause)s”, says %(model)s: %(reason)s Also against: %(others)s."
BODY = "Nudel! Wer hat sich das denn ausgedacht, ihr Trottel? Bei mir gibt es billige Uhren, und zwar sofort."


def card_with_every_result(stage: Stage) -> None:
    """Found, failed with and without words, not asked, and did not run; by checks of ours and by somebody else's."""
    comment = _make_checked(stage)
    stage.be_account(make_moderator(comment.site))
    stage.go(f"/moderation/?comment={comment.public_id}").locator(".mg-finding--missing").first.wait_for()


def card_with_a_flag_called_wrong(stage: Stage) -> None:
    card_with_every_result(stage)
    stage.page.wait_for_load_state("networkidle")
    stage.page.locator(".mg-wrong").first.click()
    stage.page.locator(".mg-wrong[aria-pressed=true]").wait_for()


def card_with_a_flag_no_longer_called_wrong(stage: Stage) -> None:
    card_with_a_flag_called_wrong(stage)
    stage.page.locator(".mg-wrong[aria-pressed=true]").click()
    stage.page.locator(".mg-wrong[aria-pressed=true]").wait_for(state="detached")


def card_of_a_severe_text(stage: Stage) -> None:
    comment = _make_checked(stage)
    Finding.objects.filter(comment=comment, flagger="words").update(clause="unlawful")
    refresh_risk(comment.pk)
    stage.be_account(make_moderator(comment.site))
    stage.go(f"/moderation/?comment={comment.public_id}").locator(".mg-veil").first.wait_for()


def card_of_a_severe_text_that_is_shown(stage: Stage) -> None:
    card_of_a_severe_text(stage)
    stage.page.locator(".mg-veil > summary").first.click()
    stage.page.locator(".mg-veil .mg-mark").first.wait_for()


def history_with_every_result(stage: Stage) -> None:
    card_with_every_result(stage)
    comment = Comment.objects.get()
    stage.go(f"/moderation/comments/{comment.public_id}/history/").locator(".mg-finding").first.wait_for()
    stage.page.evaluate(UNFOLD)


def checks_with_rules(stage: Stage) -> None:
    """Rules in each standing with what became of them, versions that were learnt, and everything unfolded."""
    checks_of_the_desk(stage)
    site = Site.objects.get()
    for number, (standing, language) in enumerate(zip(RuleStanding, ("", "de", "en", ""), strict=True)):
        rule = DecidingRule.objects.create(
            site=site, flagger="topic", language=language, action=(Action.APPROVE, Action.REJECT)[number % 2],
            standing=standing, is_active=standing != RuleStanding.FALLEN, threshold=0.98, lower_bound=0.991,
            decisions=9_000, pile=6_000, agreed=5_990, next_look=16_000,
        )  # fmt: skip
        for kind in RuleEventKind:
            DecidingEvent.objects.create(rule=rule, kind=kind, bound=0.99, threshold=0.98, agreed=5_990, pile=6_000)
    figures = {
        "title": "Achtung voreinander",
        "bad": 40,
        "calibration_error": 0.031,
        "windows": [{"both": 0.93, "cold": 0.71, "texts": 1_500, "bad": 40}],
        "compared": {"number": 2, "texts": 1_200, "bad": 31, "new": 0.71, "old": 0.93, "error": 0.05},
    }
    for number in (1, 2, 3):
        SiteModel.objects.create(
            site=site, number=number, made_at=timezone.now(), decisions=1_000 * number, weights=pack([]),
            figures={"respect": figures}, is_current=number == 2, is_withheld=number == 3,
        )  # fmt: skip
    stage.page.reload()
    stage.page.locator(".mg-rule").first.wait_for()
    stage.page.evaluate(UNFOLD)


def words_of_an_empty_list(stage: Stage) -> None:
    _be_administrator(stage)
    stage.go("/moderation/terms/").locator(".mg-rows").wait_for()


def word_that_was_refused(stage: Stage) -> None:
    words_of_an_empty_list(stage)
    form = stage.page.locator("form:has([name=phrase])")
    form.evaluate("(form) => { form.noValidate = true; }")
    form.locator("[name=note]").fill("Eine Anmerkung ohne Wort")
    form.locator("[type=submit]").click()
    stage.page.locator("[aria-invalid=true]").first.wait_for()


def word_to_change(stage: Stage) -> None:
    """On a list of words with and without language, clause and note, one of them switched off."""
    words_of_an_empty_list(stage)
    stage.page.locator("[name=phrase]").fill("Donaudampfschifffahrtsgesellschaftskapitän*")
    stage.page.locator("[name=note]").fill("Eine lange Anmerkung dazu, wann dieses Wort gemeint ist und wann nicht")
    stage.page.locator("form:has([name=phrase]) [type=submit]").click()
    stage.page.locator(".mg-rows__row [name=active]").first.click()
    stage.page.locator(".mg-rows__row .mg-badge").wait_for()
    stage.page.locator(".mg-rows__row a").first.click()
    stage.page.locator("[name=term]").wait_for(state="attached")


def figures_of_checks_without_any(stage: Stage) -> None:
    _be_administrator(stage)
    stage.go("/moderation/figures/checks/").locator(".mg-empty-figure").first.wait_for()


def figures_of_checks_for_a_moderator_of_few(stage: Stage) -> None:
    """Too few people have judged for others to see what they decided."""
    comment = _make_checked(stage)
    stage.be_account(make_moderator(comment.site))
    stage.go("/moderation/figures/checks/").locator(".mg-notice").first.wait_for()


def _be_administrator(stage: Stage) -> None:
    stage.be_account(make_moderator(stage.make_article().site, role=Role.ADMINISTRATOR))


def _make_checked(stage: Stage) -> Comment:
    comment = make_comment(stage.make_article(), body=BODY, name="Rosa")
    Finding.objects.filter(comment=comment).delete()
    flag(comment, "words")
    Finding.objects.create(
        comment=comment, revision=1, flagger="outside_judge", outcome=CheckOutcome.FLAGGED, score=0.91, message=JUDGED,
        parameters={
            "clause": "Keine Werbung", "model": "ein-kleines-modell", "others": "Beim Thema bleiben",
            "reason": "Der Kommentar bietet Uhren an; mit dem Artikel hat das nichts zu tun.",
        },
        spans=[[BODY.index("billige"), BODY.index(", und"), "Keine Werbung"], [45, 52, "Respektvoll miteinander reden"]],
    )  # fmt: skip
    for name, outcome, message in (
        ("call_out", CheckOutcome.FAILED, NOT_JSON), ("topic", CheckOutcome.NOT_RUN, SPENT), ("links", CheckOutcome.FAILED, ""),
        ("a_check_of_somebody_else_with_a_name", CheckOutcome.FAILED, FAILED), ("shouting", CheckOutcome.CLEAR, ""),
    ):  # fmt: skip
        Finding.objects.create(
            comment=comment, revision=1, flagger=name, outcome=outcome, message=message, parameters={"flagger": name}
        )
    refresh_risk(comment.pk)
    return comment


CHECK_STATES = (
    card_with_every_result,
    card_with_a_flag_called_wrong,
    card_with_a_flag_no_longer_called_wrong,
    card_of_a_severe_text,
    card_of_a_severe_text_that_is_shown,
    history_with_every_result,
    checks_with_rules,
    words_of_an_empty_list,
    word_that_was_refused,
    word_to_change,
    figures_of_checks_without_any,
    figures_of_checks_for_a_moderator_of_few,
)
