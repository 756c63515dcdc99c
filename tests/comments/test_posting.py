from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import time_machine
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from pytest_django import Settings

from comments import screening
from comments.conf import Limit
from comments.enums import ArticleMode, AuthorKind, Badge, CheckOutcome, Status
from comments.exceptions import (
    DiscussionClosedError,
    EditWindowOverError,
    InvalidInputError,
    TooManyRequestsError,
    UnknownArticleError,
)
from comments.models import Author, Comment, Revision
from comments.screening import Finding, ScreeningInput, Verdict
from comments.services.identity import Identity, make_author_token, read_author_token
from comments.services.posting import Draft, post_comment, revise_comment, withdraw_comment
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db

DRAFT = Draft(body="Ein Wort zur Sache.", name="Hanna Kuhl")


def test_post_comment_by_a_guest_stores_comment_revision_author_and_history() -> None:
    article = make_article()

    posted = post_comment(article=article, identity=Identity(), draft=replace(DRAFT, email="hanna@reader.example"))

    comment = posted.comment
    author = Author.objects.get()
    assert posted.created
    assert (author.kind, author.name, author.email, author.user, author.email_verified_at) == (
        AuthorKind.GUEST,
        "Hanna Kuhl",
        "hanna@reader.example",
        None,
        None,
    )
    assert (comment.status, comment.article, comment.author, comment.author_name, comment.depth) == (
        Status.PENDING,
        article,
        author,
        "Hanna Kuhl",
        0,
    )
    assert comment.waiting_since == comment.posted_at
    assert comment.public_html == ""
    assert list(Revision.objects.values_list("number", "body", "body_html")) == [
        (1, "Ein Wort zur Sache.", "<p>Ein Wort zur Sache.</p>")
    ]
    article.refresh_from_db()
    assert article.comment_count == 0


def test_post_comment_with_an_author_token_is_by_the_same_author() -> None:
    article = make_article()
    first = post_comment(article=article, identity=Identity(), draft=DRAFT).comment
    author = read_author_token(make_author_token(first.author))

    second = post_comment(article=article, identity=Identity(author=author), draft=replace(DRAFT, body="Noch eins."))

    assert second.comment.author == first.author
    assert Author.objects.count() == 1


def test_post_comment_with_the_token_of_another_site_makes_a_new_author() -> None:
    elsewhere = make_comment(make_article())

    comment = post_comment(article=make_article(), identity=Identity(author=elsewhere.author), draft=DRAFT).comment

    assert comment.author != elsewhere.author


def test_post_comment_by_an_account_uses_its_name_and_one_author() -> None:
    article = make_article()
    identity = Identity(user=make_user(name="Ruth Behrens"))

    first = post_comment(article=article, identity=identity, draft=replace(DRAFT, name="")).comment
    second = post_comment(article=article, identity=identity, draft=replace(DRAFT, name="Andere", body="b")).comment

    assert (first.author_name, second.author_name) == ("Ruth Behrens", "Ruth Behrens")
    assert Author.objects.get().kind == AuthorKind.USER


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"body": "   \n"}, "body"),
        ({"body": "x" * 5_001}, "body"),
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "Redaktion"}, "name"),
        ({"name": "Anna Schmidt (Redaktion)"}, "name"),
        ({"name": "M0derator Meyer"}, "name"),
        ({"name": "R\u0435d\u0430kti\u043en"}, "name"),  # Cyrillic e, a, o
        ({"email": "not an address"}, "email"),
        ({"parent": "doesnotexist"}, "parent"),
        ({"idempotency_key": "short"}, "idempotency_key"),
    ],
)
def test_post_comment_with_bad_input_names_the_field_and_stores_nothing(change: dict[str, str], field: str) -> None:
    article = make_article()

    with pytest.raises(InvalidInputError) as refusal:
        post_comment(article=article, identity=Identity(), draft=replace(DRAFT, **change))

    assert refusal.value.field == field
    assert str(refusal.value.message).endswith(".")
    assert (Comment.objects.count(), Author.objects.count(), Revision.objects.count()) == (0, 0, 0)


def test_post_comment_under_the_name_of_the_editorial_team_is_refused() -> None:
    article = make_article()
    Author.objects.create(site=article.site, kind=AuthorKind.USER, name="Mara Lindqvist", badge=Badge.EDITORIAL)

    with pytest.raises(InvalidInputError):
        post_comment(article=article, identity=Identity(), draft=replace(DRAFT, name="Mara L\u0456ndqvist"))


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        (ArticleMode.CLOSED, DiscussionClosedError),
        (ArticleMode.READ_ONLY, DiscussionClosedError),
        (ArticleMode.HIDDEN, UnknownArticleError),
    ],
)
def test_post_comment_where_none_are_taken_is_refused(mode: ArticleMode, error: type[Exception]) -> None:
    article = make_article(mode=mode)
    with pytest.raises(error):
        post_comment(article=article, identity=Identity(), draft=DRAFT)
    assert Comment.objects.count() == 0


@pytest.mark.parametrize("status", [s for s in Status if s not in (Status.APPROVED, Status.AWAITING_EMAIL)])
def test_post_comment_as_a_reply_to_something_hidden_is_refused(status: Status) -> None:
    article = make_article()
    parent = make_comment(article, status=status)
    with pytest.raises(InvalidInputError):
        post_comment(article=article, identity=Identity(), draft=replace(DRAFT, parent=parent.public_id))


def test_post_comment_as_a_reply_under_another_article_is_refused() -> None:
    parent = make_comment(make_article(), status=Status.APPROVED)
    with pytest.raises(InvalidInputError):
        post_comment(article=make_article(), identity=Identity(), draft=replace(DRAFT, parent=parent.public_id))


def test_post_comment_as_a_reply_to_a_reply_knows_parent_root_and_depth() -> None:
    article = make_article()
    root = make_comment(article, status=Status.APPROVED)
    reply = make_comment(article, parent=root, status=Status.APPROVED)

    comment = post_comment(article=article, identity=Identity(), draft=replace(DRAFT, parent=reply.public_id)).comment

    assert (comment.parent, comment.root, comment.depth) == (reply, root, 2)


def test_post_comment_twice_with_the_same_key_is_one_comment() -> None:
    article = make_article()
    draft = replace(DRAFT, idempotency_key="0d6c5a9e-key")

    first = post_comment(article=article, identity=Identity(), draft=draft)
    second = post_comment(article=article, identity=Identity(network="another"), draft=draft)

    assert (second.comment, second.created) == (first.comment, False)
    assert Comment.objects.count() == 1


def test_post_comment_with_a_key_used_for_another_text_is_refused() -> None:
    article = make_article()
    draft = replace(DRAFT, idempotency_key="0d6c5a9e-key")
    post_comment(article=article, identity=Identity(), draft=draft)

    with pytest.raises(InvalidInputError) as refusal:
        post_comment(article=article, identity=Identity(), draft=replace(draft, body="Etwas anderes"))

    assert refusal.value.field == "idempotency_key"


def test_post_comment_of_the_same_text_is_one_comment_for_a_minute() -> None:
    article = make_article()
    start = datetime.datetime(2026, 5, 4, 12, 0, 50, tzinfo=datetime.UTC)
    with time_machine.travel(start, tick=False) as clock:
        first = post_comment(article=article, identity=Identity(network="n"), draft=DRAFT)
        clock.shift(20)
        again = post_comment(article=article, identity=Identity(network="n"), draft=DRAFT)
        other = post_comment(article=article, identity=Identity(network="m"), draft=DRAFT)
        clock.shift(120)
        later = post_comment(article=article, identity=Identity(network="n"), draft=DRAFT)
    assert (again.comment, again.created) == (first.comment, False)
    assert (other.created, later.created) == (True, True)
    assert Comment.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_post_comment_50_times_in_parallel_is_one_comment() -> None:
    article = make_article()

    def post(_number: int) -> bool:
        try:
            return post_comment(article=article, identity=Identity(network="n"), draft=DRAFT).created
        finally:
            connection.close()

    with time_machine.travel(timezone.now().replace(second=20), tick=True), ThreadPoolExecutor(8) as pool:
        created = list(pool.map(post, range(50)))

    assert sum(created) == 1
    assert (Comment.objects.count(), Author.objects.count()) == (1, 1)


def test_post_comment_over_the_limit_is_refused_and_counts_only_what_was_taken(settings: Settings) -> None:
    settings.COMMENTS_POST_LIMITS = {"author": (), "network": (Limit(2, datetime.timedelta(hours=1)),)}
    article = make_article()
    identity = Identity(network="n")
    with pytest.raises(InvalidInputError):
        post_comment(article=article, identity=identity, draft=replace(DRAFT, body=""))
    for number in range(2):
        post_comment(article=article, identity=identity, draft=replace(DRAFT, body=f"Text {number}"))

    with pytest.raises(TooManyRequestsError):
        post_comment(article=article, identity=identity, draft=replace(DRAFT, body="Text 2"))

    assert Comment.objects.count() == 2


def publish_unless_flagged(screening_input: ScreeningInput) -> Verdict:
    """A screener as a site could have it."""
    if "Werbung" in screening_input.body:
        return Verdict(Status.PENDING, (Finding("ads", "1", CheckOutcome.FLAGGED),))
    return Verdict(Status.APPROVED)


def fail(_screening_input: ScreeningInput) -> Verdict:
    raise RuntimeError("broken screener")


@override_settings(COMMENTS_SCREENER="tests.comments.test_posting.publish_unless_flagged")
def test_post_comment_that_the_screener_publishes_is_public_at_once_by_a_rule() -> None:
    article = make_article(mode=ArticleMode.POST_MODERATED)

    published = post_comment(article=article, identity=Identity(), draft=DRAFT).comment
    held = post_comment(article=article, identity=Identity(), draft=replace(DRAFT, body="Werbung")).comment

    article.refresh_from_db()
    assert (published.status, held.status, article.comment_count) == (Status.APPROVED, Status.PENDING, 1)
    steps = list(published.status_changes.values_list("to_status", "actor_kind"))
    assert steps == [("pending", "author"), ("approved", "rule")]


@override_settings(COMMENTS_SCREENER="tests.comments.test_posting.fail")
def test_post_comment_with_a_broken_screener_waits_for_a_moderator() -> None:
    comment = post_comment(article=make_article(), identity=Identity(), draft=DRAFT).comment
    assert (comment.status, Comment.objects.count()) == (Status.PENDING, 1)


def test_revise_comment_that_was_returned_goes_back_into_the_queue() -> None:
    comment = make_comment(make_article(), status=Status.RETURNED)

    revise_comment(comment=comment, body="Jetzt sachlich.")

    comment.refresh_from_db()
    assert (comment.status, comment.revision) == (Status.PENDING, 2)
    assert comment.waiting_since is not None
    assert list(comment.revisions.values_list("number", flat=True)) == [1, 2]


def test_revise_comment_while_it_waits_keeps_its_place_in_the_queue() -> None:
    comment = make_comment(make_article())
    waiting_since = comment.waiting_since

    revise_comment(comment=comment, body="Jetzt besser.")

    comment.refresh_from_db()
    assert (comment.status, comment.revision, comment.waiting_since) == (Status.PENDING, 2, waiting_since)


def test_revise_comment_over_the_limit_is_refused(settings: Settings) -> None:
    settings.COMMENTS_POST_LIMITS = {"author": (Limit(3, datetime.timedelta(hours=1)),), "network": ()}
    comment = make_comment(make_article())
    for number in range(3):
        revise_comment(comment=comment, body=f"Fassung {number}")

    with pytest.raises(TooManyRequestsError):
        revise_comment(comment=comment, body="Noch eine")

    assert comment.revisions.count() == 4


def test_post_comment_again_after_the_article_closed_and_the_parent_went_is_answered_as_before() -> None:
    article = make_article()
    parent = make_comment(article, status=Status.APPROVED)
    draft = replace(DRAFT, parent=parent.public_id, idempotency_key="0d6c5a9e-key")
    first = post_comment(article=article, identity=Identity(), draft=draft)
    withdraw_comment(comment=parent)
    article.mode = ArticleMode.CLOSED
    article.save()

    again = post_comment(article=article, identity=Identity(), draft=draft)

    assert (again.comment, again.created) == (first.comment, False)


def test_post_comment_from_the_same_form_after_taking_it_back_is_a_new_comment() -> None:
    article = make_article()
    draft = replace(DRAFT, idempotency_key="0d6c5a9e-key", by_form=True)
    first = post_comment(article=article, identity=Identity(), draft=draft).comment
    withdraw_comment(comment=first)

    second, third = (post_comment(article=article, identity=Identity(), draft=draft) for _ in range(2))

    assert (second.created, third.created) == (True, False)
    assert second.comment == third.comment != first


def test_post_comment_with_a_bad_name_costs_nothing_of_the_limit(settings: Settings) -> None:
    settings.COMMENTS_POST_LIMITS = {"author": (), "network": (Limit(1, datetime.timedelta(hours=1)),)}
    article = make_article()
    for _ in range(3):
        with pytest.raises(InvalidInputError):
            post_comment(article=article, identity=Identity(network="n"), draft=replace(DRAFT, name="Redaktion"))
    assert post_comment(article=article, identity=Identity(network="n"), draft=DRAFT).created


def test_revise_comment_after_the_window_is_refused() -> None:
    comment = make_comment(make_article())
    with (
        time_machine.travel(comment.posted_at + datetime.timedelta(minutes=5, seconds=1)),
        pytest.raises(EditWindowOverError),
    ):
        revise_comment(comment=comment, body="Zu spät.")
    assert comment.revisions.count() == 1


@pytest.mark.parametrize("status", [Status.REJECTED, Status.SPAM, Status.REMOVED, Status.WITHDRAWN])
def test_revise_and_withdraw_of_what_is_settled_are_refused(status: Status) -> None:
    comment = make_comment(make_article(), status=status)
    with pytest.raises(EditWindowOverError):
        revise_comment(comment=comment, body="Doch noch.")
    with pytest.raises(EditWindowOverError):
        withdraw_comment(comment=comment)


def test_withdraw_comment_takes_a_published_one_out_of_the_count() -> None:
    comment = make_comment(make_article(), status=Status.APPROVED)

    withdraw_comment(comment=comment)

    comment.article.refresh_from_db()
    assert (comment.status, comment.public_html, comment.article.comment_count) == (Status.WITHDRAWN, "", 0)


def test_changes_under_a_paused_article_are_refused() -> None:
    article = make_article()
    comment = make_comment(article)
    article.mode = ArticleMode.READ_ONLY
    article.save()
    comment.article = article
    with pytest.raises(EditWindowOverError):
        revise_comment(comment=comment, body="Neu")
    with pytest.raises(EditWindowOverError):
        withdraw_comment(comment=comment)


def test_read_author_token_of_every_other_comment_never_fits() -> None:
    article = make_article()
    comments = [make_comment(article, name=f"Leser {number}") for number in range(20)]
    tokens = [make_author_token(comment.author) for comment in comments]
    for position, token in enumerate(tokens):
        author = read_author_token(token)
        assert author == comments[position].author
        assert read_author_token(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    comments[0].author.token_version = 2
    comments[0].author.save()
    assert read_author_token(tokens[0]) is None


def test_screening_falls_back_to_waiting_without_a_screener() -> None:
    assert screening.wait_for_a_moderator.__doc__
    with override_settings(COMMENTS_SCREENER="comments.screening.wait_for_a_moderator"):
        comment = post_comment(article=make_article(), identity=Identity(), draft=DRAFT).comment
    assert comment.status == Status.PENDING
