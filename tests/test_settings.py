"""The environment becomes settings, or one sentence that says what is wrong with it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.backends import broker_settings, cache_settings, database_settings, email_settings, provider_settings
from config.celery import app
from config.env import PROJECT_DIR, read_environment

pytestmark = pytest.mark.once

PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "".join(chr(33 + number) for number in range(60)),
    "ALLOWED_HOSTS": "comments.example.org",
    "BASE_URL": "https://comments.example.org",
    "DATABASE_URL": "postgresql://app:p%40ss@db.example.org:5433/comments?sslmode=require",
    "REDIS_URL": "rediss://:secret@redis.example.org:6380/2",
    "EMAIL_URL": "smtp+tls://app:p%40ss@mail.example.org:587",
    "TRUSTED_PROXY_COUNT": "1",
}


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "var"


def test_environment_empty_gives_embedded_defaults(data_dir: Path) -> None:
    env = read_environment({"DATA_DIR": str(data_dir)})

    assert (env.is_production, env.debug, env.port) == (False, False, 8000)
    assert env.allowed_hosts == ["localhost", "127.0.0.1", "[::1]"]
    assert env.base_url == "http://127.0.0.1:8000"
    assert (env.database_url, env.redis_url, env.email_url) == ("", "", "")
    assert (env.time_zone, env.language_code, env.trusted_proxy_count) == ("Europe/Berlin", "de", 0)
    assert env.default_from_email == "Marginalia <comments@127.0.0.1>"


@pytest.mark.parametrize(
    ("value", "score"), [("", 0.9), ("0.75", 0.75), ("0", 0.0), ("1", 1.0), ("1.0", 1.0), ("off", None)]
)
def test_blur_score_is_a_share_or_off(value: str, score: float | None, data_dir: Path) -> None:
    assert read_environment({"DATA_DIR": str(data_dir), "BLUR_SCORE": value}).blur_score == score


def test_secret_key_embedded_is_made_once_and_private(data_dir: Path) -> None:
    first = read_environment({"DATA_DIR": str(data_dir)}).secret_key
    second = read_environment({"DATA_DIR": str(data_dir)}).secret_key

    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE((data_dir / "secret_key").stat().st_mode) == 0o600
    assert [entry.name for entry in data_dir.iterdir()] == ["secret_key"]


def test_environment_production_is_read_completely(data_dir: Path) -> None:
    env = read_environment(PRODUCTION | {"DATA_DIR": str(data_dir), "SECRET_KEY_FALLBACKS": "old-one, old-two"})

    assert (env.is_production, env.base_url) == (True, "https://comments.example.org")
    assert env.secret_key_fallbacks == ["old-one", "old-two"]
    assert env.default_from_email == "Marginalia <comments@comments.example.org>"
    assert not (data_dir / "secret_key").exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ENVIRONMENT": "prod"}, "ENVIRONMENT is 'prod'; it must be one of embedded, production."),
        (
            {"ELSEWHERE_URL": "http://127.0.0.1:8001/club"},
            "ELSEWHERE_URL holds 'http://127.0.0.1:8001/club'; an origin looks like https://comments.example.org.",
        ),
        ({"DEBUG": "yes"}, "DEBUG is 'yes'; it must be one of true, false, 1, 0."),
        ({"PORT": "80a"}, "PORT is '80a'; it must be a whole number from 1 to 65535."),
        ({"PORT": "70000"}, "PORT is '70000'; it must be a whole number from 1 to 65535."),
        ({"DATA_DIR": "/dev/null/var"}, "DATA_DIR /dev/null/var cannot be made: Not a directory."),
        (
            {"ALLOWED_HOSTS": "*"},
            "ALLOWED_HOSTS must name the hosts; '*' would let anybody choose the links in our mails.",
        ),
        (
            {"ALLOWED_HOSTS": "localhost,news.example"},
            "ALLOWED_HOSTS names 'news.example', which is not this machine; set ENVIRONMENT=production to serve others.",
        ),
        (
            {"BASE_URL": "comments.example.org"},
            "BASE_URL holds 'comments.example.org'; an origin looks like https://comments.example.org.",
        ),
        (
            {"BASE_URL": "http://localhost/comments"},
            "BASE_URL holds 'http://localhost/comments'; an origin looks like https://comments.example.org.",
        ),
        ({"BASE_URL": "http://localhost:port"}, "BASE_URL is not a URL: its host or port cannot be read."),
        ({"BASE_URL": "http://other.example"}, "BASE_URL names 'other.example', which ALLOWED_HOSTS does not contain."),
        (
            {"CSRF_TRUSTED_ORIGINS": "https://a.example,b.example"},
            "CSRF_TRUSTED_ORIGINS holds 'b.example'; an origin looks like https://comments.example.org.",
        ),
        ({"BLUR_SCORE": "1.5"}, "BLUR_SCORE is '1.5'; it must be a number from 0 to 1, as in 0.9, or off."),
        ({"BLUR_SCORE": "nan"}, "BLUR_SCORE is 'nan'; it must be a number from 0 to 1, as in 0.9, or off."),
        ({"TRUSTED_PROXY_COUNT": "-1"}, "TRUSTED_PROXY_COUNT is '-1'; it must be a whole number from 0 to 10."),
        (
            {"DATABASE_URL": "mysql://u:secret@h/db"},
            "DATABASE_URL must be a URL that starts with one of sqlite://, postgres://, postgresql://.",
        ),
        (
            {"DATABASE_URL": "postgresql://u:secret@h"},
            "DATABASE_URL names no database: its path must be the database's name or file.",
        ),
        (
            {"REDIS_URL": "localhost:6379"},
            "REDIS_URL must be a URL that starts with one of redis://, rediss://, unix://.",
        ),
        ({"EMAIL_URL": "smtp://"}, "EMAIL_URL names no mail server."),
        (
            {"DEFAULT_FROM_EMAIL": "Comments"},
            "DEFAULT_FROM_EMAIL must hold an address, as in Comments <comments@example.org>.",
        ),
        ({"DEFAULT_FROM_EMAIL": "a@b.example\nBcc: c@d.example"}, "DEFAULT_FROM_EMAIL must be a single line."),
        ({"TIME_ZONE": "Berlin"}, "TIME_ZONE 'Berlin' is unknown; a name looks like Europe/Berlin."),
        ({"LANGUAGE_CODE": "fr"}, "LANGUAGE_CODE is 'fr'; it must be one of de, en."),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT is 'xml'; it must be one of text, json."),
        ({"LOG_LEVEL": "info"}, "LOG_LEVEL is 'info'; it must be one of DEBUG, INFO, WARNING, ERROR."),
        ({"SOCIAL_PROVIDERS": "myspace"}, "SOCIAL_PROVIDERS names 'myspace', which django-allauth does not know."),
        (
            {"SOCIAL_PROVIDERS": "github", "GITHUB_CLIENT_ID": "id"},
            "SOCIAL_PROVIDERS names github, so GITHUB_CLIENT_ID and _CLIENT_SECRET are needed.",
        ),
    ],
)
def test_environment_nonsense_stops_with_a_sentence(data_dir: Path, change: dict[str, str], sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        read_environment({"DATA_DIR": str(data_dir)} | change)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"DEBUG": "true"}, "DEBUG must be off in production: its error pages show settings and code to readers."),
        ({"SECRET_KEY": ""}, "SECRET_KEY must hold at least 50 random characters in production."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY must hold at least 50 random characters in production."),
        ({"SECRET_KEY": "abc" * 20}, "SECRET_KEY must hold at least 50 random characters in production."),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is missing: production needs the host names it answers to."),
        ({"BASE_URL": ""}, "BASE_URL is missing: production needs the origin that mails and feeds link to."),
        ({"BASE_URL": "http://comments.example.org"}, "BASE_URL must start with https:// in production."),
        ({"DATABASE_URL": ""}, "DATABASE_URL is missing: production needs postgresql://user:password@host/database."),
        ({"REDIS_URL": ""}, "REDIS_URL is missing: production needs redis://host:6379/0."),
        ({"EMAIL_URL": ""}, "EMAIL_URL is missing: production needs smtp+tls://user:password@host:587."),
        (
            {"EMAIL_URL": "consolemail://"},
            "EMAIL_URL must be a URL that starts with one of smtp://, smtp+tls://, smtp+ssl://.",
        ),
    ],
)
def test_environment_production_gap_stops_with_a_sentence(
    data_dir: Path, change: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        read_environment(PRODUCTION | {"DATA_DIR": str(data_dir)} | change)
    assert str(caught.value) == sentence


def test_backends_embedded_need_no_service(data_dir: Path) -> None:
    env = read_environment({"DATA_DIR": str(data_dir)})

    assert database_settings(env) == {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": data_dir / "marginalia.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
    assert cache_settings(env)["BACKEND"] == "django.core.cache.backends.locmem.LocMemCache"
    assert broker_settings(env)["broker_url"] == "filesystem://localhost"
    assert email_settings(env)["EMAIL_FILE_PATH"] == str(data_dir / "mail")
    folders = [data_dir / "broker", data_dir / "broker" / "messages", data_dir / "broker" / "control"]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in folders] == [0o700] * 3


def test_backends_production_follow_their_urls(data_dir: Path) -> None:
    env = read_environment(PRODUCTION | {"DATA_DIR": str(data_dir)})
    database, cache, broker, mail = (
        database_settings(env), cache_settings(env), broker_settings(env), email_settings(env),
    )  # fmt: skip

    assert (database["NAME"], database["USER"], database["PASSWORD"]) == ("comments", "app", "p@ss")
    assert (database["HOST"], database["PORT"], database["OPTIONS"]["sslmode"]) == ("db.example.org", 5433, "require")
    assert cache["LOCATION"] == "rediss://:secret@redis.example.org:6380/2"
    assert cache["OPTIONS"] == {"socket_timeout": 1, "socket_connect_timeout": 1}
    assert broker["broker_url"] == "rediss://:secret@redis.example.org:6380/2"
    assert (mail["EMAIL_HOST"], mail["EMAIL_PORT"], mail["EMAIL_USE_TLS"]) == ("mail.example.org", 587, True)
    assert (mail["EMAIL_HOST_USER"], mail["EMAIL_HOST_PASSWORD"], mail["EMAIL_TIMEOUT"]) == ("app", "p@ss", 10)


def test_broker_redis_socket_gets_kombus_spelling(data_dir: Path) -> None:
    env = read_environment({"DATA_DIR": str(data_dir), "REDIS_URL": "unix:///run/redis.sock?db=3"})
    assert broker_settings(env)["broker_url"] == "redis+socket:///run/redis.sock?virtual_host=3"


def test_providers_named_get_their_credentials(data_dir: Path) -> None:
    names = {"SOCIAL_PROVIDERS": "github, openid_connect", "OPENID_CONNECT_SERVER_URL": "https://sso.example.org/realm"}
    secrets = {
        "GITHUB_CLIENT_ID": "g", "GITHUB_CLIENT_SECRET": "h",
        "OPENID_CONNECT_CLIENT_ID": "o", "OPENID_CONNECT_CLIENT_SECRET": "p",
    }  # fmt: skip
    sso = {
        "client_id": "o",
        "secret": "p",
        "key": "",
        "provider_id": "sso",
        "name": "sso.example.org",
        "settings": {"server_url": "https://sso.example.org/realm"},
    }

    assert provider_settings(read_environment({"DATA_DIR": str(data_dir)} | names | secrets)) == {
        "github": {"APPS": [{"client_id": "g", "secret": "h", "key": ""}]},
        "openid_connect": {"APPS": [sso]},
    }


def run(command: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A process of the project that inherits nothing of this run's settings."""
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "")} | variables
    return subprocess.run(command, cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "manage.py", "check"],
        [sys.executable, "-m", "celery", "-A", "config", "worker"],
        [sys.executable, "-c", "import config.wsgi"],
        [sys.executable, "-c", "import config.asgi"],
    ],
    ids=["manage", "celery", "wsgi", "asgi"],
)
def test_process_with_a_wrong_setting_prints_one_sentence(command: list[str], data_dir: Path) -> None:
    result = run(command, {"DATA_DIR": str(data_dir), "TIME_ZONE": "Berlin"})

    sentence = "marginalia: TIME_ZONE 'Berlin' is unknown; a name looks like Europe/Berlin.\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", sentence)


def test_deployment_check_in_production_has_nothing_to_say(data_dir: Path) -> None:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    result = run(command, PRODUCTION | {"DATA_DIR": str(data_dir)})

    said = "System check identified no issues (2 silenced).\n"
    assert (result.returncode, result.stdout, result.stderr) == (0, said, "")


def test_deployment_check_without_counted_proxies_says_that_all_readers_look_alike(data_dir: Path) -> None:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    result = run(command, PRODUCTION | {"DATA_DIR": str(data_dir), "TRUSTED_PROXY_COUNT": "0"})

    said = (
        "(marginalia.W001) TRUSTED_PROXY_COUNT is 0: behind a reverse proxy all readers have the address of the proxy"
    )
    assert (result.returncode, said in result.stderr) == (1, True)


@pytest.mark.parametrize(
    "value", ["bounces", "Bounces <b@example.org>", "b@localhost", "a" * 24 + "@example.org", "b+c@example.org"]
)
def test_bounce_address_that_cannot_carry_a_sign_is_refused(data_dir: Path, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="BOUNCE_ADDRESS"):
        read_environment({"DATA_DIR": str(data_dir), "BOUNCE_ADDRESS": value})
    env = read_environment({"DATA_DIR": str(data_dir), "BOUNCE_ADDRESS": "Bounces@Comments.example.org"})
    assert env.bounce_address == "bounces@comments.example.org"


@pytest.mark.parametrize("value", ["postmark", "postmark:short", ":" + "x" * 30])
def test_mail_webhook_secret_that_can_be_guessed_is_refused(data_dir: Path, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="MAIL_WEBHOOK_SECRET"):
        read_environment({"DATA_DIR": str(data_dir), "MAIL_WEBHOOK_SECRET": value})


def test_mail_webhook_secret_opens_the_address_for_a_sending_service(data_dir: Path) -> None:
    pytest.importorskip("anymail")
    script = "import django; django.setup(); from django.urls import resolve; print(resolve('/anymail/postmark/tracking/').url_name)"
    variables = {"DATA_DIR": str(data_dir), "MAIL_WEBHOOK_SECRET": "postmark:correct horse battery"}
    environment = {**os.environ, **variables, "DJANGO_SETTINGS_MODULE": "config.settings"}
    shown = subprocess.run(
        [sys.executable, "-c", script], check=False, env=environment, cwd=PROJECT_DIR, capture_output=True, text=True
    )
    assert shown.stdout.strip() == "postmark_tracking_webhook", shown.stderr


def test_no_message_comes_again_while_its_task_is_still_running() -> None:
    """Redis hands out anew whatever is not acknowledged in time, though somebody is at it."""
    app.loader.import_default_modules()
    late = {
        name: task.time_limit or app.conf.task_time_limit
        for name, task in app.tasks.items()
        if task.acks_late and not name.startswith("celery.")
    }

    options = broker_settings(read_environment(PRODUCTION))["broker_transport_options"]
    assert "moderation.tasks.screen_comment_task" in late
    assert {name: limit for name, limit in late.items() if limit >= options["visibility_timeout"]} == {}
