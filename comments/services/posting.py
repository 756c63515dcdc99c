"""Writing: a new comment, a new text for one's own comment, taking it back."""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from comments import lifecycle
from comments.conf import settings
from comments.enums import ActorKind, ArticleMode, Status
from comments.exceptions import (
    DiscussionClosedError,
    EditWindowOverError,
    InvalidInputError,
    StaleDecisionError,
    UnknownArticleError,
)
from comments.gate import GateAct
from comments.markup import RENDER_VERSION, render
from comments.models import Article, Author, Comment, Revision
from comments.models.identifiers import new_public_id
from comments.screening import ScreeningInput, Verdict
from comments.services.article_keys import find_by_former_key
from comments.services.badges import badge_under
from comments.services.following import follow_replies, require_address
from comments.services.gate import require_passage
from comments.services.identity import Identity, author_for_post, authors_of, check_author
from comments.services.screening import (
    held,
    published_body,
    recent_bodies,
    screen_safely,
    screening_input_for_revision,
)
from comments.signals import comment_posted, comment_revised
from comments.text import TextError, body_digest, normalise_body
from comments.throttling import count_or_refuse

# The same text by the same person within this time is the same post sent twice.
REPEAT_WINDOW = datetime.timedelta(seconds=60)
MINIMUM_KEY_LENGTH = 8
# Nobody needs more tries; each one costs the moderators a second look.
MOST_REVISIONS = 50


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody typed and sent, as it arrived."""

    body: str
    parent: str = ""
    name: str = ""
    email: str = ""
    language: str = ""
    idempotency_key: str = ""
    by_form: bool = False
    form_seconds: float | None = None
    form_trap_filled: bool = False
    # To be told of replies by mail.
    notify: bool = False


@dataclass(frozen=True, slots=True)
class Posted:
    """The stored comment; `created` is False when this was the same post once more."""

    comment: Comment
    created: bool


def post_comment(*, article: Article, identity: Identity, draft: Draft) -> Posted:
    """Store a comment under an article and put it where it belongs: before a moderator, as a rule. About 13 queries, 7 more to follow replies.

    Raises UnknownArticleError (hidden), DiscussionClosedError, RestrictedError, InvalidInputError (field and sentence) and
    TooManyRequestsError; in each case nothing is stored. The same post sent again, also in parallel, is one comment. Under an
    article that is merged into another at the same moment it is a comment on that other.
    """
    try:
        body = _clean_body(draft.body)
    except InvalidInputError:
        # Where nothing can be posted, that is what to say, not how to write it better.
        _require_open(article)
        raise
    keys = _idempotency_keys(article, identity, draft, body)
    # First of all, so that a retry gets the same answer although the article was closed or the parent removed meanwhile.
    repeated = _same_post(article, keys, body)
    if repeated is not None and draft.by_form and repeated.status == Status.WITHDRAWN:
        # Taken back and sent once more from the form that was still open: they want it after all.
        keys = [_digest("again", keys[0], repeated.pk)]
        repeated = _same_post(article, keys, body)
    if repeated is not None:
        return Posted(repeated, created=False)
    _require_open(article)
    authors = authors_of(identity, site=article.site)
    gate = require_passage(site=article.site, identity=identity, act=GateAct.POST, authors=authors)
    parent = _published_parent(article, draft.parent)
    check_author(site=article.site, identity=identity, name=draft.name, email=draft.email)
    if draft.notify:
        require_address(identity, draft.email)
    _count_post(identity)
    public_id = new_public_id()
    screening_input = _screening_input(
        article, identity, draft, body, parent, authors, is_trusted=gate.trusts, public_id=public_id
    )
    verdict = held(screen_safely(screening_input), gate)
    try:
        comment = _store(article, identity, draft, body, parent, keys[0], verdict, public_id=public_id)
    except (IntegrityError, InvalidInputError):
        # The same post in parallel got there first.
        if repeated := _same_post(article, keys, body):
            return Posted(repeated, created=False)
        merged_into = _merged_into(article)
        if merged_into is None:
            raise
        return post_comment(article=merged_into, identity=identity, draft=draft)
    return Posted(comment, created=True)


def preview_text(body: str, *, network: str) -> SafeString:
    """A text as it would appear, for somebody in a network. Nothing is stored, no query.

    Raises InvalidInputError("body"), TooManyRequestsError.
    """
    count_or_refuse("preview", f"network:{network}", settings.preview_limits["network"])
    return render(_clean_body(body))


def revise_comment(
    *,
    comment: Comment,
    body: str,
    expected_status: str | None = None,
    expected_revision: int | str | None = None,
    network: str = "",
) -> Comment:
    """Store a new text by the comment's author: within the edit window, or after it was returned for revision.

    A returned comment goes back into the queue; a pending one keeps its place there; a published one keeps its old text
    in public until the new one is approved. `network` is the one it was sent from. Raises EditWindowOverError,
    InvalidInputError, RestrictedError, StaleDecisionError, TooManyRequestsError.

    What is expected says which text its author saw when writing this one, so that no other change is written over; a
    revision may come as its digits. None: they do not say.
    """
    _require_seen(comment, expected_status, expected_revision)
    if not may_revise(comment):
        raise EditWindowOverError
    sender = Identity(author=comment.author, network=network)
    require_passage(site=comment.site, identity=sender, act=GateAct.REVISE, authors=[comment.author])
    clean = _clean_body(body)
    count_or_refuse("revise", f"author:{comment.author_id}", settings.post_limits["author"])
    latest = comment.revisions.get(number=comment.revision)
    if clean == latest.body and comment.status != Status.RETURNED:
        return comment
    verdict = screen_safely(screening_input_for_revision(comment, clean))
    with transaction.atomic():
        lifecycle.add_revision(comment, body=clean, body_html=render(clean), render_version=RENDER_VERSION)
        if comment.status == Status.RETURNED:
            lifecycle.set_status(
                comment.pk,
                Status.PENDING,
                actor=lifecycle.Actor(ActorKind.AUTHOR, comment.author.user_id),
                expected_status=Status.RETURNED,
                expected_revision=comment.revision,
            )
            comment.refresh_from_db()
        comment_revised.send(sender=Comment, comment=comment, verdict=verdict)
    return comment


def _require_seen(comment: Comment, status: str | None, revision: int | str | None) -> None:
    is_status_seen = status is None or status == comment.status
    is_revision_seen = revision is None or str(revision) == str(comment.revision)
    if not (is_status_seen and is_revision_seen):
        raise StaleDecisionError(comment, lifecycle.latest_change(comment))


def withdraw_comment(*, comment: Comment) -> Comment:
    """Take one's own comment back. Raises EditWindowOverError where it can no longer be (rejected, removed, paused)."""
    if not may_withdraw(comment):
        raise EditWindowOverError
    lifecycle.set_status(
        comment.pk,
        Status.WITHDRAWN,
        actor=lifecycle.Actor(ActorKind.AUTHOR, comment.author.user_id),
        expected_status=Status(comment.status),
        expected_revision=comment.revision,
    )
    comment.refresh_from_db()
    return comment


def may_revise(comment: Comment) -> bool:
    """Whether its author may change the text now. No query when article is loaded."""
    if not comment.article.takes_changes or comment.revision >= MOST_REVISIONS:
        return False
    if comment.status == Status.RETURNED:
        return True
    in_window = timezone.now() < comment.posted_at + settings.edit_window
    return in_window and comment.status in (Status.PENDING, Status.APPROVED)


def may_withdraw(comment: Comment) -> bool:
    """Whether its author may take it back now."""
    return comment.article.takes_changes and Status.WITHDRAWN in lifecycle.TRANSITIONS[Status(comment.status)]


def _require_open(article: Article) -> None:
    if article.mode == ArticleMode.HIDDEN:
        raise UnknownArticleError
    if article.mode == ArticleMode.READ_ONLY:
        raise DiscussionClosedError(_("This discussion is paused; please keep your text and try again later."))
    if not article.takes_comments:
        raise DiscussionClosedError


def _clean_body(body: str) -> str:
    try:
        return normalise_body(body)
    except TextError as error:
        raise InvalidInputError("body", str(error)) from error


def _published_parent(article: Article, public_id: str) -> Comment | None:
    if not public_id:
        return None
    parent = Comment.objects.for_article(article).published().with_public_id(public_id).first()
    if parent is None:
        raise _parent_is_gone()
    return parent


def _hold(parent: Comment, article: Article) -> None:
    """Keep the conversation where it is until the reply is stored, so that nobody moves the one without the other. 1 query.

    Raises InvalidInputError("parent") where it has been moved already.
    """
    root = Comment.objects.for_article(article).filter(pk=parent.root_id or parent.pk)
    if root.select_for_update(no_key=True).values_list("pk").first() is None:
        raise _parent_is_gone()


def _parent_is_gone() -> InvalidInputError:
    return InvalidInputError(
        "parent", _("The comment you reply to is no longer there. You can post your text as a comment of its own.")
    )


def _merged_into(article: Article) -> Article | None:
    """The article that took the place of this one since it was loaded; None when it is still there. 2 queries at most."""
    if Article.objects.filter(pk=article.pk).exists():
        return None
    return find_by_former_key(article.site, article.key)


def _idempotency_keys(article: Article, identity: Identity, draft: Draft, body: str) -> list[str]:
    """The key this post is stored under, then others under which the same post may be stored already."""
    ids = (article.pk,) if article.asked_for_as is None else (article.pk, article.asked_for_as)
    if draft.idempotency_key:
        if len(draft.idempotency_key) < MINIMUM_KEY_LENGTH:
            raise InvalidInputError("idempotency_key", _("An idempotency key needs at least 8 random characters."))
        return [_digest("client", pk, draft.idempotency_key) for pk in ids]
    window = int(timezone.now().timestamp() // REPEAT_WINDOW.total_seconds())
    who = (identity.key, draft.name, draft.email)
    return [_digest("same", pk, who, draft.parent, body, number) for pk in ids for number in (window, window - 1)]


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def _same_post(article: Article, keys: list[str], body: str) -> Comment | None:
    found = Comment.objects.for_article(article).filter(idempotency_key__in=keys).with_context().first()
    if found is None:
        return None
    if found.revisions.get(number=1).body != body:
        raise InvalidInputError("idempotency_key", _("This idempotency key was already used for another comment."))
    return found


def _count_post(identity: Identity) -> None:
    limits = settings.post_limits
    if identity.user is not None or identity.author is not None:
        count_or_refuse("post", identity.key, limits["author"])
    if identity.network:
        count_or_refuse("post", f"network:{identity.network}", limits["network"])


def _screening_input(
    article: Article,
    identity: Identity,
    draft: Draft,
    body: str,
    parent: Comment | None,
    authors: list[Author],
    *,
    is_trusted: bool,
    public_id: str,
) -> ScreeningInput:
    kind = "user" if identity.user is not None else "guest"
    return ScreeningInput(
        site=article.site.slug,
        article_key=article.key,
        article_title=article.title,
        language=draft.language or article.language,
        mode=article.mode,
        body=body,
        author_name=draft.name,
        author_kind=kind,
        revision=1,
        parent_body=published_body(parent),
        recent_bodies=recent_bodies(authors),
        form_seconds=draft.form_seconds,
        form_trap_filled=draft.form_trap_filled,
        by_form=draft.by_form,
        is_trusted=is_trusted,
        public_id=public_id,
    )


def _store(
    article: Article,
    identity: Identity,
    draft: Draft,
    body: str,
    parent: Comment | None,
    key: str,
    verdict: Verdict,
    *,
    public_id: str,
) -> Comment:
    now = timezone.now()
    with transaction.atomic():
        if parent is not None:
            _hold(parent, article)
        # Asked once more: whoever was restricted while the text was being looked at is restricted.
        last = require_passage(site=article.site, identity=identity, act=GateAct.POST, is_last=True)
        verdict = held(verdict, last)
        author = author_for_post(site=article.site, identity=identity, name=draft.name, email=draft.email)
        comment = Comment(
            public_id=public_id,
            site=article.site,
            article=article,
            author=author,
            author_name=author.name,
            author_badge=badge_under(article, author),
            parent=parent,
            root_id=(parent.root_id or parent.pk) if parent else None,
            depth=parent.depth + 1 if parent else 0,
            language=draft.language or article.language,
            posted_at=now,
            network=identity.network,
            body_digest=body_digest(body),
            idempotency_key=key,
        )
        lifecycle.admit(comment, status=Status.PENDING, actor=lifecycle.Actor(ActorKind.AUTHOR, author.user_id))
        Revision.objects.create(
            comment=comment,
            number=1,
            body=body,
            body_html=render(body),
            render_version=RENDER_VERSION,
            created_at=now,
        )
        if draft.notify:
            follow_replies(comment, identity=identity)
        comment_posted.send(sender=Comment, comment=comment, verdict=verdict)
        if verdict.status == Status.APPROVED:
            lifecycle.set_status(
                comment.pk,
                Status.APPROVED,
                actor=lifecycle.Actor(ActorKind.RULE),
                expected_status=Status.PENDING,
                expected_revision=1,
                # It does not wait for a moment.
                at=now,
            )
            comment.refresh_from_db()
    return comment


__all__ = [
    "Draft",
    "Posted",
    "may_revise",
    "may_withdraw",
    "post_comment",
    "preview_text",
    "revise_comment",
    "withdraw_comment",
]
