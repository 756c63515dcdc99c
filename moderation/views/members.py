"""Who is on the desk: for its administrators."""

from __future__ import annotations

from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments.exceptions import CommentError
from moderation.access import get_member_or_404
from moderation.enums import Role
from moderation.exceptions import NotAllowedError
from moderation.forms_desk import MemberForm, RoleForm
from moderation.models import Membership, MembershipChange
from moderation.services.members import add_member, change_role, remove_member
from moderation.views.answers import HttpResponseSeeOther
from moderation.views.desk import Desk, desk_action, desk_page, open_desk, signed_in

CHANGES_SHOWN = 50


@desk_page
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """Everybody on the desk with their roles, and what changed lately. 5 queries besides the session's."""
    return _render(request, _open_desk(request), MemberForm())


@desk_action
def add(request: HttpRequest) -> HttpResponse:
    """Add somebody by the address of their account; then 303 to the page. Refused: the form with what was typed."""
    desk = _open_desk(request)
    form = MemberForm(request.POST)
    if form.is_valid():
        email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
        try:
            add_member(site=desk.site, email=email, role=role, administrator=signed_in(request))
        except CommentError as error:
            form.refuse(error)
    return _render(request, desk, form) if form.errors else _see_members(desk)


@desk_action
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody another role; then 303 to the page."""
    member = get_member_or_404(request.user, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Http404(_("There is nothing here."))
    desk = open_desk(request, member.site)
    try:
        change_role(member=member, role=Role(form.cleaned_data["role"]), administrator=signed_in(request))
    except CommentError as error:
        return _refuse(request, desk, error)
    return _see_members(desk)


@desk_action
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take somebody from the desk; then 303 to the page, or to the front page for who removed themselves."""
    member = get_member_or_404(request.user, pk)
    desk = open_desk(request, member.site)
    is_self = member.user_id == signed_in(request).pk
    try:
        remove_member(member=member, administrator=signed_in(request))
    except CommentError as error:
        return _refuse(request, desk, error)
    return HttpResponseSeeOther("/") if is_self else _see_members(desk)


def _open_desk(request: HttpRequest) -> Desk:
    desk = open_desk(request)
    if not desk.may_administer:
        raise PermissionDenied
    return desk


def _refuse(request: HttpRequest, desk: Desk, error: CommentError) -> HttpResponse:
    if isinstance(error, NotAllowedError):
        raise PermissionDenied
    return _render(request, desk, MemberForm(), refusal=str(error.message))


def _render(request: HttpRequest, desk: Desk, form: MemberForm, *, refusal: str = "") -> HttpResponse:
    context = {
        "site": desk.site,
        "desk": desk,
        "form": form,
        "refusal": refusal,
        "roles": Role,
        "members": Membership.objects.filter(site=desk.site).select_related("user").order_by("created_at", "pk"),
        "changes": MembershipChange.objects.filter(site=desk.site).select_related("user", "changed_by")[:CHANGES_SHOWN],
    }
    status = HTTPStatus.CONFLICT if refusal else HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "moderation/members.html", context, status=status)


def _see_members(desk: Desk) -> HttpResponse:
    query = f"?site={desk.site.slug}" if len(desk.sites) > 1 else ""
    return HttpResponseSeeOther(reverse("moderation:members") + query)
