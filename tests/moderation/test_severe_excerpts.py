"""The beginning of a severe text on pages other than its own card: under the same veil, and without for who prefers that."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from pytest_django import Settings

from comments.enums import Status
from comments.models import Comment
from comments.services.identity import Identity
from moderation.enums import Action, FlaggerState, Role
from moderation.models import DeskPreferences, Finding, FlaggerSwitch
from moderation.services.bulk import BulkItem, decide_together
from moderation.services.practice import add_case
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import QUEUE, add_text, flag, html_of, sign_in
from tests.moderation.reporting import judge
from tests.moderation.test_card_context import mark_unlawful

pytestmark = pytest.mark.django_db
SEVERE, GENTLE = "Sehr böse Worte", "Sanfte Worte"
VEIL = re.compile(
    r'<details class="mg-veil">\s*<summary class="mg-button mg-veil__button">.*?</summary>(?P<hidden>.*?)</details>\s*'
    r'<div class="mg-veil__shape" aria-hidden="true" inert>(?P<shape>.*?)</div>',
    re.DOTALL,
)

# Given a severe comment and a moderator: the address of a page on which it stands.
Place = Callable[[Comment, User], str]


@pytest.fixture(autouse=True)
def _no_flaggers(settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = []


def page_of_its_author(severe: Comment, _moderator: User) -> str:
    return reverse("moderation:author", args=[severe.author.public_id])


def page_of_many(severe: Comment, _moderator: User) -> str:
    return f"{reverse('moderation:bulk')}?comment={severe.public_id}"


def what_was_decided_together(severe: Comment, moderator: User) -> str:
    item = BulkItem(severe.public_id, Action.REJECT, Status.PENDING, 1, clause="unlawful")
    comments = {severe.public_id: Comment.objects.with_context().get(pk=severe.pk)}
    result = decide_together(items=[item], comments=comments, moderator=moderator, reason="")
    return reverse("moderation:batch", args=[result.batch_id])


def what_was_decided(severe: Comment, moderator: User) -> str:
    judge(severe, Action.REJECT, clause="unlawful", moderator=moderator)
    return reverse("moderation:decisions")


def taking_it_back(severe: Comment, moderator: User) -> str:
    decision = judge(severe, Action.REJECT, clause="unlawful", moderator=moderator)
    return reverse("moderation:take_back", args=[decision.pk])


def beside_it(severe: Comment, moderator: User) -> str:
    judge(severe, Action.APPROVE, moderator=moderator)
    return f"{QUEUE}?comment={make_comment(severe.article, body=GENTLE).public_id}"


def what_it_answers(severe: Comment, moderator: User) -> str:
    judge(severe, Action.APPROVE, moderator=moderator)
    return f"{QUEUE}?comment={make_comment(severe.article, body=GENTLE, parent=severe).public_id}"


def by_the_same_author(severe: Comment, _moderator: User) -> str:
    elsewhere = make_article(severe.site)
    other = make_comment(elsewhere, body=GENTLE, identity=Identity(author=severe.author))
    # The list beside the card is of that article alone.
    return f"{QUEUE}?comment={other.public_id}&article={elsewhere.key}"


def its_history(severe: Comment, _moderator: User) -> str:
    # Marks would stand between the words.
    severe.findings.update(spans=[])
    return reverse("moderation:history", args=[severe.public_id])


def as_a_past_case(severe: Comment, moderator: User) -> str:
    decision = judge(severe, Action.REJECT, clause="unlawful", moderator=moderator)
    case = add_case(decision=decision, teacher=make_moderator(severe.site, role=Role.SENIOR))
    return reverse("moderation:case", args=[case.pk])


def put_forward(severe: Comment, moderator: User) -> str:
    judge(severe, Action.APPROVE, moderator=moderator)
    sign_in(moderator).post(reverse("moderation:feature", args=[severe.public_id]), {"on": "1"})
    return reverse("moderation:article", args=[severe.article.pk])


PLACES = [
    page_of_its_author,
    page_of_many,
    what_was_decided_together,
    what_was_decided,
    taking_it_back,
    beside_it,
    what_it_answers,
    by_the_same_author,
    its_history,
    as_a_past_case,
    put_forward,
]


def make_severe(status: Status = Status.PENDING) -> Comment:
    comment = make_comment(make_article(), body=SEVERE, status=status)
    mark_unlawful(comment)
    return comment


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def read(moderator: User, address: str) -> str:
    return html_of(sign_in(moderator).get(address))


@pytest.mark.parametrize("place", PLACES)
def test_severe_text_is_veiled_wherever_it_stands_unless_somebody_wants_it_at_once(place: Place) -> None:
    severe = make_severe()
    moderator = make_moderator(severe.site)
    address = place(severe, moderator)

    html = read(moderator, address)
    (veil,) = VEIL.finditer(html)
    assert (words(veil["hidden"]), words(veil["shape"])) == (SEVERE, SEVERE)
    assert SEVERE not in VEIL.sub("", html)
    # The key belongs to the card's own text.
    assert 'data-key="reveal"' not in html

    DeskPreferences.objects.create(user=moderator, shows_severe=True)
    html = read(moderator, address)
    assert "mg-veil" not in html
    assert html.count(SEVERE) == 1


@pytest.mark.parametrize("place", [page_of_its_author, page_of_many, by_the_same_author, its_history])
def test_veil_does_not_tell_what_was_found_while_a_comment_is_judged_without_it(
    place: Place, settings: Settings
) -> None:
    settings.MODERATION_BLIND_SAMPLE_SHARE = 1
    severe = make_severe()
    moderator = make_moderator(severe.site)
    html = read(moderator, place(severe, moderator))
    assert "mg-veil" not in html
    assert SEVERE in html


@pytest.mark.parametrize(
    "place", [page_of_its_author, page_of_many, by_the_same_author, its_history, as_a_past_case, put_forward]
)
@pytest.mark.parametrize(("score", "limit", "is_veiled"), [(0.95, 0.95, True), (0.94, 0.95, False), (1.0, None, False)])
def test_text_is_veiled_from_the_score_on_that_the_site_chose(
    place: Place, score: float, limit: float | None, is_veiled: bool, settings: Settings
) -> None:
    settings.MODERATION_BLUR_SCORE = limit
    comment = make_comment(make_article(), body=SEVERE)
    flag(comment, "respect", score=score)
    moderator = make_moderator(comment.site)
    assert ("mg-veil" in read(moderator, place(comment, moderator))) is is_veiled


@pytest.mark.parametrize("state", [None, FlaggerState.INFORM, FlaggerState.OFF])
def test_grave_insult_is_veiled_on_a_site_that_has_chosen_nothing_but_not_where_the_check_is_off(
    state: FlaggerState | None, settings: Settings
) -> None:
    settings.MODERATION_FLAGGERS = ["moderation.flaggers.respect.RespectFlagger"]
    article = make_article()
    if state is not None:
        FlaggerSwitch.objects.create(site=article.site, flagger="respect", state=state)
    comment = make_comment(article, body="Du bist ein dummer Idiot.")
    gentle = make_comment(article, body="Der Radweg am Bahnhof ist gut.")
    moderator = make_moderator(article.site)

    veiled = ["mg-veil" in read(moderator, page_of_its_author(one, moderator)) for one in (comment, gentle)]

    assert veiled == [state != FlaggerState.OFF, False]


@pytest.mark.parametrize("place", [page_of_its_author, page_of_many, by_the_same_author])
def test_veil_is_lifted_with_a_gentler_text(place: Place) -> None:
    severe = make_severe()
    moderator = make_moderator(severe.site)
    address = place(severe, moderator)
    add_text(severe, "Milde Worte")
    html = read(moderator, address)
    assert "mg-veil" not in html
    assert html.count("Milde Worte") == 1


@pytest.mark.parametrize("place", [beside_it, what_it_answers])
def test_neighbour_is_veiled_by_its_published_text_not_by_the_one_that_waits(place: Place) -> None:
    severe, gentle = make_severe(), make_comment(make_article(), body="Milde Worte")
    shown = []
    for comment, later in ((severe, "Milde Worte"), (gentle, SEVERE)):
        moderator = make_moderator(comment.site)
        address = place(comment, moderator)
        comment.refresh_from_db()
        add_text(comment, later)
        if comment == gentle:
            mark_unlawful(comment)
        place_of_it = read(moderator, address).partition('<ol class="mg-parents">')[2].partition("</ol>")[0]
        shown.append(words(VEIL.sub("under a veil", place_of_it)))
    assert "under a veil" in shown[0]
    assert "Milde Worte" in shown[1]
    assert "under a veil" not in shown[1]


def test_card_of_a_severe_edit_shows_at_once_what_changed_to_who_prefers_that() -> None:
    comment = make_comment(make_article(), body=GENTLE, status=Status.APPROVED)
    add_text(comment, SEVERE)
    mark_unlawful(comment)
    moderator = make_moderator(comment.site)
    address = f"{QUEUE}?comment={comment.public_id}"
    assert read(moderator, address).count('<details class="mg-veil">') == 2
    DeskPreferences.objects.create(user=moderator, shows_severe=True)
    html = read(moderator, address)
    assert "mg-veil" not in html
    assert re.search(r"<ins>.*?böse", html, re.DOTALL)


def test_card_of_a_gentler_edit_veils_what_changed_in_the_severe_text_and_not_the_new_one() -> None:
    comment = make_severe(Status.APPROVED)
    add_text(comment, GENTLE)
    moderator = make_moderator(comment.site)
    html = read(moderator, f"{QUEUE}?comment={comment.public_id}")
    before, *veiled = html.split('<details class="mg-veil">')
    assert len(veiled) == 1
    changes, _end, after = veiled[0].partition("</details>")
    assert "böse" in changes
    assert "böse" not in before + after
    assert 'data-key="reveal"' not in html
    assert words(after).count(GENTLE) == 1


def test_history_veils_each_severe_text_and_what_differs_from_it_also_when_something_is_refused() -> None:
    comment = make_comment(make_article(), body=GENTLE)
    for body in (SEVERE, "Milde Worte", "Sehr milde Worte"):
        add_text(comment, body)
        if body == SEVERE:
            mark_unlawful(comment)
    moderator = make_moderator(comment.site)
    decision = judge(comment, Action.APPROVE, moderator=moderator)
    address = its_history(comment, moderator)

    def shown(html: str) -> list[int]:
        """How many veils are on each text, the latest first; none of the severe words is outside of one."""
        texts = html.split('<article class="mg-card"')[1:]
        without = re.sub(r'<details class="mg-veil">.*?</details>', "", VEIL.sub("", html), flags=re.DOTALL)
        assert "böse" not in without
        return [text.count('<details class="mg-veil">') for text in texts]

    # The text itself and its changes; of the one after it the changes alone.
    assert shown(read(moderator, address)) == [0, 1, 2, 0]
    client = sign_in(make_moderator(comment.site, role=Role.SENIOR))
    address_of_case = reverse("moderation:add_case", args=[decision.pk])
    refused = client.post(address_of_case, {"explanation": "x" * 1_001})
    assert "at most 1000 are possible" in words(html_of(refused))
    assert shown(html_of(refused)) == [0, 1, 2, 0]
    DeskPreferences.objects.create(user=moderator, shows_severe=True)
    assert "mg-veil" not in read(moderator, address)


def test_article_veils_what_is_put_forward_by_its_published_text() -> None:
    severe = make_severe()
    moderator = make_moderator(severe.site)
    address = put_forward(severe, moderator)
    severe.refresh_from_db()
    add_text(severe, "Milde Worte")
    (veil,) = VEIL.finditer(read(moderator, address))
    assert SEVERE in words(veil["hidden"])


def test_past_case_is_veiled_by_the_text_that_was_judged() -> None:
    comment = make_comment(make_article(), body=GENTLE)
    moderator = make_moderator(comment.site)
    address = as_a_past_case(comment, moderator)
    add_text(comment, SEVERE)
    mark_unlawful(comment)
    html = read(moderator, address)
    assert "mg-veil" not in html
    assert GENTLE in html


@pytest.mark.parametrize("place", ["card", "history", "after a blind judgement"])
def test_flag_quotes_no_words_of_a_veiled_text(place: str, settings: Settings) -> None:
    comment = make_severe()
    finding = Finding.objects.get()
    finding.message = "Like what was refused: %(words)s; the word “%(word)s”."
    finding.parameters = {"words": "“Sehr”, “böse Worte”", "word": "sehr"}
    finding.spans = [[0, 4, ""], [5, 15, ""]]
    finding.save()
    moderator = make_moderator(comment.site)
    address = f"{QUEUE}?comment={comment.public_id}"
    if place == "history":
        address = reverse("moderation:history", args=[comment.public_id])
    elif place == "after a blind judgement":
        settings.MODERATION_BLIND_SAMPLE_SHARE = 1
        judge(comment, Action.REJECT, clause="unlawful", moderator=moderator)
    assert "Like what was refused: “…”, “…”; the word “…”." in read(moderator, address)
    DeskPreferences.objects.create(user=moderator, shows_severe=True)
    assert "Like what was refused: “Sehr”, “böse Worte”; the word “sehr”." in read(moderator, address)


@pytest.mark.parametrize(
    ("message", "parameters", "veiled"),
    [
        ("On the list: %(terms)s", {"terms": "“Idiot”, “Tor”"}, "On the list: “…”, “…”"),
        ("Leads to %(hosts)s", {"hosts": "nazi-hurensohn.example"}, "Leads to …"),
        (
            "Against “%(clause)s”: %(reason)s",
            {"clause": "Respect", "reason": 'It says "Idiot".'},
            'Against “Title unlawful”: It says "…".',
        ),
    ],
)
def test_flag_names_no_word_of_a_veiled_text_that_is_written_otherwise_there(
    message: str, parameters: dict[str, str], veiled: str
) -> None:
    comment = make_severe()
    finding = Finding.objects.get()
    # Marked is what stands there, as “Id10ten”.
    finding.message, finding.parameters, finding.clause, finding.spans = message, parameters, "unlawful", [[0, 4, ""]]
    finding.save()
    moderator = make_moderator(comment.site)
    address = f"{QUEUE}?comment={comment.public_id}"
    assert veiled in unescape(read(moderator, address))
    DeskPreferences.objects.create(user=moderator, shows_severe=True)
    assert message % (parameters | {"clause": "Title unlawful"}) in unescape(read(moderator, address))
