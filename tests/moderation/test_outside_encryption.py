"""What `check --deploy` says of services outside that would be asked without encryption."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

SECRET = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"


def warned(settings: Settings, url: str, *, is_deployment: bool = True) -> list[str]:
    """What is said where both services have this address."""
    settings.MODERATION_JUDGE = {"url": url, "model": "nemo"}
    settings.MODERATION_CALL_OUT = {"url": url, "secrets": (SECRET,)}
    said = run_checks(tags=["security"], include_deployment_checks=is_deployment)
    return [message.msg for message in said if message.id == "marginalia_moderation.W004"]


@pytest.mark.parametrize("host", ["api.example.org", "93.184.215.14", "[2606:2800:21f:cb07::1]", "local.example.org"])
def test_deployment_check_warns_of_a_public_host_without_encryption(settings: Settings, host: str) -> None:
    named = host.strip("[]")
    assert warned(settings, f"http://{host}:8080/v1") == [
        f"{setting} names http://{named}: without encryption texts of readers are sent only to this machine and private addresses, "
        "so nobody is asked."
        for setting in ("MODERATION_JUDGE", "MODERATION_CALL_OUT")
    ]
    assert warned(settings, f"https://{host}:8080/v1") == []
    assert warned(settings, f"http://{host}:8080/v1", is_deployment=False) == []


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "judge.localhost",
        "127.0.0.1",
        "[::1]",
        "10.1.2.3",
        "[fd00::5]",
        "ollama",
        "box.local",
        "j.internal",
    ],
)
def test_deployment_check_has_nothing_against_a_near_host_without_encryption(settings: Settings, host: str) -> None:
    assert warned(settings, f"http://{host}:8080") == []


def test_deployment_check_has_nothing_to_say_where_nothing_is_set_up(settings: Settings) -> None:
    assert warned(settings, "") == []
