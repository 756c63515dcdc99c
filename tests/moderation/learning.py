"""What a site decides and what it learns of that."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils import timezone

from comments.enums import Status
from comments.models import Article, Comment
from moderation.enums import Action
from moderation.flaggers.learning.model import pack
from moderation.models import Decision, SiteModel
from moderation.services import learning
from moderation.services.decisions import decide
from tests.factories import make_comment


def judge(comment: Comment, moderator: User, action: Action, clause: str = "") -> Decision:
    comment.refresh_from_db()
    return decide(
        comment=comment,
        moderator=moderator,
        action=action,
        expected_status=Status(comment.status),
        expected_revision=comment.revision,
        clause=clause,
    )


def fill(article: Article, moderator: User, bad: int = 12, good: int = 12) -> None:
    for number in range(bad):
        judge(
            make_comment(article, body=f"Reiner Klüngel und Filz, Nummer {number} im Rathaus"),
            moderator,
            Action.REJECT,
            "respect",
        )
    for number in range(good):
        judge(
            make_comment(article, body=f"Der neue Radweg am Bahnhof ist gut, Nummer {number}"),
            moderator,
            Action.APPROVE,
        )


def keep_version(article: Article, number: int, both: float, *, is_current: bool = False) -> SiteModel:
    window = {"both": both, "cold": 0.6, "texts": 40, "bad": 20}
    figures = {"respect": {"title": "Achtung", "bad": 20, "calibration_error": 0.01, "windows": [window]}}
    return SiteModel.objects.create(
        site=article.site,
        number=number,
        made_at=timezone.now(),
        decisions=1,
        figures=figures,
        weights=pack([]),
        is_current=is_current,
    )


def learn(article: Article) -> SiteModel:
    made = learning.learn(article.site)
    assert made is not None
    return made
