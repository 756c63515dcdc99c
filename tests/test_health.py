"""The probes say what works, and where it does not, what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from comments.models import Heartbeat, Lane, Outbox
from comments.services import lanes
from comments.services.outbox import WORKER
from config.celery import app

pytestmark = pytest.mark.django_db
WORKS = {"database": "ok", "cache": "ok", "outbox": "ok", "worker": "ok"}


@pytest.fixture
def worker() -> Heartbeat:
    """A worker that swept just now."""
    return Heartbeat.objects.create(name=WORKER, beaten_at=timezone.now())


def make_outbox_row(*, late: timedelta) -> Outbox:
    return Outbox.objects.create(kind="decision_mail", event_key=f"row-{late}", due_at=timezone.now() - late)


def test_healthz_answers_without_a_query(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.content, response["Cache-Control"]) == (200, b"ok\n", "no-store")


def test_readyz_with_everything_working_is_200(client: Client, worker: Heartbeat, django_assert_num_queries) -> None:
    make_outbox_row(late=timedelta(minutes=4))
    with django_assert_num_queries(2):
        response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, WORKS)


def test_readyz_before_the_first_sweep_is_503(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, WORKS | {"worker": "none has been seen yet"})


def test_readyz_with_a_silent_worker_is_503(client: Client, worker: Heartbeat) -> None:
    worker.beaten_at = timezone.now() - timedelta(minutes=2)
    worker.save()

    response = client.get("/readyz")

    since = worker.beaten_at.isoformat(timespec="seconds")
    assert (response.status_code, response.json()) == (503, WORKS | {"worker": f"none has been seen since {since}"})


def test_readyz_with_a_row_that_is_long_due_is_503(client: Client, worker: Heartbeat) -> None:
    make_outbox_row(late=timedelta(minutes=10))
    response = client.get("/readyz")
    assert (response.status_code, response.json()["outbox"]) == (503, "the oldest row is 600 s late")


def test_readyz_with_a_cache_that_is_down_is_503(client: Client, worker: Heartbeat, settings) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:9/0",
            "OPTIONS": {"socket_connect_timeout": 1},
        }
    }
    response = client.get("/readyz")
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

    assert (response.status_code, response.json()) == (503, WORKS | {"cache": "does not answer"})


def test_schedule_names_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled == {
        "comments.tasks.sweep_task",
        "comments.tasks.purge_task",
        "moderation.tasks.learn_task",
        "moderation.tasks.put_desk_digests_task",
        "moderation.tasks.review_rules_task",
        "moderation.tasks.review_trust_task",
        "moderation.tasks.sweep_outside_task",
        "moderation.tasks.sum_flagger_days_task",
        "moderation.tasks.sweep_unscreened_task",
    }
    assert scheduled <= set(app.tasks)


def test_celery_options_are_those_of_the_settings() -> None:
    assert {name: app.conf[name] for name in settings.CELERY} == settings.CELERY


def test_readyz_is_200_for_a_domain_that_makes_trouble_and_a_mail_server_that_is_away(
    client: Client, worker: Heartbeat
) -> None:
    row = make_outbox_row(late=timedelta(minutes=10))
    Outbox.objects.filter(pk=row.pk).update(lane="dead")
    assert client.get("/readyz").status_code == 503
    for name in ("dead", lanes.SERVER):
        lane = Lane.objects.create(name=name, failures=1, rests_until=timezone.now())
        assert client.get("/readyz").status_code == 200
        lane.delete()
    Lane.objects.create(name=lanes.SERVER, failures=1, rests_until=timezone.now())
    Outbox.objects.filter(pk=row.pk).update(lane="")
    assert client.get("/readyz").status_code == 503, "the mail server keeps nothing else from being done"
