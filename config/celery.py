"""The Celery application and its schedule. Options come from `settings.CELERY`."""

from __future__ import annotations

import os
import sys
from typing import Any

from celery import Celery
from celery.schedules import crontab
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SWEEP_INTERVAL_S = 10
DIGEST_INTERVAL_S = 5 * 60
REVIEW_INTERVAL_S = 60 * 60
PURGE_INTERVAL_S = 24 * 60 * 60

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def celery_options() -> dict[str, Any]:
    """The options of the application; a wrong setting ends the process with one sentence and exit code 1.

    Called when Celery first needs its configuration, not at import: settings import this package too.
    """
    try:
        options: dict[str, Any] = settings.CELERY
    except ImproperlyConfigured as error:
        sys.exit(f"marginalia: {error}")
    return options | {
        "beat_schedule": {
            # Expires, so that sweeps that nobody was there to do are not all done when a worker comes back.
            "sweep": {
                "task": "comments.tasks.sweep_task",
                "schedule": SWEEP_INTERVAL_S,
                "options": {"expires": SWEEP_INTERVAL_S},
            },
            "sweep_unscreened": {
                "task": "moderation.tasks.sweep_unscreened_task",
                "schedule": SWEEP_INTERVAL_S,
                "options": {"expires": SWEEP_INTERVAL_S},
            },
            "sweep_outside": {
                "task": "moderation.tasks.sweep_outside_task",
                "schedule": SWEEP_INTERVAL_S,
                "options": {"expires": SWEEP_INTERVAL_S},
            },
            "desk_digests": {
                "task": "moderation.tasks.put_desk_digests_task",
                "schedule": DIGEST_INTERVAL_S,
                "options": {"expires": DIGEST_INTERVAL_S},
            },
            "review_trust": {"task": "moderation.tasks.review_trust_task", "schedule": REVIEW_INTERVAL_S},
            "flagger_days": {"task": "moderation.tasks.sum_flagger_days_task", "schedule": REVIEW_INTERVAL_S},
            # At night, when the other work is least.
            "learn": {"task": "moderation.tasks.learn_task", "schedule": crontab(hour="3", minute="30")},
            "review_rules": {"task": "moderation.tasks.review_rules_task", "schedule": REVIEW_INTERVAL_S},
            "purge": {"task": "comments.tasks.purge_task", "schedule": PURGE_INTERVAL_S},
        },
    }


app = Celery("marginalia")
app.add_defaults(celery_options)
app.autodiscover_tasks()
