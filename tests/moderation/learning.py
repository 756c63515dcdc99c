"""What a site decides and what it learns of that."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils import timezone

from comments.models import Article
from moderation.enums import Action
from moderation.flaggers.learning.model import pack
from moderation.models import SiteModel
from moderation.services import learning
from moderation.services.policies import current_policy
from tests.factories import make_comment
from tests.moderation.reporting import judge

_DIGITS = ("null", "eins", "zwei", "drei", "vier", "fuenf", "sechs", "sieben", "acht", "neun")


def spelled(number: int) -> str:
    """A number in letters: texts that differ in digits alone are copies."""
    return "".join(_DIGITS[int(digit)] for digit in str(number))


def fill(article: Article, moderator: User, bad: int = 12, good: int = 12, *, since: int = 0) -> None:
    for number in range(since, since + bad):
        judge(
            make_comment(article, body=f"Reiner Klüngel und Filz, Nummer {spelled(number)} im Rathaus"),
            Action.REJECT,
            clause="respect",
            moderator=moderator,
        )
    for number in range(since, since + good):
        judge(
            make_comment(article, body=f"Der neue Radweg am Bahnhof ist gut, Nummer {spelled(number)}"),
            Action.APPROVE,
            moderator=moderator,
        )


def keep_version(article: Article, number: int, both: float, *, is_current: bool = False) -> SiteModel:
    window = {"both": both, "cold": 0.6, "texts": 40, "bad": 20}
    figures = {"respect": {"title": "Achtung", "bad": 20, "calibration_error": 0.01, "windows": [window]}}
    return SiteModel.objects.create(
        site=article.site,
        number=number,
        made_at=timezone.now(),
        decisions=1,
        policy=current_policy(article.site),
        figures=figures,
        weights=pack([]),
        is_current=is_current,
    )


def learn(article: Article) -> SiteModel:
    return learning.learn(article.site)
