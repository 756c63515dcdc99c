"""The demo's comments, written and judged through the services that readers and moderators use, then dated back."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from comments.enums import Status
from comments.models import Article, Author, Comment, Revision, StatusChange
from comments.services import outbox, publications
from comments.services.identity import Identity
from comments.services.posting import Draft, post_comment, withdraw_comment
from demo.contents import AuthorContent, CommentContent
from demo.seeding.people import People
from demo.seeding.timeline import Event
from moderation.enums import Action
from moderation.models import Decision, Finding
from moderation.services.decisions import decide


class Replay:
    """Plays events in their order. Nobody in the files writes more often than the limits of posting allow."""

    def __init__(self, *, articles: dict[str, Article], authors: Iterable[AuthorContent], people: People) -> None:
        self._articles = articles
        self._authors = {author["handle"]: author for author in authors}
        self._people = people
        self._guests: dict[str, Author] = {}
        # By the identifier in the file.
        self._comments: dict[str, Comment] = {}

    @property
    def stored(self) -> dict[str, int]:
        """Primary keys of the comments written so far, by their identifier in the file."""
        return {name: comment.pk for name, comment in self._comments.items()}

    def play(self, event: Event) -> None:
        """Do what the event says, as of its moment. Sends nothing to anybody. 15 to 25 queries."""
        if event.act == "post":
            self._post(event.comment, event.at)
            return
        comment = Comment.objects.with_context().get(pk=self._comments[event.comment["id"]].pk)
        if event.act == "withdraw":
            withdraw_comment(comment=comment)
            comment.status_changes.filter(to_status=Status.WITHDRAWN).update(created_at=event.at)
        else:
            self._decide(comment, event)

    def _post(self, content: CommentContent, at: datetime.datetime) -> None:
        handle = content["author"]
        author = self._authors[handle]
        parent = self._comments[content["parent"]].public_id if content["parent"] else ""
        posted = post_comment(
            article=self._articles[content["article"]],
            identity=Identity(user=self._people.readers.get(handle), author=self._guests.get(handle)),
            draft=Draft(
                body=content["body"],
                parent=parent,
                name=author["name"],
                email=author["email"] or "",
                idempotency_key=f"demo-comment-{content['id']}",
            ),
        )
        comment = posted.comment
        self._comments[content["id"]] = comment
        if author["kind"] == "guest" and handle not in self._guests:
            self._guests[handle] = comment.author
            Author.objects.filter(pk=comment.author_id).update(created_at=at)
        _date_back_post(comment, at)

    def _decide(self, comment: Comment, event: Event) -> None:
        moderators = self._people.moderators
        decision = decide(
            comment=comment,
            moderator=moderators[comment.pk % len(moderators)],
            action=Action(event.act),
            expected_status=Status(comment.status),
            expected_revision=comment.revision,
            clause=event.clause,
            note=event.note,
        )
        # What the demo decided long ago is told to nobody now.
        outbox.cancel(f"decision:{decision.pk}")
        publications.hold_back(comment)
        _date_back_decision(comment, decision, event)


def _date_back_post(comment: Comment, at: datetime.datetime) -> None:
    Comment.objects.filter(pk=comment.pk).update(posted_at=at, waiting_since=at)
    Revision.objects.filter(comment=comment).update(created_at=at)
    StatusChange.objects.filter(comment=comment).update(created_at=at)
    Finding.objects.filter(comment=comment).update(created_at=at)


def _date_back_decision(comment: Comment, decision: Decision, event: Event) -> None:
    if event.act == "approve":
        Comment.objects.filter(pk=comment.pk).update(published_at=event.at)
    StatusChange.objects.filter(pk=decision.change_id).update(created_at=event.at)
    Decision.objects.filter(pk=decision.pk).update(applied_at=event.at)
