"""A service of the site's own that is asked about each comment, in a request signed by Standard Webhooks.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
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
from moderation.flaggers.outside.sentences import BAD_TEXT, TOO_MANY_QUOTES, UNKNOWN
from moderation.flaggers.outside.verdicts import (
    LABEL_LENGTH,
    REASON_SHOWN,
    Json,
    find_quote,
    read_object,
    read_score,
    read_text,
    require_fields,
    shorten,
)
from moderation.setting_kinds import SECRET_PREFIX

_SAYS = gettext_noop("The site's own service says: %(reason)s")
_NO_OPINION = gettext_noop("The site's own service has no opinion.")
_MOST_QUOTES: Final = 20
_FLAGGED_FIELDS: Final = frozenset({"outcome", "score", "clause", "reason", "quotes"})


class CallOut(Outside):
    """Asks the service of MODERATION_CALL_OUT, which flags, finds nothing, or has no opinion (204)."""

    name = "call_out"

    @property
    def version(self) -> str:
        """Another for another address; what the service there judges by is its own business."""
        return f"1-{digest([settings.call_out.url])[:8]}"

    @property
    def host(self) -> str:
        """Of MODERATION_CALL_OUT; none without a secret."""
        return urlsplit(settings.call_out.url).netloc.rpartition("@")[2] if settings.call_out.secrets else ""

    @property
    def bounds(self) -> Bounds:
        """Of MODERATION_CALL_OUT."""
        return Bounds(settings.call_out.seconds, settings.call_out.daily_requests or None)

    def cache_key(self, question: Question) -> str:
        """A digest of what is sent, and where."""
        return digest([self.version, _data(question)])

    def write(self, question: Question, envelope: Envelope) -> Letter:
        """The comment as the event "comment.check", signed with each of the secrets."""
        event = {"type": "comment.check", "timestamp": envelope.sent_at.isoformat(), "data": _data(question)}
        body = json.dumps(event, ensure_ascii=False).encode()
        moment = str(int(envelope.sent_at.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": envelope.name,
            "webhook-timestamp": moment,
            "webhook-signature": " ".join(
                sign(secret, envelope.name, moment, body) for secret in settings.call_out.secrets
            ),
        }
        return Letter(settings.call_out.url, headers, body)

    def read(self, answer: Answer, question: Question) -> Finding:
        """What the service says. Raises AnswerError for everything but 204 and a proper finding."""
        if answer.status == 204:
            return clear(self, _NO_OPINION)
        if answer.status != 200:
            raise bad_status(answer.status)
        said = read_object(answer.body)
        if said.get("outcome") == "clear":
            require_fields(said, frozenset({"outcome"}))
            return clear(self)
        require_fields(said, _FLAGGED_FIELDS)
        if said["outcome"] != "flagged":
            raise AnswerError(UNKNOWN)
        return self._report(said, question)

    def count_tokens(self, answer: Answer) -> int | None:
        """None: only requests are counted."""
        return None

    def _report(self, said: Json, question: Question) -> Finding:
        known = {"", *(clause.slug for clause in question.clauses)}
        clause, reason, quotes = said["clause"], read_text(said["reason"]), said["quotes"]
        if not isinstance(clause, str) or clause not in known:
            raise AnswerError(UNKNOWN)
        if not reason or not isinstance(quotes, list):
            raise AnswerError(BAD_TEXT)
        if len(quotes) > _MOST_QUOTES:
            raise AnswerError(TOO_MANY_QUOTES, {"most": _MOST_QUOTES})
        label = shorten(reason, LABEL_LENGTH)
        return flagged(
            self,
            _SAYS,
            {"reason": shorten(reason, REASON_SHOWN)},
            score=read_score(said["score"]),
            clause=clause,
            spans=[find_quote(read_text(quote), question.comment.body, label) for quote in quotes],
        )


def sign(secret: str, name: str, moment: str, body: bytes) -> str:
    """A signature of version 1 by a secret "whsec_<base64>": base64 of the HMAC-SHA256 over "name.moment.body"."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signature = hmac.digest(key, f"{name}.{moment}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signature).decode()}"


def _data(question: Question) -> dict[str, object]:
    comment = question.comment
    return {
        "site": comment.site,
        "article": {"key": comment.article_key, "title": comment.article_title, "lead": question.lead},
        "language": comment.language,
        "revision": comment.revision,
        "parent": comment.parent_body or None,
        "comment": comment.body,
        "clauses": [{"id": clause.slug, "title": clause.title} for clause in question.clauses],
    }
