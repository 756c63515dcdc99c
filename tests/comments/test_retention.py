"""Networks and digests of texts: written with a comment, kept for a while, made up for older rows."""

from __future__ import annotations

import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from comments.models import Comment
from comments.services import digests, retention
from comments.services.identity import Identity
from comments.services.posting import revise_comment
from comments.tasks import purge_task
from comments.text import body_digest
from tests.comments.pages import post_url
from tests.factories import make_article, make_comment

DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Kaufen Sie jetzt!", "kaufen   SIE\njetzt", True),
        ("Straße", "STRASSE", True),
        ("ﬁnden", "finden", True),
        ("Ｋauf", "kauf", True),
        ("»Ja«, sagte sie.", "Ja sagte sie", True),
        ("Ja", "Nein", False),
        ("Café", "Cafe", False),
        ("👍", "👎", False),
        ("!!!", "???", False),
        ("", "x", False),
    ],
)
def test_body_digest_is_the_same_for_texts_that_differ_in_case_spaces_and_punctuation_alone(
    one: str, other: str, is_same: bool
) -> None:
    assert len(body_digest(one)) == 32
    assert (body_digest(one) == body_digest(other)) is is_same


@pytest.mark.django_db
def test_post_comment_keeps_the_network_and_the_digest_of_the_text() -> None:
    comment = make_comment(make_article(), body="Ein Wort zur Sache.", identity=Identity(network="a" * 32))
    comment.refresh_from_db()
    assert (comment.network, comment.body_digest) == ("a" * 32, body_digest("ein wort zur sache"))


@pytest.mark.django_db
def test_post_by_form_keeps_a_hash_of_the_network_and_no_address() -> None:
    article = make_article()
    for sender in ("203.0.113.7", "203.0.113.7", "203.0.113.8"):
        Client(REMOTE_ADDR=sender).post(
            post_url(article), {"body": f"Von {sender} {Comment.objects.count()}", "name": "Ada"}
        )
    first, second, third = Comment.objects.order_by("pk").values_list("network", flat=True)
    assert (len(first), first == second, first == third, "203" in first) == (32, True, False, False)


@pytest.mark.django_db
def test_revise_comment_digests_the_new_text() -> None:
    comment = make_comment(make_article(), body="Alt")
    revise_comment(comment=comment, body="Neu")
    assert Comment.objects.values_list("body_digest", flat=True).get() == body_digest("neu")


@pytest.mark.django_db
def test_purge_forgets_networks_after_their_time_and_no_others(settings: Settings) -> None:
    article = make_article()
    old, new = (make_comment(article, identity=Identity(network=network)) for network in ("old", "new"))
    Comment.objects.filter(pk=old.pk).update(posted_at=timezone.now() - 30 * DAY)
    Comment.objects.filter(pk=new.pk).update(posted_at=timezone.now() - 29 * DAY)
    purge_task()
    assert dict(Comment.objects.values_list("pk", "network")) == {old.pk: "", new.pk: "new"}
    settings.COMMENTS_NETWORK_RETENTION = 7 * DAY
    purge_task()
    assert dict(Comment.objects.values_list("pk", "network")) == {old.pk: "", new.pk: ""}


@pytest.mark.django_db
def test_forget_networks_goes_on_batch_by_batch_until_none_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    article = make_article()
    for _ in range(5):
        make_comment(article, identity=Identity(network="n"))
    Comment.objects.update(posted_at=timezone.now() - 40 * DAY)
    monkeypatch.setattr(retention, "BATCH", 2)
    with CaptureQueriesContext(connection) as queries:
        assert retention.forget_networks() == 5
    assert len(queries) == 7
    assert set(Comment.objects.values_list("network", flat=True)) == {""}


@pytest.mark.django_db
def test_digest_texts_makes_up_for_what_earlier_releases_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    article = make_article()
    comments = [make_comment(article, body=f"Text {number}") for number in range(5)]
    revise_comment(comment=comments[0], body="Neuer Text")
    expected = dict(Comment.objects.values_list("pk", "body_digest"))
    Comment.objects.exclude(pk=comments[4].pk).update(body_digest="")
    Comment.objects.filter(pk=comments[4].pk).update(body_digest="as it was")
    monkeypatch.setattr(digests, "BATCH", 2)
    output = StringIO()

    call_command("digest_texts", stdout=output)

    assert output.getvalue() == "4 texts were digested.\n"
    assert dict(Comment.objects.values_list("pk", "body_digest")) == expected | {comments[4].pk: "as it was"}
