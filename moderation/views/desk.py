"""What every answer of the desk is made from: who sits there, the card on top, and the page or fragment around it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST

from comments.exceptions import InvalidInputError
from comments.models import Site
from moderation.conf import settings
from moderation.enums import Mine, Permission, Role
from moderation.forms import QueueForm
from moderation.keys import GROUPS, key_map
from moderation.models import DeskPreferences
from moderation.permissions import PERMISSIONS, desk_memberships, desk_sites
from moderation.queue import (
    QueueFilters,
    QueueItem,
    RowPage,
    next_in_queue,
    read_item,
    read_overview,
    read_rows,
)
from moderation.queue.colleagues import Colleagues, Team, read_colleagues
from moderation.second_factor import needs_second_factor
from moderation.services.leases import hold, needs_holding
from moderation.services.preferences import preferences_of
from moderation.services.presence import note_presence
from moderation.views.asides import Aside
from moderation.views.cards import make_card
from moderation.views.filtering import addressed_views, make_filtering

View = Callable[..., HttpResponse]
# The header by which the desk's script asks for the card with what changed around it, instead of a page.
FRAGMENT_HEADER = "X-Desk"
# The parts of the address that choose a view of the queue; the rest says which comment of it is looked at.
FILTERS = (
    "status", "sort", "flag", "article", "author", "section", "language", "clause", "domain", "age", "mine", "q",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desk:
    """Who looks at which site's queue, and what of it."""

    site: Site
    sites: tuple[Site, ...]
    permissions: frozenset[Permission]
    preferences: DeskPreferences
    form: QueueForm
    filters: QueueFilters

    @property
    def may_decide(self) -> bool:
        return Permission.DECIDE in self.permissions

    @property
    def may_answer_appeals(self) -> bool:
        return Permission.ANSWER_APPEALS in self.permissions

    @property
    def may_manage_articles(self) -> bool:
        return Permission.MANAGE_ARTICLES in self.permissions

    @property
    def may_rearrange_articles(self) -> bool:
        return Permission.REARRANGE_ARTICLES in self.permissions

    @property
    def may_teach(self) -> bool:
        return Permission.TEACH in self.permissions

    @property
    def may_administer(self) -> bool:
        return Permission.ADMINISTER in self.permissions

    @property
    def may_see_mails(self) -> bool:
        return not self.permissions.isdisjoint({Permission.ADMINISTER, Permission.EDIT_POLICY})

    @property
    def state(self) -> dict[str, str]:
        """What the forms of the page carry on: the chosen site and the filters that are set."""
        site = {"site": self.site.slug} if len(self.sites) > 1 else {}
        return site | {name: value for name in FILTERS if (value := self.form.value(name))}

    @property
    def query(self) -> str:
        """The filters that are set as the query of an address, without the site: what a saved view keeps."""
        return urlencode({name: value for name, value in self.state.items() if name != "site"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a decision was not stored, as a sentence, and what was typed with it."""

    message: str
    note: str = ""
    is_conflict: bool = False
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY


def desk_page(view: View) -> View:
    """For people who are signed in; that a reader sees nothing is the loaders' business. Never cached."""
    return _guard(view, leads_back=True)


def desk_action(view: View) -> View:
    """As `desk_page`, for what takes POST alone: after signing in, its address is no place to come back to."""
    return _guard(require_POST(view), leads_back=False)


def _guard(view: View, *, leads_back: bool) -> View:
    @gzip_page
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, **arguments: object) -> HttpResponse:
        if request.user.is_authenticated:
            if needs_second_factor(request) and desk_sites(request.user).exists():
                return _ask_for_second_factor(request, leads_here=leads_back and request.method == "GET")
            return view(request, **arguments)
        if is_fragment(request):
            # The page stays as it is, with everything typed, and says that one has to sign in again.
            return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
        leads_here = leads_back and request.method == "GET"
        return redirect_to_login(request.get_full_path() if leads_here else reverse("moderation:queue"))

    return guarded


def is_fragment(request: HttpRequest) -> bool:
    """Whether the desk's script asks, which has the page already."""
    return FRAGMENT_HEADER in request.headers


def _ask_for_second_factor(request: HttpRequest, *, leads_here: bool) -> HttpResponse:
    back = request.get_full_path() if leads_here else reverse("moderation:queue")
    address = f"{reverse('moderation:second_factor')}?{urlencode({'next': back})}"
    if is_fragment(request):
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    return HttpResponseRedirect(address)


def signed_in(request: HttpRequest) -> AbstractBaseUser:
    """The account behind a request that passed `desk_page`."""
    if isinstance(request.user, AnonymousUser):
        raise Http404
    return request.user


def open_desk(request: HttpRequest, site: Site | None = None) -> Desk:
    """The desk of a site, or of the one that the address names, or of the user's first. 1 query.

    Raises Http404 for everybody who is on no desk, or not on that one.
    """
    form = QueueForm(request.GET)
    memberships = desk_memberships(request.user)
    sites = tuple(membership.site for membership in memberships)
    slug = site.slug if site else form.value("site") or (sites[0].slug if sites else "")
    found = next((one for one in memberships if one.site.slug == slug), None)
    if found is None:
        raise Http404(_("There is nothing here."))
    return Desk(
        site=found.site,
        sites=sites,
        permissions=PERMISSIONS[Role(found.role)],
        preferences=preferences_of(found.user),
        form=form,
        filters=form.filters(request.user.pk or 0),
    )


def open_administered_desk(request: HttpRequest) -> Desk:
    """As `open_desk`, for administrators; 403 for others of the desk."""
    desk = open_desk(request)
    if not desk.may_administer:
        raise PermissionDenied(_("Your role on this site does not allow this."))
    return desk


def render_desk(
    request: HttpRequest,
    desk: Desk,
    *,
    item: QueueItem | None = None,
    decided: QueueItem | None = None,
    aside: Aside | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """The desk with this comment's card, or the first one's: whole, or for the script the card with what changed around it.

    12 queries at most for the whole page, two of which note who is here and has which comment before them, besides those
    for `item` and `decided`, whatever the queue holds; 2 more where colleagues said something of the comment on the card.
    """
    is_part = is_fragment(request)
    page = RowPage((), "") if is_part else _read_page(desk)
    # Of a comment that waits no card says what was done with it last.
    chosen = item or (read_item(page.first, with_change=not page.first.waiting_since) if page.first else None)
    following = _following(desk, page, chosen, is_listed=item is None) if chosen else ""
    colleagues = colleagues_of(desk, [chosen] if chosen else [])
    card = None
    if chosen:
        card = make_card(chosen, desk.site, may_decide=desk.may_decide, following=following, colleagues=colleagues)
        if request.method == "GET":
            _hold(request, desk, chosen)
    overview = read_overview(desk.site, desk.filters.viewer_id)
    context: dict[str, object] = {
        "site": desk.site,
        "desk": desk,
        "counts": overview.counts,
        "sorts": desk.filters.status.sorts,
        "page": page,
        "card": card,
        "is_open": item is not None or decided is not None or aside is not None,
        "decided": decided,
        "aside": aside,
        "refusal": refusal,
    }
    context |= team_context(request, desk, overview.team)
    if not is_part:
        context["filtering"] = make_filtering(desk, page, card.clauses if card else ())
        context["views"] = addressed_views(desk, overview.views)
        context |= preferences_context(desk.preferences)
    template = "moderation/_answer.html" if is_part else "moderation/queue.html"
    return render(request, template, context, status=refusal.status if refusal else HTTPStatus.OK)


def preferences_context(preferences: DeskPreferences) -> dict[str, object]:
    """How somebody likes to work: the keys for the script and for the help."""
    keys = key_map(preferences.keys)
    groups = [(title, [(keys[command.name], command) for command in commands]) for title, commands in GROUPS]
    return {
        "preferences": preferences,
        "keys": json.dumps(keys if preferences.has_keys else {}),
        "key_groups": groups,
    }


def colleagues_of(desk: Desk, items: Sequence[QueueItem]) -> dict[int, Colleagues]:
    """What whoever sits here may know of the others' thoughts on these comments. 2 queries, none where nobody said any."""
    comments = [(item.pk, item.revision) for item in items if item.is_discussed]
    return read_colleagues(comments, desk.filters.viewer_id, settles=desk.may_answer_appeals)


def team_context(request: HttpRequest, desk: Desk, team: Team) -> dict[str, object]:
    """Who is of the desk and here, and what of it concerns whoever sits here, which is noted. 1 query to write every 20 s."""
    note_presence(site=desk.site, user=signed_in(request), members=team.members)
    work = ((kind, getattr(team.work, kind.value)) for kind in (Mine.TAKEN, Mine.ASKED, Mine.ASKING, Mine.VOTED))
    return {
        "members": team.members,
        "people": [one.name for one in team.members if one.is_here and one.user_id != desk.filters.viewer_id],
        "work": tuple(work),
        "take_size": settings.take_size,
    }


def _hold(request: HttpRequest, desk: Desk, item: QueueItem) -> None:
    """Whoever opens a card has its comment before them."""
    user = signed_in(request)
    if desk.may_decide and item.waiting_since and needs_holding(item.lease, user):
        hold(comment_id=item.pk, user=user)


def _read_page(desk: Desk) -> RowPage:
    try:
        return read_rows(desk.site, desk.filters, desk.form.value("cursor"))
    except InvalidInputError:
        return read_rows(desk.site, desk.filters)


def _following(desk: Desk, page: RowPage, chosen: QueueItem, *, is_listed: bool) -> str:
    """What comes after a decided comment; of the first in the list it is known. Otherwise 1 to 5 queries."""
    if chosen.waiting_since:
        return ""
    if is_listed and len(page.rows) > 1:
        return page.rows[1].public_id
    if is_listed and not desk.form.value("cursor"):
        # There is no other in the view.
        return ""
    return _next_id(desk, chosen)


def _next_id(desk: Desk, item: QueueItem) -> str:
    return next_in_queue(desk.site, desk.filters, item.public_id)
