from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comments.enums import Status
from comments.models import Article, Comment
from moderation.enums import Action, Role
from moderation.models import ArticleRule, Batch, Decision, Opinion
from moderation.services.appeals import file_appeal
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import add_text, flag, html_of, sign_in, text_of
from tests.moderation.reporting import judge

if TYPE_CHECKING:
    from django.http import HttpResponse
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

BULK = "/moderation/bulk/"


@pytest.fixture(autouse=True)
def _no_flaggers(settings: SettingsWrapper) -> None:
    settings.MODERATION_FLAGGERS = []


def make_comments(article: Article, count: int) -> list[Comment]:
    return [make_comment(article, name=f"Leser {number}") for number in range(count)]


def address(comments: list[Comment], action: str = "") -> str:
    query = "&".join([f"comment={one.public_id}" for one in comments] + ([f"action={action}"] if action else []))
    return f"{BULK}?{query}"


def send(client: Client, comments: list[Comment], action: str, /, **sent: Any) -> HttpResponse:
    """Send the form of the page as it shows these objects, all ticked."""
    data = {
        "action": action,
        "reason": "Eine Welle",
        "item": [f"{one.public_id}.{one.status}.{one.revision}" for one in comments],
    }
    return client.post(address(comments, action), data | sent)  # type: ignore[return-value]


def rows(response: Any) -> list[tuple[str, str]]:
    """What the page says of each comment: the name, and what becomes of it or why nothing does."""
    items = re.findall(r'<li class="mg-bulk__row.*?</li>', html_of(response), re.DOTALL)
    found = []
    for item in items:
        name = re.search(r'for="tick-[^>]*>([^<]*)', item)
        said = re.search(r'<p class="mg-bulk__(?:effect|obstacle)">(.*?)</p>', item, re.DOTALL)
        words = " ".join(re.sub(r"<[^>]*>", " ", said[1]).split()) if said else ""
        found.append((name[1] if name else "", words))
    return found


def ticked(response: Any) -> list[str]:
    return re.findall(r'value="(\S+)" checked', html_of(response))


def statuses() -> list[str]:
    return list(Comment.objects.order_by("pk").values_list("status", flat=True))


def test_what_was_found_counts_as_hidden_from_who_decides_on_the_page_that_does_not_say_it() -> None:
    article = make_article()
    comments = make_comments(article, 2)
    for comment in comments:
        flag(comment, "terms")
    client = sign_in(make_moderator(article.site))
    assert "Nudel" not in html_of(client.get(address(comments)))

    send(client, comments, "spam")

    found = Decision.objects.filter(batch_id__isnull=False).values_list("automated_detection", "findings_hidden")
    assert list(found) == [(True, True)] * 2


def test_page_says_for_each_comment_what_an_action_makes_of_it_or_why_nothing() -> None:
    article = make_article()
    waiting, edited = make_comments(article, 2)
    judge(edited, Action.APPROVE)
    add_text(edited, "Neu")
    published = make_comment(article, name="Paul", status=Status.APPROVED)
    withdrawn = make_comment(article, name="Wanda", status=Status.WITHDRAWN)
    refused = make_comment(article, name="Rita")
    judge(refused, Action.REJECT, clause="respect")
    file_appeal(comment=Comment.objects.with_context().get(pk=refused.pk), text="Ein Zitat.")
    client = sign_in(make_moderator(article.site))

    page = client.get(address([waiting, edited, published, withdrawn, refused], "reject"))

    edited.refresh_from_db()
    assert rows(page) == [
        ("Leser 0", "It is not published."),
        ("Leser 1", "The published text stays, the new one is dropped."),
        ("Paul", "Stays as it is. It is published already."),
        ("Wanda", "Stays as it is. Its author has withdrawn it."),
        ("Rita", "Stays as it is. Its author appeals; an appeal is answered on its own."),
    ]
    assert ticked(page) == [f"{waiting.public_id}.pending.1", f"{edited.public_id}.approved.2"]
    choices = re.findall(r'<span>([^<]*)</span> <span class="mg-bulk__count">([^<]*)<', html_of(page))
    assert choices == [
        ("Approve", "2 of 5"),
        ("Reject", "2 of 5"),
        ("Spam", "1 of 5"),
        ("Return for revision", "1 of 5"),
        ("Remove", "2 of 5"),
    ]


def test_page_without_a_selection_takes_the_view_of_the_desk_in_its_order() -> None:
    article, other = make_article(), make_article()
    first, second = make_comments(article, 2)
    make_comment(other)
    judge(make_comment(article, name="Paul"), Action.APPROVE)
    client = sign_in(make_moderator(article.site))

    oldest = client.get(f"{BULK}?action=approve")
    newest = client.get(f"{BULK}?sort=newest")

    assert [name for name, _words in rows(oldest)] == [first.author_name, second.author_name]
    assert [name for name, _words in rows(newest)] == [second.author_name, first.author_name]


def test_page_never_shows_comments_of_other_desks() -> None:
    article = make_article()
    own, foreign = make_comment(article), make_comment(make_article(), name="Fremd", body="Geheim")

    page = sign_in(make_moderator(article.site)).get(address([foreign, own], "approve"))
    reader = sign_in(make_moderator(make_article().site)).get(address([own], "approve"))

    assert [name for name, _words in rows(page)] == [own.author_name]
    assert "Geheim" not in html_of(page)
    assert rows(reader) == []


def test_form_decides_what_was_ticked_as_one_batch_and_tells_what_was_left_out() -> None:
    article = make_article()
    first, second, quick, _unticked = make_comments(article, 4)
    moderator = make_moderator(article.site)
    client = sign_in(moderator)
    judge(quick, Action.SPAM, moderator=moderator)
    quick.status = Status.PENDING

    done = send(client, [first, second, quick], "reject", clause="respect", note="Bitte sachlich.")
    page = client.get(done["location"])

    batch = Batch.objects.get()
    assert (done.status_code, done["location"].partition("?")[0]) == (303, f"/moderation/batches/{batch.pk}/")
    assert statuses() == ["rejected", "rejected", "spam", "pending"]
    assert (batch.reason, batch.moderator) == ("Eine Welle", moderator)
    made = Decision.objects.filter(batch_id=batch.pk)
    assert [(one.clause.slug if one.clause else "", one.note) for one in made] == [("respect", "Bitte sachlich.")] * 2
    assert "2 comments decided" in text_of(page)
    assert rows(page)[0] == (
        quick.author_name,
        f"It had changed since you looked at it. Spam, {moderator.get_username()}.",
    )
    assert [name for name, _words in rows(page)[1:]] == [first.author_name, second.author_name]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"reason": " "}, "Please say in a few words why these are decided together."),
        ({"clause": ""}, "Please name the clause of the policy that the comment is against."),
        ({"clause": "no-such"}, "The policy in force has no such clause."),
        ({"item": []}, "Please tick at least one comment."),
        ({"item": ["x"]}, "Please tick at least one comment."),
        ({"item": [f"{number:012d}.pending.1" for number in range(101)]}, "At most 100 comments are decided at once."),
        ({"action": "burn"}, "The form was incomplete."),
        ({"reason": "x" * 501}, "The reason has 501 characters; at most 500 are possible."),
        ({"note": "x" * 1001}, "The note has 1001 characters; at most 1000 are possible."),
    ],
)
def test_form_with_something_missing_decides_nothing_and_keeps_the_ticks(
    sent: dict[str, object], sentence: str
) -> None:
    article = make_article()
    comments = make_comments(article, 2)

    refused = send(sign_in(make_moderator(article.site)), comments, "reject", **{"clause": "respect", **sent})

    assert refused.status_code == 422
    assert sentence in text_of(refused)
    assert statuses() == ["pending", "pending"]
    assert Batch.objects.count() == 0
    if "item" not in sent and "action" not in sent:
        assert len(ticked(refused)) == 2


def test_form_whose_comments_have_all_changed_is_refused_and_shows_how_they_stand() -> None:
    article = make_article()
    comment = make_comment(article)
    judge(comment, Action.SPAM)
    comment.status = Status.PENDING

    refused = send(sign_in(make_moderator(article.site)), [comment], "approve")

    assert refused.status_code == 409
    assert "Nothing was decided: none of these comments stands as you saw it." in text_of(refused)
    assert rows(refused) == [(comment.author_name, "Stays as it is. It is in spam.")]
    assert Batch.objects.count() == 0


def test_auditor_sees_the_comments_and_decides_nothing() -> None:
    article = make_article()
    comments = make_comments(article, 2)
    client = sign_in(make_moderator(article.site, role=Role.AUDITOR))

    page = client.get(address(comments, "approve"))
    refused = send(client, comments, "approve")

    assert len(rows(page)) == 2
    assert 'name="item"' not in html_of(page)
    assert refused.status_code == 403
    assert statuses() == ["pending", "pending"]


def test_reader_and_strangers_get_neither_page_nor_batch() -> None:
    article = make_article()
    comment = make_comment(article)
    moderator = make_moderator(article.site)
    send(sign_in(moderator), [comment], "approve")
    batch = reverse("moderation:batch", args=[Batch.objects.get().pk])
    reader, stranger = sign_in(make_moderator(make_article().site)), sign_in()
    nobody = sign_in(make_moderator(article.site))
    moderator.desk_memberships.all().delete()

    assert nobody.get(batch).status_code == 200
    for client in (reader, sign_in(moderator)):
        assert client.get(batch).status_code == 404
        assert client.post(batch + "undo/").status_code == 404
    assert sign_in(moderator).get(BULK).status_code == 404
    assert send(sign_in(moderator), [comment], "remove").status_code == 404
    assert stranger.get(batch)["location"].startswith("/accounts/login/")
    assert stranger.post(batch + "undo/").status_code == 302
    assert nobody.get(reverse("moderation:batch", args=[uuid.uuid4()])).status_code == 404
    assert statuses() == ["approved"]


def test_batch_is_taken_back_as_one_and_says_so() -> None:
    article = make_article()
    comments = make_comments(article, 3)
    client = sign_in(make_moderator(article.site))
    batch = send(client, comments, "approve")["location"].partition("?")[0]

    by_auditor = sign_in(make_moderator(article.site, role=Role.AUDITOR)).post(batch + "undo/")
    still = statuses()
    undone = client.post(batch + "undo/")
    page = client.get(batch)
    again = client.post(batch + "undo/")

    assert (by_auditor.status_code, still) == (403, ["approved"] * 3)
    assert (undone.status_code, undone["location"]) == (303, batch)
    assert statuses() == ["pending"] * 3
    assert Article.objects.get().comment_count == 0
    assert "Take all of it back" not in text_of(page)
    assert [words for _name, words in rows(page)] == ["Taken back"] * 3
    assert again.status_code == 409
    assert "This decision has already been taken back." in text_of(again)


def test_batch_with_one_comment_that_moved_on_is_not_taken_back_and_says_which() -> None:
    article = make_article()
    comments = make_comments(article, 2)
    client = sign_in(make_moderator(article.site))
    batch = send(client, comments, "approve")["location"].partition("?")[0]
    judge(comments[0], Action.REMOVE, clause="respect")

    page = client.get(batch)
    refused = client.post(batch + "undo/")

    assert "Take all of it back" not in text_of(page)
    assert refused.status_code == 409
    assert "Something has happened to at least one of these comments since. Nothing was taken back." in text_of(refused)
    assert [words for _name, words in rows(refused)] == ["Something has happened to it since.", ""]
    assert statuses() == ["removed", "approved"]


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_the_same_number_of_queries_however_many_comments(count: int) -> None:
    article = make_article()
    comments = make_comments(article, count)
    client = sign_in(make_moderator(article.site))
    client.get(BULK)

    numbers = []
    with CaptureQueriesContext(connection) as queries:
        client.get(address(comments, "reject"))
    numbers.append(len(queries))
    batch = send(client, comments, "approve")["location"]
    with CaptureQueriesContext(connection) as queries:
        client.get(batch)
    numbers.append(len(queries))

    assert numbers == [9, 10]


def test_comment_that_takes_two_people_keeps_the_judgement_as_one_of_two() -> None:
    article = make_article()
    strict = make_article(article.site)
    ArticleRule.objects.create(article=strict, needs_two_people=True)
    free, bound = make_comment(article, name="Frei"), make_comment(strict, name="Streng")
    other = make_comment(strict, name="Strenger")
    client = sign_in(make_moderator(article.site))
    sentence = "One of two: your judgement is kept; it waits for a second person."

    done = send(client, [free, bound], "approve")
    page = client.get(done["location"])
    alone = send(client, [other], "approve")

    assert rows(page)[0] == ("Streng", sentence)
    assert statuses() == ["approved", "pending", "pending"]
    assert (alone.status_code, sentence in text_of(alone)) == (202, True)
    assert list(Opinion.objects.order_by("id").values_list("comment", "action")) == [
        (bound.pk, "approve"),
        (other.pk, "approve"),
    ]


def test_list_leads_to_its_whole_view_in_every_order() -> None:
    article = make_article()
    other = make_article(article.site)
    first, second, third = (
        make_comment(article, name="A"),
        make_comment(other, name="B"),
        make_comment(article, name="C"),
    )
    client = sign_in(make_moderator(article.site))

    desk = client.get("/moderation/?sort=article")
    link = re.findall(rf'href="({BULK}[^"]*)"', html_of(desk))[0]
    by_article = client.get(link.replace("&amp;", "&"))
    risk = client.get(f"{BULK}?sort=risk")

    assert link == f"{BULK}?sort=article"
    assert sorted(name for name, _words in rows(by_article)) == ["A", "B", "C"]
    assert sorted(name for name, _words in rows(risk)) == [one.author_name for one in (first, second, third)]
