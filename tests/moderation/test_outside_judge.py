"""A judge from outside, behind a real HTTP server: what is sent, what is believed, and how little of a bad one is felt."""

from __future__ import annotations

import datetime
import json
import logging
import time
from collections.abc import Iterator

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from comments.enums import CheckOutcome, Status
from comments.models import Article, ArticleText, Comment, Lane
from comments.services.posting import revise_comment
from moderation.enums import Action, FlaggerState
from moderation.flaggers.guard import CRASHED, RUNNING
from moderation.flaggers.knowledge import forget_knowledge
from moderation.flaggers.outside import sentences
from moderation.flaggers.outside.call_out import CallOut
from moderation.flaggers.outside.judge import OutsideJudge
from moderation.models import Finding, FlaggerSwitch, OutsideUse
from moderation.services.decisions import decide
from moderation.services.outside import TURN, ask, find_questions, put_questions
from moderation.services.outside_turns import LEASE
from tests.factories import CLAUSES, make_article, make_comment, make_moderator
from tests.moderation.desk_pages import QUEUE, sign_in, text_of
from tests.moderation.inputs import sentence
from tests.moderation.outside_service import Reply, Service, completion, running, verdict

pytestmark = pytest.mark.django_db

JUDGE = "moderation.flaggers.outside.judge.OutsideJudge"
BODY = "Der Stadtrat hat recht.\nAber du bist ein   Vollpfosten, Otto!"
INSULT = (0.9, "du bist ein Vollpfosten", "Beschimpft einen anderen.")
KEY = "sk-geheim"


@pytest.fixture
def judge(settings: Settings) -> Iterator[Service]:
    """Set up, and finding nothing wrong with anything."""
    forget_knowledge()
    with running() as service:
        settings.MODERATION_FLAGGERS = [JUDGE]
        settings.MODERATION_JUDGE = {"url": service.url, "key": KEY, "model": "nemo", "seconds": 2}
        say(service, verdict(CLAUSES))
        yield service
    forget_knowledge()


def say(service: Service, said: object, **choice: object) -> None:
    """Have the judge write this from now on."""
    reply = completion(said if isinstance(said, str) else json.dumps(said), **choice)
    service.reply = lambda _asked: reply


def make_judged(
    body: str = BODY,
    *,
    state: FlaggerState = FlaggerState.ON,
    article: Article | None = None,
    parent: Comment | None = None,
) -> Comment:
    """A comment by somebody new on a site that uses the judge."""
    article = article or make_article()
    FlaggerSwitch.objects.get_or_create(site=article.site, flagger="outside_judge", language="", state=state)
    return make_comment(article, body=body, name=f"Hanna {Comment.objects.count()}", parent=parent)


def judged(comment: Comment) -> Finding:
    """The finding on a comment that is asked about now."""
    for question in put_questions(comment.pk):
        ask(question)
    return Finding.objects.get(comment=comment, revision=comment.revision)


def test_judge_verdict_becomes_a_finding_with_its_quotation_marked(judge: Service) -> None:
    say(judge, verdict(CLAUSES, respect=INSULT, on_topic=(0.6, "Otto", "Nur gegen Otto.")))
    article = make_article()
    Article.objects.filter(pk=article.pk).update(title="Das Freibad", teaser="Es bleibt offen.")
    ArticleText.objects.create(article=article, body="Der Rat stimmte ab.\n\nDie Preise [steigen].")
    comment = make_judged(article=article)
    found = judged(comment)

    assert (found.outcome, found.score, found.clause) == (CheckOutcome.FLAGGED, 0.9, "respect")
    assert sentence(found) == (
        "Against “Titel respect”, says nemo: Beschimpft einen anderen. Also against: Titel on-topic."
    )
    marks = [(BODY[start:end], label) for start, end, label in found.spans]
    assert marks == [("du bist ein   Vollpfosten", "Titel respect"), ("Otto", "Titel on-topic")]
    comment.refresh_from_db()
    assert (comment.status, comment.risk) == (Status.PENDING, 90)

    [asked] = judge.asked
    assert (asked.path, asked.headers["Authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")
    sent = asked.json
    assert (sent["model"], sent["temperature"]) == ("nemo", 0)
    assert sent["response_format"]["json_schema"]["schema"]["required"] == list(CLAUSES)
    document = json.loads(sent["messages"][1]["content"].split("\n")[1])
    assert document == {
        "article": {
            "title": "Das Freibad",
            "lead": "Es bleibt offen.",
            "passages": "Der Rat stimmte ab.\n\nDie Preise [steigen].",
        },
        "parent": None,
        "comment": BODY,
        "left_out": 0,
    }
    assert '"text": "Text respect"' in sent["messages"][0]["content"]
    # Nothing of who wrote it.
    assert "Hanna" not in asked.body.decode()


def test_judge_is_shown_of_a_long_article_what_the_comment_or_its_parent_speaks_of(judge: Service) -> None:
    article = make_article()
    paragraphs = [f"Absatz {number}: " + "Es ging noch lange so weiter. " * 25 for number in range(20)]
    paragraphs[13] += "Der Sprungturm bleibt."
    paragraphs[17] += "Die Feuerwehr kommt."
    ArticleText.objects.create(article=article, body="\n\n".join(paragraphs))
    parent = make_comment(article, body="Und die Feuerwehr?", status=Status.APPROVED)
    comment = make_judged("Ein Sprungturm wäre mir lieber.", article=article, parent=parent)

    assert judged(comment).outcome == CheckOutcome.CLEAR

    [asked] = judge.asked
    user = asked.json["messages"][1]["content"]
    passages = json.loads(user.split("\n")[1])["article"]["passages"]
    assert len(passages) <= 2_000
    assert [passage.partition(":")[0] for passage in passages.split("\n\n")] == ["Absatz 13", "Absatz 17"]


def test_judge_that_sees_nothing_says_nothing_more_than_that(judge: Service) -> None:
    comment = make_judged()
    found = judged(comment)
    assert (found.outcome, found.score, found.message, found.attempts) == (CheckOutcome.CLEAR, None, "", 2)
    comment.refresh_from_db()
    assert comment.status == Status.PENDING


GOOD = verdict(CLAUSES, respect=INSULT)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("Sure! " + json.dumps(GOOD), sentences.NOT_JSON),
        (f"```json\n{json.dumps(GOOD)}\n```", sentences.NOT_JSON),
        (json.dumps(GOOD) + "{}", sentences.NOT_JSON),
        ("[" * 100_000, sentences.NOT_JSON), ([GOOD], sentences.NOT_JSON),
        ({**GOOD, "approve": GOOD["respect"]}, sentences.UNKNOWN),
        ({**GOOD, "respect": {**GOOD["respect"], "verdict": "approve"}}, sentences.UNKNOWN),
        (json.dumps(GOOD)[:-1] + ',"respect":' + json.dumps(GOOD["on-topic"]) + "}", sentences.UNKNOWN),
        ({name: said for name, said in GOOD.items() if name != "unlawful"}, sentences.MISSING),
        ({**GOOD, "respect": 0.9}, sentences.MISSING),
        ({**GOOD, "respect": {"score": 0.9, "quote": "Otto"}}, sentences.MISSING),
        (verdict(CLAUSES, respect=(1.01, "Otto", "So.")), sentences.BAD_SCORE),
        (json.dumps(GOOD).replace("0.9", "NaN"), sentences.BAD_SCORE),
        (json.dumps(GOOD).replace("0.9", "1" + "0" * 400), sentences.BAD_SCORE),
        ({**GOOD, "respect": {**GOOD["respect"], "score": True}}, sentences.BAD_SCORE),
        (verdict(CLAUSES, respect=(0.9, "du bist ein Idiot", "So.")), sentences.NOT_QUOTED),
        (verdict(CLAUSES, respect=(0.1, "Stadtrat irrt", "")), sentences.NOT_QUOTED),
        (verdict(CLAUSES, respect=(0.9, "", "So.")), sentences.BAD_TEXT),
        (verdict(CLAUSES, respect=(0.9, "Otto", " \u200b")), sentences.BAD_TEXT),
    ],
)  # fmt: skip
def test_judge_answer_that_was_not_asked_for_is_a_failed_finding(judge: Service, said: object, message: str) -> None:
    say(judge, said)
    comment = make_judged()
    found = judged(comment)
    assert (found.outcome, found.message, found.score, found.spans) == (CheckOutcome.FAILED, message, None, [])
    assert sentence(found)
    comment.refresh_from_db()
    assert (comment.status, comment.risk) == (Status.PENDING, 0)
    # The service is well; what it says is not.
    assert not Lane.objects.exists()


@pytest.mark.parametrize("choice", [{"finish_reason": "length"}, {"finish_reason": []}, {"message": {"refusal": "No"}}])
def test_judge_answer_cut_off_or_refused_is_a_failed_finding(judge: Service, choice: dict[str, object]) -> None:
    say(judge, GOOD, **choice)
    assert judged(make_judged()).message == sentences.CUT_OFF


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(500), sentences.STATUS),
        (Reply(302, headers={"Location": "/v1/chat/completions"}), sentences.STATUS),
        (Reply(200, b"<html>"), sentences.NOT_JSON),
        (Reply(200, b'{"choices": []}'), sentences.NOT_JSON),
        (Reply(200, b" " * 300_000), sentences.TOO_LARGE),
        (Reply(200, b"{}", delay_s=1.5), sentences.SILENT),
        (Reply(200, b" " * 500, drip_s=0.05), sentences.SILENT),
        (Reply(200, b"{}", headers={"Content-Length": "10"}), sentences.BROKEN),
    ],
)
def test_judge_in_trouble_is_given_up_in_time_and_left_alone_for_a_while(
    judge: Service, settings: Settings, reply: Reply, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MODERATION_JUDGE |= {"seconds": 0.4}
    judge.reply = lambda _asked: reply
    article = make_article()
    comment, other = make_judged(article=article), make_judged("Ein anderer Text", article=article)
    start = time.monotonic()
    with caplog.at_level(logging.DEBUG):
        found = judged(comment)
    assert time.monotonic() - start < 1.3
    assert (found.outcome, found.message) == (CheckOutcome.FAILED, message)
    assert "Vollpfosten" not in caplog.text
    assert KEY not in caplog.text

    # The next waits, and is asked when the service has had its rest.
    [question] = put_questions(other.pk)
    assert ask(question) == (None, None)
    assert find_questions(10) == []
    assert len(judge.asked) == 1
    say(judge, verdict(CLAUSES))
    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=31)):
        assert find_questions(10) == [question]
        assert ask(question) == (other.pk, None)
    assert Finding.objects.get(pk=question).outcome == CheckOutcome.CLEAR
    assert not Lane.objects.exists()


def test_judge_that_nobody_listens_for_is_a_failed_finding(judge: Service, settings: Settings) -> None:
    settings.MODERATION_JUDGE |= {"url": "http://127.0.0.1:1"}
    assert judged(make_judged()).message == sentences.SILENT


@pytest.mark.parametrize(
    ("budget", "asked"),
    [({"daily_requests": 2}, 2), ({"daily_tokens": 19_500}, 2), ({"daily_requests": 0, "daily_tokens": 0}, 3)],
)
def test_judge_budget_of_a_day_is_kept_and_its_end_is_told(
    judge: Service, settings: Settings, budget: dict[str, int], asked: int
) -> None:
    settings.MODERATION_JUDGE |= budget
    say(judge, verdict(CLAUSES), total_tokens=9_500)
    article = make_article()
    noon = timezone.now().replace(hour=12)
    with time_machine.travel(noon, tick=False):
        found = [judged(make_judged(f"Text {number}", article=article)) for number in range(3)]
        spent = [one for one in found if one.outcome == CheckOutcome.NOT_RUN]
        assert (len(judge.asked), len(spent)) == (asked, 3 - asked)
        assert all(one.message == sentences.SPENT for one in spent)
        assert judged(make_judged("Anderswo")).outcome == CheckOutcome.CLEAR
    use = OutsideUse.objects.get(site=article.site)
    assert (use.requests, use.tokens) == (asked, asked * 9_500)
    with time_machine.travel(noon + datetime.timedelta(days=1), tick=False):
        assert judged(make_judged("Morgen", article=article)).outcome == CheckOutcome.CLEAR


def test_judge_asked_the_same_again_answers_from_memory_until_policy_model_or_text_change(
    judge: Service, settings: Settings
) -> None:
    say(judge, GOOD)
    article = make_article()
    first, second = (judged(make_judged(article=article)) for _ in range(2))
    assert len(judge.asked) == 1
    assert (first.score, first.spans, first.message) == (second.score, second.spans, second.message)
    judged(make_judged(BODY + " Otto!", article=article))
    settings.MODERATION_JUDGE |= {"model": "dori"}
    judged(make_judged(article=article))
    article.site.policy_versions.get().clauses.filter(slug="respect").update(text_de="Neuer Text")
    judged(make_judged(article=article))
    assert len(judge.asked) == 4


def test_judge_is_asked_each_time_where_the_cache_is_away(judge: Service, settings: Settings) -> None:
    say(judge, GOOD)
    article = make_article()
    first, second = make_judged(article=article), make_judged(article=article)
    here = settings.CACHES
    # Nobody listens at that port.
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    try:
        assert [judged(first).outcome, judged(second).outcome] == [CheckOutcome.FLAGGED] * 2
    finally:
        settings.CACHES = here
    assert len(judge.asked) == 2


def test_judge_marks_the_words_of_a_text_that_looks_like_one_it_knows(judge: Service) -> None:
    say(judge, GOOD)
    article = make_article()
    judged(make_judged(article=article))
    longer = judged(make_judged("\u200c\u200c" + BODY, article=article))
    [(start, end, _label)] = longer.spans
    assert longer.comment.revisions.get().body[start:end] == "du bist ein   Vollpfosten"


def test_version_of_who_is_asked_is_another_with_another_address_or_option(judge: Service, settings: Settings) -> None:
    judge_version, call_out_version = OutsideJudge().version, CallOut().version
    settings.MODERATION_JUDGE |= {"options": {"temperature": 1}}
    settings.MODERATION_CALL_OUT = {"url": "https://other.example/check", "secrets": ["whsec_" + "c2Vj" * 8]}
    assert judge_version != OutsideJudge().version
    assert call_out_version != CallOut().version


def test_judge_is_off_until_somebody_wants_it_and_in_shadow_nobody_sees_it(judge: Service) -> None:
    say(judge, GOOD)
    assert put_questions(make_comment(make_article()).pk) == []
    comment = make_judged(state=FlaggerState.SHADOW)
    found = judged(comment)
    assert (found.outcome, found.is_shadow) == (CheckOutcome.FLAGGED, True)
    comment.refresh_from_db()
    assert comment.risk == 0


def test_judge_not_set_up_is_never_asked(settings: Settings, django_assert_num_queries) -> None:
    settings.MODERATION_FLAGGERS, settings.MODERATION_JUDGE = [JUDGE], {}
    comment = make_judged()
    with django_assert_num_queries(0):
        assert put_questions(comment.pk) == []


def test_judge_is_not_asked_about_what_is_switched_off_decided_or_rewritten_by_now(judge: Service) -> None:
    article = make_article()
    comments = [make_judged(f"Text {number}", article=article) for number in range(3)]
    questions = [question for comment in comments for question in put_questions(comment.pk)]
    decided, rewritten, _switched_off = comments
    decide(
        comment=decided,
        moderator=make_moderator(article.site),
        action=Action.APPROVE,
        expected_status=Status.PENDING,
        expected_revision=1,
    )
    revise_comment(comment=rewritten, body="Neu gefasst")
    for question in questions[:2]:
        ask(question)
    FlaggerSwitch.objects.update(state=FlaggerState.OFF)
    ask(questions[2])
    found = Finding.objects.filter(pk__in=questions).order_by("pk")
    assert [one.message for one in found] == [sentences.DECIDED_BY_NOW, sentences.DECIDED_BY_NOW, sentences.OFF_BY_NOW]
    assert {one.outcome for one in found} == {CheckOutcome.NOT_RUN}
    assert judge.asked == []


def test_judge_is_asked_one_question_at_a_time_and_draws_the_next(judge: Service) -> None:
    article = make_article()
    questions = [put_questions(make_judged(f"Text {number}", article=article).pk)[0] for number in range(3)]
    Finding.objects.filter(pk=questions[0]).update(attempts=2)  # under way in another worker
    assert ask(questions[1]) == (None, None)
    assert ask(questions[0]) == (None, None)
    assert judge.asked == []
    with time_machine.travel(timezone.now() + LEASE * 2):  # which died
        comment_id, following = ask(questions[0])
        assert (comment_id, following) == (Finding.objects.get(pk=questions[0]).comment_id, questions[1])
        assert ask(questions[1])[1] == questions[2]
    assert len(judge.asked) == 2


def test_judge_whose_worker_dies_twice_is_given_up(judge: Service) -> None:
    comment = make_judged()
    [question] = put_questions(comment.pk)
    Finding.objects.filter(pk=question).update(attempts=3)
    with time_machine.travel(timezone.now() + LEASE * 2):
        assert find_questions(10) == [question]
        ask(question)
    assert Finding.objects.get(pk=question).message == CRASHED
    assert judge.asked == []


def test_judge_question_that_waits_for_an_hour_is_given_up(judge: Service) -> None:
    [question] = put_questions(make_judged().pk)
    with time_machine.travel(timezone.now() + TURN * 2):
        assert find_questions(10) == []
    found = Finding.objects.get(pk=question)
    assert (found.outcome, found.message, found.attempts) == (CheckOutcome.NOT_RUN, sentences.TOO_LATE, 0)


@pytest.mark.parametrize("begun", [1, 2])
def test_judge_question_that_waits_when_it_is_unset_says_that_it_was_not_asked(
    judge: Service, settings: Settings, begun: int
) -> None:
    comment = make_judged()
    [question] = put_questions(comment.pk)
    Finding.objects.filter(pk=question).update(attempts=begun)
    settings.MODERATION_JUDGE = {}

    assert find_questions(10) == []
    if begun > 1:
        # Whoever began it may still get an answer, until its lease ends.
        assert Finding.objects.get(pk=question).message == RUNNING
        with time_machine.travel(timezone.now() + LEASE * 2):
            assert find_questions(10) == []

    found = Finding.objects.get(pk=question)
    assert (found.outcome, found.message, found.attempts) == (CheckOutcome.NOT_RUN, sentences.NOT_SET_UP, 0)
    page = text_of(sign_in(make_moderator(comment.site)).get(QUEUE))
    assert "Not asked: the service behind the check “Judge from outside” is not set up any more." in page
    assert "has not finished yet" not in page
    assert judge.asked == []
