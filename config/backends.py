"""What the environment means for Django and Celery: database, cache, mail, broker, sign-in services.

Functions of an `Environment`; each returns the values of one setting. `broker_settings` also makes the embedded
broker's folders.
"""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from config.env import Environment

# Seconds that a web request may lose to a Redis that is down or frozen; without them it is more than 45.
REDIS_TIMEOUT_S = 1
MAIL_TIMEOUT_S = 10

# WAL lets readers go on while one process writes. IMMEDIATE takes the write lock when a transaction begins, so that
# waiting for it honours the timeout; a transaction upgraded from read to write fails at once instead.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


def database_settings(env: Environment) -> dict[str, Any]:
    """DATABASES["default"]: SQLite below DATA_DIR unless DATABASE_URL names another."""
    if not env.database_url:
        return _sqlite_settings(env.data_dir / "marginalia.sqlite3")
    parsed: dict[str, Any] = environ.Env.db_url_config(env.database_url)
    if parsed["ENGINE"] == "django.db.backends.sqlite3":
        return _sqlite_settings(Path(parsed["NAME"]).absolute())
    options = {"application_name": "marginalia", "connect_timeout": 5} | parsed.get("OPTIONS", {})
    # One connection per thread, kept for a minute and tested before use: bounded by the server's threads, and, unlike
    # a connection pool, without threads or sockets of its own that would have to survive the fork of a Celery worker.
    return parsed | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


def _sqlite_settings(path: Path) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": dict(SQLITE_OPTIONS)}


def cache_settings(env: Environment) -> dict[str, Any]:
    """CACHES["default"]: Redis, or the memory of this process (why the embedded server is one process)."""
    if not env.redis_url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "marginalia"}
    timeouts = {"socket_timeout": REDIS_TIMEOUT_S, "socket_connect_timeout": REDIS_TIMEOUT_S}
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.redis_url,
        "KEY_PREFIX": "marginalia",
        "OPTIONS": timeouts,
    }


def broker_settings(env: Environment) -> dict[str, Any]:
    """Celery's broker as lower-case Celery options: Redis, or folders below DATA_DIR that only this user can read."""
    if env.redis_url:
        return _redis_broker(env.redis_url)
    messages, control = env.data_dir / "broker" / "messages", env.data_dir / "broker" / "control"
    try:
        for folder in (messages.parent, messages, control):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"DATA_DIR cannot hold the broker's folders: {error.strerror}.") from error
    return {
        "broker_url": "filesystem://localhost",
        "broker_transport": "config.broker:Transport",
        "broker_transport_options": {
            "data_folder_in": str(messages),
            "data_folder_out": str(messages),
            "control_folder": str(control),
            "store_processed": False,
            "polling_interval": 0.05,
        },
    }


def _redis_broker(redis_url: str) -> dict[str, Any]:
    options: dict[str, Any] = {
        "broker_url": _kombu_url(redis_url),
        "broker_transport_options": {
            "socket_timeout": REDIS_TIMEOUT_S,
            "socket_connect_timeout": REDIS_TIMEOUT_S,
            # A message taken by a worker that was killed comes back after this many seconds; it must exceed the
            # longest task that is acknowledged when it is done. The next two make the look-out for such messages run
            # every 5 s instead of every 100 s.
            "visibility_timeout": 120,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "global_keyprefix": "marginalia:",
        },
    }
    if redis_url.startswith("rediss://"):
        options["broker_use_ssl"] = {"ssl_cert_reqs": ssl.CERT_REQUIRED}
    return options


def _kombu_url(redis_url: str) -> str:
    """kombu's spelling of a redis-py URL: it names sockets differently and reads their database from another word."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={database}"


def email_settings(env: Environment) -> dict[str, Any]:
    """Django's EMAIL_ settings. Embedded, every mail becomes a file below DATA_DIR/mail."""
    folder = str(env.data_dir / "mail")
    url = env.email_url or "filemail://"
    parsed: dict[str, Any] = environ.Env.email_url_config(url)
    path = f"/{parsed['EMAIL_FILE_PATH']}" if parsed["EMAIL_FILE_PATH"] else folder
    return {
        "EMAIL_BACKEND": parsed["EMAIL_BACKEND"],
        "EMAIL_FILE_PATH": path,
        "EMAIL_HOST": parsed["EMAIL_HOST"] or "localhost",
        "EMAIL_PORT": parsed["EMAIL_PORT"] or 25,
        "EMAIL_HOST_USER": parsed["EMAIL_HOST_USER"] or "",
        "EMAIL_HOST_PASSWORD": parsed["EMAIL_HOST_PASSWORD"] or "",
        "EMAIL_USE_TLS": parsed.get("EMAIL_USE_TLS", False),
        "EMAIL_USE_SSL": parsed.get("EMAIL_USE_SSL", False),
        "EMAIL_TIMEOUT": MAIL_TIMEOUT_S,
    }


def static_storage(env: Environment) -> str:
    """The storage of static files. Compressing takes collectstatic 6 s more, which gains nothing on one's own machine."""
    if env.debug:
        return "django.contrib.staticfiles.storage.StaticFilesStorage"
    if env.is_production:
        return "whitenoise.storage.CompressedManifestStaticFilesStorage"
    return "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"


def provider_settings(env: Environment) -> dict[str, Any]:
    """SOCIALACCOUNT_PROVIDERS: one app per provider that SOCIAL_PROVIDERS names."""
    providers: dict[str, Any] = {}
    for provider in env.social_providers:
        app: dict[str, Any] = {"client_id": provider.client_id, "secret": provider.secret, "key": ""}
        if provider.server_url:
            app |= {
                "provider_id": "sso",
                "name": urlsplit(provider.server_url).hostname,
                "settings": {"server_url": provider.server_url},
            }
        providers[provider.name] = {"APPS": [app]}
    return providers
