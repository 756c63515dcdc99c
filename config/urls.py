"""Every URL: the three apps, accounts, the API and the probes. Paths are those of the public contract."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.apps import apps
from django.contrib import admin
from django.urls import include, path

from config.api import api
from config.health import healthz, readyz

handler400 = "comments.views.bad_request"
# One way in for everybody: with its rate limits, and with the second factor of who has one.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("comments.urls")),
    path("", include("moderation.urls")),
    path("", include("demo.urls")),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
if apps.is_installed("anymail"):
    urlpatterns.append(path("anymail/", include("anymail.urls")))
