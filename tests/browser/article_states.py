"""The states of the articles' pages of the desk, and of a discussion in which something is put forward."""

from __future__ import annotations

import datetime

from django.utils import timezone

from comments.enums import Status
from comments.models import Article, Comment
from comments.services.highlights import feature_comment, pin_comment
from moderation.enums import Role
from moderation.services.articles import change_closing, change_note, change_rule
from tests.browser.stage import Stage
from tests.factories import make_article, make_comment, make_moderator


def discussion_with_a_note_pins_and_an_end(stage: Stage) -> None:
    article = _make_articles(stage)
    stage.go(f"/discussion/{article.site.slug}/{article.key}/").locator(".mg-thread .mg-badge").first.wait_for()


def discussion_that_ended_by_the_clock(stage: Stage) -> None:
    article = _make_articles(stage)
    Article.objects.filter(pk=article.pk).update(closes_at=timezone.now() - datetime.timedelta(days=1))
    stage.go(f"/discussion/{article.site.slug}/{article.key}/").locator(".mg-notice#mg-form").wait_for()


def articles_of_the_desk(stage: Stage) -> None:
    article = _make_articles(stage)
    stage.be_account(make_moderator(article.site, role=Role.ADMINISTRATOR))
    stage.go("/moderation/articles/").locator(".mg-articles").wait_for()


def article_of_the_desk(stage: Stage) -> None:
    article = _make_articles(stage)
    stage.be_account(make_moderator(article.site, role=Role.SENIOR))
    stage.go(f"/moderation/articles/{article.pk}/").locator("#log").wait_for()


def merge_before_it_is_done(stage: Stage) -> None:
    article = _make_articles(stage)
    other = Article.objects.exclude(pk=article.pk)[0]
    stage.be_account(make_moderator(article.site, role=Role.SENIOR))
    stage.go(f"/moderation/articles/{article.pk}/merge/?target={other.key}").locator(".mg-articles__counts").wait_for()


def conversation_that_has_nowhere_to_go(stage: Stage) -> None:
    _make_articles(stage)
    root = Comment.objects.filter(parent=None)[0]
    stage.be_account(make_moderator(root.site, role=Role.SENIOR))
    stage.go(f"/moderation/comments/{root.public_id}/move/?target=gone").locator(".mg-errors").wait_for()


def card_that_is_put_forward(stage: Stage) -> None:
    article = _make_articles(stage)
    pinned = Comment.objects.pinned()[0]
    stage.be_account(make_moderator(article.site, role=Role.SENIOR))
    stage.go(f"/moderation/?comment={pinned.public_id}").locator("[data-key=pin]").wait_for()


def _make_articles(stage: Stage) -> Article:
    """An article with all that its page can show, and one more on its site."""
    article = stage.make_article()
    make_article(article.site, key="another")
    user = make_moderator(article.site)
    for number in range(3):
        root = make_comment(article, body=f"Die Fähre gehört zum Ort, das {number}. Mal", status=Status.APPROVED)
        make_comment(article, body=f"Antwort {number}", parent=root, status=Status.APPROVED)
        make_comment(article, body=f"Wartet {number}", parent=root)
    roots = Comment.objects.filter(parent=None).order_by("pk")
    pin_comment(comment=roots[0])
    feature_comment(comment=roots[0])
    feature_comment(comment=roots[1])
    end = timezone.now() + datetime.timedelta(days=3)
    change_note(article=article, note="Bitte bleiben Sie bei der Fähre. Um den Deich geht es morgen.", user=user)
    change_closing(article=article, closes_at=end, user=user)
    change_rule(article=article, needs_two_people=True, is_blind=False, user=user)
    return article


ARTICLE_STATES = (
    discussion_with_a_note_pins_and_an_end,
    discussion_that_ended_by_the_clock,
    articles_of_the_desk,
    article_of_the_desk,
    merge_before_it_is_done,
    conversation_that_has_nowhere_to_go,
    card_that_is_put_forward,
)
