"""What a mail is made of, as whoever receives it sees it."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

from django.conf import settings
from django.core.mail import EmailMessage as SentMail

# Of every mail; References and In-Reply-To besides where it belongs to a conversation.
HEADERS = [
    "Auto-Submitted", "Content-Type", "Date", "From", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
    "MIME-Version", "Message-ID", "Subject", "To",
]  # fmt: skip
CONVERSATION = ["In-Reply-To", "References"]
_ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "div", "p", "a", "hr", "bdi", "ul", "li", "strong",
}  # fmt: skip
_EMPTY = {"meta", "hr"}
_LOADING = {"href", "src", "action", "background", "srcset", "poster", "data", "formaction", "cite", "ping"}
_ATTRIBUTES = {"class", "style", "lang", "dir", "charset", "name", "content"}
# What mail programs make links of in plain words.
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|www\.|mailto:)[^\s<>\"'“”]+|[\w.+-]+@[\w-]+\.\w+|\b[\w-]+\.(?:example|com|org|net|de|io)\b",
    re.IGNORECASE,
)


def received(sent: SentMail) -> EmailMessage:
    """A mail after its way over the wire."""
    parsed = message_from_bytes(sent.message().as_bytes(), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(mail: EmailMessage) -> str:
    """The page of a mail; empty for a plain one."""
    part = mail.get_body(("html",))
    return str(part.get_content()) if part is not None else ""


class _Page(HTMLParser):
    """Reads a page and insists on what each mail program reads alike: few elements, each closed where it was opened."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ELEMENTS:
            self.faults.append(f"element {tag}")
        if tag not in _EMPTY:
            self.open.append(tag)
        for name, value in attrs:
            if name in _LOADING:
                self.addresses.append(value or "")
            elif name not in _ATTRIBUTES or (name == "style" and "url(" in (value or "")):
                self.faults.append(f"attribute {tag}.{name}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"end of {tag}")

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["style"] and re.search(r"url\(|@import|@font-face", data):
            self.faults.append("style sheet that loads something")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"instruction {data}")


def addresses_in(html: str) -> list[str]:
    """Everything that a mail program loads or opens. Fails for a page that is not well-formed, or holds more than it may."""
    page = _Page()
    page.feed(html)
    page.close()
    assert (page.faults, page.open) == ([], [])
    return page.addresses


def foreign_addresses(mail: EmailMessage) -> list[str]:
    """Addresses that lead elsewhere: of the page's attributes, and whatever the text writes out."""
    written = addresses_in(html_of(mail)) if html_of(mail) else []
    written += _ADDRESS.findall(text_of(mail))
    return [address for address in written if not address.startswith(f"{settings.BASE_URL}/")]
