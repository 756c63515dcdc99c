from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comments.access import author_cookie_name
from comments.conf import Limit
from comments.enums import ArticleMode, Status
from comments.models import Article, Comment
from comments.services.identity import make_author_token
from moderation.enums import Action
from moderation.mails import report_mail
from moderation.models import Report
from moderation.services.report_outcomes import dismiss_reports
from moderation.services.reports import make_receipt_token
from moderation.slots import comment_actions
from tests.comments.pages import read_forms
from tests.factories import make_comment, make_moderator, move
from tests.moderation.desk_pages import flag, html_of, text_of
from tests.moderation.reporting import ADDRESS, judge, make_published, notify, report

if TYPE_CHECKING:
    from django.http import HttpResponse
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

EVIL = '</textarea><script>alert(1)</script><img src=x onerror="alert(2)">'
FIELDS = {
    "reason", "text", "illegal.reasons", "illegal.is_child_abuse", "illegal.name", "illegal.email", "illegal.good_faith",
}  # fmt: skip


def page_url(comment: Comment) -> str:
    return reverse("moderation:report", args=[comment.public_id]) + "?lang=en"


def fragment_url(comment: Comment, lang: str = "en") -> str:
    return f"/embed/v1/comments/{comment.public_id}/report.html?lang={lang}"


def send(client: Client, comment: Comment, **typed: str) -> HttpResponse:
    return client.post(page_url(comment), {name.replace("__", "."): value for name, value in typed.items()})


def test_report_sent_by_a_stranger_leads_to_its_receipt(client: Client) -> None:
    comment = make_published()

    answer = send(client, comment, reason="respect", text="Beleidigt")

    sent = Report.objects.get()
    assert (sent.clause, sent.text, sent.reporter) == ("respect", "Beleidigt", None)
    assert (answer.status_code, answer["Location"]) == (303, f"/reports/{make_receipt_token(sent)}/")
    assert answer["Cache-Control"] == "private, no-store"
    receipt = client.get(answer["Location"])
    assert f"Reference {sent.reference}" in text_of(receipt)
    assert "A person on our team reads it and decides." in text_of(receipt)
    assert "Beleidigt" not in text_of(receipt)


def test_report_page_of_a_comment_nobody_may_read_is_absent(client: Client) -> None:
    article = make_published().article
    hidden = make_comment(article)
    removed = make_comment(article, status=Status.REMOVED)
    gone = make_published()
    Article.objects.filter(pk=gone.article_id).update(mode=ArticleMode.HIDDEN)
    for comment in (hidden, removed, gone):
        assert client.get(page_url(comment)).status_code == 404
        assert send(client, comment, reason="respect").status_code == 404
        assert client.get(fragment_url(comment)).status_code == 404
    assert not Report.objects.exists()


def test_notice_with_errors_is_shown_again_with_all_that_was_typed(client: Client) -> None:
    comment = make_published()

    answer = send(client, comment, reason="unlawful", illegal__reasons=EVIL, illegal__email="nora@", text="Siehe dort")

    html = html_of(answer)
    assert (answer.status_code, Report.objects.count()) == (422, 0)
    typed = read_forms(answer)[reverse("moderation:report", args=[comment.public_id])]
    assert (typed["illegal.email"], typed["text"]) == ("nora@", "Siehe dort")
    assert "<script>alert" not in html
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)" in html
    assert 'id="mg-errors" role="alert" tabindex="-1" autofocus' in html
    assert html.count('aria-invalid="true"') == 3
    for name in ("name", "email", "good_faith"):
        assert f'<a href="#mg-report-illegal.{name}">' in html
        assert f'id="mg-report-illegal.{name}_error"' in html
    assert '<input type="radio" name="reason" value="unlawful"' in html.replace("\n", "")
    assert "checked" in html.partition('value="unlawful"')[2].partition(">")[0]


def test_report_without_a_reason_leads_from_the_summary_to_the_first_choice(client: Client) -> None:
    html = html_of(send(client, make_published()))
    assert '<a href="#mg-report-reason_0">Please choose what is wrong with the comment.</a>' in html
    assert 'id="mg-report-reason_0"' in html


def test_report_beyond_the_limit_says_when_to_try_again(client: Client, settings: SettingsWrapper) -> None:
    settings.MODERATION_REPORT_LIMITS = {"author": (), "network": (Limit(1, datetime.timedelta(hours=1)),)}
    send(client, make_published(), reason="respect")
    answer = send(client, make_published(), reason="respect", text="Nochmals")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert "Nochmals" in text_of(answer)


def test_report_without_the_token_of_the_page_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    assert send(client, make_published(), reason="respect").status_code == 403
    assert not Report.objects.exists()


def test_report_page_offers_each_clause_once_and_the_notice_for_the_unlawful_one(client: Client) -> None:
    comment = make_published()
    values = [
        part.partition('"')[0] for part in html_of(client.get(page_url(comment))).split('name="reason" value="')[1:]
    ]
    assert values == ["on-topic", "respect", "no-advertising", "personal-data", "unlawful", "other"]


def test_report_of_a_guest_names_their_author(client: Client) -> None:
    comment = make_published()
    author = make_comment(comment.article, name="Rita Rot").author
    client.cookies[author_cookie_name(comment.site)] = make_author_token(author)
    send(client, comment, reason="other", text="Doppelt")
    assert Report.objects.get().reporter == author


def test_report_fragment_is_the_same_for_everybody_and_has_the_fields_of_the_page(client: Client) -> None:
    comment = make_published()
    moderator = Client(headers={"accept-language": "de", "origin": "https://evil.example"})
    moderator.force_login(make_moderator(comment.site))

    mine, theirs = client.get(fragment_url(comment)), moderator.get(fragment_url(comment))

    assert mine.content == theirs.content
    for answer in (mine, theirs):
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Cache-Control"].startswith("public, max-age=60")
        assert not answer.cookies
        assert "Vary" not in answer
    html = html_of(mine)
    assert f'data-mg="tell" data-mg-to="/api/v1/comments/{comment.public_id}/reports"' in html
    assert "csrf" not in html
    action = f"http://testserver/c/{comment.public_id}/report/"
    path = reverse("moderation:report", args=[comment.public_id])
    [(address, fields)] = read_forms(mine).items()
    assert address.endswith(path)
    assert address != path
    assert set(fields) == FIELDS == set(read_forms(client.get(page_url(comment)))[path]) - {"csrfmiddlewaretoken"}
    assert action.startswith("http")


def test_report_fragment_is_confirmed_and_speaks_the_language_asked_for(client: Client) -> None:
    comment = make_published()
    german, english = client.get(fragment_url(comment, "de")), client.get(fragment_url(comment))
    assert (german["Content-Language"], english["Content-Language"]) == ("de", "en")
    assert "Title respect" in html_of(english)
    assert "Titel respect" in html_of(german)
    confirmed = client.get(fragment_url(comment), headers={"if-none-match": english["ETag"]})
    assert (confirmed.status_code, confirmed.content) == (304, b"")


def test_report_fragment_takes_three_queries(client: Client) -> None:
    comment = make_published()
    with CaptureQueriesContext(connection) as queries:
        client.get(fragment_url(comment))
    assert len(queries) == 3


def test_receipt_says_what_was_decided_and_names_nobody(client: Client) -> None:
    comment = make_published()
    sent = notify(comment)
    dismiss_reports(comment=comment, moderator=make_moderator(comment.site), up_to=sent.pk)

    page = client.get(f"/reports/{make_receipt_token(sent)}/")

    words = text_of(page)
    assert "We found nothing to object to; the comment stays public." in words
    assert "court" in words
    assert "Nora Nolte" not in words
    assert ADDRESS not in words
    assert "§ 185" not in words
    assert (page["X-Robots-Tag"], page["Cache-Control"]) == ("noindex, nofollow", "private, no-store")


@pytest.mark.parametrize("action", [Action.REMOVE, None])
@pytest.mark.parametrize("is_flagged", [True, False])
def test_receipt_and_mail_of_a_decided_notice_say_whether_software_had_pointed_to_something(
    action: Action | None, is_flagged: bool, client: Client
) -> None:
    comment = make_published()
    if is_flagged:
        flag(comment, "novelty")
    sent = notify(comment)
    if action:
        judge(comment, action, clause="unlawful")
    else:
        dismiss_reports(comment=comment, moderator=make_moderator(comment.site), up_to=sent.pk)
    # What is found later was no part of it.
    flag(comment, "respect")

    words = text_of(client.get(f"/reports/{make_receipt_token(sent)}/"))
    sent.refresh_from_db()
    (mail,) = report_mail([sent], "report_decision").parts

    expected = (
        "A person decided. Software had pointed to something in the comment."
        if is_flagged
        else "A person decided; software had no part in it."
    )
    assert f"Software {expected}" in words
    assert mail["software"] == expected


def test_receipt_of_a_comment_that_is_gone_leads_nowhere(client: Client) -> None:
    comment = make_published()
    sent = report(comment)
    address = f"/reports/{make_receipt_token(sent)}/"
    assert f'href="/c/{comment.public_id}/"' in html_of(client.get(address))
    move(comment, Status.WITHDRAWN)
    assert f'href="/c/{comment.public_id}/"' not in html_of(client.get(address))


def test_receipt_under_a_forged_address_is_absent(client: Client) -> None:
    token = make_receipt_token(report(make_published()))
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), token.partition(".")[0], "x.y"):
        assert client.get(f"/reports/{forged}/").status_code == 404


def test_comment_actions_gives_the_way_to_report_around_any_marker_without_a_query() -> None:
    with CaptureQueriesContext(connection) as queries:
        german = comment_actions(public_id="[[mg:id]]", language="de")
        english = comment_actions(public_id="abc", language="en")
    assert len(queries) == 0
    assert 'href="/c/[[mg:id]]/report/"' in german
    assert '<a class="mg-menu__item" data-mg="report" href="/c/abc/report/" rel="nofollow">' in english
    assert "Report" in english
