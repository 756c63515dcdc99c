"""What is set wrongly is said in a sentence at start, and counts as if it was not set: nothing else stops because of it."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from comments.checks import check_setting_names as comments_names
from comments.conf import Limit
from comments.enums import CheckOutcome, Status
from comments.models import Comment
from moderation.checks import check_flaggers, check_outside_is_encrypted, check_settings
from moderation.checks import check_setting_names as moderation_names
from moderation.conf import SETTINGS, CallOutSettings, JudgeSettings
from moderation.conf import settings as read
from moderation.enums import Action, Role
from moderation.flaggers.knowledge import forget_knowledge
from moderation.models import Finding
from moderation.services.screening import screen_stored_comment
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import sign_in
from tests.moderation.reporting import judge

REFERENCE = Path(__file__).resolve().parent.parent.parent / "docs" / "reference" / "app-settings.md"
URL = "https://judge.example/v1"
SECRET = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"
SERVICE = "a dictionary of url, key, model, seconds, daily_requests, daily_tokens, options"
ADDRESS = "has a value of 'url' that has to be an address with a host that begins with https:// or http://."
OPTIONS = "has a value of 'options' that has to be a dictionary that JSON can write, without model, messages, response_format and stream."
SECRETS = "has a value of 'secrets' that has to be a tuple of secrets, each whsec_ and 24 to 64 bytes in base64."
LIMITS = "has to be a dictionary of author and network, each a tuple of comments.conf.Limit of at least a second."
SECOND = datetime.timedelta(seconds=1)


def said() -> list[tuple[str | None, str]]:
    return [(message.id, message.msg) for message in check_settings()]


def test_check_settings_has_nothing_to_say_of_those_that_are_shipped() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("FLAGGERS", None, "has to be a list or tuple of dotted paths."),
        ("FLAGGERS", "moderation.flaggers.links.LinksFlagger", "has to be a list or tuple of dotted paths."),
        ("ENCODER", "no", "has to be True or False."),
        ("INLINE_BUDGET", 250, "has to be a datetime.timedelta of 0.001 to 60 seconds."),
        ("INLINE_BUDGET", datetime.timedelta(0), "has to be a datetime.timedelta of 0.001 to 60 seconds."),
        ("FLAGGER_PAUSE", -SECOND, "has to be a datetime.timedelta of 0 to 86400 seconds."),
        ("FLAGGER_LEASE", 12, "has to be a datetime.timedelta of 1 to 3600 seconds."),
        ("FLAGGER_MEMORY_BYTES", "512M", "has to be 0 or a whole number from 1048576 to 1125899906842624."),
        ("FLAGGER_MEMORY_BYTES", 512, "has to be 0 or a whole number from 1048576 to 1125899906842624."),
        ("JUDGE", None, f"has to be {SERVICE}."),
        (
            "JUDGE",
            {"url": URL, "model": "nemo", "daily_request": 5},
            "has 'daily_request', which there is not; there are url, key, model, seconds, daily_requests, daily_tokens, options.",
        ),
        ("JUDGE", {"url": URL}, "has a 'url', so it has to have 'model', too."),
        ("JUDGE", {"url": "http://[::1", "model": "nemo"}, ADDRESS),
        ("JUDGE", {"url": "http://127.0.0.1:port", "model": "nemo"}, ADDRESS),
        ("JUDGE", {"url": "judge.example", "model": "nemo"}, ADDRESS),
        (
            "JUDGE",
            {"url": URL, "model": "nemo", "key": "sk-1\n"},
            "has a value of 'key' that has to be a text of plain letters, digits and signs without line breaks.",
        ),
        (
            "JUDGE",
            {"url": URL, "model": "nemo", "seconds": float("nan")},
            "has a value of 'seconds' that has to be a number from 0.1 to 60.",
        ),
        (
            "JUDGE",
            {"url": URL, "model": "nemo", "daily_tokens": None},
            "has a value of 'daily_tokens' that has to be a whole number from 0 to 1000000000.",
        ),
        (
            "JUDGE",
            {"url": URL, "model": "nemo", "options": {"stop": {"###"}}},
            OPTIONS,
        ),
        (
            "JUDGE",
            {"url": URL, "model": "nemo", "options": {"seed": 1, "stream": True}},
            OPTIONS,
        ),
        ("CALL_OUT", {"url": URL, "secrets": SECRET}, SECRETS),
        ("CALL_OUT", {"url": URL, "secrets": ("secret",)}, SECRETS),
        ("CALL_OUT", {"url": URL}, "has a 'url', so it has to have 'secrets', too."),
        ("OUTSIDE_AT_ONCE", 0, "has to be a whole number from 1 on."),
        ("KNOWLEDGE_MAX_AGE", 30, "has to be a datetime.timedelta of 0 to 86400 seconds."),
        ("ARTICLES_MAX_AGE", "10 min", "has to be a datetime.timedelta of 0 to 86400 seconds."),
        ("LINKS_ALLOWED", "2", "has to be a whole number from 0 on."),
        ("BLUR_SCORE", "0.9", "has to be None or a number from 0 to 1."),
        ("BLUR_SCORE", 90, "has to be None or a number from 0 to 1."),
        ("BLIND_SAMPLE_SHARE", "0.02", "has to be a number from 0 to 1."),
        ("BLIND_SAMPLE_SHARE", None, "has to be a number from 0 to 1."),
        ("BLIND_SAMPLE_SHARE", 2, "has to be a number from 0 to 1."),
        ("BLIND_SAMPLE_SHARE", True, "has to be a number from 0 to 1."),
        ("REPORT_LIMITS", {"author": (Limit(5, SECOND),)}, LIMITS),
        ("REPORT_LIMITS", {"author": (5,), "network": ()}, LIMITS),
        ("REPORT_LIMITS", {"author": (), "network": (Limit(5, datetime.timedelta(0)),)}, LIMITS),
        ("REQUEUE_AFTER_REPORTS", 0, "has to be None or a whole number from 1 on."),
        ("LEASE", 120, "has to be a datetime.timedelta of 30 to 86400 seconds."),
        ("TAKE_LEASE", None, "has to be a datetime.timedelta of 60 to 604800 seconds."),
        ("TAKE_SIZE", 0, "has to be a whole number from 1 to 1000."),
        ("REQUIRE_TWO_FACTORS", "no", "has to be True or False."),
    ],
)
def test_check_settings_wrong_value_is_said_in_a_sentence_and_is_as_if_it_was_not_set(
    name: str, value: object, fault: str, settings: Settings
) -> None:
    setattr(settings, f"MODERATION_{name}", value)
    assert said() == [("marginalia_moderation.E003", f"MODERATION_{name} {fault}")]
    now = getattr(read, name.lower())
    delattr(settings, f"MODERATION_{name}")
    # Where the default would publish what nobody looked at, or open the desk, it is the other way round.
    instead = {"FLAGGERS": ("MODERATION_FLAGGERS",), "REQUIRE_TWO_FACTORS": True}
    assert now == instead.get(name, getattr(read, name.lower()))


def test_list_of_checks_that_is_none_is_said_once(settings: Settings) -> None:
    settings.MODERATION_FLAGGERS = "moderation.flaggers.links.LinksFlagger"
    assert list(check_flaggers()) == []


def test_misspelt_setting_is_named_with_the_one_that_there_is(settings: Settings) -> None:
    settings.MODERATION_LINK_ALLOWED = 5
    settings.COMMENTS_PAGESIZE = 5
    # Somebody else's.
    settings.COMMENTS_APP = "threads"
    assert [(warning.id, warning.msg, warning.hint) for warning in [*moderation_names(), *comments_names()]] == [
        (
            "marginalia_moderation.W005",
            "There is no setting MODERATION_LINK_ALLOWED, so nothing reads it.",
            "Did you mean MODERATION_LINKS_ALLOWED?",
        ),
        (
            "marginalia.W002",
            "There is no setting COMMENTS_PAGESIZE, so nothing reads it.",
            "Did you mean COMMENTS_PAGE_SIZE?",
        ),
    ]


def test_settings_proper_values_are_read_as_they_are(settings: Settings) -> None:
    settings.MODERATION_JUDGE = {"url": URL, "key": "sk-1", "model": "nemo", "seconds": 2.5, "options": {"seed": 1}}
    settings.MODERATION_CALL_OUT = {"url": "http://127.0.0.1:8000/check?by=us", "secrets": [SECRET]}
    settings.MODERATION_FLAGGER_MEMORY_BYTES = 0
    settings.MODERATION_BLUR_SCORE = None
    settings.MODERATION_BLIND_SAMPLE_SHARE = 1
    assert said() == []
    assert read.judge == JudgeSettings(URL, "sk-1", "nemo", 2.5, options={"seed": 1})
    assert read.call_out == CallOutSettings("http://127.0.0.1:8000/check?by=us", (SECRET,))
    assert (read.flagger_memory_bytes, read.blur_score, read.blind_sample_share) == (0, None, 1)


def test_reference_says_what_each_setting_may_be() -> None:
    rows = dict(re.findall(r"^\| `(MODERATION_\w+)` \| ([^|]+) \|$", REFERENCE.read_text("utf-8"), re.MULTILINE))
    assert rows == {setting.name: setting.kind.words for setting in SETTINGS}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BLIND_SAMPLE_SHARE", None),
        ("INLINE_BUDGET", 250),
        ("KNOWLEDGE_MAX_AGE", 30),
        ("FLAGGER_LEASE", 12),
        ("FLAGGER_MEMORY_BYTES", "512M"),
        ("BLUR_SCORE", "0.9"),
        ("JUDGE", {"url": URL, "model": "nemo", "daily_request": 5}),
        ("CALL_OUT", {"url": "http://[::1", "secrets": (SECRET,)}),
    ],
)
def test_post_with_a_wrong_setting_is_looked_at_and_judged_as_ever(
    name: str, value: object, client: Client, settings: Settings
) -> None:
    setattr(settings, f"MODERATION_{name}", value)
    forget_knowledge()
    article = make_article()
    moderator = make_moderator(article.site, role=Role.ADMINISTRATOR)
    comment = make_comment(article, body="Mehr davon auf https://bit.ly/abc, sagt Hanna.")
    screen_stored_comment(comment.pk)
    assert Finding.objects.get(comment=comment, flagger="links").outcome == CheckOutcome.FLAGGED
    assert not Finding.objects.filter(outcome=CheckOutcome.FAILED).exists()
    assert list(check_flaggers()) == list(check_outside_is_encrypted()) == []

    desk = sign_in(moderator)
    for page in ("", "flaggers/"):
        assert desk.get(f"/moderation/{page}", {"site": article.site.slug}).status_code == 200
    judge(comment, Action.APPROVE, moderator=moderator)
    assert Comment.objects.get(pk=comment.pk).status == Status.APPROVED
