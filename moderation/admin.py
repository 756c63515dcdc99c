"""The moderators' side in Django's admin, for superusers. Nothing here can change a comment, a finding or a decision."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from moderation.enums import PolicyState
from moderation.models import (
    ApiToken,
    Appeal,
    Clause,
    Decision,
    Finding,
    Membership,
    MembershipChange,
    PolicyVersion,
    Report,
    Term,
)
from moderation.services.members import log_change

COUNT_LIMIT = 1_000


class LimitedPaginator(Paginator[Any]):
    """Counts no further than the first thousand rows: the list of a large table stays as fast as that of a small one."""

    @cached_property
    def count(self) -> int:
        return cast("QuerySet[Model]", self.object_list)[:COUNT_LIMIT].count()


class ForSuperusers(admin.options.BaseModelAdmin[Any]):
    """Whatever permissions somebody was given: nobody but superusers."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)


class ReadOnly(ForSuperusers):
    """To be looked at."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Unchanging(ForSuperusers):
    """A policy may be written here; once it is published nothing about it changes."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_published(obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_add_permission(request, obj) and not _is_published(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_published(obj)


def _is_published(obj: Model | None) -> bool:
    return isinstance(obj, PolicyVersion) and obj.state == PolicyState.PUBLISHED


@admin.register(Decision)
class DecisionAdmin(ReadOnly, admin.ModelAdmin[Decision]):
    list_display = ("statement_id", "comment", "action", "clause", "moderator", "applied_at", "undone_at")
    list_select_related = ("comment", "clause", "moderator")
    ordering = ("-id",)
    show_full_result_count = False
    paginator = LimitedPaginator


@admin.register(Finding)
class FindingAdmin(ReadOnly, admin.ModelAdmin[Finding]):
    list_display = ("comment", "revision", "flagger", "outcome", "score", "created_at")
    list_select_related = ("comment",)
    ordering = ("-id",)
    show_full_result_count = False
    paginator = LimitedPaginator


@admin.register(Report)
class ReportAdmin(ReadOnly, admin.ModelAdmin[Report]):
    list_display = ("reference", "comment", "kind", "clause", "state", "created_at", "decided_at")
    list_select_related = ("comment",)
    ordering = ("-id",)
    show_full_result_count = False
    paginator = LimitedPaginator


@admin.register(Appeal)
class AppealAdmin(ReadOnly, admin.ModelAdmin[Appeal]):
    list_display = ("decision", "state", "created_at", "decided_by", "decided_at")
    list_select_related = ("decision", "decided_by")
    ordering = ("-id",)
    show_full_result_count = False
    paginator = LimitedPaginator


@admin.register(Membership)
class MembershipAdmin(ForSuperusers, admin.ModelAdmin[Membership]):
    list_display = ("user", "site", "role", "created_at")
    list_select_related = ("user", "site")
    list_filter = ("site", "role")
    raw_id_fields = ("user",)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        before = Membership.objects.filter(pk=obj.pk).values_list("role", flat=True).first() or ""
        super().save_model(request, obj, form, change)
        if before != obj.role:
            log_change(obj, from_role=before, to_role=obj.role, changed_by=cast("AbstractBaseUser", request.user))

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        log_change(obj, from_role=obj.role, to_role="", changed_by=cast("AbstractBaseUser", request.user))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for member in queryset:
            self.delete_model(request, member)


@admin.register(MembershipChange)
class MembershipChangeAdmin(ReadOnly, admin.ModelAdmin[MembershipChange]):
    list_display = ("site", "user", "from_role", "to_role", "changed_by", "created_at")
    list_select_related = ("site", "user", "changed_by")
    list_filter = ("site",)


@admin.register(Term)
class TermAdmin(ForSuperusers, admin.ModelAdmin[Term]):
    list_display = ("phrase", "language", "site", "clause", "is_active")
    list_select_related = ("site",)
    list_filter = ("site", "language", "is_active")
    search_fields = ("phrase",)


@admin.register(ApiToken)
class ApiTokenAdmin(ForSuperusers, admin.ModelAdmin[ApiToken]):
    """Tokens are made by the command issue_token, which shows them once; here they are narrowed and revoked."""

    list_display = ("user", "site", "scopes", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("user", "site")
    list_filter = ("site",)
    fields = ("site", "user", "scopes", "created_at", "last_used_at", "revoked_at")
    readonly_fields = ("site", "user", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ClauseInline(Unchanging, admin.StackedInline[Clause, PolicyVersion]):
    model = Clause
    extra = 0


@admin.register(PolicyVersion)
class PolicyVersionAdmin(Unchanging, admin.ModelAdmin[PolicyVersion]):
    list_display = ("site", "number", "state", "effective_at")
    list_select_related = ("site",)
    list_filter = ("site", "state")
    inlines = (ClauseInline,)
