from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from comments.enums import Status
from comments.models import Comment
from comments.services.identity import make_status_token
from moderation.enums import Action
from moderation.models import Appeal
from moderation.queue import QueueAppeal, QueueFilters, QueueStatus, queue_counts, read_queue
from moderation.services.appeals import file_appeal, reject_appeal, uphold_appeal
from tests.comments.pages import read_forms
from tests.factories import make_comment, make_moderator
from tests.moderation.desk_pages import buttons, card, html_of, rows, sign_in, text_of
from tests.moderation.reporting import judge, outcome_of
from tests.moderation.test_appeals import make_appeal, make_refused, other

pytestmark = pytest.mark.django_db

EVIL = "</textarea><script>alert(1)</script>"
PAGE = "/moderation/?status=appealed"
APPEALED = QueueFilters(status=QueueStatus.APPEALED)


def status_url(comment: Comment) -> str:
    return f"/status/{make_status_token(comment)}/"


def answer_url(appeal: Appeal) -> str:
    return f"/moderation/appeals/{appeal.pk}/answer/?status=appealed"


@pytest.fixture
def reader() -> Client:
    """A browser that checks the tokens of forms, with an English reader."""
    return Client(enforce_csrf_checks=True, headers={"accept-language": "en"})


def test_status_page_has_the_form_of_the_appeal_and_takes_it(reader: Client) -> None:
    comment = make_refused()
    address = f"{status_url(comment)}appeal/"
    assert read_forms(reader.get(status_url(comment)))[address] == {"text": ""}

    answer = reader.post(address, {"text": "Das war ein Zitat."})

    assert (answer.status_code, answer["Location"]) == (303, f"{status_url(comment)}#appeal")
    assert Appeal.objects.get().text == "Das war ein Zitat."
    page = reader.get(status_url(comment))
    assert address not in read_forms(page)
    assert 'id="appeal"' in html_of(page)


def test_appeal_that_is_refused_is_shown_again_with_its_text(reader: Client) -> None:
    comment = make_refused()
    answer = reader.post(f"{status_url(comment)}appeal/", {"text": EVIL + "x" * 1_000})
    html = html_of(answer)
    assert (answer.status_code, Appeal.objects.count()) == (422, 0)
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html
    assert '<a href="#mg-appeal-text">' in html
    assert 'aria-invalid="true"' in html
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("private, no-store", "noindex, nofollow")


def test_appeal_that_is_not_possible_is_a_conflict_and_keeps_its_text(reader: Client) -> None:
    comment = make_comment(make_refused().article, status=Status.APPROVED)
    answer = reader.post(f"{status_url(comment)}appeal/", {"text": "Warum?"})
    assert (answer.status_code, Appeal.objects.count()) == (409, 0)
    assert "Warum?" in html_of(answer)


def test_appeal_under_a_forged_address_is_absent_and_by_link_leads_to_the_status_page(reader: Client) -> None:
    comment = make_refused()
    forged = f"/status/{comment.public_id}.{'x' * 43}/appeal/"
    assert reader.post(forged, {"text": "Warum?"}).status_code == 404
    assert reader.get(f"{status_url(comment)}appeal/")["Location"] == status_url(comment)
    assert not Appeal.objects.exists()


def test_status_outcome_tells_how_the_appeal_stands_in_one_query() -> None:
    appeal = make_appeal()
    comment = appeal.decision.comment
    with override("en"), CaptureQueriesContext(connection) as queries:
        waiting = str(outcome_of(Comment.objects.select_related("site").get()))
    assert "You have appealed against this decision." in waiting
    assert len(queries) == 2  # one of them loads the comment

    reject_appeal(appeal=appeal, moderator=other(appeal), answer="Der <b>Satz</b> beleidigt.")

    with override("en"):
        rejected = str(outcome_of(comment))
    assert "the decision stands." in rejected
    assert "“Der &lt;b&gt;Satz&lt;/b&gt; beleidigt.”" in rejected
    assert "court" in rejected
    assert "<form" not in rejected


def test_status_page_of_an_upheld_appeal_says_that_everybody_can_read_it(reader: Client) -> None:
    appeal = make_appeal()
    uphold_appeal(appeal=appeal, moderator=other(appeal))
    comment = Comment.objects.get()
    assert comment.is_published
    assert outcome_of(comment) == ""
    page = reader.get(status_url(comment))
    assert f'href="/c/{comment.public_id}/"' in html_of(page)
    assert f"{status_url(comment)}appeal/" not in html_of(page)


def test_appeals_queue_holds_open_ones_since_longest_first() -> None:
    first = make_appeal(Action.REMOVE)
    comment = first.decision.comment
    make_appeal()

    page = read_queue(comment.site, APPEALED)

    [item] = page.items
    assert item.public_id == comment.public_id
    assert item.appeal == QueueAppeal(first.pk, "Das war ein Zitat.", first.created_at, first.decision.moderator_id)
    assert queue_counts(comment.site)[QueueStatus.APPEALED] == 1
    reject_appeal(appeal=first, moderator=other(first), answer="Nein.")
    assert read_queue(comment.site, APPEALED).items == ()


@pytest.mark.parametrize("count", [1, 3])
def test_appeals_queue_takes_the_same_queries_for_every_length(count: int) -> None:
    appeal = make_appeal()
    article = appeal.decision.comment.article
    for number in range(1, count):
        comment = make_comment(article, name=f"Gast {number}")
        judge(comment, Action.REJECT, clause="respect")
        file_appeal(comment=comment, text="Warum?")
    site = article.site
    with CaptureQueriesContext(connection) as queries:
        assert len(read_queue(site, APPEALED).items) == count
    assert len(queries) == 5


def test_appeal_on_the_desk_is_judged_by_its_own_buttons_alone() -> None:
    appeal = make_appeal()
    client = sign_in(other(appeal))
    page = client.get(PAGE)
    words = text_of(page)
    assert (rows(page), buttons(page)) == ([appeal.decision.comment.public_id], [])
    assert "The author appeals Das war ein Zitat." in words
    assert "Appeals 1" in words

    answer = client.post(answer_url(appeal), {"judgement": "uphold", "answer": ""})

    assert (answer.status_code, answer["Location"]) == (303, "/moderation/?status=appealed")
    assert (Comment.objects.get().status, Appeal.objects.get().state) == (Status.APPROVED, "upheld")


def test_appeal_on_the_desk_of_who_decided_has_no_buttons_and_is_refused() -> None:
    appeal = make_appeal()
    client = sign_in(appeal.decision.moderator)
    page = client.get(PAGE)
    assert "The decision is yours; somebody else has to judge the appeal." in text_of(page)
    assert 'name="judgement"' not in html_of(page)
    assert client.post(answer_url(appeal), {"judgement": "reject", "answer": "Nein."}).status_code == 403
    assert Appeal.objects.get().state == "open"


def test_appeal_rejected_without_an_answer_keeps_the_card_and_says_what_is_missing() -> None:
    appeal = make_appeal()
    client = sign_in(other(appeal))
    answer = client.post(answer_url(appeal), {"judgement": "reject", "answer": EVIL + "x" * 1_000})
    assert (answer.status_code, card(answer)) == (422, appeal.decision.comment.public_id)
    assert "&lt;/textarea&gt;&lt;script&gt;" in html_of(answer)
    assert "<script>alert" not in html_of(answer)
    empty = client.post(answer_url(appeal), {"judgement": "reject", "answer": ""})
    assert "Please tell the author why the decision stands." in text_of(empty)
    assert Appeal.objects.get().state == "open"


def test_appeal_answered_by_two_is_a_conflict_for_the_second() -> None:
    appeal = make_appeal()
    reject_appeal(appeal=appeal, moderator=other(appeal), answer="Nein.")
    answer = sign_in(other(appeal)).post(answer_url(appeal), {"judgement": "uphold", "answer": "Doch."})
    assert answer.status_code == 409
    assert "Somebody was quicker: this appeal has been answered." in text_of(answer)


def test_appeal_of_another_site_is_absent() -> None:
    appeal = make_appeal()
    foreign = sign_in(make_moderator(make_refused().site))
    assert foreign.post(answer_url(appeal), {"judgement": "uphold"}).status_code == 404
    assert sign_in().post(answer_url(appeal), {"judgement": "uphold"}).status_code == 302
    assert Appeal.objects.get().state == "open"
