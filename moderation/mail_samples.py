"""Every mail there is, made up from rows that are in no database, to be looked at in the dashboard."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from comments.enums import AuthorKind, Badge, Scope, Status
from comments.mail import Mail
from comments.models import Article, Author, Comment, Notification, Site, StatusChange, Subscriber, Subscription
from comments.notifications import confirmation_mail, digest_mail, news_mail
from moderation.enums import Action, ReportState, RestrictionKind
from moderation.mails import appeal_mail, decision_mail, report_mail, restriction_mail, waiting_mail
from moderation.models import Appeal, Clause, Decision, PolicyVersion, Report, Restriction
from moderation.queue.waiting import WaitingComments

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

READER = "hanna@reader.example"


@dataclass(frozen=True, slots=True)
class Sample:
    """A mail under a name: who gets it, and how it is made for a site in a language."""

    name: str
    label: str | StrPromise
    make: Callable[[Site, str], Mail]


def make_sample(name: str, site: Site, language: str) -> Mail | None:
    """The mail of this name as a reader of the site would get it; None where there is none. No query."""
    sample = SAMPLES.get(name)
    if sample is None:
        return None
    with override(language):
        return sample.make(site, language)


def _article(site: Site, title: str) -> Article:
    return Article(
        pk=0, site=site, key="bridge", title=title, language=site.language, url="https://news.example/bridge"
    )


def _comment(site: Site, language: str, *, name: str = "Hanna Kuhl", words: str = "", badge: str = "") -> Comment:
    author = Author(pk=0, site=site, kind=AuthorKind.GUEST, name=name, email=READER)
    return Comment(
        pk=0,
        site=site,
        article=_article(site, _("The old bridge is to be torn down")),
        author=author,
        author_name=name,
        author_badge=badge,
        language=language,
        public_html=f"<p>{words}</p>",
    )


def _subscriber(language: str) -> Subscriber:
    return Subscriber(pk=0, email=READER, language=language)


def _notification(site: Site, language: str, scope: Scope, name: str, words: str, badge: str = "") -> Notification:
    comment = _comment(site, language, name=name, words=words, badge=badge)
    subscription = Subscription(
        subscriber=_subscriber(language), site=site, article=comment.article, author=comment.author, scope=scope
    )
    return Notification(comment=comment, subscription=subscription, subscriber=subscription.subscriber)


def _news(site: Site, language: str) -> list[Notification]:
    first = _(
        "I drive over it every day. Whoever says that it cannot be repaired should look at www.bridges.example first."
    )
    second = _("We have asked the city for the expert opinion and will publish it.")
    return [
        _notification(site, language, Scope.REPLIES, "Jonas Weber", first),
        _notification(site, language, Scope.ARTICLE, "Mira Engel", second, Badge.EDITORIAL),
    ]


def _confirmation(site: Site, language: str) -> Mail:
    subscriber, article = _subscriber(language), _article(site, _("The old bridge is to be torn down"))
    asked = [
        Subscription(subscriber=subscriber, site=site, scope=Scope.ARTICLE, article=article),
        Subscription(subscriber=subscriber, site=site, scope=Scope.SITE),
    ]
    return confirmation_mail(subscriber, asked)


def _reply(site: Site, language: str) -> Mail:
    return news_mail(_subscriber(language), _news(site, language)[:1])


def _several(site: Site, language: str) -> Mail:
    return news_mail(_subscriber(language), _news(site, language))


def _digest(site: Site, language: str) -> Mail:
    news = _news(site, language)
    other = _notification(site, language, Scope.ARTICLE, "Pavel Novák", _("At last somebody says it."))
    other.comment.article = Article(pk=1, site=site, key="pool", title=_("Outdoor pool opens in May"))
    return digest_mail(_subscriber(language), [*news, other])


def _clause() -> Clause:
    version = PolicyVersion(pk=0, number=3)
    return Clause(
        version=version,
        position=2,
        title_de="Achten Sie einander",
        title_en="Respect each other",
        text_de="Wir veröffentlichen keine Beleidigungen und nichts, was andere herabsetzt.",
        text_en="We publish no insults and nothing that belittles others.",
    )


def _decision(site: Site, language: str, action: Action, to_status: Status, *, note: str = "") -> Decision:
    clause = None if action in (Action.APPROVE, Action.RESTORE) else _clause()
    return Decision(
        pk=0,
        comment=_comment(site, language),
        action=action,
        to_status=to_status,
        clause=clause,
        policy_version=clause.version if clause else None,
        note=note,
        automated_detection=action == Action.REJECT,
    )


def _approved(site: Site, language: str) -> Mail:
    return decision_mail([_decision(site, language, Action.APPROVE, Status.APPROVED)])


def _rejected(site: Site, language: str) -> Mail:
    note = _("The second sentence calls the mayor names. Without it we would have published your comment.")
    return decision_mail([_decision(site, language, Action.REJECT, Status.REJECTED, note=note)])


def _returned(site: Site, language: str) -> Mail:
    note = _("Please leave out the telephone number of the neighbour.")
    return decision_mail([_decision(site, language, Action.RETURN, Status.RETURNED, note=note)])


def _removed(site: Site, language: str) -> Mail:
    return decision_mail([_decision(site, language, Action.REMOVE, Status.REMOVED)])


def _together(site: Site, language: str) -> Mail:
    approved = _decision(site, language, Action.APPROVE, Status.APPROVED)
    return decision_mail([approved, _decision(site, language, Action.REJECT, Status.REJECTED)])


def _taken_back(site: Site, language: str) -> Mail:
    return decision_mail([_decision(site, language, Action.REJECT, Status.REJECTED)], "undo")


def _upheld(site: Site, language: str) -> Mail:
    decision = _decision(
        site, language, Action.RESTORE, Status.APPROVED, note=_("You quoted the council; we had missed it.")
    )
    return decision_mail([decision], upheld=[0])


def _appeal_rejected(site: Site, language: str) -> Mail:
    decision = _decision(site, language, Action.REJECT, Status.REJECTED)
    return appeal_mail(
        Appeal(decision=decision, answer=_("Criticism is welcome, and yours is; the insult in it is not."))
    )


def _report(site: Site, language: str, state: ReportState) -> Report:
    comment = _comment(site, language)
    address = f"https://news.example/c/{comment.public_id}/"
    step = StatusChange(pk=0)
    Decision(change=step, automated_detection=state == ReportState.UPHELD)
    return Report(pk=0, comment=comment, email=READER, language=language, state=state, address=address, settled_by=step)


def _receipt(site: Site, language: str) -> Mail:
    return report_mail([_report(site, language, ReportState.OPEN)], "report_receipt")


def _notice_upheld(site: Site, language: str) -> Mail:
    return report_mail([_report(site, language, ReportState.UPHELD)], "report_decision")


def _notice_dismissed(site: Site, language: str) -> Mail:
    return report_mail([_report(site, language, ReportState.DISMISSED)], "report_decision")


def _restriction(site: Site, language: str, kind: RestrictionKind, *, answer: str = "") -> Restriction:
    comment = _comment(site, language)
    return Restriction(
        pk=0,
        site=site,
        kind=kind,
        author=comment.author,
        comment=comment,
        clause=_clause(),
        reason=_("Three insults within one day."),
        ends_at=None if kind == RestrictionKind.WARNING else timezone.now() + datetime.timedelta(days=7),
        answer=answer,
    )


def _warning(site: Site, language: str) -> Mail:
    return restriction_mail(_restriction(site, language, RestrictionKind.WARNING), READER, "restriction")


def _ban(site: Site, language: str) -> Mail:
    return restriction_mail(_restriction(site, language, RestrictionKind.BAN), READER, "restriction")


def _lifted(site: Site, language: str) -> Mail:
    restriction = _restriction(site, language, RestrictionKind.MUTE, answer=_("We have read your comments again."))
    return restriction_mail(restriction, READER, "restriction_lifted")


def _objection(site: Site, language: str) -> Mail:
    restriction = _restriction(
        site, language, RestrictionKind.MUTE, answer=_("All three comments name the same person.")
    )
    return restriction_mail(restriction, READER, "objection_answer")


def _waiting(site: Site, language: str) -> Mail:
    shown = Site(slug=site.slug, name=site.name, language=language)
    waiting = WaitingComments(site=shown, count=14, oldest=timezone.now() - datetime.timedelta(minutes=47))
    return waiting_mail(User(pk=0, email="desk@news.example"), [waiting], "desk-0")


_LIST = (
    Sample("confirmation", gettext_lazy("Please confirm"), _confirmation),
    Sample("reply", gettext_lazy("A reply"), _reply),
    Sample("news", gettext_lazy("Several new comments"), _several),
    Sample("digest", gettext_lazy("Once a day"), _digest),
    Sample("approved", gettext_lazy("Published"), _approved),
    Sample("rejected", gettext_lazy("Not published"), _rejected),
    Sample("returned", gettext_lazy("Returned for revision"), _returned),
    Sample("removed", gettext_lazy("Removed"), _removed),
    Sample("together", gettext_lazy("Several decisions"), _together),
    Sample("taken-back", gettext_lazy("Decision taken back"), _taken_back),
    Sample("appeal-upheld", gettext_lazy("Appeal upheld"), _upheld),
    Sample("appeal-rejected", gettext_lazy("Appeal rejected"), _appeal_rejected),
    Sample("receipt", gettext_lazy("Notice received"), _receipt),
    Sample("notice-upheld", gettext_lazy("Notice: removed"), _notice_upheld),
    Sample("notice-dismissed", gettext_lazy("Notice: stays public"), _notice_dismissed),
    Sample("warning", gettext_lazy("Warning"), _warning),
    Sample("ban", gettext_lazy("May only read"), _ban),
    Sample("lifted", gettext_lazy("Restriction lifted"), _lifted),
    Sample("objection", gettext_lazy("Objection answered"), _objection),
    Sample("waiting", gettext_lazy("What waits, for moderators"), _waiting),
)
SAMPLES = {sample.name: sample for sample in _LIST}
