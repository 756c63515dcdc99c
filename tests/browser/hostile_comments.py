"""Hostile texts as comments: posted through the service, a few dozen to an article, with hostile titles above them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import transaction

from comments.enums import Status
from comments.exceptions import CommentError
from comments.models import Article, Comment
from comments.services.identity import Identity
from comments.services.posting import Draft, post_comment
from tests.browser.stage import Stage
from tests.factories import move
from tests.hostile.corpus import Payload

AT_ONCE = 50  # what a page of a thread and a feed hold
NAME_LIMIT = 60


def articles_of_payloads(stage: Stage, payloads: Sequence[Payload]) -> Iterator[tuple[Article, list[Comment]]]:
    """Articles of one site with waiting comments. What the service refuses, an empty text for instance, is left out."""
    site = None
    for start in range(0, len(payloads), AT_ONCE):
        part = payloads[start : start + AT_ONCE]
        if site is None:
            site = stage.make_article("first").site
        article = Article.objects.create(
            site=site, key=f"a{start}", url=f"{stage.host.url}/a{start}", title=part[0].text[:200].replace("\x00", ""),
            language="en", is_confirmed=True,
        )  # fmt: skip
        # One transaction, because the disk takes longer than all the rest.
        with transaction.atomic():
            comments = [comment for payload in part if (comment := _post(article, payload)) is not None]
        yield article, comments


def publish(comments: Sequence[Comment]) -> None:
    with transaction.atomic():
        for comment in comments:
            move(comment, Status.APPROVED)


def _post(article: Article, payload: Payload) -> Comment | None:
    """Under its own text as the name where a name may be like that, else under an ordinary one."""
    for name in (payload.text[:NAME_LIMIT], f"Hanna {payload.number}"):
        try:
            draft = Draft(body=payload.text, name=name)
            return post_comment(article=article, identity=Identity(), draft=draft).comment
        except CommentError:
            continue
    return None
