"""What people do at the desk, in any order; everything happens to the application and to the model of it (desk_model.py)."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import time_machine
from django.core import mail
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from comments.enums import Status
from comments.exceptions import CommentError
from comments.models import Article, Comment, Outbox, StatusChange
from comments.services import outbox
from comments.services.identity import Identity
from comments.services.posting import Draft, post_comment, revise_comment, withdraw_comment
from comments.services.publications import PUBLICATION
from moderation.enums import Action, Role
from moderation.models import Appeal, Decision
from moderation.services.appeals import file_appeal, reject_appeal, uphold_appeal
from moderation.services.bulk import BulkItem, decide_together
from moderation.services.decisions import decide, undo
from moderation.services.deferrals import defer, take_up
from moderation.services.opinions import ask, give_opinion, take_question_back
from moderation.services.report_outcomes import dismiss_reports
from moderation.services.reports import Notice, ReportDraft, report_comment
from moderation.services.taking_back import undo_batch, undo_down_to
from tests.factories import make_article, make_moderator, make_user
from tests.flows import desk_values as model
from tests.flows.desk_look import look_at_desk, look_at_model
from tests.flows.desk_model import Desk

START = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
MOST_COMMENTS = 6
SECOND, DAY = datetime.timedelta(seconds=1), datetime.timedelta(days=1)
PAUSES = (5 * SECOND, 9 * SECOND, 16 * SECOND, 360 * SECOND, DAY, 25 * DAY / 24, 31 * DAY)

indices = st.integers(min_value=0, max_value=1_000)
moderators = st.integers(min_value=0, max_value=1)
networks = st.sampled_from(("a", "b", "c", "d"))
# Mostly what the moderator sees is what is stored.
is_late = st.sampled_from((False, False, False, True))


def has(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule for when the model holds any of these."""
    return precondition(lambda self: bool(getattr(self.desk, name)))


class DeskMachine(RuleBasedStateMachine):
    """Everything happens to the application and to the model; both say whether it is refused, and by which error."""

    steps_done = 0

    @initialize()
    def open(self) -> None:
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.clock = time_machine.travel(START, tick=False)
        self.travel = self.clock.start()
        mail.outbox.clear()
        first = make_article()
        self.articles = [first, make_article(first.site)]
        self.site = first.site
        self.moderators = [make_moderator(self.site, role=Role.SENIOR) for _number in range(2)]
        versions = [article.version for article in Article.objects.order_by("pk")]
        self.desk = Desk(START, counts=[0, 0], versions=versions)
        self.texts = 0

    def teardown(self) -> None:
        if hasattr(self, "clock"):
            self.clock.stop()
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    # --- Authors and readers

    @rule(article=st.integers(0, 1), kind=st.sampled_from(("silent", "guest", "account")))
    @precondition(lambda self: len(self.desk.comments) < MOST_COMMENTS)
    def post(self, article: int, kind: str) -> None:
        self._go_on()
        number = len(self.desk.comments)
        mailbox = {"silent": None, "guest": f"guest{number}@reader.example"}.get(kind, f"user{number}@reader.example")
        user = make_user(mailbox or "") if kind == "account" else None
        draft = Draft(body=self._text(), name=f"Leser {number}", email=(mailbox or "") if kind == "guest" else "")
        post_comment(article=self.articles[article], identity=Identity(user=user), draft=draft)
        self.desk.post(article, mailbox, is_proved=kind == "account")

    @rule(comment=indices)
    @has("comments")
    def revise(self, comment: int) -> None:
        text = self._text()
        chosen = self._comment(comment)
        self._same(lambda: revise_comment(comment=self._load(chosen), body=text), lambda _pk: self.desk.revise(chosen))

    @rule(comment=indices)
    @has("comments")
    def withdraw(self, comment: int) -> None:
        chosen = self._comment(comment)
        self._same(lambda: withdraw_comment(comment=self._load(chosen)), lambda _pk: self.desk.withdraw(chosen))

    @rule(comment=indices, network=networks, is_notice=st.booleans())
    def report(self, comment: int, network: str, is_notice: bool) -> None:
        published = [one for one in self.desk.comments if one.standing.status == "approved"]
        if not published:
            return
        chosen = published[comment % len(published)]
        mailbox = f"notifier{len(self.desk.reports)}@reader.example" if is_notice else None
        notice = Notice(reasons="Beleidigung", name="Nora", email=mailbox or "", in_good_faith=True)
        draft = ReportDraft("unlawful", notice=notice, language="en") if is_notice else ReportDraft("respect")
        self._same(
            lambda: report_comment(comment=self._load(chosen), identity=Identity(network=network), draft=draft),
            lambda pk: self.desk.report(chosen, pk, network, mailbox),
        )

    @rule(comment=indices)
    @has("comments")
    def appeal(self, comment: int) -> None:
        refused = [one for one in self.desk.comments if one.standing.status in model.REFUSED] or self.desk.comments
        chosen = refused[comment % len(refused)]
        self._same(
            lambda: file_appeal(comment=self._load(chosen), text="Das war ein Zitat."),
            lambda pk: self.desk.appeal(chosen, pk),
        )

    # --- The desk

    @rule(comment=indices, action=indices, moderator=moderators, late=is_late)
    @has("comments")
    def decide_what_is_possible(self, comment: int, action: int, moderator: int, late: bool) -> None:
        open_ones = [one for one in self.desk.comments if self.desk.possible(one)]
        if open_ones:
            chosen = open_ones[comment % len(open_ones)]
            actions = self.desk.possible(chosen)
            self._decide(chosen, actions[action % len(actions)], moderator, is_late=late)

    @rule(comment=indices, action=st.sampled_from(model.ACTIONS), moderator=moderators, has_clause=st.booleans())
    @has("comments")
    def decide_anything(self, comment: int, action: str, moderator: int, has_clause: bool) -> None:
        self._decide(self._comment(comment), action, moderator, has_clause=has_clause)

    @rule(chosen=st.lists(indices, min_size=1, max_size=4), action=st.sampled_from(model.ACTIONS), moderator=moderators)
    @has("comments")
    def decide_together(self, chosen: list[int], action: str, moderator: int) -> None:
        self._go_on()
        comments = list({id(one): one for one in map(self._comment, chosen)}.values())
        clause = "respect" if action in model.NEED_CLAUSE else ""
        loaded = {one.public_id: one for one in map(self._load, comments)}
        items = [
            BulkItem(public_id, Action(action), Status(one.status), one.revision, clause=clause)
            for public_id, one in loaded.items()
        ]
        result = decide_together(
            items=items, comments=loaded, moderator=self.moderators[moderator], reason="Eine Welle"
        )
        for comment, answer in zip(comments, result.answers, strict=True):
            assert not answer.has_failed
            pk = answer.decision.pk if answer.decision else 0
            seen = (comment.standing.status, comment.revision)
            wanted = self._refusal(
                lambda: self.desk.decide(comment, action, seen, clause, moderator, pk, result.batch_id)  # noqa: B023
            )
            assert (type(answer.refusal).__name__ if answer.refusal else "") == wanted

    @rule(decision=indices)
    @has("decisions")
    def undo(self, decision: int) -> None:
        chosen = self.desk.decisions[-1 - decision % len(self.desk.decisions)]
        self._same(
            lambda: undo(decision=self._load_decision(chosen), moderator=self.moderators[0]),
            lambda _pk: self.desk.undo(chosen),
        )

    @rule(decision=indices, late=is_late)
    @has("decisions")
    def undo_down_to(self, decision: int, late: bool) -> None:
        chosen = self.desk.decisions[decision % len(self.desk.decisions)]
        held = [step for step in chosen.comment.steps if step.takes_back is None and not step.is_taken_back]
        seen = held[-2] if late and len(held) > 1 else held[-1]
        steps = StatusChange.objects.filter(comment=self._pk(chosen.comment)).order_by("pk")
        newest = steps[chosen.comment.steps.index(seen)].pk
        self._same(
            lambda: undo_down_to(decision=self._load_decision(chosen), moderator=self.moderators[0], newest=newest),
            lambda _pk: self.desk.undo_down_to(chosen, seen),
        )

    @rule(batch=indices)
    def undo_batch(self, batch: int) -> None:
        batches = list(dict.fromkeys(one.batch for one in self.desk.decisions if one.batch))
        if batches:
            chosen = batches[batch % len(batches)]
            self._same(
                lambda: undo_batch(batch_id=chosen, moderator=self.moderators[0]),  # type: ignore[arg-type]
                lambda _pk: self.desk.undo_batch(chosen),
            )

    @rule(comment=indices)
    @has("reports")
    def dismiss(self, comment: int) -> None:
        chosen = self.desk.reports[comment % len(self.desk.reports)].comment
        self._same(
            lambda: dismiss_reports(comment=self._load(chosen), moderator=self.moderators[0], up_to=2**31),
            lambda _pk: self.desk.dismiss_reports(chosen),
        )

    @rule(appeal=indices, moderator=moderators, is_upheld=st.booleans())
    @has("appeals")
    def answer(self, appeal: int, moderator: int, is_upheld: bool) -> None:
        chosen = self.desk.appeals[-1 - appeal % len(self.desk.appeals)]
        related = ("decision__comment__site", "decision__comment__author", "decision__comment__article")
        loaded = Appeal.objects.select_related(*related).get(pk=chosen.pk)
        by = self.moderators[moderator]
        if is_upheld:
            self._same(
                lambda: uphold_appeal(appeal=loaded, moderator=by, answer="Stimmt.").settled_by.decision,  # type: ignore[union-attr]
                lambda pk: self.desk.uphold(chosen, moderator, pk),
            )
        else:
            self._same(
                lambda: reject_appeal(appeal=loaded, moderator=by, answer="Nein."),
                lambda _pk: self.desk.reject_appeal(chosen, moderator),
            )

    @rule(comment=indices)
    @has("comments")
    def defer(self, comment: int) -> None:
        chosen = self._comment(comment)
        self._same(
            lambda: defer(comment=self._load(chosen), moderator=self.moderators[0], until=self.desk.now + DAY),
            lambda _pk: self.desk.defer(chosen, self.desk.now + DAY),
        )

    @rule(comment=indices)
    @has("comments")
    def take_up(self, comment: int) -> None:
        chosen = self._comment(comment)
        self._same(
            lambda: take_up(comment=self._load(chosen), moderator=self.moderators[0]),
            lambda _pk: self.desk.take_up(chosen),
        )

    @rule(comment=indices, moderator=moderators, is_open=st.booleans())
    @has("comments")
    def ask(self, comment: int, moderator: int, is_open: bool) -> None:
        chosen = self._comment(comment)
        colleague = None if is_open else 1 - moderator
        asked_of = None if colleague is None else self.moderators[colleague].pk
        self._same(
            lambda: ask(comment=self._load(chosen), moderator=self.moderators[moderator], colleague=asked_of),
            lambda _pk: self.desk.ask(chosen, moderator, colleague),
        )

    @rule(comment=indices, moderator=moderators)
    @has("comments")
    def take_question_back(self, comment: int, moderator: int) -> None:
        chosen = self._comment(comment)
        self._same(
            lambda: take_question_back(comment=self._load(chosen), moderator=self.moderators[moderator]),
            lambda _pk: self.desk.take_question_back(chosen, moderator),
        )

    @rule(comment=indices, moderator=moderators, action=st.sampled_from(model.ACTIONS), late=is_late)
    @has("comments")
    def give_opinion(self, comment: int, moderator: int, action: str, late: bool) -> None:
        chosen = self._comment(comment)
        revision = max(1, chosen.revision - late)
        self._same(
            lambda: give_opinion(
                comment=self._load(chosen),
                moderator=self.moderators[moderator],
                action=Action(action),
                expected_revision=revision,
                clause="respect" if action in model.NEED_CLAUSE else "",
            ),
            lambda _pk: self.desk.give_opinion(chosen, moderator, action, revision),
        )

    # --- Time

    @rule(pause=st.sampled_from(PAUSES))
    def wait(self, pause: datetime.timedelta) -> None:
        self._go_on(pause)

    @rule(limit=st.sampled_from((1, 100, 100)))
    def deliver(self, limit: int) -> None:
        self._go_on()
        # Nobody follows here, and what is published is no business of the desk's.
        Outbox.objects.filter(kind=PUBLICATION).delete()
        for pk, attempt in outbox.lease_due(limit=limit):
            outbox.deliver(pk, attempt)
        self.desk.deliver(limit)

    @rule()
    def forget(self) -> None:
        self._go_on()
        outbox.purge_done()
        self.desk.forget()

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        if hasattr(self, "desk"):
            type(self).steps_done += 1
            assert look_at_desk(self.site) == look_at_model(self.desk)

    # --- Inside

    def _go_on(self, pause: datetime.timedelta = SECOND) -> None:
        self.desk.now += pause
        self.travel.move_to(self.desk.now, tick=False)

    def _same(self, act: Callable[[], object], follow: Callable[[int], None]) -> None:
        """Do it here and in the model: both refuse it by the same name, or neither does."""
        self._go_on()
        result: object = None
        refusal = ""
        try:
            result = act()
        except CommentError as error:
            refusal = type(error).__name__
        wanted = self._refusal(lambda: follow(getattr(result, "pk", 0)))
        assert refusal == wanted

    def _refusal(self, follow: Callable[[], None]) -> str:
        try:
            follow()
        except model.Refused as refused:
            return str(refused)
        return ""

    def _decide(
        self, chosen: model.Comment, action: str, moderator: int, *, is_late: bool = False, has_clause: bool = True
    ) -> None:
        clause = "respect" if has_clause and action in model.NEED_CLAUSE else ""
        seen = (chosen.standing.status, max(1, chosen.revision - is_late))
        self._same(
            lambda: decide(
                comment=self._load(chosen),
                moderator=self.moderators[moderator],
                action=Action(action),
                expected_status=Status(seen[0]),
                expected_revision=seen[1],
                clause=clause,
            ),
            lambda pk: self.desk.decide(chosen, action, seen, clause, moderator, pk, None),
        )

    def _text(self) -> str:
        self.texts += 1
        return f"Text {self.texts}"

    def _comment(self, index: int) -> model.Comment:
        return self.desk.comments[index % len(self.desk.comments)]

    def _pk(self, comment: model.Comment) -> int:
        place = self.desk.comments.index(comment)
        return list(Comment.objects.filter(site=self.site).order_by("pk").values_list("pk", flat=True))[place]

    def _load(self, comment: model.Comment) -> Comment:
        return Comment.objects.with_context().get(pk=self._pk(comment))

    def _load_decision(self, decision: model.Decision) -> Decision:
        return Decision.objects.select_related("comment__site", "comment__author").get(pk=decision.pk)
