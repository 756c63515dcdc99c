"""What a site's published comments teach about telling its articles apart: better, measured on others, or not used."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from comments.enums import CheckOutcome, Status
from comments.models import Article, Comment, Site
from comments.services.articles import ArticleFacts, register_article
from moderation.enums import Role
from moderation.flaggers.articles import forget_articles, with_articles
from moderation.flaggers.base import SiteKnowledge
from moderation.flaggers.encoder import WIDTH, embed
from moderation.flaggers.learning.vectors import encoder_version
from moderation.flaggers.topic import NAME, TopicFlagger
from moderation.flaggers.topic_projection import SIZE, Projection, from_kept, learn_projection, tell_apart
from moderation.flaggers.topic_vectors import VectorIndex, embed_once, title_of
from moderation.models import Finding, TextVector, TopicProjection
from moderation.services import topic_projection
from moderation.services.topic_projection import learn_topics, read_topics
from moderation.tasks import learn_site_task
from tests.factories import make_comment, make_moderator, make_site
from tests.moderation.desk_pages import sign_in
from tests.moderation.inputs import make_input
from tests.moderation.test_flagger_topic import ARTICLES, LIBRARY, TRAM

ARTICLES_OF_SITE = 60
EACH = 6
# How far the comments of the site stray from the title of their article, along the same few directions.
STRAYING = 3.0


@pytest.fixture(autouse=True)
def _topic_alone(settings: Settings) -> Iterator[None]:
    settings.MODERATION_ENCODER = True
    settings.MODERATION_FLAGGERS = ["moderation.flaggers.topic.TopicFlagger"]
    forget_articles()
    yield
    forget_articles()


def straying(titles: np.ndarray, seed: int) -> np.ndarray:
    """Vectors near those of titles, but for what all commenters have in common with each other."""
    chance = np.random.default_rng(seed)
    directions = np.linalg.qr(np.random.default_rng(0).normal(size=(WIDTH, 8)))[0]
    spread = titles.std(axis=0).mean() * WIDTH**0.5
    moved = titles + STRAYING * spread * chance.normal(size=(len(titles), 8)) @ directions.T
    straight: np.ndarray = (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)
    return straight


def made_up(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    titles = chance.normal(size=(count, WIDTH)).astype(np.float32)
    titles /= np.linalg.norm(titles, axis=1, keepdims=True)
    return titles, straying(titles, seed), np.arange(count)


@pytest.mark.once
def test_what_all_comments_have_in_common_is_unlearnt_and_articles_not_seen_are_told_apart_better() -> None:
    unseen = made_up(300, seed=2)
    before = tell_apart(None, *unseen)
    gains = [tell_apart(learn_projection(*made_up(count, seed=1)), *unseen) - before for count in (300, 2_000)]
    assert before < 0.99
    assert 0 < gains[0] < gains[1]


@pytest.mark.once
def test_learning_is_the_same_each_time_and_kept_in_two_bytes_a_number() -> None:
    one, other = (learn_projection(*made_up(200, seed=3)) for _time in range(2))
    assert (one.matrix == other.matrix).all()
    kept = one.as_kept()
    assert len(kept) == SIZE
    assert abs(from_kept(kept).matrix - one.matrix).max() < 1e-3
    with pytest.raises(ValueError, match="reshape"):
        from_kept(kept[:-2])


@pytest.mark.once
def test_where_titles_say_nothing_comments_are_told_apart_by_chance() -> None:
    titles, comments, articles = made_up(400, seed=4)
    assert abs(tell_apart(None, titles[::-1].copy(), comments, articles) - 0.5) < 0.05
    assert tell_apart(None, titles, titles, articles) == 1.0


@pytest.mark.once
def test_other_comments_under_the_same_article_are_no_counter_examples() -> None:
    titles, comments, _articles = made_up(60, seed=5)
    same = np.zeros(60, dtype=int)
    assert abs(learn_projection(titles, comments, same).matrix - np.eye(WIDTH)).max() < 1e-6


@pytest.mark.once
def test_the_projection_counts_in_what_topics_are_compared_by() -> None:
    body = ARTICLES[0].published[0]
    plain = VectorIndex(ARTICLES[:5], embed_once).signals(body, "", ARTICLES[0])
    same = VectorIndex(ARTICLES[:5], embed_once, Projection(np.eye(WIDTH))).signals(body, "", ARTICLES[0])
    mirrored = np.eye(WIDTH)
    mirrored[0, 0] = 20.0
    other = VectorIndex(ARTICLES[:5], embed_once, Projection(mirrored)).signals(body, "", ARTICLES[0])
    assert np.allclose(plain.text, same.text, atol=1e-5)
    assert not np.allclose(plain.text, other.text, atol=1e-2)


def fill(site: Site) -> Article:
    """Articles with a comment each, published, and vectors as of so many."""
    titles = [text[:90] for article in ARTICLES for text in article.paragraphs][:ARTICLES_OF_SITE]
    vectors = straying(np.repeat(embed([title_of(title, "") for title in titles]), EACH, axis=0), seed=6)
    kept = iter(vectors.astype("<f2"))
    for number, title in enumerate(titles):
        facts = ArticleFacts(key=f"a{number}", url=f"https://news.example/a{number}", title=title)
        article = register_article(site=site, facts=facts)
        for at in range(EACH):
            comment = make_comment(article, body=f"Wortmeldung {at} dazu: {title}.", status=Status.APPROVED)
            TextVector.objects.create(
                revision=comment.revisions.get(), encoder=encoder_version(), vector=next(kept).tobytes()
            )
    return article


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> Article:
    monkeypatch.setattr(topic_projection, "LEAST_ARTICLES", ARTICLES_OF_SITE)
    site = make_site()
    return fill(site)


@pytest.mark.django_db
def test_a_site_learns_from_what_it_published_and_its_flagger_is_told(filled: Article) -> None:
    site = filled.site
    comment = Comment.objects.filter(article=filled).latest("pk")
    assert with_articles(SiteKnowledge(), comment).projection is None
    with CaptureQueriesContext(connection) as queries:
        learnt = learn_topics(site)
    assert learnt is not None
    assert (learnt.articles, learnt.comments) == (ARTICLES_OF_SITE, ARTICLES_OF_SITE * EACH)
    assert learnt.told_apart > learnt.without
    # Comments, titles, and six to write the row.
    assert len(queries) == 8
    forget_articles()
    projection = with_articles(SiteKnowledge(), comment).projection
    assert projection is not None
    assert projection.matrix.shape == (WIDTH, WIDTH)
    # For vectors of another encoder it is worth nothing.
    TopicProjection.objects.update(encoder="encoder-before")
    forget_articles()
    assert with_articles(SiteKnowledge(), comment).projection is None


@pytest.mark.django_db
def test_what_tells_nothing_apart_better_is_not_used_and_damage_is_logged(
    filled: Article, caplog: pytest.LogCaptureFixture
) -> None:
    assert learn_topics(filled.site) is not None
    comment = Comment.objects.filter(article=filled).latest("pk")
    TopicProjection.objects.update(weights=bytes(10))
    assert with_articles(SiteKnowledge(), comment).projection is None
    assert "cannot be used" in caplog.text
    # Each vector under another article: nothing is to be learnt.
    vectors = list(TextVector.objects.order_by("pk"))
    for one, other in zip(vectors, reversed([bytes(vector.vector) for vector in vectors]), strict=True):
        one.vector = other
        one.save()
    made = learn_topics(filled.site)
    assert made is not None
    forget_articles()
    assert (with_articles(SiteKnowledge(), comment).projection is None) is not made.is_used
    assert bool(bytes(made.weights)) is made.is_used


@pytest.mark.django_db
def test_without_an_encoder_or_with_few_articles_nothing_is_learnt_and_what_was_stays(
    filled: Article, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt = learn_topics(filled.site)
    settings.MODERATION_ENCODER = False
    assert learn_topics(filled.site) is None
    settings.MODERATION_ENCODER = True
    monkeypatch.setattr(topic_projection, "LEAST_ARTICLES", ARTICLES_OF_SITE + 1)
    assert learn_topics(filled.site) is None
    assert read_topics(filled.site) == learnt


@pytest.mark.django_db
def test_one_article_that_everybody_talks_about_does_not_stand_for_the_site(
    filled: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_projection, "MOST_EACH", 2)
    learnt = learn_topics(filled.site)
    assert learnt is not None
    assert (learnt.articles, learnt.comments) == (ARTICLES_OF_SITE, ARTICLES_OF_SITE * 2)


@pytest.mark.django_db
def test_the_nightly_task_the_command_and_the_page_say_what_was_learnt(filled: Article) -> None:
    site = filled.site
    learn_site_task(site.pk)
    made = read_topics(site)
    assert made is not None
    said = io.StringIO()
    call_command("learn", "--site", site.slug, stdout=said)
    assert f"topics of 360 comments under 60 articles: told apart {made.told_apart:.3f}" in said.getvalue()
    client = sign_in(make_moderator(site, role=Role.ADMINISTRATOR))
    page = client.get(f"/moderation/flaggers/?site={site.slug}").content.decode()
    assert "from 360 published comments under 60 articles" in page
    TopicProjection.objects.update(told_apart=made.without)
    page = client.get(f"/moderation/flaggers/?site={site.slug}").content.decode()
    assert "told articles apart no better, and is not used" in page


@pytest.mark.django_db
def test_topics_are_learnt_though_there_was_no_time_for_all_decisions(filled: Article) -> None:
    def run_out_of_time(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if "moderation_decision" in sql:
            raise SoftTimeLimitExceeded
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run_out_of_time):
        learn_site_task(filled.site_id)
    assert read_topics(filled.site) is not None


@pytest.mark.django_db
def test_the_bound_is_that_of_what_the_site_published_once_a_hundred_were_judged() -> None:
    site = make_site()
    article = register_article(
        site=site, facts=ArticleFacts(key="a", url="https://news.example/a", title=ARTICLES[0].title)
    )
    flagger = TopicFlagger()
    comments = [make_comment(article, status=Status.APPROVED) for _number in range(4)]
    pending = make_comment(article)
    for comment, score in (
        (comments[0], 0.9),
        (comments[1], 0.8),
        (comments[2], None),
        (comments[3], 0.7),
        (pending, 0.6),
    ):
        version = "words-before" if comment == comments[3] else flagger.version
        Finding.objects.create(
            comment=comment, revision=1, flagger=NAME, version=version, outcome=CheckOutcome.CLEAR, score=score
        )
    forget_articles()
    scores = with_articles(SiteKnowledge(), pending).topic_scores
    assert {version: sorted(some) for version, some in scores.items()} == {
        flagger.version: [0.8, 0.9],
        "words-before": [0.7],
    }
    knowledge = SiteKnowledge(article=LIBRARY, other_articles=ARTICLES[:8])
    score = flagger.check(make_input(TRAM), knowledge).score or 0.0
    for count, scored, outcome in (
        (99, 1.0, CheckOutcome.FLAGGED),
        (100, 1.0, CheckOutcome.CLEAR),
        (100, score - 0.01, CheckOutcome.FLAGGED),
    ):
        own = dataclasses.replace(knowledge, topic_scores={flagger.version: (scored,) * count})
        assert flagger.check(make_input(TRAM), own).outcome == outcome
