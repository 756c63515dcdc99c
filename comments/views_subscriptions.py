"""The pages that mails lead to: confirming, all that a mailbox follows, leaving. The address of each is its secret.

Whoever reads the mailbox needs no password and no cookie, and whoever does not know the address cannot send its form: so
nothing that a browser sends unasked counts here, and no token of a session is asked for. Mail programs and scanners look
at every link they find; only POST changes anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from itertools import groupby

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from comments.enums import Frequency, Scope, SuppressionReason
from comments.models import Site, Subscriber, Subscription
from comments.prepared import interface_language
from comments.services import subscriptions as service
from comments.throttling import client_network
from comments.views import private

_SEE_OTHER = 303
View = Callable[[HttpRequest, str], HttpResponse]


@dataclass(frozen=True, slots=True)
class FollowedSite:
    """What a mailbox follows on one site, what it is asked to confirm apart."""

    site: Site
    subscriptions: tuple[Subscription, ...]


def by_link(view: View) -> View:
    """A page for whoever has its address: in no index, in no cache, and its address is told to no other page."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @private
    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return answer


@by_link
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """All that a mailbox is asked to confirm, to be ticked; then what it is told of. 2 to 5 queries."""
    subscriber = service.read_confirmation_token(token)
    if subscriber is None:
        return _gone(request)
    with translation.override(interface_language(subscriber.language)):
        if request.method == "POST":
            sent = {name: request.POST.getlist(name) for name in ("shown", "wanted")}
            service.answer_request(subscriber, **sent, network=client_network(request))
            return HttpResponseRedirect(request.path, status=_SEE_OTHER)
        found = list(service.subscriptions_of(subscriber))
        context = {
            "subscriber": subscriber,
            "site": _only_site(found),
            "asked": [one for one in found if one.confirmed_at is None],
            "followed": [one for one in found if one.confirmed_at is not None],
            **_links(subscriber),
        }
        return render(request, "comments/follow_confirm.html", context)


@by_link
def subscriptions(request: HttpRequest, token: str) -> HttpResponse:
    """All that a mailbox follows on all sites, and the buttons that change it. 3 queries to look."""
    subscriber = service.read_subscriber_token(token)
    if subscriber is None:
        return _gone(request)
    if request.method == "POST":
        _act(request, subscriber)
        # Where every link was ended, this page has another address now.
        return HttpResponseRedirect(_links(subscriber)["subscriptions_url"], status=_SEE_OTHER)
    with translation.override(interface_language(subscriber.language)):
        found = list(service.subscriptions_of(subscriber))
        context = {
            "subscriber": subscriber,
            "site": _only_site(found),
            "asked": [one for one in found if one.confirmed_at is None],
            "sites": _by_site([one for one in found if one.confirmed_at is not None]),
            "is_refused": service.is_suppressed(subscriber.email),
            "languages": _languages(),
            **_links(subscriber),
        }
        return render(request, "comments/subscriptions.html", context)


@by_link
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """End a subscription, or with it all of its site or of its mailbox; also the one click of a mail program (RFC 8058).

    What is gone already has ended, too. 1 query to look, 3 to 7 to leave.
    """
    subscription = service.read_leave_token(token)
    language = subscription.subscriber.language if subscription else translation.get_language() or "en"
    with translation.override(interface_language(language)):
        is_over = subscription is None or request.method == "POST"
        if subscription is not None and request.method == "POST":
            _leave(subscription, request.POST.get("scope", ""))
        context = {
            "subscription": subscription,
            "site": subscription.site if subscription else None,
            "is_over": is_over,
        }
        return render(request, "comments/follow_leave.html", context)


@by_link
def leave_digests(request: HttpRequest, token: str) -> HttpResponse:
    """End all that a mailbox is told of once a day; also by one click. 2 queries to look, 3 to leave."""
    subscriber = service.read_digest_token(token)
    language = subscriber.language if subscriber else translation.get_language() or "en"
    with translation.override(interface_language(language)):
        if subscriber is not None and request.method == "POST":
            service.leave_digests(subscriber)
        followed = list(service.daily_of(subscriber)) if subscriber else []
        return render(request, "comments/follow_leave_digests.html", {"followed": followed})


@by_link
def refuse(request: HttpRequest, token: str) -> HttpResponse:
    """Never have an address written to again; also by one click. 2 queries to look, 4 to refuse."""
    subscriber = service.read_subscriber_token(token)
    if subscriber is None:
        return _gone(request)
    with translation.override(interface_language(subscriber.language)):
        if request.method == "POST":
            service.suppress(subscriber.email, SuppressionReason.REFUSED)
        is_refused = service.is_suppressed(subscriber.email)
        context = {"subscriber": subscriber, "is_refused": is_refused, **_links(subscriber)}
        return render(request, "comments/follow_refuse.html", context)


def _act(request: HttpRequest, subscriber: Subscriber) -> None:
    """Do what a button of the page says; nothing when what it is about is gone."""
    act, value = request.POST.get("act", ""), request.POST.get("value", "")
    about_mailbox: dict[str, Callable[[], object]] = {
        "leave_everything": lambda: service.leave_everything(subscriber),
        "never": lambda: service.suppress(subscriber.email, SuppressionReason.REFUSED),
        "again": lambda: service.write_again(subscriber.email),
        "end_links": lambda: service.end_links(subscriber),
    }
    if act in about_mailbox:
        about_mailbox[act]()
    elif act == "language" and value in dict(django_settings.LANGUAGES):
        service.change_language(subscriber, value)
    else:
        _act_on_subscription(request, subscriber, act)


def _act_on_subscription(request: HttpRequest, subscriber: Subscriber, act: str) -> None:
    named = service.subscriptions_of(subscriber).filter(public_id=request.POST.get("subscription", ""))
    subscription = named.first()
    if subscription is None:
        return
    acts: dict[str, Callable[[], object]] = {
        "instant": lambda: service.change_frequency(subscription, Frequency.INSTANT),
        "daily": lambda: service.change_frequency(subscription, Frequency.DAILY),
        "pause": lambda: service.pause(subscription),
        "resume": lambda: service.resume(subscription),
        "confirm": lambda: service.confirm([subscription], network=client_network(request)),
        "forget": lambda: service.answer_request(subscriber, shown=[subscription.public_id], wanted=[], network=""),
        "leave": lambda: service.leave(subscription),
        "leave_site": lambda: service.leave_site(subscriber, subscription.site),
    }
    if act in acts:
        acts[act]()


def _leave(subscription: Subscription, scope: str) -> None:
    if scope == "everything":
        service.leave_everything(subscription.subscriber)
    elif scope == Scope.SITE:
        service.leave_site(subscription.subscriber, subscription.site)
    else:
        service.leave(subscription)


def _by_site(found: list[Subscription]) -> list[FollowedSite]:
    """What is followed, site by site, first the site itself. The list comes in the order of the sites."""
    grouped = [tuple(group) for _pk, group in groupby(found, key=lambda one: one.site_id)]
    return [
        FollowedSite(group[0].site, tuple(sorted(group, key=lambda one: one.scope != Scope.SITE))) for group in grouped
    ]


def _only_site(found: list[Subscription]) -> Site | None:
    """The site in whose name a page speaks; None where it is about several, or about nothing."""
    sites = {one.site for one in found}
    return sites.pop() if len(sites) == 1 else None


def _links(subscriber: Subscriber) -> dict[str, str]:
    token = service.make_subscriber_token(subscriber)
    return {
        "subscriptions_url": reverse("comments:subscriptions", args=[token]),
        "refuse_url": reverse("comments:refuse", args=[token]),
    }


def _languages() -> list[tuple[str, str]]:
    """Each language under its own name."""
    return [
        (code, translation.get_language_info(code)["name_local"].capitalize())
        for code, _name in django_settings.LANGUAGES
    ]


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "comments/follow_gone.html", status=404)
