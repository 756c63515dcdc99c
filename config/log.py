"""Logging: readable lines for people, or one JSON object per line for machines. Messages hold ids, never bodies or addresses."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any


class JsonFormatter(logging.Formatter):
    """One line of JSON per record: time (ISO 8601, UTC), level, logger, message, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def logging_settings(*, log_format: str, log_level: str) -> dict[str, Any]:
    """Django's LOGGING: everything to stderr in the format "text" or "json", from the given level up."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
            "json": {"()": JsonFormatter},
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": log_format}},
        "root": {"handlers": ["stderr"], "level": log_level},
        "loggers": {
            "django": {"level": log_level, "propagate": True, "handlers": []},
            # One line per request belongs to the server's access log.
            "django.server": {"level": "WARNING", "propagate": True, "handlers": []},
        },
    }
