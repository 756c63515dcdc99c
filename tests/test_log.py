"""What gets into the log: one line for a stranger's broken request, and no secrets."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
from django.test import Client

from comments.services.identity import make_status_token
from config.log import logging_settings
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["text", "json"])
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What the project's own handler writes in this test, in both formats."""
    configured = logging_settings(log_format=request.param, log_level="INFO")
    written = io.StringIO()
    configured["handlers"]["stderr"]["stream"] = written
    del configured["root"]["handlers"]
    logger = logging.getLogger("django")
    before = (logger.level, logger.propagate, list(logger.handlers))
    configured["loggers"] = {"django": {"level": "INFO", "propagate": False, "handlers": ["stderr"]}}
    logging.config.dictConfig(configured)
    yield written
    logger.setLevel(before[0])
    logger.propagate = before[1]
    logger.handlers = before[2]


def test_log_of_a_wrong_host_is_a_warning_without_traceback(client: Client, log: io.StringIO) -> None:
    assert client.get("/healthz/", headers={"Host": "evil.example"}).status_code == 400

    written = log.getvalue()
    assert "evil.example" in written
    assert "WARNING" in written
    assert "ERROR" not in written
    assert "Traceback" not in written
    assert "traceback" not in written


def test_log_of_too_many_parameters_is_a_warning_without_traceback(client: Client, log: io.StringIO) -> None:
    assert client.post("/accounts/login/", {f"p{number}": "" for number in range(1_001)}).status_code == 400

    written = log.getvalue()
    assert "DATA_UPLOAD_MAX_NUMBER_FIELDS" in written
    assert "WARNING" in written
    assert not {"ERROR", "Traceback", "traceback"} & set(written.replace('"', " ").split())


def test_log_of_an_error_of_ours_keeps_its_traceback(log: io.StringIO) -> None:
    try:
        1 / 0  # noqa: B018 - anything that fails
    except ZeroDivisionError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", "/status/abc.secret/")

    assert "ERROR" in log.getvalue()
    assert "ZeroDivisionError" in log.getvalue()
    assert "secret" not in log.getvalue()


@pytest.mark.parametrize("tail", ["x/", "revise/", "nowhere/"])
def test_log_of_a_status_link_is_without_its_token(log: io.StringIO, tail: str) -> None:
    token = make_status_token(make_comment(make_article()))
    client = Client(enforce_csrf_checks=True, headers={"Referer": f"https://evil.example/status/{token}/"})

    client.get(f"/status/{token}/{tail}")
    client.post(f"/status/{token}/{tail}")

    assert "/status/…" in log.getvalue()
    assert token not in log.getvalue()


def test_log_of_a_status_link_inside_a_query_is_without_its_token(log: io.StringIO) -> None:
    logging.getLogger("django.request").warning("Not Found: %s", "/accounts/login/?next=%2Fstatus%2Fabc.secret%2F")

    assert "secret" not in log.getvalue()
    assert "/accounts/login/?next=%2Fstatus%2F…" in log.getvalue()


def test_log_as_json_is_one_object_a_line() -> None:
    formatter = logging_settings(log_format="json", log_level="INFO")["formatters"]["json"]["()"]()
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: %s", ('/status/abc/"x"',), None)

    line = json.loads(formatter.format(record))

    assert (line["level"], line["message"]) == ("WARNING", 'Not Found: /status/…/"x"')
