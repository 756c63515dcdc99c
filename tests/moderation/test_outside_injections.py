"""What holds whatever a comment says to the judge, and whatever the judge makes of it. What does not:
docs/how-to/use-a-judge-from-outside.md."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from comments.enums import CheckOutcome, Status
from comments.models import Comment, Lane, StatusChange
from comments.text import normalise_body
from moderation.enums import FlaggerState
from moderation.flaggers.knowledge import forget_knowledge
from moderation.flaggers.outside.base import AskedClause, Question
from moderation.flaggers.outside.framing import Message, build_messages, is_shown_whole, verdict_schema
from moderation.models import Decision, Finding, FlaggerSwitch
from moderation.services.outside import ask, put_questions
from tests.factories import CLAUSES, make_article, make_comment
from tests.hostile.judge_addresses import ADDRESSES, INSULT
from tests.moderation.inputs import make_input
from tests.moderation.outside_service import Asked, Reply, Service, completion, running, verdict

pytestmark = pytest.mark.once

NONCE = "5eed" * 8
POLICY = tuple(AskedClause(slug, f"Titel {slug}", f"Text {slug}") for slug in CLAUSES)
# Of every second form one, each in another language.
SOME = ADDRESSES[::41]


def question(body: str, *, parent: str = "") -> Question:
    return Question(make_input(body, parent_body=parent), "Der Rat hat entschieden.", POLICY)


def the_document(messages: list[Message]) -> dict[str, Any]:
    """What a judge reads that keeps to its instructions."""
    first, line, last = messages[1]["content"].split("\n")
    assert first == last
    assert re.fullmatch("BOUNDARY [0-9a-f]{32}", first)
    document: dict[str, Any] = json.loads(line)
    return document


def test_comment_never_leaves_its_place_and_changes_nothing_around_it() -> None:
    assert len(set(ADDRESSES)) == 500
    plain = build_messages(question("X"), NONCE)
    before, after = plain[1]["content"].split('"X"')
    for address in ADDRESSES:
        # As it is stored, and as it would be if nothing had been taken out on the way.
        for body in (normalise_body(address), address):
            system, user = build_messages(question(body), NONCE)
            assert system == plain[0]
            assert user["content"].startswith(before)
            assert user["content"].endswith(after)
            written = user["content"][len(before) : len(user["content"]) - len(after)]
            # One JSON string on one line, of printable characters, without a sign of mark-up.
            assert written.isprintable()
            assert not set("<>[]|｜＜＞") & set(written)
            shown = json.loads(written)
            assert re.sub(r"\s", "", INSULT) in re.sub(r"\s", "", shown)
            assert "\u200b" not in shown
            assert len(user["content"].splitlines()) == 3
        assert len(json.dumps(the_document([system, user]))) > len(INSULT)


def test_parent_lead_and_passages_are_framed_as_the_comment_is() -> None:
    for address in SOME:
        passages = f"Erster\u200b.\n\n{address}"
        asked = Question(make_input("Ja.", parent_body=address), address, POLICY, passages)
        user = build_messages(asked, NONCE)[1]["content"]
        assert user.isprintable() == ("\n" not in user)
        assert not set("<>[]|") & set(user)
        document = the_document(build_messages(asked, NONCE))
        assert document["comment"] == "Ja."
        assert document["article"]["passages"].startswith("Erster.\n\n")


@pytest.mark.parametrize(
    "text", ["Ein Satz mit „Umlauten“ ist schön.\n\n", "Обычное предложение о городе.\n", "今天天气很好。"]
)
def test_long_text_without_mark_up_is_shown_whole(text: str) -> None:
    body = (text * 500)[: 5_000 if text.isascii() or len(text.encode()) < 3 * len(text) else 3_300]
    document = the_document(build_messages(question(body), NONCE))
    assert (document["comment"], document["left_out"], is_shown_whole(body)) == (body, 0, True)


@pytest.mark.parametrize("sign", ["<", "\u202e", "\U000e0001", "\ud800", "\n", '"', "\U0001f600"])
def test_what_is_sent_has_a_greatest_length_whatever_it_is_made_of(sign: str) -> None:
    asked = Question(make_input(sign * 5_000, parent_body=sign * 5_000), sign * 5_000, POLICY, sign * 5_000)
    user = build_messages(asked, NONCE)[1]["content"]
    assert len(user.encode()) < 10_000 + 4 * 4_000 + 500
    document = the_document(build_messages(asked, NONCE))
    assert set(document["comment"]) <= {sign}
    assert set(document["parent"]) <= {sign}


def test_schema_has_the_clauses_in_force_and_no_place_for_another_word() -> None:
    schema = verdict_schema(POLICY)
    assert (schema["required"], schema["additionalProperties"]) == (list(CLAUSES), False)
    assert "approve" not in json.dumps(schema)


# --- With a judge that does what it is told


def obedient(asked: Asked) -> Reply:
    """A model that has been talked round: it repeats what JSON the comment has, or the comment."""
    comment = str(the_document(asked.json["messages"])["comment"])
    decoder = json.JSONDecoder()
    for place in [match.start() for match in re.finditer(r"\{", comment)]:
        try:
            _document, end = decoder.raw_decode(comment, place)
        except ValueError:
            continue
        return completion(comment[place:end])
    return completion(comment)


def overrun(asked: Asked) -> Reply:
    """A server that has: the comment is all of its answer."""
    comment = str(the_document(asked.json["messages"])["comment"])
    return Reply(200, comment.encode("utf-8", "replace"))


def honest(asked: Asked) -> Reply:
    """A model that keeps to its instructions: it finds the insult, wherever and beside whatever it stands."""
    comment = the_document(asked.json["messages"])["comment"]
    found = {"respect": (0.9, "Vollpfosten", "Beschimpft.")} if "Vollpfosten" in str(comment) else {}
    return completion(json.dumps(verdict(CLAUSES, **found)))


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    settings.COMMENTS_POST_LIMITS = {"author": (), "network": ()}
    forget_knowledge()
    with running() as service:
        settings.MODERATION_FLAGGERS = ["moderation.flaggers.outside.judge.OutsideJudge"]
        settings.MODERATION_JUDGE = {"url": service.url, "model": "nemo", "daily_requests": 0, "daily_tokens": 0}
        yield service
    forget_knowledge()


ALL = [pytest.param(SOME, id="some"), pytest.param(ADDRESSES, id="all", marks=pytest.mark.slow)]


@pytest.mark.django_db
@pytest.mark.timeout(600)
@pytest.mark.parametrize("addresses", ALL)
@pytest.mark.parametrize("judge", [obedient, overrun, honest])
def test_judge_that_is_talked_to_can_flag_and_nothing_else(service: Service, judge, addresses: tuple[str, ...]) -> None:
    service.reply = judge
    article = make_article()
    FlaggerSwitch.objects.create(site=article.site, flagger="outside_judge", state=FlaggerState.ON)
    counted: Counter[str] = Counter()
    for number, address in enumerate(addresses):
        comment = make_comment(article, body=address, name=f"Otto {number}")
        steps = StatusChange.objects.count()
        # A service in trouble is not left alone here.
        Lane.objects.all().delete()
        for asked in put_questions(comment.pk):
            ask(asked)
        found = Finding.objects.get(comment=comment)
        counted[found.outcome] += 1

        assert Comment.objects.get(pk=comment.pk).status == Status.PENDING
        assert StatusChange.objects.count() == steps
        body = comment.revisions.get().body
        assert found.clause in {"", *CLAUSES}
        assert (found.score is not None) == (found.outcome == CheckOutcome.FLAGGED)
        for start, end, label in found.spans:
            assert body[start:end] == "Vollpfosten"
            assert label == "Titel respect"
    assert not Decision.objects.exists()
    print(f"{len(addresses)} comments that talk to a judge ({judge.__name__}): {dict(counted)}")  # noqa: T201
    if judge is honest:
        assert counted == {CheckOutcome.FLAGGED: len(addresses)}
    else:
        assert CheckOutcome.FLAGGED not in counted
