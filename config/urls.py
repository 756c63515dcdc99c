"""Every URL: the three apps, accounts, the API and the probes. Paths are those of the public contract."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from config.api import api
from config.health import healthz, readyz

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
