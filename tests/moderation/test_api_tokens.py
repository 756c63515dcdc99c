from __future__ import annotations

import datetime
import hashlib
import io

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from moderation.enums import Scope
from moderation.exceptions import NotAllowedError
from moderation.models import ApiToken
from moderation.services.tokens import issue_token, read_token
from tests.factories import make_moderator, make_site, make_user

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("issue_token", *arguments, stdout=out)
    return out.getvalue()


def test_issue_token_prints_a_working_token_once_and_keeps_its_hash_only() -> None:
    site = make_site("news")
    moderator = make_moderator(site)

    printed = run(moderator.email.upper(), "--site", "news")

    token = printed.strip()
    row = ApiToken.objects.get()
    assert printed == f"{token}\n"
    assert token.startswith("mt_")
    assert len(token) == 46
    assert ApiToken.objects.values("site", "user", "token_hash", "scopes", "last_used_at", "revoked_at").get() == {
        "site": site.pk,
        "user": moderator.pk,
        "token_hash": hashlib.sha256(token.encode()).hexdigest(),
        "scopes": ["moderate", "read"],
        "last_used_at": None,
        "revoked_at": None,
    }
    assert read_token(token) == row
    response = Client().get("/api/v1/moderation/queue", headers={"Authorization": f"Bearer {token}"})
    assert (response.status_code, response.json()["items"]) == (200, [])


def test_issue_token_with_one_scope_stores_that_scope() -> None:
    moderator = make_moderator(make_site("news"))

    run(moderator.email, "--site", "news", "--scopes", "read")

    assert ApiToken.objects.get().scopes == ["read"]


def test_issue_token_says_what_is_wrong_and_stores_nothing() -> None:
    site = make_site("news")
    moderator, reader = make_moderator(site), make_user("reader@reader.example")
    shut = make_moderator(site)
    shut.is_active = False
    shut.save()
    for _ in range(2):
        twin = make_user()
        twin.email = "twin@reader.example"
        twin.save()
    wrong = {
        ("nobody@reader.example", "--site", "news"): "No active account has the address nobody@reader.example.",
        (shut.email, "--site", "news"): f"No active account has the address {shut.email}.",
        ("twin@reader.example", "--site", "news"): (
            "More than one account has the address twin@reader.example; give each its own first."
        ),
        (moderator.email, "--site", "new"): "There is no site 'new'. Known sites: news.",
        (reader.email, "--site", "news"): "reader@reader.example is not on the desk of the site 'news'.",
        (moderator.email, "--site", "news", "--scopes", "read,write"): (
            "There is no scope 'write'. Scopes are read, moderate, articles."
        ),
        (
            moderator.email,
            "--site",
            "news",
            "--scopes",
            ",",
        ): "A token needs at least one scope. Scopes are read, moderate, articles.",
    }

    for arguments, message in wrong.items():
        with pytest.raises(CommandError) as raised:
            run(*arguments)
        assert str(raised.value) == message
    assert ApiToken.objects.count() == 0


def test_issue_token_for_more_than_a_role_allows_says_what_it_allows() -> None:
    moderator = make_moderator(make_site("news"))
    with pytest.raises(CommandError) as raised:
        run(moderator.email, "--site", "news", "--scopes", "articles")
    assert str(raised.value) == (
        f"The role of {moderator.email} on the desk of 'news' allows no more than: read, moderate."
    )
    assert ApiToken.objects.count() == 0


def test_issue_token_for_a_desk_one_is_not_on_is_refused() -> None:
    with pytest.raises(NotAllowedError):
        issue_token(user=make_moderator(make_site()), site=make_site(), scopes=[Scope.READ])
    assert ApiToken.objects.count() == 0


def test_read_token_finds_no_other_tokens_than_those_issued() -> None:
    site = make_site()
    token = issue_token(user=make_moderator(site), site=site, scopes=[Scope.READ])
    row = ApiToken.objects.get()

    others = ["", "mt_", token[:-1], token + "x", token.removeprefix("mt_"), token.upper(), row.token_hash,
              f"mt_{row.token_hash}", f" {token}", "mt_\udcff", "mt_\x00"]  # fmt: skip

    assert [other for other in others if read_token(other) is not None] == []
    assert read_token(token) == row


def test_read_token_notes_its_use_once_a_minute(django_assert_num_queries) -> None:
    site = make_site()
    token = issue_token(user=make_moderator(site), site=site, scopes=[Scope.READ])
    start = timezone.now().replace(microsecond=0)

    with time_machine.travel(start, tick=False), django_assert_num_queries(2):
        read_token(token)
    with time_machine.travel(start + datetime.timedelta(seconds=59), tick=False), django_assert_num_queries(1):
        read_token(token)
    assert ApiToken.objects.get().last_used_at == start
    with time_machine.travel(start + datetime.timedelta(seconds=60), tick=False), django_assert_num_queries(2):
        read_token(token)
    assert ApiToken.objects.get().last_used_at == start + datetime.timedelta(seconds=60)
