from __future__ import annotations

from urllib.parse import quote

import pytest
from pytest_django import DjangoAssertNumQueries

from comments import lifecycle
from comments.enums import ActorKind, Sort, Status
from comments.exceptions import InvalidInputError
from comments.models import Comment
from comments.skeleton import thread_html
from comments.threads import read_conversation, read_page
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db


def bodies(page_rows: object) -> list[tuple[int, str]]:
    return [(row.display_depth, row.body_html) for row in page_rows]  # type: ignore[attr-defined]


def test_read_page_nests_replies_below_what_they_answer_oldest_first() -> None:
    article = make_article()
    first = make_comment(article, body="eins", status=Status.APPROVED)
    make_comment(article, body="zwei", status=Status.APPROVED)
    reply = make_comment(article, body="eins a", parent=first, status=Status.APPROVED)
    make_comment(article, body="eins b", parent=first, status=Status.APPROVED)
    make_comment(article, body="eins a i", parent=reply, status=Status.APPROVED)

    page = read_page(article, sort=Sort.OLDEST)

    assert bodies(page.rows) == [
        (0, "<p>eins</p>"),
        (1, "<p>eins a</p>"),
        (2, "<p>eins a i</p>"),
        (1, "<p>eins b</p>"),
        (0, "<p>zwei</p>"),
    ]
    assert [row.replies for row in page.rows] == [3, 1, 0, 0, 0]
    assert page.next_cursor == ""


def test_read_page_by_cursor_shows_every_conversation_once_while_others_come_in() -> None:
    article = make_article()
    for number in range(7):
        make_comment(article, body=f"Nummer {number}", status=Status.APPROVED)

    for sort in Sort:
        seen: list[str] = []
        cursor = ""
        while True:
            page = read_page(article, sort=sort, cursor=cursor, size=3)
            seen += [row.body_html for row in page.rows]
            make_comment(article, body=f"Neu {sort} {len(seen)}", status=Status.APPROVED)
            cursor = page.next_cursor
            assert quote(cursor, safe="") == cursor
            if not cursor or len(seen) > 30:
                break
        old = [html for html in seen if "Nummer" in html]
        assert sorted(old) == [f"<p>Nummer {number}</p>" for number in range(7)]
        assert len(set(seen)) == len(seen)
        Comment.objects.filter(revisions__body__startswith="Neu").delete()


@pytest.mark.parametrize("cursor", ["x", "newest~2026-01-01~1", "newest~2026-01-01~1.forged", "~~.", "\0"])
def test_read_page_with_a_forged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        read_page(make_article(), sort=Sort.NEWEST, cursor=cursor)
    assert refusal.value.field == "cursor"


def test_read_page_leaves_a_stub_for_what_is_gone_only_while_it_has_published_replies() -> None:
    article = make_article()
    removed = make_comment(article, body="geheimnis-eins", name="Wer Weiss", status=Status.APPROVED)
    reply = make_comment(article, body="Antwort", parent=removed, status=Status.APPROVED)
    childless = make_comment(article, body="geheimnis-zwei", status=Status.APPROVED)
    withdrawn = make_comment(article, body="geheimnis-drei", parent=reply, status=Status.APPROVED)
    make_comment(article, body="Noch eine", parent=withdrawn, status=Status.APPROVED)
    move_all = [(removed, Status.REMOVED), (childless, Status.REMOVED), (withdrawn, Status.WITHDRAWN)]
    for comment, status in move_all:
        comment.refresh_from_db()
        leave(comment, status)

    page = read_page(article, sort=Sort.OLDEST)

    assert [(row.gone, row.author_name, row.body_html, row.depth) for row in page.rows] == [
        ("removed", "", "", 0),
        ("", "Hanna Kuhl", "<p>Antwort</p>", 1),
        ("withdrawn", "", "", 2),
        ("", "Hanna Kuhl", "<p>Noch eine</p>", 3),
    ]
    html = thread_html(page, article=article, language="de")
    assert "geheimnis" not in html
    assert "Wer Weiss" not in html


def leave(comment: Comment, status: Status) -> None:
    kind = ActorKind.MODERATOR if status == Status.REMOVED else ActorKind.AUTHOR
    lifecycle.set_status(
        comment.pk,
        status,
        actor=lifecycle.Actor(kind),
        expected_status=Status.APPROVED,
        expected_revision=comment.revision,
    )


def test_read_page_without_hidden_comments_of_any_status() -> None:
    article = make_article()
    visible = make_comment(article, body="sichtbar", status=Status.APPROVED)
    for status in Status:
        if status not in (Status.APPROVED, Status.AWAITING_EMAIL):
            make_comment(article, body=f"geheim {status}", status=status)
            make_comment(article, body=f"geheime Antwort {status}", parent=visible, status=status)

    page = read_page(article, sort=Sort.NEWEST)

    assert bodies(page.rows) == [(0, "<p>sichtbar</p>")]
    assert page.rows[0].replies == 0


@pytest.mark.parametrize("count", [1, 50])
def test_read_page_takes_two_queries_however_many_comments(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    article = make_article()
    root = make_comment(article, status=Status.APPROVED)
    for _ in range(count):
        make_comment(article, status=Status.APPROVED)
        make_comment(article, parent=root, status=Status.APPROVED)

    with django_assert_num_queries(2):
        page = read_page(article, sort=Sort.NEWEST, size=100)

    assert len(page.rows) == 2 * count + 1


def test_read_page_of_a_chain_of_200_replies_stays_flat_after_the_fourth_level(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    article = make_article()
    parent = make_comment(article, name="Anfang", status=Status.APPROVED)
    for number in range(200):
        parent = make_comment(article, parent=parent, name=f"Leserin {number}", status=Status.APPROVED)

    with django_assert_num_queries(2):
        page = read_page(article, sort=Sort.NEWEST)
        html = thread_html(page, article=article, language="de")

    assert [row.display_depth for row in page.rows] == [0, 1, 2, 3, *[4] * 197]
    assert [row.in_reply_to for row in page.rows[:5]] == ["", "", "", "Leserin 1", "Leserin 2"]
    assert html.count("<ol") == html.count("</ol>") == 5
    assert html.count("<li") == html.count("</li>") == html.count("<article") == 201


def test_read_conversation_finds_the_whole_thread_of_a_deep_comment() -> None:
    article = make_article()
    root = make_comment(article, body="Anfang", status=Status.APPROVED)
    reply = make_comment(article, body="Antwort", parent=root, status=Status.APPROVED)
    make_comment(article, body="anderswo", status=Status.APPROVED)
    pending = make_comment(article, parent=root)

    page = read_conversation(article, reply.public_id)

    assert bodies(page.rows) == [(0, "<p>Anfang</p>"), (1, "<p>Antwort</p>")]
    assert read_conversation(article, pending.public_id).rows == ()


def test_thread_html_escapes_names_and_keeps_rendered_text() -> None:
    article = make_article()
    comment = make_comment(article, body="**fett** <b>roh</b>", name="Anna & Co", status=Status.APPROVED)

    html = thread_html(read_page(article, sort=Sort.NEWEST), article=article, language="en")

    assert "Anna &amp; Co" in html
    assert "<strong>fett</strong> &lt;b&gt;roh&lt;/b&gt;" in html
    assert f'id="comment-{comment.public_id}"' in html
    assert "[[mg:" not in html


def test_thread_html_with_a_marker_typed_by_a_reader_shows_what_was_typed() -> None:
    article = make_article()
    make_comment(article, body="[[mg:id]] {{ value.id }}", name="Mark [[mg:body]]", status=Status.APPROVED)

    html = thread_html(read_page(article, sort=Sort.NEWEST), article=article, language="en")

    assert "[[mg:id]] {{ value.id }}" in html
    assert "Mark [[mg:body]]" in html
