"""Posting and restricting at the same moment, on two connections to PostgreSQL; SQLite lets one of them write at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from comments.enums import ArticleMode
from comments.exceptions import RestrictedError
from comments.models import Comment
from comments.signals import comment_posted
from moderation.enums import RestrictionTarget
from moderation.models import Restriction
from tests.factories import make_article
from tests.moderation.restricting import NETWORK, lay, write

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from comments.models import Article

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
# Long enough for whoever is not kept back to be done.
MOMENT = 1.0
PATIENCE = 20.0
Beside = Callable[[Callable[[], object]], Future[object]]


@pytest.fixture(autouse=True)
def _no_flaggers(settings: SettingsWrapper) -> None:
    settings.MODERATION_FLAGGERS = []


@pytest.fixture
def article() -> Article:
    article = make_article(mode=ArticleMode.POST_MODERATED)
    write(article, name="Hanna Kuhl", network=NETWORK)
    return article


@pytest.fixture
def beside() -> Iterator[Beside]:
    """Do something on a connection of its own."""

    def run(act: Callable[[], object]) -> object:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        yield lambda act: pool.submit(run, act)


class Pause:
    """The first post is kept between the last look at the gate and its commit, until it may go on."""

    def __init__(self) -> None:
        self.is_reached, self.may_go_on = threading.Event(), threading.Event()

    def __call__(self, **_kwargs: object) -> None:
        if not self.is_reached.is_set():
            self.is_reached.set()
            assert self.may_go_on.wait(PATIENCE)


@pytest.fixture
def pause() -> Iterator[Pause]:
    pause = Pause()
    comment_posted.connect(pause)
    yield pause
    pause.may_go_on.set()
    comment_posted.disconnect(pause)


def restrict_network(article: Article) -> Restriction:
    """A restriction that meets also who has never written here, on account of a comment from the same network."""
    comment = Comment.objects.select_related("author__site").get(author_name="Hanna Kuhl")
    return lay(comment.author, target=RestrictionTarget.NETWORK, comment=comment)


def test_a_restriction_waits_until_what_is_just_being_posted_is_stored(
    article: Article, beside: Beside, pause: Pause
) -> None:
    posting = beside(lambda: write(article, name="Ada Quell", network=NETWORK))
    assert pause.is_reached.wait(PATIENCE)
    restricting = beside(lambda: restrict_network(article))

    with pytest.raises(TimeoutError):
        restricting.result(MOMENT)
    pause.may_go_on.set()

    assert isinstance(posting.result(PATIENCE), Comment)
    assert isinstance(restricting.result(PATIENCE), Restriction)
    with pytest.raises(RestrictedError):
        write(article, name="Ada Quell", network=NETWORK, body="Noch einer.")
    assert Comment.objects.published().filter(author_name="Ada Quell").count() == 1


def test_what_is_posted_while_somebody_is_being_restricted_waits_and_is_refused(
    article: Article, beside: Beside
) -> None:
    with transaction.atomic():
        restrict_network(article)
        # The first look finds nothing, as the restriction is not committed.
        posting = beside(lambda: write(article, name="Ada Quell", network=NETWORK))
        with pytest.raises(TimeoutError):
            posting.result(MOMENT)

    with pytest.raises(RestrictedError):
        posting.result(PATIENCE)
    assert not Comment.objects.filter(author_name="Ada Quell").exists()


def test_of_two_who_post_at_once_none_waits_at_the_gate(article: Article, beside: Beside, pause: Pause) -> None:
    slow = beside(lambda: write(article, name="Ada Quell"))
    assert pause.is_reached.wait(PATIENCE)

    quick = beside(lambda: write(article, name="Otto Kern", body="Ein anderer Text."))

    assert isinstance(quick.result(PATIENCE), Comment)
    assert not slow.done()
    pause.may_go_on.set()
    assert isinstance(slow.result(PATIENCE), Comment)
