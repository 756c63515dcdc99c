"""The project: settings, URLs and processes. The only package that knows every app."""

from __future__ import annotations

from config import connections
from config.celery import app as celery_app

# Importing the Celery app here binds every `shared_task` to it, in web and worker processes alike; importing the receivers
# connects them.
__all__ = ["celery_app", "connections"]
