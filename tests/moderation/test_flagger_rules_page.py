"""The rules by which checks may decide, on the page: their forms, and where they decide."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from moderation.flaggers.knowledge import forget_knowledge
from moderation.models import DecidingRule
from tests.factories import make_article
from tests.moderation.checks_page import address, administrator, decide_address, lines, rule_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(settings: Settings) -> Iterator[None]:
    settings.MODERATION_FLAGGERS = ["moderation.flaggers.links.LinksFlagger"]
    forget_knowledge()
    yield
    forget_knowledge()


def rule_form(client: Client, rule: DecidingRule) -> dict[str, str]:
    """What the form of a rule there is sends where nobody changes anything."""
    page = client.get(address(rule.site)).content.decode()
    (form,) = re.findall(rf'<form class="mg-checking__rule"[^>]*aria-labelledby="rule-{rule.pk}".*?</form>', page, re.S)
    inputs = re.findall(r"<input[^>]*>", form)
    sent = {re.findall('name="(.*?)"', one)[0]: re.findall('value="(.*?)"', one)[0] for one in inputs}
    return {name: value for name, value in sent.items() if name != "csrfmiddlewaretoken"}


def test_form_of_a_rule_starts_from_what_was_chosen_and_changes_nothing_else() -> None:
    site = make_article().site
    client = administrator(site)
    client.post(decide_address(site), rule_of(site, bound="99.9", ceiling="50", people_share="1"))
    rule = DecidingRule.objects.get()
    shown = lines(client, site)["links"]
    assert "right in at least 99.9 %; at most 50 decisions a day; 1 % go to people all the same" in shown
    sent = {"rule": str(rule.pk), "action": "reject", "language": "de", "bound": "99.9", "ceiling": "50"}
    assert rule_form(client, rule) == sent | {"people_share": "1"}

    # As one that was proved, which another bound would have proved anew.
    DecidingRule.objects.update(standing="decides", threshold=0.98, next_look=4_000, bound=0.999)
    assert client.post(decide_address(site), rule_form(client, rule) | {"ceiling": "60"}).status_code == 303
    rule.refresh_from_db()
    assert (rule.bound, rule.ceiling, rule.people_share) == pytest.approx((0.999, 60, 0.01))
    assert rule.next_look == 4_000


def test_form_of_a_rule_that_is_refused_is_shown_there() -> None:
    site = make_article().site
    client = administrator(site)
    rule = DecidingRule.objects.create(site=site, flagger="links", action="reject", bound=0.9995)
    answer = client.post(decide_address(site), rule_form(client, rule) | {"ceiling": "0"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert re.search(rf'<li><a href="#links_rule{rule.pk}_ceiling">', page)
    assert page.count('role="alert"') == 1
    # What was sent, to be mended.
    assert re.search(r'<input[^>]*name="bound"[^>]*value="99.95"', page)
    rule.refresh_from_db()
    assert rule.ceiling == 50


def test_rule_there_is_is_not_changed_by_the_form_for_another_one() -> None:
    site = make_article().site
    client = administrator(site)
    client.post(decide_address(site), rule_of(site, bound="99.9", people_share="1"))
    answer = client.post(decide_address(site), rule_of(site, bound="99", people_share="10"))
    assert answer.status_code == 422
    assert "There is such a rule: please change it where it stands above." in answer.content.decode()
    other = DecidingRule.objects.create(site=site, flagger="links", action="reject", language="en")
    mixed = rule_of(site, bound="99", people_share="10", rule=str(other.pk))
    assert client.post(decide_address(site), mixed).status_code == 422
    rule = DecidingRule.objects.get(language="de")
    assert (rule.bound, rule.people_share) == pytest.approx((0.999, 0.01))


@pytest.mark.parametrize(
    ("states", "own", "expected"),
    [
        # All of them as in general.
        ({"state": "on", "state_de": "", "state_en": "on"}, [], ([], True)),
        ({"state": "inform", "state_de": "", "state_en": "order"}, [], ([], False)),
        (
            {"state": "inform", "state_de": "on", "state_en": ""},
            [],
            ([("In general", False), ("In German", True)], True),
        ),
        ({"state": "on", "state_de": "", "state_en": "shadow"}, [], ([("In English", False)], True)),
        # For these it is not.
        ({"state": "inform", "state_de": "on", "state_en": ""}, ["de"], ([], False)),
        ({"state": "on", "state_de": "", "state_en": "shadow"}, ["en"], ([], True)),
    ],
)
def test_rule_for_all_languages_is_said_to_decide_where_the_check_holds_back(
    states: dict[str, str], own: list[str], expected: tuple[list[tuple[str, bool]], bool]
) -> None:
    site = make_article().site
    client = administrator(site)
    client.post(address(site, "links"), states)
    for language in ["", *own]:
        # One of its own that decides nothing is not made up for by that for all.
        DecidingRule.objects.create(
            site=site, flagger="links", action="reject", language=language, threshold=0.9, is_active=not language,
            standing="measures" if language else "decides",
        )  # fmt: skip
    row = lines(client, site)["links"]
    rest = "Decides nothing while the check does less than hold back."
    apart = re.findall(rf"<dt>(In \w+)</dt><dd>(Decides|{rest})</dd>", row)
    assert ([(name, said != rest) for name, said in apart], '<span class="mg-badge">Decides</span>' in row) == expected
    assert (f"<span>{rest}</span>" in row) is not expected[1]
