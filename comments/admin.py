"""The admin, for superusers: sites and articles are set up here; what people wrote can be looked at, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from comments.models import Article, ArticleUrl, Author, Comment, Outbox, Revision, Site, StatusChange

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline


class SuperusersOnly:
    """Permissions of the admin's lesser accounts count for nothing here: moderators have their own pages."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        del obj
        return _is_superuser(request)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        del obj
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        del obj
        return _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        del request, obj
        return False


class ReadOnly(SuperusersOnly):
    """Nothing can be added or changed."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        del request, obj
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        del request, obj
        return False


# An address typed without its scheme.
HTTPS: Mapping[type[models.Field[Any, Any]], Mapping[str, Any]] = {models.URLField: {"assume_scheme": "https"}}


@admin.register(Site)
class SiteAdmin(SuperusersOnly, ModelAdmin):
    formfield_overrides = HTTPS
    list_display = ("slug", "name", "language", "promised_minutes")
    search_fields = ("slug", "name")


class ArticleUrlInline(ReadOnly, TabularInline):
    formfield_overrides = HTTPS
    model = ArticleUrl
    extra = 0


@admin.register(Article)
class ArticleAdmin(SuperusersOnly, ModelAdmin):
    formfield_overrides = HTTPS
    list_display = ("title", "site", "key", "mode", "comment_count")
    list_filter = ("site", "mode")
    list_select_related = ("site",)
    search_fields = ("title", "key")
    readonly_fields = ("comment_count", "version", "created_at")
    inlines = (ArticleUrlInline,)


class RevisionInline(ReadOnly, TabularInline):
    model = Revision
    fields = ("number", "body", "created_at")
    extra = 0


class StatusChangeInline(ReadOnly, TabularInline):
    model = StatusChange
    fk_name = "comment"
    fields = ("created_at", "from_status", "to_status", "actor_kind", "actor", "clause", "note")
    extra = 0


@admin.register(Comment)
class CommentAdmin(ReadOnly, ModelAdmin):
    list_display = ("public_id", "site", "article", "author_name", "status", "posted_at")
    list_filter = ("site", "status")
    list_select_related = ("site", "article")
    search_fields = ("public_id", "author_name")
    ordering = ("-id",)
    show_full_result_count = False
    inlines = (RevisionInline, StatusChangeInline)


@admin.register(Author)
class AuthorAdmin(ReadOnly, ModelAdmin):
    list_display = ("name", "site", "kind", "badge", "created_at")
    list_filter = ("site", "kind", "badge")
    list_select_related = ("site",)
    search_fields = ("name", "public_id")
    show_full_result_count = False


@admin.register(Outbox)
class OutboxAdmin(ReadOnly, ModelAdmin):
    list_display = ("event_key", "kind", "due_at", "attempts", "done_at", "failed_at", "last_error")
    list_filter = ("kind",)
    show_full_result_count = False


def _is_superuser(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_superuser
