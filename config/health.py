"""The probes. `/healthz`: the process answers. `/readyz`: it can serve, because what it stands on works."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import uuid4

from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Exists, Min, OuterRef, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from comments.models import Heartbeat, Lane, Outbox
from comments.services.lanes import SERVER
from comments.services.outbox import WORKER

OK = "ok"
WORKER_SILENCE_LIMIT = timedelta(minutes=1)  # the sweep runs every ten seconds
OUTBOX_LAG_LIMIT = timedelta(minutes=5)
NOT_STORED = {"Cache-Control": "no-store"}

logger = logging.getLogger(__name__)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Always 200 while the process answers. No query."""
    return HttpResponse("ok\n", content_type="text/plain", headers=NOT_STORED)


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when everything works, else 503; the body says for each part "ok" or what is wrong. 2 queries."""
    parts = {"database": OK, "cache": _check_cache()}
    try:
        parts |= {"outbox": _check_outbox(), "worker": _check_worker()}
    except DatabaseError:
        logger.exception("The database does not answer the readiness probe.")
        parts["database"] = "does not answer"
    is_ready = all(state == OK for state in parts.values())
    return JsonResponse(parts, status=200 if is_ready else 503, headers=NOT_STORED)


def _check_outbox() -> str:
    """Nothing has been due for long, but to domains that make trouble: else no worker does its job."""
    now = timezone.now()
    due = Outbox.objects.open().filter(due_at__lte=now)
    away = Lane.objects.filter(Q(name=OuterRef("lane")) | Q(name=SERVER))
    oldest = due.exclude(Exists(away), ~Q(lane="")).aggregate(oldest=Min("due_at"))["oldest"]
    if oldest and now - oldest > OUTBOX_LAG_LIMIT:
        return f"the oldest row is {int((now - oldest).total_seconds())} s late"
    return OK


def _check_worker() -> str:
    beat = Heartbeat.objects.filter(name=WORKER).first()
    if beat is None:
        return "none has been seen yet"
    if timezone.now() - beat.beaten_at > WORKER_SILENCE_LIMIT:
        return f"none has been seen since {beat.beaten_at.isoformat(timespec='seconds')}"
    return OK


def _check_cache() -> str:
    key = f"readiness:{uuid4().hex}"
    try:
        cache.set(key, OK, timeout=10)
        return OK if cache.get(key) == OK else "forgets at once"
    except (OSError, RedisError):
        logger.exception("The cache does not answer the readiness probe.")
        return "does not answer"
