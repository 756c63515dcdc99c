from __future__ import annotations

import dataclasses

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from pytest_django import Settings

from comments.models import Site
from tests.demo.conftest import run_seed_demo

pytestmark = pytest.mark.django_db


def test_seed_demo_in_production_refuses_with_a_sentence(settings: Settings) -> None:
    settings.ENV = dataclasses.replace(settings.ENV, is_production=True)

    with pytest.raises(CommandError, match="it never runs in production"):
        run_seed_demo()

    assert Site.objects.count() == 0
    assert get_user_model().objects.count() == 0


def test_seed_demo_with_a_negative_number_is_refused() -> None:
    with pytest.raises(CommandError, match="'-3' is not a whole number from 0 up"):
        call_command("seed_demo", "--comments=-3")

    assert Site.objects.count() == 0
