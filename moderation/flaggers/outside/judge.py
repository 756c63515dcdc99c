"""A language model that judges by the site's policy, behind any OpenAI-compatible address: on this machine, or elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop

from comments.outgoing import Answer
from comments.screening import Finding
from moderation.conf import settings
from moderation.flaggers.base import clear, flagged
from moderation.flaggers.outside.base import (
    AnswerError,
    Bounds,
    Envelope,
    Letter,
    Outside,
    Question,
    bad_status,
    digest,
)
from moderation.flaggers.outside.framing import INSTRUCTIONS, build_messages, is_shown_whole, verdict_schema
from moderation.flaggers.outside.sentences import CUT_OFF, NOT_JSON
from moderation.flaggers.outside.verdicts import REASON_SHOWN, Breach, read_breaches, read_object, shorten

_VERSION: Final = "1"
_PATH: Final = "/v1/chat/completions"
_ONE = gettext_noop("Against “%(clause)s”, says %(model)s: %(reason)s")
_MORE = gettext_noop("Against “%(clause)s”, says %(model)s: %(reason)s Also against: %(others)s.")
_ONE_AT_FIRST = gettext_noop("Against “%(clause)s”, says %(model)s, shown only the beginning of the text: %(reason)s")
_MORE_AT_FIRST = gettext_noop(
    "Against “%(clause)s”, says %(model)s, shown only the beginning of the text: %(reason)s Also against: %(others)s."
)
_TITLE_SHOWN: Final = 80
_OTHERS_SHOWN: Final = 200


class OutsideJudge(Outside):
    """Sends comment, article and policy to the model of MODERATION_JUDGE, and lets it flag. It can do nothing else: what it
    finds harmless is as if it had not been asked."""

    name = "outside_judge"

    @property
    def version(self) -> str:
        """Another for another address, model, option or wording of what is asked; the policy aside, which has its own."""
        judge = settings.judge
        return f"{_VERSION}-{digest([judge.url, judge.model, judge.options, INSTRUCTIONS])[:8]}"

    @property
    def host(self) -> str:
        """Of MODERATION_JUDGE."""
        return urlsplit(settings.judge.url).netloc.rpartition("@")[2]

    @property
    def bounds(self) -> Bounds:
        """Of MODERATION_JUDGE."""
        judge = settings.judge
        return Bounds(
            judge.seconds, judge.daily_requests or None, judge.daily_tokens or None, _answer_tokens(judge.options)
        )

    def cache_key(self, question: Question) -> str:
        """A digest of everything that is asked, the policy included, of whom, and of the text itself: the judge is not shown
        what is invisible in it, and marks are counted with that."""
        return digest([self.version, _request(question, nonce=""), question.comment.body])

    def write(self, question: Question, envelope: Envelope) -> Letter:
        """One request for a verdict on all clauses."""
        judge = settings.judge
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if judge.key:
            headers["Authorization"] = f"Bearer {judge.key}"
        body = json.dumps(_request(question, nonce=envelope.nonce), ensure_ascii=False).encode()
        return Letter(judge.url.rstrip("/").removesuffix("/v1") + _PATH, headers, body)

    def read(self, answer: Answer, question: Question) -> Finding:
        """The clause that is broken most surely, with the others named and the quotations of all marked. Raises AnswerError."""
        if answer.status != 200:
            raise bad_status(answer.status)
        verdict = read_object(_content(answer.body))
        found = read_breaches(verdict, question.clauses, question.comment.body)
        is_whole = is_shown_whole(question.comment.body)
        if not found:
            return clear(self, is_whole=is_whole)
        return self._report(found, is_whole=is_whole)

    def count_tokens(self, answer: Answer) -> int | None:
        """What the answer's "usage" says."""
        try:
            usage = read_object(answer.body).get("usage")
        except AnswerError:
            return None
        total = usage.get("total_tokens") if isinstance(usage, dict) else None
        return total if type(total) is int and 0 <= total < 10**7 else None

    def _report(self, found: list[Breach], *, is_whole: bool) -> Finding:
        first, *others = found
        parameters = {
            "model": shorten(settings.judge.model, _TITLE_SHOWN),
            "clause": shorten(first.clause.title, _TITLE_SHOWN),
            "reason": shorten(first.reason, REASON_SHOWN),
        }
        if others:
            parameters["others"] = shorten(", ".join(breach.clause.title for breach in others), _OTHERS_SHOWN)
        one, more = (_ONE, _MORE) if is_whole else (_ONE_AT_FIRST, _MORE_AT_FIRST)
        return flagged(
            self,
            more if others else one,
            parameters,
            score=first.score,
            clause=first.clause.slug,
            spans=[breach.span for breach in found],
            is_whole=is_whole,
        )


def _answer_tokens(options: Mapping[str, object]) -> int:
    """How many the model is allowed to write; 0 where nobody has said."""
    asked = (options.get(name) for name in ("max_tokens", "max_completion_tokens"))
    return max((one for one in asked if type(one) is int and one > 0), default=0)


def _request(question: Question, *, nonce: str) -> dict[str, object]:
    schema = {"name": "verdict", "strict": True, "schema": verdict_schema(question.clauses)}
    return {
        **settings.judge.options,
        "model": settings.judge.model,
        "messages": build_messages(question, nonce),
        "response_format": {"type": "json_schema", "json_schema": schema},
    }


def _content(body: bytes) -> str:
    """What the model wrote. Raises AnswerError; when the answer has no such place, the service is in trouble."""
    try:
        choices = read_object(body).get("choices")
    except AnswerError as error:
        raise AnswerError(NOT_JSON, is_trouble=True) from error
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise AnswerError(NOT_JSON, is_trouble=True)
    content = message.get("content")
    if choice.get("finish_reason") not in ("stop", None) or message.get("refusal") or not isinstance(content, str):
        raise AnswerError(CUT_OFF)
    return content
