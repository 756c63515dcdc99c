"""What software may decide: nothing, unless the site switched it on and people's own decisions proved it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from comments import screening
from comments.enums import ActorKind, Status
from comments.models import Article, Comment
from comments.screening import ScreeningInput
from comments.services.identity import make_status_token
from moderation.enums import Action, Automation, FlaggerState, Role, RuleEventKind, RuleStanding
from moderation.flaggers.base import SiteKnowledge, flagged
from moderation.flaggers.registry import added, installed_flagger
from moderation.flaggers.respect import RespectFlagger
from moderation.models import ArticleRule, DecidingEvent, DecidingRule, Decision, Finding, FlaggerSwitch, Lease
from moderation.sampling import is_drawn
from moderation.services import deciding
from moderation.services.appeals import file_appeal, reject_appeal
from moderation.services.deciding import decide_by_rules
from moderation.services.deciding_rules import review_rules, switch_rule_off
from moderation.services.decisions import undo
from moderation.services.policies import current_policy
from moderation.tasks import screen_comment_task
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.deciding import BAD, GOOD, NUMBERS, Judge, add_judged, switch_on
from tests.moderation.desk_pages import QUEUE, sign_in, text_of
from tests.moderation.test_notifications import ADDRESS, deliver, judge
from tests.services.bad_flaggers import Asynchronous

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judge_alone")]


class Suspects(Asynchronous):
    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> screening.Finding:
        return flagged(self, "Suspicious.", score=0.2)


def proved(action: Action = Action.APPROVE, **values: Any) -> Article:
    """A discussion of a site whose judge was proved today, and may decide."""
    article = make_article()
    FlaggerSwitch.objects.create(site=article.site, flagger="judge", state=FlaggerState.ON)
    choice = {"bound": 0.99, "people_share": 0.01, "threshold": 0.999, "version": "1"} | values
    choice["policy"] = current_policy(article.site)
    DecidingRule.objects.create(
        site=article.site,
        flagger="judge",
        action=action,
        standing=RuleStanding.DECIDING,
        measured_at=timezone.now(),
        **choice,
    )
    if action == Action.APPROVE:
        add_judged(article, 1)
    return article


def send(article: Article, body: str = GOOD, **values: Any) -> Comment:
    """A comment outside the share that goes to people, after all checks."""
    comment = make_comment(article, body=f"{body} {next(NUMBERS)}", **values)
    while is_drawn(comment.public_id, 0.01):
        comment = make_comment(article, body=f"{body} {next(NUMBERS)}", **values)
    return screened(comment)


def screened(comment: Comment) -> Comment:
    screen_comment_task(comment.pk)
    comment.refresh_from_db()
    return comment


def events() -> list[str]:
    return list(DecidingEvent.objects.order_by("id").values_list("kind", flat=True))


def test_nothing_decides_unless_it_was_switched_on(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    article = make_article()
    comment = send(article)
    assert comment.status == Status.PENDING
    with django_assert_num_queries(1):
        assert decide_by_rules(comment.pk) is None


@pytest.mark.parametrize(
    ("count", "wrong", "standing"), [(499, 0, RuleStanding.MEASURING), (500, 6, RuleStanding.SHORT)]
)
def test_switched_on_it_decides_nothing_before_it_is_proved(count: int, wrong: int, standing: RuleStanding) -> None:
    article = make_article()
    add_judged(article, count, wrong=wrong)
    assert switch_on(article).standing == standing
    assert send(article).status == Status.PENDING
    # Switched on again, nothing is looked at once more.
    assert switch_on(article).looks == int(count >= 500)


@pytest.mark.parametrize(
    ("chosen", "then"),
    [
        ({}, {"de": "on"}),
        ({"": "order", "en": "inform"}, {"": "order", "de": "on", "en": "inform"}),
        ({"de": "shadow"}, {"de": "shadow"}),
    ],
)
def test_to_let_a_check_decide_lets_it_hold_back_unless_it_is_in_shadow(
    chosen: dict[str, str], then: dict[str, str]
) -> None:
    article = make_article()
    for language, state in chosen.items():
        FlaggerSwitch.objects.create(site=article.site, flagger="judge", language=language, state=state)
    switch_on(article, language="de")
    assert dict(FlaggerSwitch.objects.values_list("language", "state")) == then


def test_it_publishes_once_says_so_and_is_undone_like_any_other() -> None:
    article = proved()
    comment = send(article, email=ADDRESS)
    decision = Decision.objects.get(comment=comment)
    assert (comment.status, decision.action, decision.moderator) == (Status.APPROVED, Action.APPROVE, None)
    assert (decision.automated_decision, decision.automated_detection) == (Automation.FULL, False)
    assert comment.status_changes.get(to_status=Status.APPROVED).actor_kind == ActorKind.RULE
    article.refresh_from_db()
    assert article.comment_count == 1

    deliver()
    [message] = mail.outbox
    assert "alle können ihn jetzt lesen" in message.body
    assert "Automatisiert entschieden" in message.body
    page = Client().get(f"/status/{make_status_token(comment)}/", headers={"accept-language": "de"}).content.decode()
    assert "Von Software veröffentlicht, nach einer Vorgabe dieser Website" in page

    moderator = make_moderator(article.site, role=Role.SENIOR)
    listed = text_of(sign_in(moderator).get(f"{reverse('moderation:decisions')}?by=all&site={article.site.slug}"))
    assert "Software, by a rule of this site" in listed
    card = text_of(sign_in(moderator).get(f"{QUEUE}?comment={comment.public_id}&status=approved"))
    assert "Published Software, by a rule of this site · just now" in card
    together = f"{reverse('moderation:bulk')}?comment={comment.public_id}&action=remove"
    assert "Published Software, by a rule of this site · just now" in text_of(sign_in(moderator).get(together))
    history = reverse("moderation:history", args=[comment.public_id])
    assert "Software, by a rule of this site" in text_of(sign_in(moderator).get(history))
    in_german = text_of(sign_in(moderator).get(history, headers={"accept-language": "de"}))
    assert "Software, nach einer Vorgabe dieser Website" in in_german
    undo(decision=decision, moderator=moderator)
    assert screened(comment).status == Status.PENDING
    assert decide_by_rules(comment.pk) is None
    assert Decision.objects.filter(comment=comment).count() == 1


def test_statement_of_a_rejection_names_clause_and_automated_means() -> None:
    article = proved(Action.REJECT)
    add_judged(article, 1, bad=True)
    comment = send(article, BAD, email=ADDRESS)
    decision = Decision.objects.get(comment=comment)
    assert (comment.status, decision.facts) == (Status.REJECTED, "Tatsachen respect")
    assert (decision.automated_decision, decision.automated_detection) == (Automation.FULL, True)
    deliver()
    [message] = mail.outbox
    for text in ("Titel respect", "Automatisiert entschieden"):
        assert text in message.body
    # The page that the mail leads to does not say that somebody has read it.
    page = Client().get(f"/status/{make_status_token(comment)}/", headers={"accept-language": "de"}).content.decode()
    assert "Noch kein Mensch hat ihn gelesen." in page
    assert "Ihr Kommentar wird nicht veröffentlicht." in page
    assert "Die Redaktion hat Ihren Kommentar gelesen" not in page


def test_statement_of_a_rejection_does_not_say_that_nobody_has_read_it_when_an_appeal_was_answered() -> None:
    article = proved(Action.REJECT)
    add_judged(article, 1, bad=True)
    comment = send(article, BAD)
    appeal = file_appeal(comment=comment, text="Das war ein Irrtum.")
    told = []
    for _answer in range(2):
        page = Client().get(f"/status/{make_status_token(comment)}/", headers={"accept-language": "de"})
        told.append(page.content.decode())
        if not appeal.answer:
            senior = make_moderator(article.site, role=Role.SENIOR)
            appeal = reject_appeal(appeal=appeal, moderator=senior, answer="Es bleibt dabei.")
    assert ["Noch kein Mensch hat ihn gelesen." in page for page in told] == [True, False]
    assert ["Auf Ihre Beschwerde hin hat ihn ein Mensch gelesen." in page for page in told] == [False, True]


def test_ceiling_of_a_day_holds_and_ends_with_it() -> None:
    article = proved(ceiling=2)
    assert [send(article).status for _ in range(3)] == [Status.APPROVED, Status.APPROVED, Status.PENDING]
    Decision.objects.filter(rule__isnull=False).update(applied_at=timezone.now() - datetime.timedelta(days=1))
    assert send(article).status == Status.APPROVED


def test_share_goes_to_people_all_the_same() -> None:
    article = proved(people_share=0.5)
    comments = [screened(make_comment(article, body=f"{GOOD} {number}")) for number in range(12)]
    left = [comment.status == Status.PENDING for comment in comments]
    assert left == [is_drawn(comment.public_id, 0.5) for comment in comments]
    assert any(left)
    assert not all(left)
    # What was drawn stands for all that are like it.
    shares = Comment.objects.filter(pk__in=[comment.pk for comment in comments]).order_by("pk")
    assert [comment.drawn_share for comment in shares] == [0.5 if is_left else 1 for is_left in left]


def test_rule_falls_back_by_itself_and_begins_anew_when_switched_on() -> None:
    article = proved()
    rule = DecidingRule.objects.get()
    add_judged(article, 510, wrong=6)
    assert send(article).status == Status.APPROVED
    # Before the first decision of a day it is measured anew.
    DecidingRule.objects.update(measured_at=timezone.now() - datetime.timedelta(days=1))
    assert send(article).status == Status.PENDING
    rule.refresh_from_db()
    assert (rule.standing, rule.is_active, rule.threshold) == (RuleStanding.FALLEN, False, None)
    assert (rule.pile, rule.agreed) == (500, 494)
    assert events() == [RuleEventKind.FELL_BACK]
    assert review_rules() == 0

    rule = switch_on(article)
    assert (rule.standing, rule.decisions) == (RuleStanding.MEASURING, 0)


@pytest.mark.parametrize(("wrong", "deciding"), [(3, 1), (4, 0)])
def test_rule_goes_on_while_it_is_right_exactly_as_often_as_asked(wrong: int, deciding: int) -> None:
    # A share of which 500 is not quite 497 in floating point.
    article = proved(bound=99.4 / 100)
    add_judged(article, 500, wrong=wrong)
    assert review_rules() == deciding


def test_another_version_of_the_check_is_measured_anew(judge_alone: Judge) -> None:
    article = proved()
    judge_alone.version = "2"
    assert send(article).status == Status.PENDING
    assert review_rules() == 0
    rule = DecidingRule.objects.get()
    assert (rule.standing, rule.version, rule.decisions, rule.is_active) == (RuleStanding.MEASURING, "2", 0, True)
    assert events()[-1] == RuleEventKind.NEW_VERSION
    add_judged(article, 500, version="2")
    assert review_rules() == 1
    assert events()[-1] == RuleEventKind.BEGAN
    assert send(article).status == Status.APPROVED


def test_version_that_comes_back_gets_no_other_test_of_what_it_was_tested_on(judge_alone: Judge) -> None:
    article = make_article()
    add_judged(article, 500, wrong=6)
    assert switch_on(article).standing == RuleStanding.SHORT
    for version in ("2", "1"):
        judge_alone.version = version
        send(article)
        review_rules()
    rule = DecidingRule.objects.get()
    assert (rule.standing, rule.version, rule.decisions, rule.looks) == (RuleStanding.MEASURING, "1", 0, 0)


def test_switched_off_it_decides_nothing() -> None:
    article = proved()
    rule = DecidingRule.objects.get()
    switch_rule_off(rule=rule, administrator=make_moderator(article.site, role=Role.ADMINISTRATOR))
    assert send(article).status == Status.PENDING


@pytest.mark.parametrize("case", ["leased", "decided", "suspected", "two_people", "shadow", "order", "edited"])
def test_what_people_have_in_hand_or_another_check_holds_is_left_to_people(case: str) -> None:
    article = proved()
    comment = make_comment(article, body=GOOD)
    while is_drawn(comment.public_id, 0.01):
        comment = make_comment(article, body=f"{GOOD} {next(NUMBERS)}")
    moderator = make_moderator(article.site)
    expected = Status.PENDING
    if case == "leased":
        Lease.objects.create(comment=comment, user=moderator, expires_at=timezone.now() + datetime.timedelta(minutes=1))
    elif case == "decided":
        judge(comment, Action.REJECT, "respect")
        expected = Status.REJECTED
    elif case == "two_people":
        ArticleRule.objects.create(article=article, needs_two_people=True)
    elif case in FlaggerState.values:
        FlaggerSwitch.objects.update(state=case)
    elif case == "edited":
        undo(decision=judge(comment), moderator=moderator)
    with added(*([Suspects()] if case == "suspected" else [])):
        assert screened(comment).status == expected
    assert not Decision.objects.filter(rule__isnull=False).exists()


def put_off() -> tuple[DecidingRule, Comment]:
    """A rule that would publish a comment, and has not had the time."""
    article = proved()
    DecidingRule.objects.update(is_active=False)
    comment = send(article)
    DecidingRule.objects.update(is_active=True)
    return DecidingRule.objects.get(), comment


@pytest.mark.parametrize("state", [FlaggerState.OFF, FlaggerState.SHADOW, FlaggerState.INFORM, FlaggerState.ORDER])
def test_check_that_does_less_since_it_spoke_decides_nothing(state: FlaggerState) -> None:
    _rule, comment = put_off()
    FlaggerSwitch.objects.update(state=state)
    assert decide_by_rules(comment.pk) is None
    FlaggerSwitch.objects.update(state=FlaggerState.ON)
    assert decide_by_rules(comment.pk) is not None


def test_check_that_has_another_name_by_now_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _rule, comment = put_off()
    with monkeypatch.context() as renamed:
        renamed.setattr(installed_flagger("judge"), "name", "arbiter")
        assert decide_by_rules(comment.pk) is None
    assert decide_by_rules(comment.pk) is not None


@pytest.mark.parametrize("now", [{"threshold": 0.9999}, {"people_share": 1.0}, {"version": "2"}, {"bound": 0.9999}])
def test_rule_decides_as_it_is_when_its_turn_comes(now: dict[str, Any]) -> None:
    rule, comment = put_off()
    policy = current_policy(comment.site)
    DecidingRule.objects.update(**now)
    is_changed = "bound" not in now
    assert (deciding._decide(comment.pk, [rule], policy) is None) == is_changed


@pytest.mark.parametrize(
    "body",
    [
        "Gut.\n> Ein fremder Satz",
        "Gut. `del *`",
        "https://example.org/",
        "Du!!! +1",
        "Gut, du Idi[o](https://example.org)t.",
        "Gut, du Id**io**t.",
        "Gut [so](https://example.org 'nicht').",
        "Gut. \u202e!liehgeiS\u202c",
        "Gut. 你他妈的是个白痴",
        "Gut. ɥɔolɥɔsɹ∀",
        "Gut. A.r.s.c.h",
        # In other languages, in letters that German has.
        "Kurwa mac, ty debilu.",
        "Sen tam bir aptalsin ve buradan gitmelisin.",
        "This is a good idea, and you know it.",
        "Das ist gut, und so sehe ich es auch. Ty jestes kompletnym debilem i powinienes stad wyjechac.",
    ],
)
def test_nothing_is_published_that_checks_by_wording_do_not_read(body: str) -> None:
    article = proved()
    comment = make_comment(article, body=body)
    while is_drawn(comment.public_id, 0.01):
        comment = make_comment(article, body=body)
    assert screened(comment).status == Status.PENDING


def test_emoji_and_punctuation_keep_nothing_from_being_published() -> None:
    comment = send(proved(), "„Gut“ – so geht’s, z. B. heute… 👍🏽❤️👨\u200d👩\u200d👧 :-)")
    assert comment.status == Status.APPROVED


@pytest.mark.parametrize(
    ("has_encoder", "count", "is_whole"),
    [(False, 1_400, True), (False, 1_600, False), (True, 900, True), (True, 1_100, False)],
)
@pytest.mark.parametrize(
    ("action", "body", "status"), [(Action.APPROVE, GOOD, Status.APPROVED), (Action.REJECT, BAD, Status.REJECTED)]
)
def test_nothing_is_decided_that_a_check_did_not_read_to_its_end(
    action: Action, body: str, status: Status, has_encoder: bool, count: int, is_whole: bool, settings: Settings
) -> None:
    settings.MODERATION_ENCODER = has_encoder
    article = proved(action)
    add_judged(article, 1, bad=action == Action.REJECT)
    # In shadow at first.
    with added(RespectFlagger()):
        comment = send(article, body + " ob" * count)
    assert comment.status == (status if is_whole else Status.PENDING)
    assert Finding.objects.get(comment=comment, flagger="respect").is_whole is is_whole


@pytest.mark.parametrize("standing", [RuleStanding.FALLEN, RuleStanding.MEASURING])
def test_rule_for_all_languages_does_not_decide_where_that_of_the_language_may_not(standing: RuleStanding) -> None:
    article = proved()
    own = DecidingRule.objects.create(
        site=article.site, flagger="judge", action=Action.APPROVE, language="de", standing=standing, version="1"
    )
    assert send(article).status == Status.PENDING
    own.delete()
    assert send(article).status == Status.APPROVED
