"""Codes and tokens that arrive many times at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from comments.models import Author
from comments.services.sign_in import issue_code
from tests.comments.sso_tokens import ISSUER, exchange, make_sso_site, signed
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def statuses_at_once(send: Callable[[Client], HttpResponse], *, times: int = 200) -> dict[int, int]:
    """How often each status was answered, to requests from 20 threads."""

    def once(_number: int) -> int:
        try:
            return send(Client(raise_request_exception=False)).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as threads:
        return dict(Counter(threads.map(once, range(times))))


def test_token_of_a_publisher_sent_200_times_at_once_is_taken_once() -> None:
    make_sso_site()
    token = signed()

    assert statuses_at_once(lambda client: exchange(client, token)) == {200: 1, 401: 199}
    assert Author.objects.count() == 1


def test_different_tokens_of_one_reader_at_once_make_one_author() -> None:
    make_sso_site()
    tokens = iter([signed() for _ in range(40)])

    assert statuses_at_once(lambda client: exchange(client, next(tokens)), times=40) == {200: 40}
    assert Author.objects.count() == 1


def test_code_sent_200_times_at_once_is_taken_once() -> None:
    site = make_sso_site()
    code = issue_code(site=site, user=make_user(), origin=ISSUER)

    def send(client: Client) -> HttpResponse:
        return client.post(
            "/api/v1/sites/news/sign-in/code",
            {"code": code},
            content_type="application/json",
            headers={"Origin": ISSUER},
        )

    assert statuses_at_once(send) == {200: 1, 401: 199}
