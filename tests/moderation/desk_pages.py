"""What the tests of the desk share: a signed-in browser, and a look at what a page shows."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from comments import lifecycle
from comments.enums import AuthorKind, CheckOutcome, Status
from comments.models import Article, Author, Comment, Revision
from moderation.models import Finding
from moderation.queue import QueueFilters, read_queue
from moderation.services.indexing import index_text, refresh_risk

if TYPE_CHECKING:
    from django.http import HttpResponse

QUEUE = "/moderation/"
FRAGMENT = {"X-Desk": "card"}


def sign_in(user: User | None = None) -> Client:
    """An English-speaking browser with CSRF checks off, as Django's client has it."""
    client = Client(headers={"accept-language": "en"})
    if user is not None:
        client.force_login(user)
    return client


def decide_url(comment: Comment) -> str:
    return reverse("moderation:decide", args=[comment.public_id])


def press(
    client: Client,
    comment: Comment,
    button: str,
    *,
    query: str = "",
    note: str = "",
    headers: dict[str, str] | None = None,
    **sent: Any,
) -> HttpResponse:
    """Press a button of the card as the page shows it now; `sent` replaces what its form holds."""
    comment.refresh_from_db()
    data = {
        "decision": button,
        "note": note,
        "expected_status": comment.status,
        "expected_revision": comment.revision,
    }
    return client.post(decide_url(comment) + query, data | sent, headers=headers)  # type: ignore[return-value]


def html_of(response: Any) -> str:
    return str(response.content.decode())


def text_of(response: Any) -> str:
    """The words of a page, without tags and in single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html_of(response))).split())


def rows(response: Any) -> list[str]:
    """The comments in the list, by public identifier, in order."""
    return re.findall(r'<li class="mg-list__row" id="row-([0-9a-z]{12})"', html_of(response))


def card(response: Any) -> str:
    """The comment on the card, empty when there is none."""
    found = re.findall(r'<article class="mg-card[^"]*" id="card-([0-9a-z]{12})"', html_of(response))
    assert len(found) <= 1
    return found[0] if found else ""


def buttons(response: Any) -> list[str]:
    """The decisions that the card offers, each once, in order."""
    return list(dict.fromkeys(re.findall(r'name="decision" value="([^"]*)"', html_of(response))))


def make_chain(article: Article, length: int) -> list[Comment]:
    """Replies of one author, each to the one before: all but the last published."""
    author = Author.objects.create(site=article.site, kind=AuthorKind.GUEST, name="Hanna Kuhl")
    chain: list[Comment] = []
    now = timezone.now()
    for depth in range(length):
        is_last = depth == length - 1
        chain.append(
            Comment.objects.create(
                site=article.site,
                article=article,
                author=author,
                author_name=author.name,
                parent=chain[-1] if chain else None,
                root=chain[0] if chain else None,
                depth=depth,
                language="de",
                status=Status.PENDING if is_last else Status.APPROVED,
                waiting_since=now if is_last else None,
                published_at=None if is_last else now,
                published_revision=None if is_last else 1,
                public_html="" if is_last else "<p>x</p>",
                posted_at=now,
                idempotency_key=str(depth),
            )
        )
    Revision.objects.bulk_create(
        Revision(comment=one, number=1, body=f"Text {one.depth}", body_html="", render_version=1, created_at=now)
        for one in chain
    )
    return chain


def flag(comment: Comment, flagger: str, *, score: float | None = 0.5) -> Finding:
    finding = Finding.objects.create(
        comment=comment,
        revision=comment.revision,
        flagger=flagger,
        version="1",
        outcome=CheckOutcome.FLAGGED,
        score=score,
        message="The word “%(word)s” is there.",
        parameters={"word": "Nudel"},
        spans=[[0, 4, "word"], ["rubbish"], [5, 3, "backwards"]],
    )
    refresh_risk(comment.pk)
    return finding


def ids(article: Article, filters: QueueFilters) -> list[str]:
    return [item.public_id for item in read_queue(article.site, filters).items]


def add_text(comment: Comment, body: str) -> None:
    lifecycle.add_revision(comment, body=body, body_html=f"<p>{body}</p>", render_version=1)
    index_text(comment)
    refresh_risk(comment.pk)
