"""Views of the queue under a name: keep the present one, rename, share, delete."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from comments.exceptions import InvalidInputError
from moderation.access import get_saved_view_or_404
from moderation.exceptions import NotAllowedError
from moderation.forms import QueueForm, SavedViewForm
from moderation.models import SavedView
from moderation.services.saved_views import change_view, delete_view, save_view
from moderation.views.answers import HttpResponseSeeOther
from moderation.views.desk import FILTERS, Desk, desk_action, desk_page, open_desk, signed_in


@desk_action
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keep the view that `query` stands for; then 303 to it. 422 or 403 with the form when it cannot be kept."""
    desk = open_desk(request)
    form = SavedViewForm(request.POST)
    if form.is_valid():
        try:
            view = save_view(
                site=desk.site,
                owner=signed_in(request),
                name=form.cleaned_data["name"],
                query=_tidy(form.cleaned_data["query"]),
                is_shared=form.cleaned_data["is_shared"],
            )
        except (InvalidInputError, NotAllowedError) as error:
            return _refuse(request, desk, form, error)
        return HttpResponseSeeOther(view_url(desk, view))
    return _render(request, desk, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def edit_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name for a view of one's own, shared or not; then 303 to it. Others see what it is called."""
    view = get_saved_view_or_404(request.user, pk)
    desk = open_desk(request, view.site)
    if request.method != "POST":
        return _render(request, desk, SavedViewForm({"name": view.name, "is_shared": view.is_shared}), view)
    form = SavedViewForm(request.POST)
    if form.is_valid():
        name, is_shared = form.cleaned_data["name"], form.cleaned_data["is_shared"]
        try:
            change_view(view=view, user=signed_in(request), name=name, is_shared=is_shared)
        except (InvalidInputError, NotAllowedError) as error:
            return _refuse(request, desk, form, error, get_saved_view_or_404(request.user, pk))
        return HttpResponseSeeOther(view_url(desk, view))
    return _render(request, desk, form, view, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@desk_action
def forget_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a view; then 303 to the queue."""
    view = get_saved_view_or_404(request.user, pk)
    desk = open_desk(request, view.site)
    try:
        delete_view(view=view, user=signed_in(request))
    except NotAllowedError as error:
        form = SavedViewForm({"name": view.name, "is_shared": view.is_shared})
        return _refuse(request, desk, form, error, view)
    return HttpResponseSeeOther(view_url(desk))


def view_url(desk: Desk, view: SavedView | None = None) -> str:
    """The address of a view, or of the queue as it is without one."""
    site = urlencode({"site": desk.site.slug}) if len(desk.sites) > 1 else ""
    query = "&".join(part for part in (site, view.query if view else "") if part)
    return reverse("moderation:queue") + (f"?{query}" if query else "")


def _tidy(query: str) -> str:
    """Of an address only what chooses a view, and only what can be read."""
    form = QueueForm(QueryDict(query))
    return urlencode({name: value for name in FILTERS if (value := form.value(name))})


def _refuse(
    request: HttpRequest,
    desk: Desk,
    form: SavedViewForm,
    error: InvalidInputError | NotAllowedError,
    view: SavedView | None = None,
) -> HttpResponse:
    is_input = isinstance(error, InvalidInputError)
    form.add_error("name" if is_input else None, str(error.message))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_input else HTTPStatus.FORBIDDEN
    return _render(request, desk, form, view, status=status)


def _render(
    request: HttpRequest,
    desk: Desk,
    form: SavedViewForm,
    view: SavedView | None = None,
    *,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """The form of a view; the one of somebody else's can only be read."""
    is_own = view is None or view.owner_id == signed_in(request).pk
    context = {
        "site": desk.site,
        "desk": desk,
        "form": form,
        "view": view,
        "is_own": is_own,
        "may_delete": view is not None and (is_own or desk.may_administer),
        "back": view_url(desk, view),
    }
    return render(request, "moderation/saved_view.html", context, status=status)
