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
from moderation.enums import Action
from moderation.models import DeskPreferences
from moderation.services.bulk import BulkItem, decide_together
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


PLACES = [
    page_of_its_author,
    page_of_many,
    what_was_decided_together,
    what_was_decided,
    taking_it_back,
    beside_it,
    what_it_answers,
    by_the_same_author,
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


@pytest.mark.parametrize("place", [page_of_its_author, page_of_many, by_the_same_author])
def test_veil_does_not_tell_what_was_found_while_a_comment_is_judged_without_it(
    place: Place, settings: Settings
) -> None:
    settings.MODERATION_BLIND_SAMPLE_SHARE = 1
    severe = make_severe()
    moderator = make_moderator(severe.site)
    html = read(moderator, place(severe, moderator))
    assert "mg-veil" not in html
    assert SEVERE in html


@pytest.mark.parametrize("place", [page_of_its_author, page_of_many, by_the_same_author])
@pytest.mark.parametrize(("score", "limit", "is_veiled"), [(0.95, 0.95, True), (0.94, 0.95, False), (1.0, None, False)])
def test_text_is_veiled_from_the_score_on_that_the_site_chose(
    place: Place, score: float, limit: float | None, is_veiled: bool, settings: Settings
) -> None:
    settings.MODERATION_BLUR_SCORE = limit
    comment = make_comment(make_article(), body=SEVERE)
    finding = flag(comment, "terms", score=score)
    finding.clause = "respect"
    finding.save()
    moderator = make_moderator(comment.site)
    assert ("mg-veil" in read(moderator, place(comment, moderator))) is is_veiled


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
