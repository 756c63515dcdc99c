"""What one comment can do to a judge from outside: have its own question refused, or be shown in part, and nothing to others."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from comments.enums import CheckOutcome
from comments.models import Lane
from moderation.flaggers.base import TOO_LONG
from moderation.flaggers.knowledge import forget_knowledge
from moderation.flaggers.outside import sentences
from tests.factories import CLAUSES, make_article, make_moderator
from tests.moderation.desk_pages import QUEUE, sign_in, text_of
from tests.moderation.inputs import sentence
from tests.moderation.outside_service import Reply, Service, running, verdict
from tests.moderation.test_outside_judge import GOOD, JUDGE, judged, make_judged, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def judge(settings: Settings) -> Iterator[Service]:
    """Set up, and finding nothing wrong with anything."""
    forget_knowledge()
    with running() as service:
        settings.MODERATION_FLAGGERS = [JUDGE]
        settings.MODERATION_JUDGE = {"url": service.url, "model": "nemo", "seconds": 2}
        say(service, verdict(CLAUSES))
        yield service
    forget_knowledge()


@pytest.mark.parametrize("status", [400, 403, 413, 422, 451])
def test_judge_that_does_not_take_one_question_is_asked_the_next_at_once(judge: Service, status: int) -> None:
    judge.reply = lambda _asked: Reply(status, b'{"error": "exceeds context size"}')
    article = make_article()
    found = judged(make_judged(article=article))
    assert (found.outcome, found.message) == (CheckOutcome.FAILED, sentences.NOT_TAKEN)
    assert sentence(found) == (
        "The service behind the check “outside_judge” did not take this question: it may be too long for it, or of a kind "
        f"that it does not answer (status {status})."
    )
    assert not Lane.objects.exists()
    say(judge, GOOD)
    assert judged(make_judged("Otto, du bist ein Vollpfosten!", article=article)).outcome == CheckOutcome.FLAGGED


def test_judge_is_shown_the_beginning_of_what_is_too_long_when_written_out(judge: Service) -> None:
    comment = make_judged("<" * 5_000)
    found = judged(comment)
    assert (found.outcome, found.message, found.is_whole) == (CheckOutcome.CLEAR, TOO_LONG, False)
    [asked] = judge.asked
    line = asked.json["messages"][1]["content"].split("\n")[1]
    document = json.loads(line)
    assert len(line) < 10_500
    assert (document["comment"], document["left_out"]) == ("<" * 1_666, 5_000 - 1_666)
    page = text_of(sign_in(make_moderator(comment.site)).get(QUEUE))
    assert "Found nothing in what it read: the text is too long to be read to its end." in page


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({}, "Beschimpft einen anderen."),
        (
            {"on_topic": (0.6, "Satz", "Nur so.")},
            "Beschimpft einen anderen. Also against: Titel on-topic.",
        ),
    ],
)
def test_judge_that_flags_what_it_was_shown_of_a_text_says_so(
    judge: Service, others: dict[str, tuple[float, str, str]], said: str
) -> None:
    say(judge, verdict(CLAUSES, respect=(0.9, "<Satz>", "Beschimpft einen anderen."), **others))
    found = judged(make_judged(("[[<<Satz>>]] endet hier. " * 200).strip()))
    assert (found.outcome, found.is_whole) == (CheckOutcome.FLAGGED, False)
    assert sentence(found) == f"Against “Titel respect”, says nemo, shown only the beginning of the text: {said}"
    document = json.loads(judge.asked[0].json["messages"][1]["content"].split("\n")[1])
    # It ends where a sentence does.
    assert document["comment"].endswith("]] endet hier.")
    assert len(document["comment"]) + document["left_out"] == len("[[<<Satz>>]] endet hier. ") * 200 - 1
