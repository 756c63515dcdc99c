"""The blind sample of what else would appear at once: it waits, and stands for all that no moderator sees."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from comments.enums import ArticleMode, CheckOutcome, FindingReach, Status
from comments.models import Article, Author, Comment
from moderation.enums import Action
from moderation.insights.flagger_counts import Misses
from moderation.models import Decision, DeskSettings, Finding
from moderation.services.indexing import hide_findings
from moderation.services.publications import take_back_flagged, weigh_drawn
from moderation.services.trust import grant_trust
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import QUEUE, rows, sign_in
from tests.moderation.reporting import judge
from tests.moderation.restricting import make_author, write
from tests.moderation.test_flagger_figures import say
from tests.moderation.test_flagger_misses import misses_of

pytestmark = pytest.mark.django_db


def trusted(article: Article) -> Author:
    DeskSettings.objects.create(site=article.site, trust_after=1, trust_days=30, publishes_trusted=True)
    author = make_author(article.site, email="kuhl@post.example", proved=True)
    grant_trust(author=author, moderator=make_moderator(article.site))
    return author


@pytest.mark.parametrize("mode", [ArticleMode.POST_MODERATED, ArticleMode.PRE_MODERATED])
def test_comment_that_would_appear_at_once_waits_where_it_is_drawn(settings: Settings, mode: ArticleMode) -> None:
    article = make_article(mode=mode)
    author = trusted(article)
    settings.MODERATION_BLIND_SAMPLE_SHARE = 0.5
    settings.COMMENTS_POST_LIMITS = {"author": (), "network": ()}
    # Drawn is none of these once in 2 ** 39, and all of them as often.
    comments = [write(article, author=author, body=f"Ein Text, der {number}.") for number in range(40)]
    drawn = [one.public_id for one in comments if one.status == Status.PENDING]

    assert 0 < len(drawn) < len(comments)
    assert {one.status for one in comments} == {Status.PENDING, Status.APPROVED}
    kept = Comment.objects.filter(is_drawn=True, drawn_share=0.5).values_list("public_id", flat=True)
    assert set(kept) == set(drawn)
    assert set(rows(sign_in(make_moderator(article.site)).get(QUEUE))) <= set(drawn)
    # In nobody's hands but theirs: no software has decided on these.
    assert not Decision.objects.filter(comment__public_id__in=drawn).exists()


def test_comment_that_waits_anyway_is_drawn_from_nothing(settings: Settings) -> None:
    settings.MODERATION_BLIND_SAMPLE_SHARE = 0.5
    article = make_article()
    for _number in range(20):
        make_comment(article)
    assert not Comment.objects.filter(is_drawn=True).exists()


def hold(comment: Comment, reach: FindingReach = FindingReach.HOLD) -> None:
    say(comment, "terms", CheckOutcome.FLAGGED, "respect")
    Finding.objects.filter(comment=comment).update(reach=reach)


@pytest.mark.parametrize(
    ("mode", "reach", "share"),
    [
        (ArticleMode.POST_MODERATED, FindingReach.HOLD, 1),
        (ArticleMode.POST_MODERATED, FindingReach.ORDER, 0.5),
        (ArticleMode.PRE_MODERATED, FindingReach.INFORM, 1),
    ],
)
def test_drawn_comment_that_a_later_check_would_have_wait_stands_for_itself_alone(
    mode: ArticleMode, reach: FindingReach, share: float
) -> None:
    comment = make_comment(make_article())
    Article.objects.filter(pk=comment.article_id).update(mode=mode)
    hide_findings(comment.pk, 0.5)
    weigh_drawn(comment.pk)
    assert Comment.objects.get(pk=comment.pk).drawn_share == 0.5

    hold(comment, reach)
    weigh_drawn(comment.pk)
    assert Comment.objects.get(pk=comment.pk).drawn_share == share


def test_comment_drawn_once_more_is_of_those_that_were_drawn_before() -> None:
    comment = make_comment(make_article())
    for share in (0.02, 0.1):
        hide_findings(comment.pk, share)
    assert Comment.objects.get(pk=comment.pk).drawn_share == 0.02


def test_what_appeared_at_once_and_was_removed_counts_by_those_that_were_drawn() -> None:
    article = make_article(mode=ArticleMode.POST_MODERATED)
    reported, taken_back = make_comment(article), make_comment(article)
    say(reported, "terms", CheckOutcome.CLEAR, "")
    judge(reported, Action.REMOVE, clause="respect")
    assert misses_of(article) == Misses()

    # Of these people judge every one.
    hold(taken_back)
    assert take_back_flagged(taken_back.pk)
    taken_back.refresh_from_db()
    judge(taken_back, Action.REJECT, clause="respect")
    assert misses_of(article) == Misses(0, 1)
