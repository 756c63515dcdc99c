"""The environment, read once and typed. No other module reads it.

Every variable is described in docs/reference/settings.md; a test compares the two. A missing or nonsensical value
raises `ImproperlyConfigured` with one sentence that says what to set; the entry points print it and stop.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import secrets
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from moderation.setting_kinds import SIGNING_SECRETS, WrongSettingError

PROJECT_DIR = Path(__file__).resolve().parent.parent
LANGUAGES = ("de", "en")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
SECRET_LENGTH = 50
WEBHOOK_SECRET_LENGTH = 20
# So that bounces+<token of 40 characters>@ stays within the 64 that mail servers take.
BOUNCE_LOCAL_LIMIT = 23
SECRET_VARIETY = 10  # different characters; fewer are a pattern, not a secret
DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql")
REDIS_SCHEMES = ("redis", "rediss", "unix")
MAIL_SCHEMES = ("smtp", "smtp+tls", "smtp+ssl")
MAIL_SCHEMES_WITHOUT_SERVER = ("filemail", "consolemail", "memorymail")


@dataclass(frozen=True, slots=True)
class SocialProvider:
    """One sign-in service: its allauth name and the credentials it gave us. `server_url` is OpenID Connect's alone."""

    name: str
    client_id: str
    secret: str
    server_url: str = ""


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything the environment decides, validated. URLs are as given; an empty `redis_url` means no Redis."""

    is_production: bool
    debug: bool
    port: int
    data_dir: Path
    secret_key: str
    secret_key_fallbacks: list[str]
    allowed_hosts: list[str]
    base_url: str
    csrf_trusted_origins: list[str]
    trusted_proxy_count: int
    database_url: str
    redis_url: str
    email_url: str
    default_from_email: str
    bounce_address: str
    mail_webhook_secret: str
    log_format: str
    log_level: str
    time_zone: str
    language_code: str
    social_providers: list[SocialProvider]
    elsewhere_url: str
    websub_hub: str
    judge: dict[str, object]
    call_out: dict[str, object]
    require_two_factors: bool
    blur_score: float | None


class Source:
    """Reads single variables of a mapping. An empty value counts as not set."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.is_production = self.choice("ENVIRONMENT", ("embedded", "production"), "embedded") == "production"

    def text(self, name: str, default: str = "") -> str:
        """The value without surrounding white space; refuses line breaks and NUL."""
        value = self._variables.get(name, "").strip()
        if any(character in value for character in "\r\n\0"):
            raise ImproperlyConfigured(f"{name} must be a single line.")
        return value or default

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """One of the allowed words."""
        value = self.text(name, default)
        if value not in allowed:
            raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of {', '.join(allowed)}.")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false; the default when not set."""
        return self.choice(name, ("true", "false", "1", "0"), "true" if default else "false") in {"true", "1"}

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        """A whole number within its bounds."""
        value = self.text(name, str(default))
        if not value.isdecimal() or not lowest <= int(value) <= highest:
            raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number from {lowest} to {highest}.")
        return int(value)

    def share(self, name: str, default: str) -> float | None:
        """A number from 0 to 1; None for "off"."""
        value = self.text(name, default)
        if not re.fullmatch(r"off|0(\.[0-9]+)?|1(\.0+)?", value):
            raise ImproperlyConfigured(f"{name} is {value!r}; it must be a number from 0 to 1, as in 0.9, or off.")
        return None if value == "off" else float(value)

    def names(self, name: str) -> list[str]:
        """The parts of a comma list, without empty ones."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def url(self, name: str, schemes: tuple[str, ...]) -> str:
        """A URL with one of the schemes, or an empty string. The error never repeats the value: it may hold a password."""
        value = self.text(name)
        if value and _split_url(name, value).scheme not in schemes:
            known = ", ".join(f"{scheme}://" for scheme in schemes)
            raise ImproperlyConfigured(f"{name} must be a URL that starts with one of {known}.")
        return value

    def need(self, name: str, value: str, hint: str) -> str:
        """The value; missing only in the embedded default."""
        if not value and self.is_production:
            raise ImproperlyConfigured(f"{name} is missing: production needs {hint}.")
        return value


def read_environment(variables: Mapping[str, str] | None = None) -> Environment:
    """The validated environment of this process, or of the given mapping.

    Creates DATA_DIR, and in it a secret key on the first embedded start. Raises ImproperlyConfigured.
    """
    source = Source(os.environ if variables is None else variables)
    debug = source.flag("DEBUG")
    if debug and source.is_production:
        raise ImproperlyConfigured(
            "DEBUG must be off in production: its error pages show settings and code to readers."
        )
    port = source.number("PORT", 8000, 1, 65535)
    data_dir = _prepare_data_dir(source.text("DATA_DIR"))
    hosts = _read_allowed_hosts(source)
    base_url = _read_base_url(source, hosts, port)
    elsewhere = source.text("ELSEWHERE_URL").rstrip("/")
    return Environment(
        is_production=source.is_production,
        debug=debug,
        port=port,
        data_dir=data_dir,
        secret_key=_read_secret_key(source, data_dir),
        secret_key_fallbacks=source.names("SECRET_KEY_FALLBACKS"),
        allowed_hosts=hosts,
        base_url=base_url,
        csrf_trusted_origins=[
            _check_origin("CSRF_TRUSTED_ORIGINS", one) for one in source.names("CSRF_TRUSTED_ORIGINS")
        ],
        trusted_proxy_count=source.number("TRUSTED_PROXY_COUNT", 0, 0, 10),
        database_url=_read_database_url(source),
        redis_url=source.need("REDIS_URL", source.url("REDIS_URL", REDIS_SCHEMES), "redis://host:6379/0"),
        email_url=_read_email_url(source),
        default_from_email=_read_sender(source, base_url),
        bounce_address=_read_bounce_address(source),
        mail_webhook_secret=_read_mail_webhook_secret(source),
        log_format=source.choice("LOG_FORMAT", ("text", "json"), "text"),
        log_level=source.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"),
        time_zone=_read_time_zone(source),
        language_code=source.choice("LANGUAGE_CODE", LANGUAGES, "de"),
        social_providers=[_read_provider(source, name) for name in source.names("SOCIAL_PROVIDERS")],
        elsewhere_url=_check_origin("ELSEWHERE_URL", elsewhere) if elsewhere else "",
        websub_hub=_with_host("WEBSUB_HUB", source.url("WEBSUB_HUB", ("https", "http"))),
        judge=_read_judge(source),
        call_out=_read_call_out(source),
        require_two_factors=source.flag("REQUIRE_TWO_FACTORS", default=source.is_production),
        blur_score=source.share("BLUR_SCORE", "0.9"),
    )


def _prepare_data_dir(value: str) -> Path:
    data_dir = Path(value).expanduser().absolute() if value else PROJECT_DIR / "var"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"DATA_DIR {data_dir} cannot be made: {error.strerror}.") from error
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"DATA_DIR {data_dir} is not writable for this user.")
    return data_dir


def _read_secret_key(source: Source, data_dir: Path) -> str:
    value = source.text("SECRET_KEY")
    if not source.is_production:
        return value or _load_or_make_secret(data_dir / "secret_key")
    if len(value) < SECRET_LENGTH or len(set(value)) < SECRET_VARIETY:
        raise ImproperlyConfigured(f"SECRET_KEY must hold at least {SECRET_LENGTH} random characters in production.")
    return value


def _load_or_make_secret(path: Path) -> str:
    """The key in the file; made on first use. Two processes starting at once end up with the same one."""
    draft = path.with_name(f"secret_key.{os.getpid()}")
    try:
        if not path.exists():
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(SECRET_LENGTH))
            with contextlib.suppress(FileExistsError):  # another process was first, and then its key counts
                os.link(draft, path)
            draft.unlink()
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"The secret key in {path} cannot be read or made: {error.strerror}.") from error


def _read_allowed_hosts(source: Source) -> list[str]:
    hosts = source.names("ALLOWED_HOSTS")
    if "*" in hosts:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS must name the hosts; '*' would let anybody choose the links in our mails."
        )
    if source.is_production:
        source.need("ALLOWED_HOSTS", "".join(hosts), "the host names it answers to")
        return hosts
    for host in hosts:
        if not _is_local_host(host):
            raise ImproperlyConfigured(
                f"ALLOWED_HOSTS names {host!r}, which is not this machine; set ENVIRONMENT=production to serve others."
            )
    return hosts or list(LOCAL_HOSTS)


def _is_local_host(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _read_base_url(source: Source, hosts: list[str], port: int) -> str:
    value = source.text("BASE_URL", "" if source.is_production else f"http://127.0.0.1:{port}").rstrip("/")
    source.need("BASE_URL", value, "the origin that mails and feeds link to")
    _check_origin("BASE_URL", value)
    if source.is_production and not value.startswith("https://"):
        raise ImproperlyConfigured("BASE_URL must start with https:// in production.")
    host = urlsplit(value).hostname or ""
    if not validate_host(f"[{host}]" if ":" in host else host, hosts):
        raise ImproperlyConfigured(f"BASE_URL names {host!r}, which ALLOWED_HOSTS does not contain.")
    return value


def _with_host(name: str, value: str) -> str:
    if value and not urlsplit(value).hostname:
        raise ImproperlyConfigured(f"{name} names no host; an address looks like https://hub.example.org/.")
    return value


def _read_judge(source: Source) -> dict[str, object]:
    """What MODERATION_JUDGE is; empty without an address."""
    url = _with_host("JUDGE_URL", source.url("JUDGE_URL", ("https", "http")))
    model = source.text("JUDGE_MODEL")
    if url and not model:
        raise ImproperlyConfigured("JUDGE_URL is set, so JUDGE_MODEL is needed: the name of the model that is asked.")
    read = {
        "url": url,
        "key": source.text("JUDGE_KEY"),
        "model": model,
        "seconds": source.number("JUDGE_SECONDS", 20, 1, 60),
        "daily_requests": source.number("JUDGE_DAILY_REQUESTS", 500, 0, 10**6),
        "daily_tokens": source.number("JUDGE_DAILY_TOKENS", 10**6, 0, 10**9),
    }
    return read if url else {}


def _read_call_out(source: Source) -> dict[str, object]:
    """What MODERATION_CALL_OUT is; empty without an address."""
    url = _with_host("CALL_OUT_URL", source.url("CALL_OUT_URL", ("https", "http")))
    try:
        secrets_given = SIGNING_SECRETS.read(source.names("CALL_OUT_SECRET"))
    except WrongSettingError as error:
        raise ImproperlyConfigured(
            "CALL_OUT_SECRET must be whsec_ and 24 to 64 bytes in base64; several, by commas."
        ) from error
    if url and not secrets_given:
        raise ImproperlyConfigured(
            "CALL_OUT_URL is set, so CALL_OUT_SECRET is needed: whsec_ and 24 to 64 bytes in base64."
        )
    limit = source.number("CALL_OUT_DAILY_REQUESTS", 0, 0, 10**7)
    return {"url": url, "secrets": secrets_given, "daily_requests": limit} if url else {}


def _split_url(name: str, value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - parsing happens on access, and a wrong port raises here
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a URL: its host or port cannot be read.") from error
    return parts


def _check_origin(name: str, value: str) -> str:
    parts = _split_url(name, value)
    is_origin = parts.scheme in {"http", "https"} and parts.hostname and value == f"{parts.scheme}://{parts.netloc}"
    if not is_origin or "@" in parts.netloc or " " in value:
        raise ImproperlyConfigured(f"{name} holds {value!r}; an origin looks like https://comments.example.org.")
    return value


def _read_database_url(source: Source) -> str:
    value = source.url("DATABASE_URL", DATABASE_SCHEMES)
    source.need("DATABASE_URL", value, "postgresql://user:password@host/database")
    if value and not urlsplit(value).path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL names no database: its path must be the database's name or file.")
    return value


def _read_email_url(source: Source) -> str:
    value = source.url(
        "EMAIL_URL", MAIL_SCHEMES if source.is_production else MAIL_SCHEMES + MAIL_SCHEMES_WITHOUT_SERVER
    )
    source.need("EMAIL_URL", value, "smtp+tls://user:password@host:587")
    if value and urlsplit(value).scheme in MAIL_SCHEMES and not urlsplit(value).hostname:
        raise ImproperlyConfigured("EMAIL_URL names no mail server.")
    return value


def _read_sender(source: Source, base_url: str) -> str:
    host = urlsplit(base_url).hostname or "localhost"
    sender = source.text("DEFAULT_FROM_EMAIL", f"Marginalia <comments@{host}>")
    if "@" not in sender:
        raise ImproperlyConfigured("DEFAULT_FROM_EMAIL must hold an address, as in Comments <comments@example.org>.")
    return sender


def _read_bounce_address(source: Source) -> str:
    value = source.text("BOUNCE_ADDRESS").lower()
    if value and not re.fullmatch(r"[a-z0-9][a-z0-9._-]*@([a-z0-9-]+\.)+[a-z0-9-]+", value):
        raise ImproperlyConfigured("BOUNCE_ADDRESS must be an address, as in bounces@comments.example.org.")
    if len(value.partition("@")[0]) > BOUNCE_LOCAL_LIMIT:
        raise ImproperlyConfigured(
            f"BOUNCE_ADDRESS may have {BOUNCE_LOCAL_LIMIT} characters before the @: a sign follows."
        )
    return value


def _read_mail_webhook_secret(source: Source) -> str:
    value = source.text("MAIL_WEBHOOK_SECRET")
    name, _colon, password = value.partition(":")
    if value and (not name or len(password) < WEBHOOK_SECRET_LENGTH):
        raise ImproperlyConfigured(
            f"MAIL_WEBHOOK_SECRET must look like name:password, with {WEBHOOK_SECRET_LENGTH} characters or more to guess."
        )
    if value and not importlib.util.find_spec("anymail"):
        raise ImproperlyConfigured("MAIL_WEBHOOK_SECRET needs django-anymail: pip install 'marginalia[anymail]'.")
    return value


def _read_time_zone(source: Source) -> str:
    name = source.text("TIME_ZONE", "Europe/Berlin")
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
        raise ImproperlyConfigured(f"TIME_ZONE {name!r} is unknown; a name looks like Europe/Berlin.") from error
    return name


def _read_provider(source: Source, name: str) -> SocialProvider:
    if not name.isidentifier() or not importlib.util.find_spec(f"allauth.socialaccount.providers.{name}"):
        raise ImproperlyConfigured(f"SOCIAL_PROVIDERS names {name!r}, which django-allauth does not know.")
    prefix = name.upper()
    client_id, secret = source.text(f"{prefix}_CLIENT_ID"), source.text(f"{prefix}_CLIENT_SECRET")
    if not client_id or not secret:
        raise ImproperlyConfigured(
            f"SOCIAL_PROVIDERS names {name}, so {prefix}_CLIENT_ID and _CLIENT_SECRET are needed."
        )
    server_url = ""
    if name == "openid_connect":
        server_url = source.url("OPENID_CONNECT_SERVER_URL", ("https", "http"))
        if not server_url:
            raise ImproperlyConfigured(
                "OPENID_CONNECT_SERVER_URL is missing: it is the address of the sign-in service."
            )
    return SocialProvider(name=name, client_id=client_id, secret=secret, server_url=server_url)
