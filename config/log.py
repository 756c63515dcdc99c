"""Logging: readable lines for people, or one JSON object per line for machines. Messages hold ids, never bodies or addresses."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

# The secret part of a status link, in an address or inside the query of another one.
_STATUS_TOKEN = re.compile(r"""((?:/|%2f)status(?:/|%2f))[^/\s?&"'<>]+""", re.IGNORECASE)


class BadRequestFilter(logging.Filter):
    """What a stranger's broken request makes Django report as an error becomes one line of warning, without a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("django.security.") or record.levelno <= logging.WARNING:
            return True
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
        return logging.getLogger(record.name).isEnabledFor(logging.WARNING)


class TextFormatter(logging.Formatter):
    """Lines for people, without the tokens of status links."""

    def format(self, record: logging.LogRecord) -> str:
        return _without_tokens(super().format(record))


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
        return json.dumps({name: _without_tokens(text) for name, text in line.items()}, ensure_ascii=False)


def logging_settings(*, log_format: str, log_level: str) -> dict[str, Any]:
    """Django's LOGGING: everything to stderr in the format "text" or "json", from the given level up."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"()": TextFormatter, "format": "{asctime} {levelname} {name}: {message}", "style": "{"},
            "json": {"()": JsonFormatter},
        },
        "filters": {"bad_requests": {"()": BadRequestFilter}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": log_format, "filters": ["bad_requests"]},
        },
        "root": {"handlers": ["stderr"], "level": log_level},
        "loggers": {
            "django": {"level": log_level, "propagate": True, "handlers": []},
            # One line per request belongs to the server's access log.
            "django.server": {"level": "WARNING", "propagate": True, "handlers": []},
        },
    }


def _without_tokens(text: str) -> str:
    return _STATUS_TOKEN.sub(r"\1…", text)
