"""Topic: what is far from its article is told with the closest paragraph; what nobody could tell is said to be so."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from comments.enums import CheckOutcome, Status
from comments.models import Comment
from comments.screening import Finding
from comments.services.articles import ArticleFacts, register_article
from moderation.enums import Action, FlaggerState
from moderation.evaluation.judging import ask, read_examples
from moderation.flaggers import articles, topic_weights
from moderation.flaggers.articles import forget_articles, paragraphs_of, with_articles
from moderation.flaggers.base import ArticleWords, SiteKnowledge
from moderation.flaggers.guard import read_answer
from moderation.flaggers.scorers import WeightsError
from moderation.flaggers.topic import TopicFlagger
from moderation.insights.deciding import sureness_of
from moderation.models import Finding as FindingRow
from moderation.models import FlaggerSwitch
from moderation.services.screening import screen_stored_comment
from tests.factories import make_article, make_comment, make_policy, make_site
from tests.moderation.inputs import make_input, sentence

TALKS = [
    json.loads(line)
    for line in (Path(__file__).resolve().parent.parent.parent / "training" / "data" / "topic.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
ARTICLES = tuple(
    ArticleWords(
        talk["title"],
        "de",
        talk["title"],
        talk["teaser"],
        tuple(talk["paragraphs"]),
        tuple(comment["text"] for comment in talk["comments"][:10]),
    )
    for talk in TALKS
)
(LIBRARY,) = (article for article in ARTICLES if article.title.startswith("Stadtbücherei"))
TRAM = (
    "Für die neue Straßenbahn werden hundert alte Bäume gefällt, und die Gleise nehmen den Autos eine ganze Spur weg. Elektrobusse "
    "wären viel schneller eingeführt als eine Bahn. Zum Klinikum fahren jeden Tag tausende Fahrgäste, deshalb muss der Verkehr auf der "
    "Lindenallee für Autos, Linien und Rettungswagen neu geplant werden."
)
OVERDUE = (
    "Wer ein Buch nicht pünktlich zurückbringt, soll ruhig Gebühren zahlen. Die Bücherei hat sonst bald leere Regale, weil niemand "
    "mehr die Medien abgibt, die er ausgeliehen hat."
)


def check(
    body: str,
    article: ArticleWords = LIBRARY,
    others: tuple[ArticleWords, ...] = ARTICLES,
    topic_scores: Mapping[str, tuple[float, ...]] = MappingProxyType({}),
    **values,
) -> Finding:
    knowledge = SiteKnowledge(article=article, other_articles=others, topic_scores=topic_scores)
    finding = TopicFlagger().check(make_input(body, **values), knowledge)
    assert read_answer(finding, TopicFlagger(), body) == finding
    return finding


@pytest.mark.once
def test_topic_comment_about_another_article_is_flagged_with_the_closest_paragraph() -> None:
    finding = check(TRAM)
    assert (finding.outcome, finding.clause) == (CheckOutcome.FLAGGED, "on-topic")
    assert sentence(finding).startswith("Has little in common with this article. Closest paragraph: “")
    assert sentence(finding).endswith("” (far)")
    without = dataclasses.replace(LIBRARY, paragraphs=())
    assert sentence(check(TRAM, without)).endswith("of which only title, teaser and comments are known.")
    without = dataclasses.replace(LIBRARY, teaser="", paragraphs=())
    assert sentence(check(TRAM, without)).endswith("of which only the title and the comments are known.")


@pytest.mark.once
def test_topic_comment_about_its_article_is_clear_and_scores_lower() -> None:
    finding = check(OVERDUE)
    assert (finding.outcome, finding.message) == (CheckOutcome.CLEAR, "")
    assert finding.score is not None
    assert finding.score < 0.2


@pytest.mark.once
@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("Danke!", "too few words"),
        ("So ist es leider.", "too few words"),
        ("", "too few words"),
        ("> " + TRAM, "too few words"),
        ("Könnte die Redaktion bitte nachfragen, ob die Straßenbahn und die Gleise gemeint sind?", ""),
    ],
)
def test_topic_short_texts_and_those_to_the_newsroom_are_never_flagged(body: str, says: str) -> None:
    finding = check(body)
    assert finding.outcome == CheckOutcome.CLEAR
    assert says in sentence(finding)
    assert bool(says) == ("Cannot tell" in sentence(finding)) == (finding.score is None)


@pytest.mark.once
def test_topic_without_others_to_compare_with_cannot_tell() -> None:
    english = tuple(dataclasses.replace(article, language="en") for article in ARTICLES)
    for others in ((), ARTICLES[:2], english):
        finding = check(TRAM, others=others)
        assert (finding.outcome, finding.score) == (CheckOutcome.CLEAR, None)
        assert "too few articles" in sentence(finding)
        # It is no reason to publish.
        assert sureness_of(Action.APPROVE, finding.outcome, finding.score, finding.clause) == 0


@pytest.mark.once
def test_topic_reply_to_a_comment_about_its_article_is_nearer_than_alone() -> None:
    reply = "Dann bekommt man eben nichts Neues mehr, bis alles wieder da ist."
    assert (check(reply, parent_body=OVERDUE).score or 0) < (check(reply, parent_body=TRAM).score or 0)


@pytest.mark.once
def test_topic_flags_a_hundredth_of_what_a_site_has_published() -> None:
    version = TopicFlagger().version
    published = [
        (body, dataclasses.replace(article, published=tuple(set(article.published) - {body})))
        for article in ARTICLES
        for body in article.published
    ]
    said = [check(body, article) for body, article in published]
    scores = tuple(finding.score or 0.0 for finding in said if not finding.message.startswith("Cannot tell"))
    again = [check(body, article, topic_scores={version: scores}).outcome for body, article in published]
    assert (len(again), again.count(CheckOutcome.FLAGGED)) == (150, 2)


@pytest.mark.once
def test_evaluation_compares_with_the_articles_of_the_file() -> None:
    lines = [
        {"text": text, "language": "de", "article": article, "labels": {"topic": label}}
        for article, text, label in (
            (TALKS[2] | {"published": [OVERDUE]}, OVERDUE, 0),
            ("\n\n".join([TALKS[2]["title"], *TALKS[2]["paragraphs"]]), TRAM, 1),
            *((talk["title"], TRAM, 1) for talk in TALKS[3:7]),
        )
    ]
    answers = ask(TopicFlagger(), read_examples(json.dumps(line).encode() for line in lines))[("", "")]
    assert answers.failed == 0
    scores = [one.score for one in answers.judged]
    assert scores[0] < min(scores[1:])
    assert 0.0 not in scores


@pytest.mark.once
def test_broken_weights_are_said(tmp_path: Path) -> None:
    path = tmp_path / "topic.bin"
    content = topic_weights.WEIGHTS_FILE.read_bytes()
    for broken, says in (
        (content[:-1], "another length"),
        (content[:-5] + bytes([content[-5] ^ 1]) + content[-4:], "checksum"),
        (content.replace(b"words2-40", b"words2-41"), "other features"),
        (b"", "is no file of weights"),
    ):
        path.write_bytes(broken)
        topic_weights.load_weights.cache_clear()
        with pytest.raises(WeightsError, match=says):
            topic_weights.load_weights(path)


def test_paragraphs_of_a_text_are_cut_and_counted() -> None:
    assert paragraphs_of("Eins\nund eins.\r\n\r\n \n\nZwei.") == ("Eins und eins.", "Zwei.")
    assert len(paragraphs_of("a\n\n" * 100)) == 40


@pytest.mark.once
def test_topic_with_the_encoder_knows_what_is_far_and_what_is_near(settings: Settings) -> None:
    settings.MODERATION_ENCODER = True
    flagger = TopicFlagger()
    assert flagger.version.startswith("encoder-")
    knowledge = SiteKnowledge(article=LIBRARY, other_articles=ARTICLES[:8])
    far, near = (flagger.check(make_input(body), knowledge) for body in (TRAM, OVERDUE))
    assert (far.outcome, near.outcome) == (CheckOutcome.FLAGGED, CheckOutcome.CLEAR)
    assert str(far.parameters["paragraph"])[:10] in "".join(LIBRARY.paragraphs)
    assert flagger.check(make_input("Danke!"), knowledge).outcome == CheckOutcome.CLEAR


@pytest.mark.once
def test_topic_without_the_encoder_it_was_made_for_judges_by_words(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MODERATION_ENCODER = True
    known = dataclasses.replace(topic_weights.load_weights(), encoder="encoder-0-000000")
    monkeypatch.setattr("moderation.flaggers.topic.load_weights", lambda: known)
    assert TopicFlagger().version.startswith("words-")


@pytest.mark.django_db
def test_topic_reads_what_is_published_of_the_site_in_a_constant_number_of_queries(settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = ["moderation.flaggers.topic.TopicFlagger"]
    site = make_site()
    make_policy(site)
    found = []
    FlaggerSwitch.objects.create(site=site, flagger="topic", state=FlaggerState.ON)
    # It has come to an end before: one that has not costs queries of its own.
    FindingRow.objects.create(
        comment=make_comment(make_article()), revision=1, flagger="topic", outcome=CheckOutcome.CLEAR
    )
    for number, talk in enumerate(TALKS[7:12]):
        facts = ArticleFacts(
            key=f"a{number}", url=f"https://news.example/a{number}", title=talk["title"], teaser=talk["teaser"],
            body="\n\n".join(talk["paragraphs"]),
        )  # fmt: skip
        article = register_article(site=site, facts=facts)
        make_comment(article, body=talk["comments"][0]["text"], status=Status.APPROVED)
        # Nobody has published it, so nothing is compared with it.
        make_comment(article, body=TRAM)
        comment = make_comment(article, body=TRAM)
        forget_articles()
        with CaptureQueriesContext(connection) as queries:
            screen_stored_comment(comment.pk)
        row = FindingRow.objects.get(comment=comment)
        found.append((row.outcome, len(queries)))
    assert found == [(CheckOutcome.CLEAR, 21)] * 3 + [(CheckOutcome.FLAGGED, 26)] * 2
    assert (row.clause, row.parameters["paragraph"][:10] in "".join(talk["paragraphs"])) == ("on-topic", True)


@pytest.mark.django_db
def test_articles_of_no_more_than_some_sites_are_kept() -> None:
    forget_articles()
    kept = []
    for _site in range(articles.MOST_SITES + 1):
        article = make_article()
        comment = Comment.objects.with_context().get(pk=make_comment(article).pk)
        assert with_articles(SiteKnowledge(), comment).article is not None
        kept.append(len(articles._known))
    assert (max(kept), kept[-1]) == (articles.MOST_SITES, 1)
