"""Forty-odd mails as they come to an address for returned ones, and what each of them says."""

from __future__ import annotations

from dataclasses import dataclass

from comments.services.bounces import Kind

ADDRESS = "vera@reader.example"
# Stands for the address that the mail comes back to.
PATH = "{path}"

ORIGINAL = f"""Return-Path: <{PATH}>
From: Marginalia <comments@comments.example>
To: {ADDRESS}
Subject: New comments
Message-ID: <news-1@comments.example>

Hello.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One mail and what it says."""

    name: str
    text: str
    kind: Kind


def report(
    status: str,
    diagnostic: str = "",
    *,
    action: str = "failed",
    sender: str = "MAILER-DAEMON@mx.reader.example",
    return_path: str = "<>",
    to: str = PATH,
    extra: str = "",
    headers: str = "",
    original: str = ORIGINAL,
    part_type: str = "message/delivery-status",
    report_type: str = "report-type=delivery-status; ",
    auto: str = "auto-replied",
) -> str:
    """A delivery report as Postfix and most others write it."""
    line = f"Diagnostic-Code: smtp; {diagnostic}\n" if diagnostic else ""
    return f"""Return-Path: {return_path}
Date: Sat, 28 Nov 2026 10:00:00 +0100
From: Mail Delivery System <{sender}>
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: {auto}
MIME-Version: 1.0
{headers}Content-Type: multipart/report; {report_type}boundary="sep"

--sep
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--sep
Content-Type: {part_type}

Reporting-MTA: dns; mx.reader.example
Arrival-Date: Sat, 28 Nov 2026 09:59:00 +0100

Final-Recipient: rfc822; {ADDRESS}
Original-Recipient: rfc822;{ADDRESS}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.reader.example
{line}{extra}
--sep
Content-Type: message/rfc822

{original}
--sep--
"""


def qmail(
    reason: str, *, to: str = PATH, begins: str = "Hi. This is the qmail-send program at mx.reader.example."
) -> str:
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.reader.example
To: {to}
Subject: failure notice

{begins}
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{ADDRESS}>:
{reason}

--- Below this line is a copy of the message.

{ORIGINAL}"""


def exim(reason: str, *, headers: str = f"X-Failed-Recipients: {ADDRESS}\n", to: str = PATH) -> str:
    return f"""Return-path: <>
From: Mail Delivery System <Mailer-Daemon@mx.reader.example>
To: {to}
{headers}Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {ADDRESS}
    {reason}

------ This is a copy of the message, including all the headers. ------

{ORIGINAL}"""


def plain(body: str, *, headers: str = "", return_path: str = f"<{ADDRESS}>", subject: str = "Re: New comments") -> str:
    return f"""Return-Path: {return_path}
From: Vera <{ADDRESS}>
To: {PATH}
Subject: {subject}
{headers}
{body}
"""


def complaint(kind: str, *, fields: str = f"Original-Mail-From: <{PATH}>\n", original: str = ORIGINAL) -> str:
    return f"""Return-Path: <fbl@provider.example>
From: Feedback <fbl@provider.example>
To: abuse@comments.example
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="sep"

--sep
Content-Type: text/plain

This is an email abuse report.

--sep
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
{fields}
--sep
Content-Type: message/rfc822

{original}
--sep--
"""


TWO = f"""
Final-Recipient: rfc822; other@{ADDRESS.partition("@")[2]}
Action: {{action}}
Status: {{status}}
"""
EXCHANGE = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient vera@reader.example not found by SMTP address lookup"
RECEIPT = report("2.0.0", action="displayed", part_type="message/disposition-notification").replace(
    "report-type=delivery-status", "report-type=disposition-notification"
)
GONE, SOFT, COMPLAINT, NOTHING = Kind.PERMANENT, Kind.TEMPORARY, Kind.COMPLAINT, Kind.NOTHING

CASES = (
    Case("Postfix: unknown user", report("5.1.1", "550 5.1.1 <vera@reader.example>: User unknown"), GONE),
    Case("Postfix: no such domain", report("5.4.4", "", extra="X-Postfix: host not found\n"), SOFT),
    Case("Gmail: disabled", report("5.2.1", "550-5.2.1 The email account that you tried to reach is disabled"), GONE),
    Case("status alone says more than the answer", report("5.1.1", "550 no"), GONE),
    Case("answer says more than the status", report("5.0.0", "550 5.1.1 No such user"), GONE),
    Case("status of no meaning, words of one", report("5.0.0", "550 no such user here"), GONE),
    Case("Exchange: not found", report("5.1.10", EXCHANGE, sender="postmaster@reader.example"), GONE),
    Case("Exchange: sender named", report("5.1.10", EXCHANGE, return_path="<postmaster@reader.example>"), GONE),
    Case("Exchange: edge blocks unknown", report("5.4.1", "550 5.4.1 Recipient address rejected: Access denied"), SOFT),
    Case("null MX", report("5.1.10", "556 5.1.10 Domain does not accept mail (nullMX)"), GONE),
    Case("moved", report("5.1.6", "551 5.1.6 User has moved"), GONE),
    Case("international report", report("5.1.1", "550 5.1.1 x", part_type="message/global-delivery-status"), GONE),
    Case("no report type", report("5.1.1", "550 5.1.1 x", report_type=""), GONE),
    Case("address in capitals", report("5.1.1", "550 5.1.1 x", to="{PATH_IN_CAPITALS}"), GONE),
    Case(
        "address in another header", report("5.1.1", "550 5.1.1 x", to="x@y", headers=f"X-Original-To: {PATH}\n"), GONE
    ),
    Case("lines end as on the wire", report("5.1.1", "550 5.1.1 x").replace("\n", "\r\n"), GONE),
    Case("written as automatically generated", report("5.1.1", "550 5.1.1 x", auto="auto-generated"), GONE),
    Case("two recipients, both gone", report("5.1.1", extra=TWO.format(action="failed", status="5.1.1")), GONE),
    Case("two recipients, one full", report("5.1.1", extra=TWO.format(action="failed", status="5.2.2")), SOFT),
    Case("two recipients, one got it", report("5.1.1", extra=TWO.format(action="relayed", status="2.0.0")), NOTHING),
    Case("mailbox full", report("5.2.2", "552 5.2.2 Mailbox full"), SOFT),
    Case("mailbox full, in words", report("5.0.0", "552 quota exceeded"), SOFT),
    Case("given up after days", report("4.4.1", "connect to mx.reader.example: Connection timed out"), SOFT),
    Case("greylisted for too long", report("4.7.1", "451 4.7.1 Greylisted"), SOFT),
    Case("taken for spam", report("5.7.1", "550 5.7.1 Message rejected as spam"), NOTHING),
    Case("on a list", report("5.0.0", "554 Service unavailable; blocked using bl.example"), NOTHING),
    Case("relay denied", report("5.7.1", "554 5.7.1 Relay access denied"), NOTHING),
    Case("sender refused", report("5.1.8", "553 5.1.8 Domain of sender address does not exist"), NOTHING),
    Case("too large", report("5.3.4", "552 5.3.4 Message size exceeds fixed limit"), NOTHING),
    Case("DMARC", report("5.7.26", "550 5.7.26 Unauthenticated email"), NOTHING),
    Case("delayed", report("4.4.1", "451 4.4.1 no answer", action="delayed"), NOTHING),
    Case("delayed, though with a final code", report("5.1.1", "550 5.1.1 x", action="delayed"), NOTHING),
    Case("delivered", report("2.0.0", action="delivered"), NOTHING),
    Case("read", RECEIPT, NOTHING),
    Case("forged seal", report("5.1.1", "550 5.1.1 x", to="bounces+" + "a" * 40 + "@comments.example"), NOTHING),
    Case("no seal", report("5.1.1", "550 5.1.1 x", to="bounces@comments.example"), NOTHING),
    Case("seal of two addresses", report("5.1.1", "550 5.1.1 x", headers="Delivered-To: {other}\n"), NOTHING),
    Case("report that a person sent", report("5.1.1", "550 5.1.1 x", return_path="<mallory@evil.example>"), NOTHING),
    Case("report inside a person's mail", plain(report("5.1.1", "550 5.1.1 x")), NOTHING),
    Case("our own report about a report", report("5.1.1", "x", return_path="<comments@comments.example>"), NOTHING),
    Case("double bounce", report("5.1.1", "550 5.1.1 x", to="postmaster@comments.example"), NOTHING),
    Case("report without its fields", report("", action=""), NOTHING),
    Case("qmail: no mailbox", qmail("Sorry, no mailbox here by that name. (#5.1.1)"), GONE),
    Case(
        "qmail: remote host said", qmail("1.2.3.4 does not like recipient.\nRemote host said: 550 5.1.1 unknown"), GONE
    ),
    Case("qmail: too long in the queue", qmail("I'm not going to try again; in the queue too long. (#4.4.1)"), SOFT),
    Case("qmail: spam", qmail("Remote host said: 554 5.7.1 spam"), NOTHING),
    Case("qmail: forged", qmail("no mailbox here (#5.1.1)", to="x@comments.example"), NOTHING),
    Case("Exim: unrouteable", exim("Unrouteable address"), GONE),
    Case("Exim: remote", exim("host mx [1.2.3.4]: SMTP error after RCPT TO:<x>: 550 5.1.1 unknown"), GONE),
    Case("Exim: retry timeout", exim("mx.reader.example: retry timeout exceeded"), SOFT),
    Case("Exim: spam", exim("SMTP error after end of data: 550 spam is refused"), NOTHING),
    Case("Exim: warning of a delay", exim("x", headers="").replace("permanent error", "warning"), NOTHING),
    Case("complaint", complaint("abuse"), COMPLAINT),
    Case("complaint known by the mail in it", complaint("abuse", fields=""), COMPLAINT),
    Case("opt-out", complaint("opt-out"), COMPLAINT),
    Case("not spam", complaint("not-spam"), NOTHING),
    Case("failed authentication", complaint("auth-failure"), NOTHING),
    Case("complaint, forged", complaint("abuse", fields="", original="Return-Path: <x@y>\n\nHello"), NOTHING),
    Case("absent", plain("I am away until Monday.", headers="Auto-Submitted: auto-replied\n"), NOTHING),
    Case("absent, without a sender", plain("I am away. 550 5.1.1", return_path="<>"), NOTHING),
    Case("left the company", plain("I no longer work here. Vera@reader.example is unknown. 550 5.1.1"), NOTHING),
    Case("challenge", plain("Please click to prove that you are human.", headers="Precedence: bulk\n"), NOTHING),
    Case("a reader's answer", plain("Dear editors, no such user here, ha ha."), NOTHING),
    Case("spam", plain("Buy now", return_path="<spam@evil.example>"), NOTHING),
    Case("empty", "", NOTHING),
    Case("rubbish", "\x00\xff: =?utf-8?q?\n\n--" + "x" * 100, NOTHING),
)
