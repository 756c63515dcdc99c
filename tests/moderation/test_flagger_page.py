"""The page on which administrators switch checks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from comments.enums import CheckOutcome
from comments.models import Comment
from moderation.enums import FlaggerState, Role
from moderation.flaggers.knowledge import forget_knowledge, load_knowledge
from moderation.models import DecidingEvent, DecidingRule, Finding, FlaggerSwitch
from moderation.services.deciding_rules import read_rules
from moderation.services.flagger_switches import choose_states, read_switches
from tests.factories import make_article, make_comment, make_moderator, make_site
from tests.moderation.checks_page import address, administrator, decide_address, lines, rule_of
from tests.moderation.desk_pages import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(settings: Settings) -> Iterator[None]:
    settings.MODERATION_FLAGGERS = [
        "moderation.flaggers.links.LinksFlagger",
        "moderation.flaggers.language.LanguageFlagger",
    ]
    forget_knowledge()
    yield
    forget_knowledge()


def add_finding(comment: Comment, flagger: str, *, is_shadow: bool = False) -> None:
    Finding.objects.update_or_create(
        comment=comment,
        revision=1,
        flagger=flagger,
        defaults={"outcome": CheckOutcome.FLAGGED, "is_shadow": is_shadow},
    )


def test_page_says_what_each_check_is_its_state_and_how_often_it_fired() -> None:
    article = make_article()
    for _ in range(2):
        add_finding(make_comment(article), "links")
    add_finding(make_comment(article), "language", is_shadow=True)
    add_finding(make_comment(make_article(make_site("elsewhere"))), "links")
    shown = lines(administrator(article.site), article.site)
    assert list(shown) == ["links", "language"]
    assert 'Links <span class="mg-badge">On, only informs</span>' in shown["links"]
    assert "Many links to other sites" in shown["links"]
    assert "Found something in 2 texts of the last 30 days." in shown["links"]
    assert '<span class="mg-badge">In shadow</span>' in shown["language"]
    assert "Found something in 0 texts of the last 30 days; in shadow in 1 more." in shown["language"]


def test_page_begins_with_its_contents_by_what_becomes_of_each_check() -> None:
    site = make_article().site
    client = administrator(site)
    page = re.sub(r"\s+", " ", client.get(address(site)).content.decode())
    contents = page[
        page.index('<nav class="mg-checking__contents"') : page.index("</nav>", page.index('id="contents"'))
    ]
    rows = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", contents)
    # Within the page, which is not loaded again.
    link = r'<a href="#check-(\w+)">(.*?)<'
    assert [(state, re.findall(link, names)) for state, names in rows] == [
        ("On, only informs", [("links", "Links")]),
        ("In shadow", [("language", "Language of the text")]),
    ]
    assert all(f'<li class="mg-checking" id="check-{name}">' in page for name in ("links", "language"))

    client.post(address(site, "language"), {"state": "on"})
    again = client.get(address(site)).content.decode()
    assert re.findall(r'#check-(\w+)"', again) == ["language", "links"]


FOLD = '<details class="mg-details mg-checking__fold"'


def open_checks(page: str) -> list[str]:
    """The checks whose choices are unfolded, in order."""
    pieces = page.split('<li class="mg-checking" id="check-')[1:]
    return [piece.partition('"')[0] for piece in pieces if f"{FOLD} open>" in piece]


def test_choices_of_a_check_are_unfolded_where_one_saved_or_let_it_decide() -> None:
    site = make_article().site
    client = administrator(site)
    assert client.get(address(site)).content.decode().count(f"{FOLD}>") == 2
    saved = client.post(address(site, "links"), {"state": "order"})["Location"]
    assert open_checks(client.get(saved).content.decode()) == ["links"]
    refused = client.post(decide_address(site), rule_of(site, bound="50"))
    assert open_checks(refused.content.decode()) == ["links"]
    assert open_checks(client.get(address(site)).content.decode()) == []

    rule = DecidingRule.objects.create(site=site, flagger="links", action="reject")
    assert open_checks(client.get(address(site)).content.decode()) == ["links"]
    DecidingRule.objects.update(is_active=False)
    assert open_checks(client.get(address(site)).content.decode()) == []
    DecidingRule.objects.filter(pk=rule.pk).update(standing="fallen")
    assert open_checks(client.get(address(site)).content.decode()) == ["links"]


def test_name_of_a_check_stands_with_what_becomes_of_it_in_each_language_and_whether_it_decides() -> None:
    site = make_article().site
    client = administrator(site)
    client.post(address(site, "links"), {"state": "order", "state_de": "on", "state_en": "order"})
    badges = re.compile(r'<span class="mg-badge">(.*?)</span>')
    assert badges.findall(lines(client, site)["links"]) == ["On, orders", "In German: On, holds back"]
    DecidingRule.objects.create(
        site=site, flagger="links", action="reject", language="en", standing="decides", threshold=0.9
    )
    assert "Decides" not in badges.findall(lines(client, site)["links"])
    DecidingRule.objects.update(language="de")
    assert badges.findall(lines(client, site)["links"])[2:] == ["Decides"]


def test_switch_is_stored_by_language_and_taken_back() -> None:
    site = make_article().site
    client = administrator(site)
    sent = {"state": "off", "state_de": "on", "state_en": ""}
    answer = client.post(address(site, "links"), sent)
    assert (answer.status_code, answer["Location"]) == (
        303,
        f"/moderation/flaggers/?site={site.slug}&saved=links#check-links",
    )
    assert load_knowledge(site.slug).states == {("links", ""): FlaggerState.OFF, ("links", "de"): FlaggerState.ON}
    page = client.get(f"{address(site)}&saved=links").content.decode()
    assert page.count("Saved. It holds everywhere") == 1

    client.post(address(site, "links"), {"state": "on", "state_de": "", "state_en": ""})
    rows = FlaggerSwitch.objects.values_list("flagger", "language", "state")
    assert list(rows) == [("links", "", "on")]


@pytest.mark.parametrize(
    ("name", "sent"),
    [("nobody", {"state": "on"}), ("links", {}), ("links", {"state": "perhaps"}), ("links", {"state": "on", "state_de": "x"})],
)  # fmt: skip
def test_switch_of_no_check_or_to_no_state_is_not_there(name: str, sent: dict[str, str]) -> None:
    site = make_article().site
    assert administrator(site).post(address(site, name), sent).status_code == 404
    assert not FlaggerSwitch.objects.exists()


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.SENIOR, Role.AUDITOR, Role.POLICY_EDITOR])
def test_page_is_for_administrators_alone(role: Role) -> None:
    site = make_article().site
    client = sign_in(make_moderator(site, role=role))
    assert client.get(address(site)).status_code == 403
    assert client.post(address(site, "links"), {"state": "off"}).status_code == 403
    assert not FlaggerSwitch.objects.exists()


def test_page_of_a_site_one_is_not_on_is_not_there() -> None:
    other = make_site("elsewhere")
    client = administrator(make_article().site)
    assert client.get(address(other)).status_code == 404
    assert client.post(address(other, "links"), {"state": "off"}).status_code == 404
    assert not FlaggerSwitch.objects.exists()


def test_choose_states_holds_for_one_site_and_one_check() -> None:
    site, other = make_site("paper"), make_site("magazine")
    administrator_of_both = make_moderator(site, role=Role.ADMINISTRATOR)
    choose_states(site=site, administrator=administrator_of_both, flagger="links", states={"": FlaggerState.OFF})
    assert [line.state for line in read_switches(site)] == [FlaggerState.OFF, FlaggerState.SHADOW]
    assert [line.state for line in read_switches(other)] == [FlaggerState.INFORM, FlaggerState.SHADOW]


def test_reading_switches_takes_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    article = make_article()
    for count in (1, 3):
        for number in range(count):
            add_finding(make_comment(article), f"check_{number}")
            FlaggerSwitch.objects.get_or_create(site=article.site, flagger="links", language=f"x{number}", state="on")
        with django_assert_num_queries(2):
            read_switches(article.site)


def test_rule_is_chosen_shown_with_its_standing_and_switched_off() -> None:
    site = make_article().site
    client = administrator(site)
    answer = client.post(decide_address(site), rule_of(site))
    assert answer.status_code == 303
    rule = DecidingRule.objects.get()
    assert (rule.flagger, rule.language, rule.action, rule.bound) == ("links", "de", "reject", 0.995)
    assert (rule.ceiling, rule.people_share, rule.is_active) == (20, 0.05, True)
    shown = lines(client, site)["links"]
    assert "Reject · In German" in shown
    assert "Measures: decides nothing yet" in shown
    assert "0 that count; tested at 500" in shown

    DecidingRule.objects.update(standing="decides", threshold=0.98, decisions=9_000, pile=6_000, agreed=5_990, looks=1)
    shown = lines(client, site)["links"]
    assert "5,990 of 6,000 (99.83 %); 99.5 % is asked" in shown
    german = client.get(address(site), headers={"accept-language": "de"}).content.decode()
    assert "5.990 von 6.000 (99,83 %)" in german.replace("\xa0", " ").replace("\u202f", " ")
    assert "0 of at most 20; 5 % go to people all the same" in shown
    rests = "Decides nothing while the check does less than hold back."
    assert rests not in shown
    FlaggerSwitch.objects.update(state="order")
    assert rests in lines(client, site)["links"]

    assert client.post(f"/moderation/rules/{rule.pk}/stop/?site={site.slug}").status_code == 303
    rule.refresh_from_db()
    assert not rule.is_active
    assert "Switched off" in lines(client, site)["links"]


@pytest.mark.parametrize(
    "sent", [{"bound": "50"}, {"bound": "100"}, {"ceiling": "0"}, {"people_share": "0"}, {"action": "spam"}]
)
def test_rule_that_cannot_be_is_refused_in_its_form(sent: dict[str, str]) -> None:
    site = make_article().site
    answer = administrator(site).post(decide_address(site), rule_of(site, **sent))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "mg-field__error" in page
    # The page is long: it opens at what was refused, not at its head.
    (opened,) = re.findall(r"<[^>]* autofocus[ >]", page)
    assert page.index('id="check-links"') < page.index(opened) < page.index('id="check-language"')
    assert re.search(r'<li><a href="#links_rule_\w+">', page)
    assert not DecidingRule.objects.exists()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"ceiling": ""}, "Please choose a number of decisions between 1 and 10,000."),
        ({"bound": "nearly all"}, "Please choose a share between 90 and 99.99 percent."),
        ({"people_share": ""}, "Please choose a share between 1 and 90 percent."),
    ],
)
def test_rule_with_nothing_or_no_number_in_a_field_is_told_what_it_may_be(sent: dict[str, str], sentence: str) -> None:
    site = make_article().site
    page = administrator(site).post(decide_address(site), rule_of(site, **sent)).content.decode()
    assert page.count(sentence) == 2
    assert not DecidingRule.objects.exists()


@pytest.mark.parametrize(
    ("name", "action", "sentence"),
    [
        ("links", "approve", "This check cannot publish: it gives no score to texts in which it finds nothing."),
        ("language", "approve", "It cannot decide: it does not declare that it names a clause to reject by"),
        ("language", "reject", "It cannot decide: it does not declare that it names a clause to reject by"),
    ],
)
def test_rule_that_could_never_be_proved_is_refused_and_changes_nothing(name: str, action: str, sentence: str) -> None:
    site = make_article().site
    client = administrator(site)
    client.post(address(site, name), {"state": "inform"})
    answer = client.post(decide_address(site, name), rule_of(site, action=action))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not DecidingRule.objects.exists()
    assert list(FlaggerSwitch.objects.values_list("flagger", "language", "state")) == [(name, "", "inform")]


def test_only_what_a_check_can_be_proved_in_is_offered(settings: Settings) -> None:
    settings.MODERATION_FLAGGERS += [
        "moderation.flaggers.respect.RespectFlagger",
        "moderation.flaggers.repetition.RepetitionFlagger",
        "moderation.flaggers.outside.judge.OutsideJudge",
    ]
    site = make_article().site
    shown = lines(administrator(site), site)
    offered = {name: re.findall(r'<option value="(approve|reject)"', row) for name, row in shown.items()}
    assert offered == {
        "links": ["reject"], "language": [], "respect": ["approve", "reject"], "repetition": [], "outside_judge": ["reject"],
    }  # fmt: skip
    assert [name for name, row in shown.items() if "It cannot decide:" in row] == ["language", "repetition"]

    # One from before checks said what they can decide is still switched off.
    rule = DecidingRule.objects.create(site=site, flagger="repetition", action="reject")
    assert f"/moderation/rules/{rule.pk}/stop/" in lines(administrator(site), site)["repetition"]


@pytest.mark.parametrize(("state", "is_said"), [("inform", True), ("order", True), ("on", False), ("shadow", False)])
def test_page_says_that_a_check_holds_back_because_it_may_decide(state: str, *, is_said: bool) -> None:
    site = make_article().site
    client = administrator(site)
    client.post(address(site, "links"), {"state": state})
    saved = client.post(decide_address(site), rule_of(site))["Location"]
    assert ("From now on this check also holds back." in client.get(saved).content.decode()) is is_said
    held = FlaggerSwitch.objects.filter(flagger="links", language="de", state="on")
    assert held.exists() is is_said


def test_rule_for_all_languages_has_none_of_its_own() -> None:
    site = make_article().site
    administrator(site).post(decide_address(site), rule_of(site, language="all"))
    assert DecidingRule.objects.values_list("language", "action").get() == ("", "reject")


def test_rules_are_for_administrators_of_their_site() -> None:
    site, other = make_article().site, make_article().site
    senior = sign_in(make_moderator(site, role=Role.SENIOR))
    assert senior.post(decide_address(site), rule_of(site)).status_code == 403
    rule = DecidingRule.objects.create(site=other, flagger="links", action="reject")
    assert administrator(site).post(f"/moderation/rules/{rule.pk}/stop/?site={site.slug}").status_code == 404
    rule.refresh_from_db()
    assert rule.is_active


def test_reading_rules_takes_three_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    site = make_article().site
    for count in (1, 3):
        for number in range(count):
            rule, _new = DecidingRule.objects.get_or_create(site=site, flagger=f"check_{number}", action="approve")
            DecidingEvent.objects.create(rule=rule, kind="in", bound=0.99)
        with django_assert_num_queries(3):
            assert len(read_rules(site)) == count
