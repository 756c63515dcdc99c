from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from comments import lifecycle
from comments.enums import ActorKind, Status
from comments.models import Comment, StatusChange
from moderation.enums import Action
from moderation.models import Decision
from moderation.services.decisions import decide
from tests.factories import make_article, make_comment, make_moderator, move
from tests.moderation.desk_pages import (
    FRAGMENT,
    QUEUE,
    buttons,
    card,
    decide_url,
    html_of,
    press,
    rows,
    sign_in,
    text_of,
)

pytestmark = pytest.mark.django_db


def stored() -> list[tuple[object, ...]]:
    """Every decision, as what a moderator did."""
    return list(Decision.objects.order_by("id").values_list("comment__public_id", "action", "clause__slug", "note"))


def note_field(response: object) -> str:
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", html_of(response), re.DOTALL)
    return found[1] if found else ""


@pytest.mark.parametrize(
    ("before", "button", "after"),
    [
        (Status.PENDING, "approve", Status.APPROVED),
        (Status.PENDING, "reject:respect", Status.REJECTED),
        (Status.PENDING, "spam", Status.SPAM),
        (Status.PENDING, "return:on-topic", Status.RETURNED),
        (Status.APPROVED, "remove:unlawful", Status.REMOVED),
        (Status.REJECTED, "restore", Status.APPROVED),
        (Status.SPAM, "restore", Status.APPROVED),
        (Status.REMOVED, "restore", Status.APPROVED),
    ],
)
def test_pressing_a_button_decides_and_leads_on(before: Status, button: str, after: Status) -> None:
    article = make_article()
    comment = make_comment(article, status=before)
    moderator = make_moderator(article.site)

    response = press(sign_in(moderator), comment, button, note="Ein Satz.\r\nNoch einer.")

    action, _colon, clause = button.partition(":")
    assert stored() == [(comment.public_id, action, clause or None, "Ein Satz.\nNoch einer.")]
    decision = Decision.objects.get()
    assert (decision.moderator, decision.change.actor) == (moderator, moderator)
    comment.refresh_from_db()
    assert comment.status == after
    assert (response.status_code, response["location"]) == (303, f"/moderation/?decided={decision.pk}")


def test_deciding_leads_to_the_next_comment_of_the_same_view_and_offers_to_undo() -> None:
    article = make_article()
    _first, second, third = (make_comment(article, name=name) for name in ("Ada", "Bo", "Cleo"))
    make_comment(article, body="Steht nicht in dieser Ansicht", name="Dora")
    client = sign_in(make_moderator(article.site))
    query = "?status=waiting&sort=newest&article=" + article.key

    response = press(client, third, "approve", query=query + f"&comment={third.public_id}")
    page = client.get(response["location"])

    decision = Decision.objects.get()
    assert parse_qs(urlsplit(response["location"]).query) == {
        "status": ["waiting"],
        "sort": ["newest"],
        "article": [article.key],
        "comment": [second.public_id],
        "decided": [str(decision.pk)],
    }
    assert card(page) == second.public_id
    assert third.public_id not in rows(page)
    assert "Cleo : Published by you, just now Undo" in text_of(page)
    assert f'action="/moderation/decisions/{decision.pk}/undo/?' in html_of(page)


def test_deciding_through_the_script_is_answered_with_what_became_of_the_comment() -> None:
    article = make_article()
    first, _second = make_comment(article, name="Ada"), make_comment(article)
    client = sign_in(make_moderator(article.site))

    fragment = press(client, first, "reject:respect", headers=FRAGMENT)

    assert fragment.status_code == 200
    assert stored() == [(first.public_id, "reject", "respect", "")]
    assert text_of(fragment) == "Ada : Not published: clause 2, Title respect by you, just now Undo Title respect"
    assert f'action="/moderation/decisions/{Decision.objects.get().pk}/undo/' in html_of(fragment)


def test_deciding_the_last_comment_leads_to_the_empty_queue_with_the_decision_on_it() -> None:
    article = make_article()
    comment = make_comment(article, name="Ada")
    client = sign_in(make_moderator(article.site))

    page = client.get(press(client, comment, "spam")["location"])

    assert (rows(page), card(page)) == ([], "")
    assert "Ada : Spam by you, just now Undo" in text_of(page)
    assert "Nothing waits." in text_of(page)


def test_deciding_an_edit_publishes_it_or_keeps_the_old_text() -> None:
    article = make_article()
    client = sign_in(make_moderator(article.site))
    kept, changed = (make_comment(article, body="Alt", name=name, status=Status.APPROVED) for name in ("Ada", "Bo"))
    for comment in (kept, changed):
        lifecycle.add_revision(comment, body="Neu", body_html="<p>Neu</p>", render_version=1)

    assert press(client, kept, "reject:respect").status_code == 303
    assert press(client, changed, "approve").status_code == 303

    kept.refresh_from_db()
    changed.refresh_from_db()
    assert (kept.status, kept.public_html, kept.waiting_since) == (Status.APPROVED, "<p>Alt</p>", None)
    assert (changed.status, changed.public_html, changed.waiting_since) == (Status.APPROVED, "<p>Neu</p>", None)
    page = client.get(f"{QUEUE}?comment={kept.public_id}")
    assert "Change not published: clause 2, Title respect by you, just now Undo" in text_of(page)


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_deciding_too_late_answers_409_with_who_was_quicker_and_keeps_the_note(headers: dict[str, str]) -> None:
    article = make_article()
    comment, other = make_comment(article), make_comment(article)
    colleague, late = make_moderator(article.site), make_moderator(article.site)
    colleague.first_name, colleague.last_name = "Jonas", "Feld"
    colleague.save()
    press(sign_in(colleague), comment, "reject:respect", note="Ohne Spitznamen.")

    response = press(
        sign_in(late),
        comment,
        "approve",
        note="Mein <b>Satz</b>",
        expected_status=Status.PENDING,
        headers=headers,
    )

    assert response.status_code == 409
    assert card(response) == comment.public_id
    said = (
        "Somebody was quicker. Your decision was not stored. "
        "Not published: clause 2, Title respect by Jonas Feld, just now Undo Decide as it stands now Next"
    )
    assert said in text_of(response)
    assert note_field(response) == "Mein &lt;b&gt;Satz&lt;/b&gt;"
    assert buttons(response) == ["restore"]
    assert f"comment={other.public_id}" in html_of(response)
    assert stored() == [(comment.public_id, "reject", "respect", "Ohne Spitznamen.")]
    assert ("<html" in html_of(response)) is not bool(headers)


def test_deciding_a_text_that_its_author_has_changed_answers_409_with_the_new_text() -> None:
    article = make_article()
    comment = make_comment(article, body="Alt")
    lifecycle.add_revision(comment, body="Neu geschrieben", body_html="<p>Neu geschrieben</p>", render_version=1)

    response = press(sign_in(make_moderator(article.site)), comment, "approve", note="Gut.", expected_revision=1)

    assert response.status_code == 409
    words = text_of(response)
    assert "The author has changed the text since you looked at it. Please read it once more." in words
    assert "Neu geschrieben" in words
    assert 'name="expected_revision" value="2"' in html_of(response)
    assert note_field(response) == "Gut."
    assert "approve" in buttons(response)
    assert stored() == []


def test_deciding_a_comment_that_was_withdrawn_answers_409_and_shows_the_note_again() -> None:
    article = make_article()
    comment = make_comment(article)
    move(comment, Status.WITHDRAWN)

    response = press(
        sign_in(make_moderator(article.site)), comment, "approve", note="Danke!", expected_status=Status.PENDING
    )

    assert response.status_code == 409
    assert buttons(response) == []
    words = text_of(response)
    assert "Your decision was not stored. Withdrawn by the author just now" in words
    assert "Your sentence for the author was not sent: Danke!" in words


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"decision": "reject"}, "Please name the clause of the policy that the comment is against."),
        ({"decision": "return:"}, "Please name the clause of the policy that the comment is against."),
        ({"decision": "reject:no-such"}, "The policy in force has no such clause."),
        ({"decision": "restore"}, "This is not possible for a comment in this status."),
        ({"decision": "delete"}, "The form was incomplete. Please decide once more."),
        ({"decision": ""}, "The form was incomplete. Please decide once more."),
        ({"expected_status": "nowhere"}, "The form was incomplete. Please decide once more."),
        ({"expected_revision": "first"}, "The form was incomplete. Please decide once more."),
        ({"note": "x" * 1_001}, "The note has 1001 characters; at most 1000 are possible."),
    ],
)
def test_deciding_what_cannot_be_decided_answers_422_with_a_sentence_and_keeps_the_note(
    sent: dict[str, str], sentence: str
) -> None:
    article = make_article()
    comment = make_comment(article)
    data = {"decision": "approve", "note": "Mein Satz", "expected_status": "pending", "expected_revision": "1"} | sent

    response = sign_in(make_moderator(article.site)).post(decide_url(comment), data)

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert (card(response), note_field(response)) == (comment.public_id, data["note"])
    assert Comment.objects.get().status == Status.PENDING
    assert stored() == []


def test_note_field_says_its_limit_and_does_not_cut_what_is_pasted() -> None:
    article = make_article()
    make_comment(article)

    response = sign_in(make_moderator(article.site)).get("/moderation/")

    (field,) = re.findall(r'<textarea [^>]*name="note"[^>]*>', html_of(response))
    assert "maxlength" not in field
    assert 'aria-describedby="id_note_helptext"' in field
    assert "At most 1,000 characters." in text_of(response)


def test_undo_puts_the_comment_back_and_shows_it() -> None:
    article = make_article()
    comment = make_comment(article)
    moderator = make_moderator(article.site)
    client = sign_in(moderator)
    press(client, comment, "reject:respect")
    decision = Decision.objects.get()

    response = client.post(reverse("moderation:undo", args=[decision.pk]) + "?sort=newest")

    assert (response.status_code, response["location"]) == (
        303,
        f"/moderation/?sort=newest&comment={comment.public_id}",
    )
    comment.refresh_from_db()
    decision.refresh_from_db()
    assert (comment.status, decision.undone_by) == (Status.PENDING, moderator)
    page = client.get(response["location"])
    assert (rows(page), card(page)) == ([comment.public_id], comment.public_id)
    assert "approve" in buttons(page)


def test_undo_of_a_decision_that_something_followed_answers_409() -> None:
    article = make_article()
    comment = make_comment(article)
    client = sign_in(make_moderator(article.site))
    press(client, comment, "approve")
    first = Decision.objects.get()
    press(client, comment, "remove:respect")

    response = client.post(reverse("moderation:undo", args=[first.pk]))

    assert response.status_code == 409
    assert "Somebody was quicker. Your decision was not stored. Removed: clause 2, Title respect" in text_of(response)
    first.refresh_from_db()
    comment.refresh_from_db()
    assert (first.undone_at, comment.status) == (None, Status.REMOVED)


def test_undo_twice_answers_409_and_changes_nothing() -> None:
    article = make_article()
    comment = make_comment(article)
    client = sign_in(make_moderator(article.site))
    press(client, comment, "approve")
    undo = reverse("moderation:undo", args=[Decision.objects.get().pk])
    client.post(undo)

    response = client.post(undo)

    assert response.status_code == 409
    assert "This decision has already been taken back." in text_of(response)
    steps = list(StatusChange.objects.order_by("id").values_list("to_status", flat=True))
    assert steps == ["pending", "approved", "pending"]


def test_undo_of_a_decision_that_is_not_there_is_404() -> None:
    article = make_article()
    response = sign_in(make_moderator(article.site)).post(reverse("moderation:undo", args=[999_999]))
    assert response.status_code == 404


def test_desk_after_a_colleagues_undo_no_longer_offers_it() -> None:
    article = make_article()
    comment = make_comment(article, name="Ada")
    moderator = make_moderator(article.site)
    client = sign_in(moderator)
    location = press(client, comment, "approve")["location"]
    client.post(reverse("moderation:undo", args=[Decision.objects.get().pk]))

    page = client.get(location)

    assert "mg-verdict" not in html_of(page)
    assert card(page) == comment.public_id


def test_card_of_a_decision_followed_by_another_step_offers_no_undo() -> None:
    article = make_article()
    comment = make_comment(article)
    moderator = make_moderator(article.site)
    decide(
        comment=comment,
        moderator=moderator,
        action=Action.APPROVE,
        expected_status=Status.PENDING,
        expected_revision=1,
    )
    lifecycle.set_status(
        comment.pk,
        Status.WITHDRAWN,
        actor=lifecycle.Actor(ActorKind.AUTHOR),
        expected_status=Status.APPROVED,
        expected_revision=1,
    )
    page = sign_in(moderator).get(f"{QUEUE}?comment={comment.public_id}")
    assert "Withdrawn by the author" in text_of(page)
    assert "/undo/" not in html_of(page)
