from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core import mail as sent
from django.utils.translation import gettext_lazy

from comments.enums import SuppressionReason
from comments.mail import Mail, build, send, title_of
from comments.models import Article
from comments.services.subscriptions import suppress
from tests.comments.mails import CONVERSATION, HEADERS, addresses_in, html_of, received, text_of

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

MAIL = Mail(
    to="hanna@reader.example",
    language="en",
    template="comments/mail/news",
    parts=(
        {
            "title": "The bridge",
            "count": 1,
            "first": {"name": "Jonas", "is_reply": True, "url": "http://localhost:8000/c/1/"},
            "comments": [{"name": "Jonas", "words": "<b>No</b> & yes", "url": "http://localhost:8000/c/1/"}],
        },
    ),
    name="news-1",
    sender="The <Herald>",
    list_name="discussion-1.herald",
    reason=gettext_lazy("You get this mail because you follow this discussion."),
    leave_url="http://localhost:8000/follow/leave/x/",
    manage_url="http://localhost:8000/subscriptions/x/",
    conversation="discussion-1",
)


@pytest.mark.parametrize(
    ("title", "language", "subject"),
    [
        ("Der „Turm“ und der Stadtrat", "de", "Neue Kommentare zu „Der ‚Turm‘ und der Stadtrat“"),
        ('Warum "Nein" siegt', "de", "Neue Kommentare zu „Warum ‚Nein‘ siegt“"),
        ("»Nein«", "de", "Neue Kommentare zu „‚Nein‘“"),
        ("The “tower” & the council", "en", "New comments on “The ‘tower’ & the council”"),
        ('Ein 5" hoher und ein 7" hoher Turm', "de", 'Neue Kommentare zu „Ein 5" hoher und ein 7" hoher Turm“'),
    ],
)
def test_title_with_quotation_marks_has_inner_ones_of_the_language_of_the_mail(
    title: str, language: str, subject: str
) -> None:
    part = {**MAIL.parts[0], "title": title_of(Article(title=title))}
    mail = build(dataclasses.replace(MAIL, language=language, parts=(part,)))
    assert mail.subject == subject
    assert subject.removeprefix("Neue Kommentare zu ").removeprefix("New comments on ") in str(mail.body)


def test_mail_has_exactly_its_headers_text_and_page() -> None:
    mail = received(build(MAIL))

    assert sorted(mail.keys()) == sorted(HEADERS + CONVERSATION)
    assert mail["Subject"] == "New comments on “The bridge”"
    assert mail["Message-ID"] == "<news-1@127.0.0.1>"
    assert mail["References"] == mail["In-Reply-To"] == "<discussion-1@127.0.0.1>"
    assert mail["List-Id"] == "<discussion-1.herald.127.0.0.1>"
    assert mail["List-Unsubscribe"] == "<http://localhost:8000/follow/leave/x/>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert text_of(mail) == (
        "Hello,\n\nJonas has replied to your comment on “The bridge”.\n\n> <b>No</b> & yes\nhttp://localhost:8000/c/1/\n\n"
        "The <Herald>\n\nYou get this mail because you follow this discussion.\nNo more of these mails:\n"
        "http://localhost:8000/follow/leave/x/\nEverything that you follow:\nhttp://localhost:8000/subscriptions/x/\n"
    )
    assert addresses_in(html_of(mail)) == [
        "http://localhost:8000/c/1/", "http://localhost:8000/follow/leave/x/", "http://localhost:8000/subscriptions/x/",
    ]  # fmt: skip
    for part in ('<html lang="en">', "&lt;b&gt;No&lt;/b&gt; &amp; yes", "The &lt;Herald&gt;", 'name="color-scheme"'):
        assert part in html_of(mail)


def test_mail_speaks_its_readers_language_and_not_that_of_the_thread() -> None:
    mail = received(build(dataclasses.replace(MAIL, language="de")))
    assert '<html lang="de">' in html_of(mail)
    assert "Guten Tag," in text_of(mail)
    assert "Hello" not in text_of(mail) + html_of(mail)


def test_plain_mail_has_no_page_and_a_mail_of_its_own_no_conversation() -> None:
    mail = received(build(dataclasses.replace(MAIL, is_plain=True, conversation="")))
    assert mail.get_content_type() == "text/plain"
    assert sorted(mail.keys()) == sorted([*HEADERS, "Content-Transfer-Encoding"])


@pytest.mark.django_db
def test_send_writes_to_nobody_who_asked_not_to_be_written_to() -> None:
    suppress("Hanna@reader.example", SuppressionReason.REFUSED)
    assert not send(MAIL)
    assert send(dataclasses.replace(MAIL, to="jonas@reader.example"))
    assert [one.recipients() for one in sent.outbox] == [["jonas@reader.example"]]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["", "a@x.example, b@x.example", "a@x.example\r\nBcc: b@x.example", "Hanna <a@x.example>", "a@x.example\u2028"],
)
def test_send_writes_to_one_address_or_not_at_all(address: str) -> None:
    assert not send(dataclasses.replace(MAIL, to=address))
    assert sent.outbox == []


@pytest.mark.django_db
def test_templates_of_the_host_project_come_first(tmp_path: Path, settings: SettingsWrapper) -> None:
    (tmp_path / "comments/mail").mkdir(parents=True)
    (tmp_path / "comments/mail/news_subject.txt").write_text("Our {{ title }}", encoding="utf-8")
    (tmp_path / "comments/mail/frame.html").write_text(
        "<p>{{ parts.0|length }} {{ mail.sender }}</p>", encoding="utf-8"
    )
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [engine | {"DIRS": [tmp_path, *engine["DIRS"]]}]

    mail = received(build(MAIL))

    assert mail["Subject"] == "Our The bridge"
    assert html_of(mail).endswith("The &lt;Herald&gt;</p>")
    assert "Jonas has replied" in text_of(mail)
