"""Mails that come back: who they were for is read from the address they come back to, which only we can have made.

Read with the standard library: delivery reports (RFC 3464, RFC 6533), qmail's and Exim's texts, and complaints (ARF, RFC
5965). Whatever else arrives there (answers of absent people, receipts, delays, forgeries) is ignored, and nothing is answered.
"""

from __future__ import annotations

import base64
import datetime
import enum
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string, policy
from email.message import Message

from django.conf import settings as django_settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from comments.conf import settings
from comments.enums import SuppressionReason
from comments.models import Bounce
from comments.services.refusals import Meaning, meaning_of
from comments.services.subscriptions import address_digest, suppress_digest

# A mailbox that is full for a day is none that is gone.
SOFT_LIMIT = 5
SOFT_WINDOW = datetime.timedelta(days=7)
# What is read of a mail: a report comes first, the mail it is about after it.
READ_LIMIT = 1_048_576

# Together 200 bits, which are exactly so many letters and digits.
_DIGEST_BYTES, _SEAL_BYTES, _TOKEN_LENGTH = 16, 9, 40
_RECIPIENT_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
_COMPLAINTS = {"abuse", "fraud", "opt-out", "opt-out-list"}
_FAILED = "failed"
_ARRIVED = {"delivered", "relayed", "expanded"}
_QMAIL = re.compile(r"\s*Hi\. This is the ", re.IGNORECASE)
_QMAIL_RECIPIENT = re.compile(r"^<[^\n]*>:\n((?:[^\n]+\n?)+)", re.MULTILINE)
_EXIM_REASONS = re.compile(r"address(?:\(es\)|es)? failed:\s*\n(.*?)(?:\n-{4,}|\Z)", re.DOTALL)
_FROM_A_MAIL_SYSTEM = re.compile(r"^\s*<?\s*(?:(?:mailer-daemon|postmaster)@[^>]*)?>?\s*$", re.IGNORECASE)


class Kind(enum.Enum):
    """What a returned mail says of an address."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    COMPLAINT = "complaint"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Returned:
    """A mail that came back: what it says, of which address (its digest), and what tells it from other such mails."""

    kind: Kind
    digest: str = ""
    key: str = ""


NOTHING = Returned(Kind.NOTHING)


def return_path(address: str) -> str:
    """The envelope sender of a mail to an address: where it comes back to, at most 64 characters before the at sign.

    The sender of all our mails where no address for returned ones is set. No query.
    """
    if not settings.bounce_address:
        return django_settings.DEFAULT_FROM_EMAIL
    local, _at, domain = settings.bounce_address.rpartition("@")
    digest = bytes.fromhex(address_digest(address))
    token = base64.b32encode(digest + _seal(digest, django_settings.SECRET_KEY)).decode("ascii")
    return f"{local}+{token.lower()}@{domain}"


def read_return_path(address: str) -> str:
    """The digest of the address that a mail with this envelope sender went to; "" where we did not write it. No query."""
    local, _at, domain = settings.bounce_address.casefold().rpartition("@")
    found = re.search(rf"{re.escape(local)}\+([a-z2-7]{{{_TOKEN_LENGTH}}})@{re.escape(domain)}", address.casefold())
    if not settings.bounce_address or found is None:
        return ""
    token = base64.b32decode(found[1], casefold=True)
    digest, seal = token[:_DIGEST_BYTES], token[_DIGEST_BYTES:]
    keys = (django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS)
    return digest.hex() if any(constant_time_compare(seal, _seal(digest, key)) for key in keys) else ""


def receive(raw: bytes, *, recipient: str = "") -> Kind:
    """Do what a returned mail asks for, once however often it comes; what that was. 0 to 6 queries. Never answers.

    `recipient` is the address it came to, where the mail server says so; else the headers do.
    """
    returned = read_returned_mail(raw, recipient=recipient)
    if returned.kind == Kind.COMPLAINT:
        suppress_digest(returned.digest, SuppressionReason.COMPLAINT)
    elif returned.kind == Kind.PERMANENT:
        suppress_digest(returned.digest, SuppressionReason.BOUNCE)
    elif returned.kind == Kind.TEMPORARY:
        count_soft(returned.digest, returned.key)
    return returned.kind


@transaction.atomic
def count_soft(digest: str, key: str) -> None:
    """Count a failure that may pass; the fifth within a week ends writing to an address. 3 to 5 queries.

    `key` tells it from others, so that one that is reported twice counts once.
    """
    now = timezone.now()
    Bounce.objects.get_or_create(key=key, defaults={"digest": digest, "bounced_at": now})
    if Bounce.objects.filter(digest=digest, bounced_at__gt=now - SOFT_WINDOW).count() >= SOFT_LIMIT:
        suppress_digest(digest, SuppressionReason.BOUNCE)


def purge_bounces() -> int:
    """Delete what no longer counts; how many. 1 query."""
    return Bounce.objects.filter(bounced_at__lt=timezone.now() - SOFT_WINDOW).delete()[0]


def read_returned_mail(raw: bytes, *, recipient: str = "") -> Returned:
    """What a mail that came to our address for returned ones says; `NOTHING` where that is nothing sure. No query."""
    mail = message_from_bytes(raw[:READ_LIMIT], policy=policy.compat32)
    kind = _kind(mail)
    if kind == Kind.NOTHING or (kind != Kind.COMPLAINT and not _is_from_a_mail_system(mail)):
        return NOTHING
    places = [recipient, *_headers(mail, _RECIPIENT_HEADERS)]
    if kind == Kind.COMPLAINT:
        # It goes to wherever complaints go; our address is in what it is about.
        places += list(_complained_about(mail))
    digests = {digest for place in places if (digest := read_return_path(place))}
    if len(digests) != 1:
        return NOTHING
    return Returned(kind, digests.pop(), hashlib.sha256(raw).hexdigest()[:32])


def _seal(digest: bytes, key: str) -> bytes:
    return salted_hmac("marginalia.bounce", digest, secret=key, algorithm="sha256").digest()[:_SEAL_BYTES]


def _kind(mail: Message) -> Kind:
    for part in mail.walk():
        content_type = part.get_content_type()
        if content_type == "message/feedback-report":
            return _of_feedback(part)
        if content_type in {"message/delivery-status", "message/global-delivery-status"}:
            return _of_report(_blocks(part))
        if content_type == "message/rfc822":
            # What is inside is the mail that came back, whatever it looks like.
            break
    text = _first_text(mail)
    if _QMAIL.match(text):
        return _kinder(_of_answer(reason) for reason in _QMAIL_RECIPIENT.findall(text.replace("\r\n", "\n")))
    if mail["X-Failed-Recipients"] and (reasons := _EXIM_REASONS.search(text.replace("\r\n", "\n"))):
        return _of_answer(reasons[1])
    return Kind.NOTHING


def _of_report(blocks: Iterable[Message]) -> Kind:
    """What a delivery report says; nothing where it arrived anywhere, or may still do so."""
    recipients = [block for block in blocks if block["Action"]]
    actions = [
        str(block["Action"]).split()[0].strip().casefold() for block in recipients if str(block["Action"]).strip()
    ]
    if not actions or set(actions) != {_FAILED}:
        return Kind.NOTHING
    return _kinder(
        _of_answer(str(block["Diagnostic-Code"] or ""), status=str(block["Status"] or "")) for block in recipients
    )


def _of_answer(answer: str, *, status: str = "") -> Kind:
    # Only what failed for good is returned; where no code says so, the words have to.
    is_coded = any(character.isdigit() for character in status) or re.search(r"(?<![\d.])[45]\d\d\b", answer)
    meaning = meaning_of(answer, status=status, code=0 if is_coded else 550)
    return {Meaning.GONE: Kind.PERMANENT, Meaning.SOFT: Kind.TEMPORARY}.get(meaning, Kind.NOTHING)


def _of_feedback(part: Message) -> Kind:
    kinds = {str(block["Feedback-Type"]).strip().casefold() for block in _blocks(part) if block["Feedback-Type"]}
    return Kind.COMPLAINT if kinds and kinds <= _COMPLAINTS else Kind.NOTHING


def _kinder(kinds: Iterable[Kind]) -> Kind:
    """What is said of several recipients (a mailbox may be forwarded to several), taken by its mildest."""
    found = set(kinds)
    return next((kind for kind in (Kind.NOTHING, Kind.TEMPORARY, Kind.PERMANENT) if kind in found), Kind.NOTHING)


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields of a report, however the parser took it."""
    payload = part.get_payload()
    texts = [payload]
    if isinstance(payload, list):
        yield from (block for block in payload if isinstance(block, Message))
        # Of a type it does not know, the parser takes the first group for a header and the others for its text.
        texts = [block.get_payload() for block in payload if isinstance(block, Message)]
    for text in texts:
        for group in str(text).replace("\r\n", "\n").split("\n\n"):
            if group.strip():
                yield message_from_string(group.lstrip("\n"))


def _complained_about(mail: Message) -> Iterator[str]:
    """Envelope senders in a complaint: of its own fields, and of the mail it is about."""
    for part in mail.walk():
        if part.get_content_type() == "message/feedback-report":
            yield from (str(block["Original-Mail-From"] or "") for block in _blocks(part))
        elif part.get_content_type() == "text/rfc822-headers":
            yield str(message_from_string(_text(part))["Return-Path"] or "")
        elif part is not mail:
            yield from _headers(part, ("Return-Path",))


def _is_from_a_mail_system(mail: Message) -> bool:
    """Whether nobody is to be answered: a report has an empty sender. People's programs have one."""
    return all(_FROM_A_MAIL_SYSTEM.match(sender) for sender in _headers(mail, ("Return-Path",)))


def _headers(mail: Message, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from (str(value) for value in mail.get_all(name, []))


def _first_text(mail: Message) -> str:
    return next((_text(part) for part in mail.walk() if part.get_content_type() == "text/plain"), "")


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
