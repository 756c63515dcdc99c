"""The newcomer's corner: the tour touches nothing, cases hide their outcome, answers are one's own."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comments.models import Comment
from moderation.enums import Action, Role
from moderation.models import CalibrationAnswer, CalibrationCase, Clause, Decision, DeskPreferences
from moderation.services.practice import add_case, agreement_of, answer_case, read_practice
from tests.browser.axe import violations_in_looks
from tests.factories import make_article, make_comment, make_moderator, make_site, make_user
from tests.moderation.desk_pages import html_of, press, sign_in, text_of
from tests.moderation.newsroom import Newsroom
from tests.moderation.reporting import judge

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from comments.models import Article

pytestmark = pytest.mark.django_db

PAGE = "/moderation/practice/"
WHY = "Erst das Thema, dann der Ton."


def make_case(
    article: Article, action: Action = Action.REJECT, *, clause: str = "respect", body: str = ""
) -> CalibrationCase:
    decision = judge(make_comment(article, body=body), action, clause=clause)
    return add_case(decision=decision, teacher=make_moderator(article.site, role=Role.SENIOR), explanation=WHY)


def case_url(case: CalibrationCase, action: str = "") -> str:
    return f"{PAGE}cases/{case.pk}/{action}"


def test_case_shows_its_outcome_only_after_ones_own_answer() -> None:
    article = make_article()
    case = make_case(article, body="Das ist der alte Text.")
    client = sign_in(make_moderator(article.site))

    before = client.get(case_url(case))
    answered = client.post(case_url(case, "answer/"), {"decision": "reject:on-topic"})
    after = client.get(case_url(case))

    assert "Das ist der alte Text." in text_of(before)
    # The clause is named among the choices; that it was the one, and why, is not.
    assert WHY not in html_of(before)
    assert "The desk" not in text_of(before)
    assert "Hanna Kuhl" not in html_of(before) + html_of(after)
    assert (answered.status_code, answered["Location"]) == (303, case_url(case))
    words = text_of(after)
    assert f"The desk judged differently You Reject: Title on-topic The desk Reject: Title respect {WHY}" in words
    stored = CalibrationAnswer.objects.get()
    assert (stored.action, stored.clause) == ("reject", "on-topic")


def test_case_is_answered_once() -> None:
    article = make_article()
    case = make_case(article)
    client = sign_in(make_moderator(article.site))
    first = client.post(case_url(case, "answer/"), {"decision": "approve"})
    second = client.post(case_url(case, "answer/"), {"decision": "reject:respect"})
    assert (first.status_code, second.status_code) == (303, 303)
    assert [one.action for one in CalibrationAnswer.objects.all()] == ["approve"]


def test_case_rejected_without_a_clause_is_refused_and_rubbish_is_not_there() -> None:
    article = make_article()
    case = make_case(article)
    client = sign_in(make_moderator(article.site))
    refused = client.post(case_url(case, "answer/"), {"decision": "reject:"})
    assert (refused.status_code, WHY in html_of(refused)) == (422, False)
    assert "Please name the clause that the comment is against." in text_of(refused)
    assert client.post(case_url(case, "answer/"), {"decision": "remove:respect"}).status_code == 404
    assert client.post(case_url(case, "answer/"), {}).status_code == 404
    assert CalibrationAnswer.objects.count() == 0


def answer_all(cases: list[CalibrationCase], user: User, actions: str) -> None:
    for case, letter in zip(cases, actions, strict=True):
        action = Action.APPROVE if letter == "a" else Action.REJECT
        answer_case(case=case, user=user, action=action, clause="" if letter == "a" else "respect")


def test_agreement_with_the_desk_is_a_share_and_a_kappa_and_ones_own() -> None:
    article = make_article()
    cases = [make_case(article, Action.APPROVE, clause="") for _ in range(2)]
    cases += [make_case(article) for _ in range(2)]
    newcomer, other = make_moderator(article.site), make_moderator(article.site)
    answer_all(cases, newcomer, "aara")
    answer_all(cases, other, "rraa")

    own = agreement_of(read_practice(article.site, newcomer))
    page = text_of(sign_in(newcomer).get(PAGE))

    # Three of four alike; by chance half of them: (3/4 - 1/2) / (1 - 1/2).
    assert (own.pairs, own.share, own.kappa) == (
        {("approve", "approve"): 2, ("reject", "reject"): 1, ("reject", "approve"): 1}, 0.75, 0.5
    )  # fmt: skip
    assert "Judged 4 Same decision as the desk 75 % Beyond chance κ 0.50" in page
    assert "Same decision as the desk 0 % Beyond chance κ -1.00" in text_of(sign_in(other).get(PAGE))
    assert "Judged" not in text_of(sign_in(make_moderator(article.site, role=Role.ADMINISTRATOR)).get(PAGE))


def test_removed_comment_counts_as_rejected_in_practice() -> None:
    article = make_article()
    comment = make_comment(article)
    judge(comment, Action.APPROVE)
    decision = judge(comment, Action.REMOVE, clause="respect")
    case = add_case(decision=decision, teacher=make_moderator(article.site, role=Role.SENIOR))
    user = make_moderator(article.site)
    answer_case(case=case, user=user, action=Action.REJECT, clause="respect")
    [practised] = read_practice(article.site, user)
    assert practised.is_alike


def test_case_is_added_from_the_history_and_removed_by_who_teaches() -> None:
    article = make_article()
    comment = make_comment(article)
    decision = judge(comment, Action.REJECT, clause="respect")
    history = reverse("moderation:history", args=[comment.public_id])
    add = reverse("moderation:add_case", args=[decision.pk])
    senior, moderator = sign_in(make_moderator(article.site, role=Role.SENIOR)), sign_in(make_moderator(article.site))

    assert add in html_of(senior.get(history))
    assert add not in html_of(moderator.get(history))
    assert moderator.post(add, {"explanation": WHY}).status_code == 403
    assert CalibrationCase.objects.count() == 0
    added = senior.post(add, {"explanation": WHY})
    again = senior.post(add, {"explanation": "Neu."})

    case = CalibrationCase.objects.get()
    assert [(one.status_code, one["Location"]) for one in (added, again)] == [(303, history)] * 2
    assert (case.explanation, case.decision) == ("Neu.", decision)
    assert moderator.post(case_url(case, "remove/")).status_code == 403
    assert senior.post(case_url(case, "remove/")).status_code == 303
    assert CalibrationCase.objects.count() == 0
    assert Decision.objects.count() == 1


def test_decision_that_was_taken_back_is_no_case() -> None:
    article = make_article()
    comment = make_comment(article)
    senior = sign_in(make_moderator(article.site, role=Role.SENIOR))
    press(senior, comment, "approve")
    decision = Decision.objects.get()
    senior.post(reverse("moderation:undo", args=[decision.pk]))
    answer = senior.post(reverse("moderation:add_case", args=[decision.pk]), {"explanation": ""})
    assert (answer.status_code, CalibrationCase.objects.count()) == (422, 0)
    assert "Only a judgement that stands can be a case for practice." in text_of(answer)


def test_practice_of_another_site_is_absent() -> None:
    article = make_article()
    case = make_case(article)
    strangers = [make_user(), make_moderator(make_site(), role=Role.ADMINISTRATOR)]
    for stranger in strangers:
        client = sign_in(stranger)
        answers = [
            client.get(case_url(case)),
            client.get(f"{PAGE}?site={article.site.slug}"),
            client.post(case_url(case, "answer/"), {"decision": "approve"}),
            client.post(case_url(case, "remove/")),
            client.post(reverse("moderation:add_case", args=[case.decision_id]), {}),
        ]
        assert [one.status_code for one in answers] == [404] * 5
    assert (CalibrationCase.objects.count(), CalibrationAnswer.objects.count()) == (1, 0)


def test_practice_shows_guidance_with_good_and_bad_examples() -> None:
    article = make_article()
    Clause.objects.filter(slug="respect").update(
        guidance_en="Look at the tone.", examples_en={"fits": ["You are wrong."], "does_not_fit": ["You <b>fool</b>."]}
    )
    page = sign_in(make_moderator(article.site)).get(PAGE)
    assert "Look at the tone. Can be published: You are wrong. Cannot be published: You <b>fool</b> ." in text_of(
        page
    ) or ("You are wrong." in text_of(page) and "You &lt;b&gt;fool&lt;/b&gt;." in html_of(page))


def test_practice_takes_as_many_queries_for_many_cases_as_for_one() -> None:
    article = make_article()
    user = make_moderator(article.site)
    client = sign_in(user)
    counts = []
    for _round in range(2):
        for _number in range(2):
            answer_case(case=make_case(article), user=user, action=Action.APPROVE)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        counts.append(len(queries))
    # Two of them are the session and its account.
    assert counts == [6, 6]


# --- The tour


def test_tour_leads_from_page_to_page_without_a_script_and_touches_nothing() -> None:
    article = make_article()
    waiting = make_comment(article)
    client = sign_in(make_moderator(article.site))
    address, keys = f"{PAGE}tour/1/", []
    while address != PAGE:
        html = html_of(client.get(address))
        assert "Publish" in html
        onward = re.findall(r'href="(/moderation/practice/(?:tour/\d+/)?)" data-key="([a-z0-9-]+)"', html)
        assert len(onward) == 1
        wrong = client.get(f"{address}?tried=1")
        assert "That would have been another decision. Nothing has happened" in text_of(wrong)
        address, key = onward[0]
        keys.append(key)
    finished = client.post(reverse("moderation:finish_tour"), {"taken": "1"})

    assert keys == ["approve", "clause-2", "undo", "spam", "defer", "help"]
    assert (finished.status_code, finished["Location"]) == (303, PAGE)
    assert (Comment.objects.get(), Decision.objects.count()) == (waiting, 0)
    assert client.get(f"{PAGE}tour/7/").status_code == 404


def test_tour_is_offered_until_it_is_taken_or_declined() -> None:
    article = make_article()
    user = make_moderator(article.site)
    client = sign_in(user)
    hint = "New here?"
    assert hint in text_of(client.get("/moderation/"))
    declined = client.post(reverse("moderation:finish_tour"))
    assert (declined.status_code, declined["Location"]) == (303, "/moderation/")
    assert hint not in text_of(client.get("/moderation/"))
    assert DeskPreferences.objects.get(user=user).tour_done_at is not None
    assert hint in text_of(sign_in(make_moderator(article.site)).get("/moderation/"))
    assert sign_in(make_user()).post(reverse("moderation:finish_tour")).status_code == 404


def test_tour_names_the_keys_that_somebody_chose() -> None:
    article = make_article()
    user = make_moderator(article.site)
    DeskPreferences.objects.create(user=user, keys={"approve": "p"})
    assert "The key is p ." in text_of(sign_in(user).get(f"{PAGE}tour/1/"))


# --- In the browser


def be(page: Page, live_server: LiveServer, user: User) -> None:
    session = sign_in(user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_tour_in_the_browser_is_walked_by_keys(page: Page, live_server: LiveServer) -> None:
    article = make_article()
    be(page, live_server, make_moderator(article.site))
    page.goto(f"{live_server.url}{PAGE}tour/1/")
    page.keyboard.press("s")
    page.get_by_text("That is another key. Nothing has happened.").wait_for()
    for key, step in (("a", 2), ("2", 3), ("z", 4), ("s", 5), ("d", 6)):
        page.keyboard.press(key)
        page.wait_for_url(f"**/tour/{step}/")
    page.get_by_role("button", name="Finish the tour").click()
    page.wait_for_url(f"**{PAGE}")
    assert DeskPreferences.objects.get().tour_done_at is not None


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_pages_of_figures_roles_and_practice_break_no_rule(page: Page, live_server: LiveServer) -> None:
    room = Newsroom(random.Random(4))  # noqa: S311 - a test repeats its chance
    room.live(12)
    administrator = make_moderator(room.site, role=Role.ADMINISTRATOR)
    case = make_case(room.articles[0])
    be(page, live_server, administrator)
    found = []
    for path in (
        "figures/?period=30d",
        "members/",
        "tokens/",
        "practice/",
        "practice/tour/2/",
        f"practice/cases/{case.pk}/",
    ):
        page.goto(f"{live_server.url}/moderation/{path}")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        looks = [("light", 1280, "ltr"), ("dark", 320, "rtl")]
        found += [f"{path} {one}" for one in violations_in_looks(page, looks)]
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    assert not found, "\n".join(found)
