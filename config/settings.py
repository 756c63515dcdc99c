"""Django's settings, the same for every way of running: only the environment (config/env.py) differs."""

from __future__ import annotations

from typing import Any

import django_stubs_ext
from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.backends import (
    broker_settings,
    cache_settings,
    database_settings,
    email_settings,
    provider_settings,
    static_storage,
)
from config.env import PROJECT_DIR, read_environment
from config.log import logging_settings

# Before any app is imported: some of Django's classes are generic for the type checker only, and get made so here.
django_stubs_ext.monkeypatch()

ENV = read_environment()

# --- Core

SECRET_KEY = ENV.secret_key
SECRET_KEY_FALLBACKS = ENV.secret_key_fallbacks
DEBUG = ENV.debug
ALLOWED_HOSTS = ENV.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENV.csrf_trusted_origins
BASE_URL = ENV.base_url  # origin of absolute links in mails, feeds and the API, without a trailing slash
DATA_DIR = ENV.data_dir
ELSEWHERE_URL = ENV.elsewhere_url  # origin of the demo's other site, or an empty string
TRUSTED_PROXY_COUNT = ENV.trusted_proxy_count  # proxies in front of us whose X-Forwarded-For entry is true
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Far above any comment, so that a form can say what is too long and keep it; the API has a limit of its own.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
LOGGING = logging_settings(log_format=ENV.log_format, log_level=ENV.log_level)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    *[f"allauth.socialaccount.providers.{provider.name}" for provider in ENV.social_providers],
    "allauth.mfa",
    "allauth.headless",
    *(["anymail"] if ENV.mail_webhook_secret else []),
    "corsheaders",
    "csp",
    "comments",
    "moderation",
    "demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.absence_is_not_stored",
    "config.middleware.sign_in_keeps_its_opener",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- The doors between the apps: comments names no other app, settings fill in who answers

COMMENTS_SCREENER = "moderation.screening.screen"
COMMENTS_GATE = "moderation.gate.guard"
COMMENTS_SLOTS = {
    "form_policy": "moderation.slots.form_policy",
    "status_outcomes": "moderation.slots.status_outcomes",
    "comment_actions": "moderation.slots.comment_actions",
    "reader_notices": "moderation.slots.reader_notices",
}
COMMENTS_OUTBOX_HANDLERS = {
    "decision_mail": "moderation.notifications.send_decision_mail",
    "undo_mail": "moderation.notifications.send_undo_mail",
    "report_receipt": "moderation.notifications.send_report_receipt",
    "report_decision": "moderation.notifications.send_report_decision",
    "appeal_decision": "moderation.notifications.send_appeal_decision",
    "restriction_mail": "moderation.notifications_people.send_restriction_mail",
    "restriction_lifted": "moderation.notifications_people.send_restriction_lifted",
    "objection_answer": "moderation.notifications_people.send_objection_answer",
    "desk_digest": "moderation.notifications_desk.send_desk_digest",
    "feed_ping": "comments.services.websub.ping_hub",
}
COMMENTS_WEBSUB_HUB = ENV.websub_hub
COMMENTS_BOUNCE_ADDRESS = ENV.bounce_address
MODERATION_FLAGGERS = [
    "moderation.flaggers.links.LinksFlagger",
    "moderation.flaggers.terms.TermsFlagger",
    "moderation.flaggers.shouting.ShoutingFlagger",
    "moderation.flaggers.repetition.RepetitionFlagger",
    "moderation.flaggers.automation.AutomationFlagger",
    "moderation.flaggers.respect.RespectFlagger",
    "moderation.flaggers.spam.SpamFlagger",
    "moderation.flaggers.repetition.SiteRepetitionFlagger",
    "moderation.flaggers.personal_data.PersonalDataFlagger",
    "moderation.flaggers.language.LanguageFlagger",
    "moderation.flaggers.bursts.BurstsFlagger",
    "moderation.flaggers.new_domains.NewDomainsFlagger",
    "moderation.flaggers.first_contact.FirstContactFlagger",
    "moderation.flaggers.topic.TopicFlagger",
    "moderation.flaggers.outside.judge.OutsideJudge",
    "moderation.flaggers.outside.call_out.CallOut",
    # The last one: what the others said counts for it.
    "moderation.flaggers.learned.LearnedFlagger",
]
MODERATION_JUDGE = ENV.judge
MODERATION_CALL_OUT = ENV.call_out

# --- Database, cache, mail

DATABASES = {"default": database_settings(ENV)}
CACHES = {"default": cache_settings(ENV)}
DEFAULT_FROM_EMAIL = ENV.default_from_email
SERVER_EMAIL = ENV.default_from_email
_MAIL = email_settings(ENV)
EMAIL_BACKEND: str = _MAIL["EMAIL_BACKEND"]
EMAIL_FILE_PATH: str = _MAIL["EMAIL_FILE_PATH"]
EMAIL_HOST: str = _MAIL["EMAIL_HOST"]
EMAIL_PORT: int = _MAIL["EMAIL_PORT"]
EMAIL_HOST_USER: str = _MAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD: str = _MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS: bool = _MAIL["EMAIL_USE_TLS"]
EMAIL_USE_SSL: bool = _MAIL["EMAIL_USE_SSL"]
EMAIL_TIMEOUT: int = _MAIL["EMAIL_TIMEOUT"]

# A sending service tells what bounced under /anymail/, by django-anymail; its mails may go by any EMAIL_URL.
ANYMAIL = {"WEBHOOK_SECRET": ENV.mail_webhook_secret} if ENV.mail_webhook_secret else {}

# --- Background work; the schedule is code, in config/celery.py

CELERY: dict[str, Any] = broker_settings(ENV) | {
    # A task is acknowledged when it is done, and given to another worker when its process dies: every task is
    # idempotent. Those that may take minutes say otherwise: the next round does what was lost. One message at a time, so
    # that a killed worker holds back no others.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    # A lost message is only a delay (the sweep finds the row), so a web request never waits for the broker.
    "task_publish_retry": False,
    "task_ignore_result": True,
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_soft_time_limit": 60,
    "task_time_limit": 75,
    "worker_hijack_root_logger": False,
    "worker_max_tasks_per_child": 1_000,
    "broker_connection_retry_on_startup": True,
    "worker_send_task_events": False,
    "timezone": "UTC",
}

# --- Languages and time

LANGUAGE_CODE = ENV.language_code
LANGUAGES = [("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [PROJECT_DIR / "locale"]
TIME_ZONE = ENV.time_zone
USE_TZ = True

# --- Static files: gathered under hashed names, compressed for the net; as they lie in the apps while debugging

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": static_storage(ENV)},
}
# The debug server finds static files in the apps; asking WhiteNoise for a folder that is not there yet would warn.
WHITENOISE_AUTOREFRESH = DEBUG

# --- Accounts (django-allauth)

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if ENV.is_production else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT  # who is calling, for allauth's own rate limits
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENV.is_production
MFA_TOTP_ISSUER = "Marginalia"
MODERATION_REQUIRE_TWO_FACTORS = ENV.require_two_factors
MODERATION_BLUR_SCORE = ENV.blur_score
SOCIALACCOUNT_PROVIDERS = provider_settings(ENV)
HEADLESS_CLIENTS = ("app",)  # bearer tokens for the embedded widget; the browser client would need our cookies

# --- Headers and cookies

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = ENV.is_production
CSRF_FAILURE_VIEW = "comments.views.csrf_failure"
CSRF_COOKIE_SECURE = ENV.is_production
SECURE_SSL_REDIRECT = ENV.is_production
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes speak plain HTTP to the process itself
SECURE_HSTS_SECONDS = 31_536_000 if ENV.is_production else 0
# Whether the publisher's other subdomains are HTTPS only, and in browsers' preload lists, is not ours to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Which origins may call the API is decided per site, from the database; none by default.
CORS_ALLOWED_ORIGINS: list[str] = []
CORS_URLS_REGEX = r"^/(api|embed)/"
CORS_EXPOSE_HEADERS = ["Retry-After"]
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key"]
