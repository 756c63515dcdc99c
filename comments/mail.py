"""A mail, from what it says to the server that takes it. Nothing else in either app sends one.

Each mail is text and, besides, a small HTML page; in its reader's language; to one address; and can be left by one click in
the mail program (RFC 8058). Only its own templates name addresses that can be clicked.
"""

from __future__ import annotations

import logging
import re
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils.functional import lazy
from django.utils.text import Truncator
from django.utils.translation import get_language, override

from comments.conf import settings
from comments.enums import SuppressionReason, Trouble
from comments.exceptions import MailServerError
from comments.models import Article
from comments.services.bounces import return_path
from comments.services.refusals import failure_of
from comments.services.subscriptions import is_suppressed, suppress
from comments.text import clean_line

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

logger = logging.getLogger(__name__)

# What stands in quotation marks of any kind, and by language the marks of a quotation within one.
_QUOTED = re.compile(r'(?<!\w)["„“»«](?=\S)([^"„“”»«]+)(?<=\S)["“”«»](?!\w)')
_INNER = {"de": ("‚", "‘"), "en": ("‘", "’")}

TITLE_LIMIT = 200

_EXCESS_BLANK_LINES = re.compile(r"\n{3,}")

# The look of the HTML, by what it is for: mail programs drop style sheets, so each element carries its own. Templates write
# style="{{ style.text }}". The dark colours are in comments/mail/frame.html.
_SANS = "system-ui,'Segoe UI',Roboto,'Helvetica Neue',sans-serif"
_SERIF = "'Source Serif 4','Iowan Old Style',Palatino,Georgia,serif"
STYLE = {
    "page": f"margin:0;padding:0;background-color:#fdfcf9;color:#1b1a17;font-family:{_SANS};font-size:16px;line-height:1.5",
    "column": "max-width:560px;margin:0 auto;padding:24px 16px;overflow-wrap:break-word;word-break:break-word",
    "text": "margin:0 0 16px",
    "words": f"margin:0 0 8px;font-family:{_SERIF};font-size:17px;white-space:pre-line",
    "quote": "margin:0 0 16px;padding:0 0 0 12px;border-left:2px solid #e4dfd4",
    "label": "margin:0 0 4px;font-weight:600",
    "quiet": "margin:0 0 8px;font-size:13px;color:#666158",
    "rule": "margin:24px 0;border:0;border-top:1px solid #e4dfd4",
    "link": "color:#0b5a6b",
    "button": "display:inline-block;padding:10px 16px;border-radius:4px;background-color:#0b5a6b;color:#fdfcf9;"
    "text-decoration:none;font-weight:600",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one address, before it is written."""

    to: str
    language: str
    # "comments/mail/news" stands for the templates news_subject.txt, news.txt and, unless the mail is plain, news.html there.
    template: str
    # What it is about: the template once with each of these. The subject is that of the first.
    parts: tuple[Mapping[str, object], ...]
    # Names the mail among all that are ever sent: one sent twice after a crash is one in a mail program.
    name: str
    # Who writes, as the last line says it.
    sender: str
    # Names what kind of mails it belongs to, for the filters of mail programs.
    list_name: str
    # Why it is sent, and where that ends: by one click, and for the reader on a page.
    reason: str | StrPromise
    leave_url: str
    # Where all that somebody gets can be changed, if there is such a page.
    manage_url: str = ""
    # What it belongs to; mail programs show all mails of a conversation together.
    conversation: str = ""
    is_plain: bool = False


def send(mail: Mail) -> bool:
    """Send a mail, unless its address is none or is not written to any more; whether it was sent. 1 query.

    Raises OSError (SMTPException is one) when the server does not take it; an address that it refuses for good is not
    written to any more.
    """
    if not _is_address(mail.to):
        logger.warning("Mail %s is not sent: its address is none.", mail.name)
        return False
    if is_suppressed(mail.to):
        logger.info("Mail %s is not sent: its address is not written to any more.", mail.name)
        return False
    try:
        _hand_over(build(mail))
    except smtplib.SMTPException as error:
        if failure_of(error).trouble == Trouble.UNKNOWN:
            suppress(mail.to, SuppressionReason.BOUNCE)
        raise
    return True


def build(mail: Mail) -> EmailMultiAlternatives:
    """A mail as it is sent, written in its own language. No query but those of its contexts."""
    with override(mail.language):
        subject = clean_line(_render("_subject.txt", mail, {**mail.parts[0], "parts": len(mail.parts)}))
        frame = {"mail": mail, "subject": subject, "language": mail.language, "style": STYLE}
        text = render_to_string("comments/mail/frame.txt", frame | {"parts": _parts(".txt", mail)})
        html = ""
        if not mail.is_plain:
            html = render_to_string("comments/mail/frame.html", frame | {"parts": _parts(".html", mail)})
    message = EmailMultiAlternatives(
        subject=subject,
        body=_EXCESS_BLANK_LINES.sub("\n\n", text).strip() + "\n",
        from_email=envelope_sender(mail),
        to=[mail.to],
        headers=_headers(mail),
    )
    if html:
        message.attach_alternative(html, "text/html")
    return message


def envelope_sender(mail: Mail) -> str:
    """Where a server that cannot deliver a mail says so."""
    return return_path(mail.to)


def absolute(path: str) -> str:
    """The address of a page of ours, for a mail."""
    return settings.base_url + path


def title_of(article: Article) -> str | StrPromise:
    """The title of an article to be put in quotation marks, its own made inner ones of the language that the mail is written
    in. What a reader's page said it was goes to nobody before a moderator let it through."""
    title = clean_line(article.title if article.is_confirmed else article.site.name)
    return _with_inner_quotes(title)


def _quote_within(title: str) -> str:
    opening, closing = _INNER.get((get_language() or "")[:2], _INNER["en"])
    return Truncator(_QUOTED.sub(rf"{opening}\1{closing}", title)).chars(TITLE_LIMIT)


# Written when the mail is: its language is not known before.
_with_inner_quotes = lazy(_quote_within, str)


def _is_address(text: str) -> bool:
    """Whether a server can be told of it: Django's rule alone lets hosts pass that cannot be written in ASCII."""
    try:
        validate_email(text)
        text.rpartition("@")[2].encode("idna")
    except (ValidationError, UnicodeError):
        return False
    return True


def _hand_over(message: EmailMultiAlternatives) -> None:
    """Give a mail to the server. Raises MailServerError when it does not let us in, else as `send`."""
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:
        raise MailServerError from error
    try:
        connection.send_messages([message])
    finally:
        connection.close()


def _parts(suffix: str, mail: Mail) -> list[str]:
    places = enumerate(mail.parts)
    return [_render(suffix, mail, {**part, "style": STYLE, "is_first": number == 0}) for number, part in places]


def _render(suffix: str, mail: Mail, context: dict[str, object]) -> str:
    return render_to_string(mail.template + suffix, context)


def _headers(mail: Mail) -> dict[str, str]:
    host = urlsplit(settings.base_url).hostname
    headers = {
        # What a reader sees, where bounces go to another address.
        "From": django_settings.DEFAULT_FROM_EMAIL,
        "Message-ID": f"<{mail.name}@{host}>",
        "Auto-Submitted": "auto-generated",
        "List-Id": f"<{mail.list_name}.{host}>",
        "List-Unsubscribe": f"<{mail.leave_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    if mail.conversation:
        # A mail that nobody ever sent, at the root of the conversation: whichever comes first, they all hang below it.
        root = f"<{mail.conversation}@{host}>"
        headers |= {"References": root, "In-Reply-To": root}
    return headers
