"""A state of affairs for each mail there is: what happens on a site until somebody is written to, by the real services.

A state is a generator. Where it yields, what is due is sent, hours pass, and it goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from comments.enums import AuthorKind, Frequency, Scope, Status
from comments.models import Article, Author, Comment, Site
from comments.services.articles import ArticleFacts, register_article
from comments.services.identity import Identity
from comments.services.subscriptions import Wish, confirm, subscribe
from moderation.enums import Action, DigestChoice, RestrictionKind, Role
from moderation.models import Appeal, DeskPreferences, Restriction
from moderation.services.appeals import file_appeal, reject_appeal, uphold_appeal
from moderation.services.decisions import undo
from moderation.services.desk_digests import put_digests
from moderation.services.report_outcomes import dismiss_reports
from moderation.services.reports import Notice
from moderation.services.restrictions import answer_objection, lift, object_to
from tests.factories import make_comment, make_moderator, make_policy, make_site, make_user, move
from tests.moderation.reporting import judge, notify
from tests.moderation.restricting import lay, write

# What the samples of the dashboard are about.
TITLE = "The old bridge is to be torn down"
State = Iterator[None]


@dataclass
class Newsroom:
    """A site whose readers each have an address of their own, named after the mail that they get."""

    site: Site = field(default_factory=lambda: make_site("herald", language="en"))
    authors: dict[str, Author] = field(default_factory=dict)

    def __post_init__(self) -> None:
        make_policy(self.site)

    def article(self, name: str, title: str = TITLE) -> Article:
        """The article of this name, of the same title as all others unless said otherwise."""
        facts = ArticleFacts(key=name, url=f"https://news.example/{name}", title=title)
        return register_article(site=self.site, facts=facts)

    def author(self, name: str, *, is_proved: bool = True) -> Author:
        """The reader of this name."""
        if name not in self.authors:
            verified_at = timezone.now() if is_proved else None
            self.authors[name] = Author.objects.create(
                site=self.site,
                kind=AuthorKind.GUEST,
                name="Hanna Kuhl",
                email=mailbox(name),
                email_verified_at=verified_at,
            )
        return self.authors[name]

    def comment(self, name: str, *, is_proved: bool = True) -> Comment:
        """What the reader of this name wrote under their article."""
        number = Comment.objects.count()
        return write(self.article(name), author=self.author(name, is_proved=is_proved), body=f"Text {number}")

    def follow(self, name: str, scope: Scope, *, frequency: Frequency = Frequency.INSTANT, key: str = "") -> None:
        """Have the reader follow an article, or the replies to them, and confirm that."""
        author = self.author(name) if scope == Scope.REPLIES else None
        article = None if scope == Scope.SITE else self.article(key or name)
        asked = Wish(self.site, scope, mailbox(name), frequency=frequency, language="en", article=article)
        confirm([subscribe(asked, identity=Identity(), author=author)], network="")


def mailbox(name: str) -> str:
    return f"{name}@reader.example"


def confirmation(desk: Newsroom) -> State:
    article = desk.article("confirmation")
    subscribe(
        Wish(desk.site, Scope.ARTICLE, mailbox("confirmation"), language="en", article=article), identity=Identity()
    )
    yield


def reply(desk: Newsroom) -> State:
    asked = move(desk.comment("reply"), Status.APPROVED)
    desk.follow("reply", Scope.REPLIES)
    make_comment(asked.article, parent=asked, name="Jonas Weber", status=Status.APPROVED)
    yield


def news(desk: Newsroom) -> State:
    desk.follow("news", Scope.ARTICLE)
    for name in ("Jonas Weber", "Mira Engel"):
        make_comment(desk.article("news"), name=name, status=Status.APPROVED)
    yield


def digest(desk: Newsroom) -> State:
    desk.article("pool", "Outdoor pool opens in May")
    for key, count in (("digest", 2), ("pool", 1)):
        desk.follow("digest", Scope.ARTICLE, frequency=Frequency.DAILY, key=key)
        for _number in range(count):
            make_comment(Article.objects.get(key=key), name="Jonas Weber", status=Status.APPROVED)
    yield


def decided(name: str, action: Action) -> Callable[[Newsroom], State]:
    """A comment of which something becomes."""

    def state(desk: Newsroom) -> State:
        comment = desk.comment(name)
        if action == Action.REMOVE:
            move(comment, Status.APPROVED)
        judge(comment, action, clause="" if action == Action.APPROVE else "respect")
        yield

    return state


def together(desk: Newsroom) -> State:
    comments = [desk.comment("together", is_proved=False) for _number in range(2)]
    judge(comments[0], Action.APPROVE)
    judge(comments[1], Action.REJECT, clause="respect")
    yield


def taken_back(desk: Newsroom) -> State:
    decision = judge(desk.comment("taken-back"), Action.REJECT, clause="respect")
    yield
    undo(decision=decision, moderator=make_moderator(desk.site))
    yield


def appealed(desk: Newsroom, name: str) -> Appeal:
    comment = desk.comment(name)
    judge(comment, Action.REJECT, clause="respect")
    return file_appeal(comment=Comment.objects.with_context().get(pk=comment.pk), text="I quoted the council.")


def appeal_upheld(desk: Newsroom) -> State:
    uphold_appeal(appeal=appealed(desk, "appeal-upheld"), moderator=make_moderator(desk.site, role=Role.SENIOR))
    yield


def appeal_rejected(desk: Newsroom) -> State:
    senior = make_moderator(desk.site, role=Role.SENIOR)
    reject_appeal(appeal=appealed(desk, "appeal-rejected"), moderator=senior, answer="The insult is not welcome.")
    yield


def noticed(desk: Newsroom, name: str) -> Comment:
    """A published comment that somebody of this name calls unlawful."""
    comment = make_comment(desk.article(name), status=Status.APPROVED)
    comment = Comment.objects.with_context().get(pk=comment.pk)
    notify(comment, Notice(reasons="An insult.", name="Nora Nolte", email=mailbox(name), in_good_faith=True))
    return comment


def receipt(desk: Newsroom) -> State:
    noticed(desk, "receipt")
    yield


def notice_upheld(desk: Newsroom) -> State:
    comment = noticed(desk, "notice-upheld")
    yield
    judge(comment, Action.REMOVE, clause="unlawful")
    yield


def notice_dismissed(desk: Newsroom) -> State:
    comment = noticed(desk, "notice-dismissed")
    yield
    report = comment.reports.get()
    dismiss_reports(comment=comment, moderator=make_moderator(desk.site), up_to=report.pk)
    yield


def laid(desk: Newsroom, name: str, kind: RestrictionKind) -> Restriction:
    comment = desk.comment(name)
    return lay(desk.author(name), kind, comment=comment)


def warning(desk: Newsroom) -> State:
    laid(desk, "warning", RestrictionKind.WARNING)
    yield


def ban(desk: Newsroom) -> State:
    laid(desk, "ban", RestrictionKind.BAN)
    yield


def lifted(desk: Newsroom) -> State:
    restriction = laid(desk, "lifted", RestrictionKind.MUTE)
    yield
    lift(restriction=restriction, moderator=make_moderator(desk.site, role=Role.SENIOR))
    yield


def objection(desk: Newsroom) -> State:
    restriction = laid(desk, "objection", RestrictionKind.MUTE)
    yield
    object_to(restriction=restriction, text="That was not me.")
    senior = make_moderator(desk.site, role=Role.SENIOR)
    answer_objection(restriction=restriction, moderator=senior, answer="It was.", lifts=False)
    yield


def waiting(desk: Newsroom) -> State:
    moderator = make_moderator(desk.site)
    moderator.email = mailbox("waiting")
    moderator.save()
    DeskPreferences.objects.create(user=moderator, digest=DigestChoice.DAILY)
    for _number in range(2):
        make_comment(desk.article("waiting"))
    put_digests()
    yield


# By the names of the dashboard's samples.
STATES: dict[str, Callable[[Newsroom], State]] = {
    "confirmation": confirmation,
    "reply": reply,
    "news": news,
    "digest": digest,
    "approved": decided("approved", Action.APPROVE),
    "rejected": decided("rejected", Action.REJECT),
    "returned": decided("returned", Action.RETURN),
    "removed": decided("removed", Action.REMOVE),
    "together": together,
    "taken-back": taken_back,
    "appeal-upheld": appeal_upheld,
    "appeal-rejected": appeal_rejected,
    "receipt": receipt,
    "notice-upheld": notice_upheld,
    "notice-dismissed": notice_dismissed,
    "warning": warning,
    "ban": ban,
    "lifted": lifted,
    "objection": objection,
    "waiting": waiting,
}


def ask_for_account_mails() -> None:
    """Have somebody with an account write to themselves: a code to sign in, and a link for a new password."""
    user = make_user(mailbox("account"))
    for page in ("account_request_login_code", "account_reset_password"):
        answer = Client().post(reverse(page), {"email": user.email})
        assert answer.status_code == 302, answer.content
