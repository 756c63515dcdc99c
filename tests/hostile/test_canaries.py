"""What nobody may see is planted with unique words; then everything that can be fetched is fetched and searched."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.core import mail
from django.test import Client

from comments.enums import CheckOutcome, Status
from comments.models import Article, Author, Comment, Outbox
from comments.services import outbox
from comments.services.identity import make_author_token
from comments.services.posting import revise_comment
from moderation.enums import Action, Role, Scope
from moderation.models import Finding, Membership
from moderation.services.decisions import decide
from moderation.services.tokens import issue_token
from tests.factories import make_article, make_comment, make_moderator, make_policy, make_site, make_user

# Every page there is, as four kinds of people.
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300), pytest.mark.once]

HIDDEN = tuple(status for status in Status if status not in (Status.APPROVED, Status.AWAITING_EMAIL))
LINK = re.compile(r"""(?:href|action|src)=["']([^"']+)["']""")
LIMIT = 400


@dataclass
class Plant:
    """A site with one hidden comment in every status, and the words that must not show up."""

    article: Article
    words: set[str] = field(default_factory=set)
    public_ids: list[str] = field(default_factory=list)

    def word(self, kind: str, place: str) -> str:
        word = f"kanarie{kind}{place.replace('_', '')}"
        self.words.add(word)
        return word


def plant() -> Plant:
    """Hidden comments in every status as roots, as replies, and as waiting edits; with notes and findings."""
    site = make_site("garden", origins=("http://testserver",))
    make_policy(site)
    article = make_article(site, key="bed")
    moderator = make_moderator(site)
    planted = Plant(article)
    visible = make_comment(article, body="Sichtbar fuer alle", status=Status.APPROVED)
    for status in HIDDEN:
        for parent, kind in ((None, "root"), (visible, "reply")):
            comment = make_comment(
                article,
                body=planted.word(f"body{kind}", status),
                name=planted.word(f"name{kind}", status).title(),
                email=f"{planted.word(f'mail{kind}', status)}@reader.example",
                parent=parent,
                status=Status.PENDING if status in (Status.REJECTED, Status.RETURNED) else status,
            )
            if status in (Status.REJECTED, Status.RETURNED):
                decide(
                    comment=comment,
                    moderator=moderator,
                    action=Action.REJECT if status == Status.REJECTED else Action.RETURN,
                    expected_status=Status.PENDING,
                    expected_revision=1,
                    clause="respect",
                    note=planted.word(f"note{kind}", status),
                )
            Finding.objects.update_or_create(
                comment=comment,
                revision=1,
                flagger="links",
                defaults={
                    "version": "1",
                    "outcome": CheckOutcome.FLAGGED,
                    "message": planted.word(f"finding{kind}", status),
                },
            )
            planted.public_ids.append(comment.public_id)
    edited = make_comment(article, body="Vorher", status=Status.APPROVED)
    revise_comment(comment=edited, body=planted.word("edit", "waiting"))
    assert len(planted.words) == len(HIDDEN) * 2 * 4 + 4 + 1
    return planted


def starting_points(planted: Plant) -> list[str]:
    """Everything the contract names, for the article and for each hidden comment."""
    api = "/api/v1"
    points = [
        "/",
        "/feed.xml",
        "/discussion/garden/bed/",
        *[f"/discussion/garden/bed/?sort={sort}" for sort in ("newest", "oldest", "best")],
        "/policy/garden/",
        "/feeds/garden/comments.atom",
        "/feeds/garden/bed/comments.atom",
        f"{api}/sites/garden/articles/bed/comments",
        f"{api}/counts?site=garden&id=bed",
        f"{api}/openapi.json",
        f"{api}/moderation/queue?site=garden",
        "/moderation/?site=garden",
        "/accounts/login/",
        "/accounts/email/",
    ]
    for public_id in planted.public_ids:
        points += [
            f"/c/{public_id}/",
            f"/status/{public_id}/",
            f"/discussion/garden/bed/?reply_to={public_id}",
            f"/discussion/garden/bed/?comment={public_id}",
            f"{api}/comments/{public_id}",
            f"/moderation/?site=garden&comment={public_id}",
            f"/moderation/comments/{public_id}/history/",
        ]
    return points


def crawl(client: Client, planted: Plant, **headers: str) -> tuple[int, list[str]]:
    """How many answers were read, and every place where a planted word was found."""
    waiting, seen, leaks = starting_points(planted), set[str](), []
    while waiting and len(seen) < LIMIT:
        url = waiting.pop(0)
        if url in seen or "logout" in url or "/static/" in url:
            continue
        seen.add(url)
        answer = client.get(url, headers=headers)
        text = b"".join(answer) if answer.streaming else answer.content
        content = unescape(text.decode("utf-8", "replace")) + str(dict(answer.items()))
        leaks += [f"{url}: {word}" for word in planted.words if word in content.casefold()]
        if "html" in answer.headers.get("Content-Type", ""):
            links = (urlsplit(urljoin(url, unescape(link))) for link in LINK.findall(content))
            waiting += [f"{link.path}?{link.query}" if link.query else link.path for link in links if not link.netloc]
    return len(seen), leaks


def test_a_crawl_as_a_stranger_finds_nothing_hidden() -> None:
    planted = plant()
    read, leaks = crawl(Client(), planted)
    assert leaks == []
    assert read > 80


def test_a_crawl_as_another_reader_finds_nothing_hidden() -> None:
    planted = plant()
    client = Client()
    client.force_login(make_user())
    assert crawl(client, planted)[1] == []


def test_a_crawl_as_another_guest_with_a_token_finds_nothing_hidden() -> None:
    planted = plant()
    other = make_comment(planted.article, name="Otto Nebenan", body="Noch ein Wort", status=Status.APPROVED)
    headers = {"Authorization": f"Bearer {make_author_token(other.author)}"}
    assert crawl(Client(), planted, **headers)[1] == []


def test_a_crawl_as_a_moderator_of_another_site_finds_nothing_hidden() -> None:
    planted = plant()
    elsewhere = make_site("elsewhere")
    make_policy(elsewhere)
    moderator = make_moderator(elsewhere, role=Role.ADMINISTRATOR)
    client = Client()
    client.force_login(moderator)
    assert crawl(client, planted)[1] == []
    token = issue_token(user=moderator, site=elsewhere, scopes=list(Scope))
    assert crawl(Client(), planted, Authorization=f"Bearer {token}")[1] == []


def test_the_crawl_sees_what_a_moderator_of_the_site_may_see() -> None:
    """The control: with the right to see it, the same crawl does find it."""
    planted = plant()
    client = Client()
    client.force_login(Membership.objects.get(site=planted.article.site).user)
    found = {leak.rpartition(": ")[2] for leak in crawl(client, planted)[1]}
    assert {word for word in planted.words if "body" in word} <= found


def test_mails_about_decisions_hold_no_text_of_comments_and_go_to_their_authors_alone() -> None:
    planted = plant()
    Outbox.objects.update(due_at=Comment.objects.first().posted_at)  # type: ignore[union-attr]
    for pk, attempt in outbox.lease_due(limit=100):
        outbox.deliver(pk, attempt)
    assert len(mail.outbox) == 4
    for message in mail.outbox:
        [recipient] = message.recipients()
        author = Author.objects.get(email=recipient)
        own_note = author.comments.get().decisions.get().note
        content = str(message.message()).casefold() + message.body.casefold()
        others = {word for word in planted.words if word not in (own_note, recipient.partition("@")[0])}
        assert [word for word in others if word in content] == []
        assert own_note in message.body
