"""The states of the desk that take more than a visit: its menu, an appeal, an edit, and the pages of who runs it."""

from __future__ import annotations

import datetime
import random

from django.utils import timezone

from comments import lifecycle
from comments.enums import CheckOutcome, Status, SuppressionReason
from comments.models import Lane
from comments.services import lanes
from comments.services.subscriptions import suppress
from moderation.enums import Action, Role
from moderation.flaggers.registry import installed_flaggers
from moderation.models import Decision, Finding, FlaggerDay, SavedView
from moderation.services.appeals import file_appeal
from moderation.services.deferrals import defer
from moderation.services.leases import hold
from moderation.services.opinions import ask
from moderation.services.practice import add_case
from moderation.services.saved_views import save_view
from tests.browser.stage import Stage
from tests.factories import make_comment, make_moderator
from tests.moderation.desk_pages import flag
from tests.moderation.mails_to_deliver import fail, put_mail
from tests.moderation.newsroom import Newsroom
from tests.moderation.reporting import judge

UNFOLD = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


def desk_with_the_menu(stage: Stage) -> None:
    """The menu of an administrator, and the filters with all that is folded away."""
    article = stage.make_article()
    flag(make_comment(article, body="Eine Nudel, bitte.", name="Ada"), "words")
    stage.be_account(make_moderator(article.site, role=Role.ADMINISTRATOR))
    page = stage.go("/moderation/?flag=words&age=day")
    page.locator(".mg-desk__queues").wait_for()
    page.evaluate(UNFOLD)
    page.locator("[popovertarget=pages]").click()
    page.locator("#pages:popover-open").wait_for()


def desk_with_an_appeal(stage: Stage) -> None:
    article = stage.make_article()
    comment = make_comment(article, name="Di", body="Das hat mit der Fähre nichts zu tun. " * 6)
    judge(comment, Action.REJECT, clause="respect", moderator=make_moderator(article.site))
    comment.refresh_from_db()
    file_appeal(comment=comment, text="Ich habe niemanden angegriffen. " * 4)
    stage.be_account(make_moderator(article.site, role=Role.SENIOR))
    stage.go("/moderation/?status=appealed").locator("[name=judgement]").first.wait_for()


def desk_with_an_edit(stage: Stage) -> None:
    article = stage.make_article()
    comment = make_comment(article, name="Bo", status=Status.APPROVED, body="Die Fähre fährt um 7 Uhr.")
    lifecycle.add_revision(
        comment, body="Die Fähre fährt um 8 Uhr.", body_html="<p>Die Fähre fährt um 8 Uhr.</p>", render_version=1
    )
    stage.be_account(make_moderator(article.site))
    stage.go(f"/moderation/?comment={comment.public_id}").locator(".mg-card del").first.wait_for()


def desk_in_single_view(stage: Stage) -> None:
    article = stage.make_article()
    flag(make_comment(article, body="Eine Nudel, bitte.", name="Ada"), "words")
    stage.be_account(make_moderator(article.site))
    page = stage.go("/moderation/")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("w")
    page.locator(".mg-desk--single").wait_for()


def desk_in_conflict(stage: Stage) -> None:
    """A decision that came too late, and its card that came back."""
    article = stage.make_article()
    late, following = (make_comment(article, name=name, body="Ich sehe das anders. " * 5) for name in ("Ada", "Bo"))
    stage.be_account(make_moderator(article.site))
    page = stage.go("/moderation/")
    page.wait_for_load_state("networkidle")
    colleague = make_moderator(article.site)
    colleague.first_name, colleague.last_name = "Jonas", "Feld-Brandenburger"
    colleague.save()
    judge(late, Action.APPROVE, moderator=colleague)
    page.keyboard.press("1")
    page.locator("#last [role=alert]").wait_for()
    page.locator(f"#card-{following.public_id}").wait_for()
    page.locator("#last button").click()
    page.locator("[data-asleep] .mg-verdict--conflict").wait_for()


def crowded_desk(stage: Stage) -> None:
    """More comments than a page holds, by people with long names; one put aside, one taken, one asked about, a saved view."""
    article = stage.make_article()
    moderator, colleague = make_moderator(article.site), make_moderator(article.site)
    names = ("Ada", "Bo Lund-Petersen", "Maximiliane Freifrau von Hohenstein-Schwarzenberg", "Ö")
    comments = [
        make_comment(article, name=names[number % 4], body=f"Beitrag {number}. " * (1 + 15 * (number % 3)))
        for number in range(60)
    ]
    flag(comments[3], "words")
    defer(comment=comments[1], moderator=colleague, until=timezone.now() + datetime.timedelta(hours=3), note="Später")
    ask(comment=comments[2], moderator=colleague, question="Ist das noch Satire?")
    hold(comment_id=comments[0].pk, user=colleague)
    save_view(site=article.site, owner=moderator, name="Lange Wartende mit Links", query="age=day", is_shared=False)
    stage.be_account(moderator)
    stage.go(f"/moderation/?comment={comments[2].public_id}").locator(".mg-card").wait_for()


def saved_view_to_edit(stage: Stage) -> None:
    crowded_desk(stage)
    stage.go(f"/moderation/views/{SavedView.objects.get().pk}/").locator("main form").first.wait_for()


def figures_of_a_week(stage: Stage) -> None:
    _be_administrator_of_a_newsroom(stage)
    stage.go("/moderation/figures/").locator(".mg-chart").first.wait_for()
    stage.page.evaluate(UNFOLD)


def figures_of_a_month(stage: Stage) -> None:
    _be_administrator_of_a_newsroom(stage)
    stage.go("/moderation/figures/?period=30d").locator(".mg-chart").first.wait_for()
    stage.page.evaluate(UNFOLD)


def figures_of_the_checks(stage: Stage) -> None:
    room = _be_administrator_of_a_newsroom(stage)
    Decision.objects.filter(pk__in=list(Decision.objects.values_list("pk", flat=True)[::3])).update(
        findings_hidden=True
    )
    FlaggerDay.objects.bulk_create(
        FlaggerDay(
            site=room.site, day=timezone.localdate() - datetime.timedelta(days=number), flagger="links", language="de",
            clause="no-advertising", looked=50, missing=number % 2, fired=20 if number < 7 else number % 4,
        )
        for number in range(1, 80)
    )  # fmt: skip
    stage.go("/moderation/figures/checks/").locator(".mg-chart").first.wait_for()
    stage.page.evaluate(UNFOLD)


def figures_of_many_checks(stage: Stage) -> None:
    """Every check there is has been at work, under every clause of a policy, and has missed something; some in two versions, and
    the judge that learns in one a night."""
    room = _be_administrator_of_a_newsroom(stage)
    chance = random.Random(7)  # noqa: S311 - a test repeats its chance
    versions = {one.name: [one.version] for one in installed_flaggers()}
    versions |= {name: [*versions[name], "earlier-4-1f0c22ab"] for name in ("shouting", "terms")}
    versions["learned"] = ["3-9d3e07c1"]
    checks = list(versions)
    clauses = ["respect", "on-topic", "unlawful", "no-advertising", "personal-data", ""]
    for decision in Decision.objects.select_related("comment"):
        for name in chance.sample(checks, 8):
            Finding.objects.update_or_create(
                comment=decision.comment,
                revision=1,
                flagger=name,
                defaults={
                    "version": chance.choice(versions[name]),
                    "outcome": CheckOutcome.FLAGGED,
                    "clause": chance.choice(clauses),
                    "parameters": {"model": chance.randrange(1_000, 1_028)},
                },
            )
        decision.comment.findings.update(created_at=decision.applied_at)
    FlaggerDay.objects.bulk_create(
        FlaggerDay(
            site=room.site, day=timezone.localdate() - datetime.timedelta(days=number), flagger=name, language=language,
            clause=clause, looked=chance.randrange(5_000), missing=chance.randrange(2), fired=chance.randrange(1, 900),
        )
        for name in checks for language in ("de", "en") for clause in clauses for number in range(1, 60, 4)
    )  # fmt: skip
    stage.go("/moderation/figures/checks/?weeks=13").locator(".mg-chart").first.wait_for()
    stage.page.evaluate(UNFOLD)


def words_that_were_taken_in(stage: Stage) -> None:
    _be_administrator(stage)
    rows = ["phrase,language,clause,note,active", "Idiot*,de,respect,auch im Plural,yes", "fick dich,de,respect,,yes"]
    rows += [
        f"Donaudampfschifffahrtsgesellschaft {number},de,,eine lange Anmerkung zu diesem Wort,no" for number in range(9)
    ]
    _send_table(stage, "\n".join(rows))
    stage.page.locator("[role=status]").wait_for()


def words_that_were_refused(stage: Stage) -> None:
    _be_administrator(stage)
    lines = ["phrase,active", "Idiot,vielleicht", ",yes", "Trottel,yes,zu viel", "x" * 300 + ",yes", "Depp,yes"]
    _send_table(stage, "\n".join(lines))
    stage.page.locator("[role=alert]").wait_for()


def _send_table(stage: Stage, text: str) -> None:
    page = stage.go("/moderation/terms/")
    file = {"name": "words.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.locator("form:has(input[type=file]) [type=submit]").click()


def practice_with_a_case(stage: Stage) -> None:
    article = stage.make_article()
    senior = make_moderator(article.site, role=Role.SENIOR)
    decision = judge(make_comment(article), Action.REJECT, clause="respect", moderator=senior)
    add_case(decision=decision, teacher=senior, explanation="Erst das Thema, dann der Ton.")
    stage.be_account(make_moderator(article.site))
    stage.go("/moderation/practice/").locator(".mg-figure").first.wait_for()
    stage.page.evaluate(UNFOLD)


def case_that_was_judged(stage: Stage) -> None:
    practice_with_a_case(stage)
    stage.page.locator("a.mg-button--primary").click()
    stage.page.locator("[name=decision]").first.click()
    stage.page.locator("[name=decision]").first.wait_for(state="detached")


def step_of_the_tour(stage: Stage) -> None:
    stage.be_account(make_moderator(stage.make_article().site))
    stage.go("/moderation/practice/tour/2/?tried=1").locator(".mg-tour__card").wait_for()


def members_of_the_desk(stage: Stage) -> None:
    _be_administrator(stage)
    stage.go("/moderation/members/").locator(".mg-rows").first.wait_for()
    stage.page.evaluate(UNFOLD)


def token_that_was_made(stage: Stage) -> None:
    _be_administrator(stage)
    stage.go("/moderation/tokens/").locator("main form .mg-button--primary").click()
    stage.page.locator("#token").wait_for()


def deliveries_with_trouble(stage: Stage) -> None:
    """Mails that wait and that were given up, a domain that rests, the mail server too, and addresses not written to."""
    article = stage.make_article()
    fail(article, "vera@gone.example")
    fail(article, "maximiliane@mail.freiwillige-feuerwehr-unterammergau.example", "policy 554 5.7.1")
    put_mail(article, "otto@slow.example")
    put_mail(article, "anna@fast.example")
    soon = timezone.now() + datetime.timedelta(minutes=7)
    for name in (lanes.SERVER, lanes.lane_of("otto@slow.example")):
        Lane.objects.create(name=name, failures=3, rests_until=soon)
    for number, reason in enumerate(SuppressionReason):
        suppress(f"reader{number}@gone.example", reason)
    stage.be_account(make_moderator(article.site, role=Role.ADMINISTRATOR))
    stage.go("/moderation/deliveries/").locator("main form").first.wait_for()


def settings_of_the_desk(stage: Stage) -> None:
    _be_administrator(stage)
    stage.go("/moderation/settings/").locator("main form").wait_for()


def checks_of_the_desk(stage: Stage) -> None:
    _be_administrator(stage)
    stage.go("/moderation/flaggers/").locator(".mg-rows").wait_for()


def check_that_was_switched(stage: Stage) -> None:
    checks_of_the_desk(stage)
    stage.page.evaluate(UNFOLD)
    form = stage.page.locator("main form").nth(2)
    form.locator("select").last.select_option("shadow")
    form.locator("[type=submit]").click()
    stage.page.locator("[role=status]").wait_for()


def check_whose_rule_was_refused(stage: Stage) -> None:
    checks_of_the_desk(stage)
    stage.page.evaluate(UNFOLD)
    form = stage.page.locator("#check-links .mg-checking__deciding form")
    form.evaluate("(form) => { form.noValidate = true; }")
    form.locator("[name=ceiling]").fill("")
    form.locator("[name=bound]").fill("20")
    form.locator("[type=submit]").click()
    stage.page.locator("[aria-invalid=true]").first.wait_for()


def settings_that_were_refused(stage: Stage) -> None:
    settings_of_the_desk(stage)
    form = stage.page.locator("main form")
    form.evaluate("(form) => { form.noValidate = true; }")
    form.locator("input[type=number]").first.fill("")
    form.locator("[type=submit]").click()
    stage.page.locator("[aria-invalid=true]").first.wait_for()


def _be_administrator(stage: Stage) -> None:
    site = stage.make_article().site
    make_moderator(site)
    stage.be_account(make_moderator(site, role=Role.ADMINISTRATOR))


def _be_administrator_of_a_newsroom(stage: Stage) -> Newsroom:
    room = Newsroom(random.Random(4))  # noqa: S311 - a test repeats its chance
    room.live(30)
    stage.be_account(make_moderator(room.site, role=Role.ADMINISTRATOR))
    return room


DESK_STATES = (
    desk_with_the_menu,
    desk_with_an_appeal,
    desk_with_an_edit,
    desk_in_single_view,
    desk_in_conflict,
    crowded_desk,
    saved_view_to_edit,
    figures_of_a_week,
    figures_of_a_month,
    figures_of_the_checks,
    figures_of_many_checks,
    words_that_were_taken_in,
    words_that_were_refused,
    practice_with_a_case,
    case_that_was_judged,
    step_of_the_tour,
    members_of_the_desk,
    token_that_was_made,
    deliveries_with_trouble,
    settings_of_the_desk,
    checks_of_the_desk,
    check_that_was_switched,
    check_whose_rule_was_refused,
    settings_that_were_refused,
)
