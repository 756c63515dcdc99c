"""The site's own service is asked in requests that it can check, and believed in what can be checked."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from comments import hints
from comments.enums import ArticleMode, CheckOutcome, Status
from comments.models import Comment, Lane
from comments.services.posting import revise_comment
from config.env import PROJECT_DIR
from moderation.enums import FlaggerState
from moderation.flaggers.knowledge import forget_knowledge
from moderation.flaggers.outside import sentences
from moderation.flaggers.outside.call_out import sign
from moderation.models import DeskSettings, Finding, FlaggerSwitch
from moderation.services.outside import ask, put_questions
from moderation.services.trust import grant_trust
from moderation.tasks import ask_outside_task, screen_comment_task, sweep_outside_task
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.inputs import sentence
from tests.moderation.outside_service import Asked, Reply, Service, running
from tests.moderation.restricting import make_author, write

pytestmark = pytest.mark.django_db

BODY = "Kauft <b>alle</b> bei mir: billige Uhren!"
SECRETS = tuple("whsec_" + base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
FINDING = {
    "outcome": "flagged",
    "score": 0.8,
    "clause": "no-advertising",
    "reason": "Wirbt für Uhren.",
    "quotes": ["billige Uhren", "Kauft"],
}


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    """The site's own, without an opinion."""
    forget_knowledge()
    with running() as service:
        settings.MODERATION_FLAGGERS = ["moderation.flaggers.outside.call_out.CallOut"]
        settings.MODERATION_CALL_OUT = {"url": f"{service.url}/check?by=us", "secrets": SECRETS, "seconds": 2}
        yield service
    forget_knowledge()


def say(service: Service, said: object, status: int = 200) -> None:
    service.reply = lambda _asked: Reply(status, json.dumps(said).encode())


def make_asked(body: str = BODY) -> Comment:
    """A comment on a site that uses its service."""
    article = make_article()
    FlaggerSwitch.objects.create(site=article.site, flagger="call_out", state=FlaggerState.ON)
    return make_comment(article, body=body)


def found(comment: Comment) -> Finding:
    """What comes of asking about a comment."""
    [question] = put_questions(comment.pk)
    ask(question)
    return Finding.objects.get(pk=question)


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """RFC 2104, written out: not the function that signs."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()


def is_signed(asked: Asked, secret: str) -> bool:
    """What the verifier of a service does."""
    name, moment = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac_sha256(key, f"{name}.{moment}.".encode() + asked.body)).decode()
    return f"v1,{wanted}" in asked.headers["webhook-signature"].split(" ")


@pytest.mark.once
def test_sign_gives_what_others_who_speak_standard_webhooks_give() -> None:
    """The example that the libraries of the standard are tested with."""
    signature = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        b'{"test": 2432232314}',
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.once
def test_recipe_of_the_docs_takes_what_we_sign_and_nothing_else() -> None:
    text = (PROJECT_DIR / "docs/how-to/use-a-judge-from-outside.md").read_text(encoding="utf-8")
    recipe: dict[str, Any] = {}
    exec(text.partition("```python\n")[2].partition("```")[0], recipe)  # noqa: S102 - our own documentation
    recipe["SECRETS"] = SECRETS
    body, now = '{"comment": "ä"}'.encode(), int(time.time())

    def headers(secret: str, moment: int) -> dict[str, str]:
        signature = sign(secret, "comment_x_1", str(moment), body)
        named = {"webhook-id": "comment_x_1", "webhook-timestamp": str(moment)}
        return named | {"webhook-signature": f"v1,Ä {signature}"}

    genuine = headers(SECRETS[1], now)
    assert recipe["is_genuine"](genuine, body)
    stranger = "whsec_" + base64.b64encode(b"x" * 32).decode()
    others = [headers(stranger, now), headers(SECRETS[0], now - 400), genuine | {"webhook-id": "comment_y_1"}, {}]
    assert [recipe["is_genuine"](one, body) for one in others] == [False] * 4
    assert not recipe["is_genuine"](genuine, body + b" ")


def test_call_out_is_signed_by_each_secret_and_names_no_author(service: Service) -> None:
    moment = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
    with time_machine.travel(moment, tick=False):
        comment = make_asked()
        found(comment)
    [asked] = service.asked
    assert asked.path == "/check?by=us"
    assert asked.headers["webhook-id"] == f"comment_{comment.public_id}_1"
    assert asked.headers["webhook-timestamp"] == str(int(moment.timestamp()))
    assert [is_signed(asked, secret) for secret in SECRETS] == [True, True]
    other = "whsec_" + base64.b64encode(b"x" * 32).decode()
    assert not is_signed(asked, other)
    data = asked.json["data"]
    assert (asked.json["type"], data["comment"], data["parent"]) == ("comment.check", BODY, None)
    assert set(data) == {"site", "article", "language", "revision", "parent", "comment", "clauses"}
    assert "Hanna" not in asked.body.decode()


def test_call_out_finding_is_a_flag_with_its_words_marked(service: Service) -> None:
    say(service, FINDING)
    row = found(make_asked())
    assert (row.outcome, row.score, row.clause) == (CheckOutcome.FLAGGED, 0.8, "no-advertising")
    assert sentence(row) == "The site's own service says: Wirbt für Uhren."
    assert [BODY[start:end] for start, end, _label in row.spans] == ["billige Uhren", "Kauft"]


@pytest.mark.parametrize(
    ("status", "said", "message"),
    [(204, "", "The site's own service has no opinion."), (200, {"outcome": "clear"}, "")],
)
def test_call_out_without_an_opinion_or_a_finding_is_clear(
    service: Service, status: int, said: object, message: str
) -> None:
    service.reply = lambda _asked: Reply(status, json.dumps(said).encode() if said else b"")
    row = found(make_asked())
    assert (row.outcome, row.score, row.message) == (CheckOutcome.CLEAR, None, message)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("flagged", sentences.NOT_JSON),
        ({}, sentences.MISSING),
        ({"outcome": "clear", "score": 0}, sentences.UNKNOWN),
        ({**FINDING, "outcome": "approve"}, sentences.UNKNOWN),
        ({**FINDING, "outcome": ["flagged"]}, sentences.UNKNOWN),
        ({**FINDING, "decision": "approve"}, sentences.UNKNOWN),
        ({**FINDING, "clause": "no-politics"}, sentences.UNKNOWN),
        ({**FINDING, "score": "0.8"}, sentences.BAD_SCORE),
        ({**FINDING, "reason": ""}, sentences.BAD_TEXT),
        ({**FINDING, "quotes": ["Kauft"] * 21}, sentences.TOO_MANY_QUOTES),
        ({**FINDING, "quotes": ["teure Uhren"]}, sentences.NOT_QUOTED),
    ],
)
def test_call_out_answer_that_was_not_agreed_is_a_failed_finding(service: Service, said: object, message: str) -> None:
    say(service, said)
    row = found(make_asked())
    assert (row.outcome, row.message, row.spans) == (CheckOutcome.FAILED, message, [])
    assert not Lane.objects.exists()


@pytest.mark.parametrize("status", [201, 202, 303, 404, 410, 500])
def test_call_out_with_another_status_is_a_failed_finding_and_no_redirect_is_followed(
    service: Service, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    service.reply = lambda _asked: Reply(status, headers={"Location": f"{service.url}/elsewhere"})
    row = found(make_asked())
    assert f"left alone for a while: {sentence(row)}" in caplog.text
    assert (row.outcome, row.message) == (CheckOutcome.FAILED, sentences.STATUS)
    assert sentence(row) == f"The service behind the check “call_out” answered with status {status}."
    assert len(service.asked) == 1
    assert Lane.objects.count() == 1


@pytest.mark.parametrize("status", [400, 413, 422])
def test_call_out_that_does_not_take_one_question_is_not_left_alone(service: Service, status: int) -> None:
    service.reply = lambda _asked: Reply(status)
    row = found(make_asked())
    assert (row.outcome, row.message) == (CheckOutcome.FAILED, sentences.NOT_TAKEN)
    assert not Lane.objects.exists()


# --- From a comment to the card


def test_comment_is_asked_about_after_it_was_posted_and_what_appeared_by_trust_waits_after_all(
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    say(service, FINDING)
    sent: list[tuple[int, ...]] = []
    monkeypatch.setattr(ask_outside_task, "apply_async", lambda args, **_options: sent.append(args))
    article = make_article()
    FlaggerSwitch.objects.create(site=article.site, flagger="call_out", state=FlaggerState.ON)
    DeskSettings.objects.create(site=article.site, trust_after=0, trust_days=30, publishes_trusted=True)
    author = make_author(article.site, email="kuhl@post.example", proved=True)
    grant_trust(author=author, moderator=make_moderator(article.site))
    comment = write(article, author=author, body=BODY)
    assert comment.status == Status.APPROVED

    with django_capture_on_commit_callbacks(execute=True):
        screen_comment_task(comment.pk)
        sweep_outside_task()
    assert hints.wait_for_hints(5)
    row = Finding.objects.get(comment=comment, flagger="call_out")
    assert (row.outcome, sentence(row)) == (
        CheckOutcome.NOT_RUN,
        "The check “call_out” has not finished yet.",
    )
    assert sent == [(row.pk,)] * 2
    ask_outside_task(row.pk)
    comment.refresh_from_db()
    assert comment.status == Status.PENDING


def test_public_text_is_asked_about_though_another_one_waits_by_then(service: Service) -> None:
    finding = Reply(200, json.dumps(FINDING).encode())
    service.reply = lambda asked: finding if asked.json["data"]["comment"] == BODY else Reply(204)
    article = make_article(mode=ArticleMode.POST_MODERATED)
    FlaggerSwitch.objects.create(site=article.site, flagger="call_out", state=FlaggerState.ON)
    comment = make_comment(article, body=BODY)
    revise_comment(comment=comment, body="Guten Tag allerseits")
    for question in put_questions(comment.pk):
        ask_outside_task(question)
    said = Finding.objects.filter(comment=comment).order_by("revision").values_list("revision", "outcome")
    assert list(said) == [(1, CheckOutcome.FLAGGED), (2, CheckOutcome.CLEAR)]
    comment.refresh_from_db()
    assert (comment.status, comment.revision) == (Status.PENDING, 2)
