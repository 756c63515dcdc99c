"""The tour of the keys: six invented comments, each a page, each left by the key or the button that it asks for."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from moderation.keys import key_map
from moderation.services.policies import current_clauses
from moderation.services.practice import finish_tour
from moderation.services.preferences import preferences_of
from moderation.views.answers import HttpResponseSeeOther
from moderation.views.desk import desk_action, desk_page, open_desk, signed_in


@dataclass(frozen=True, slots=True)
class TourStep:
    """An invented comment, and what to do with it: the name of a key as the desk's pages call it."""

    key: str
    text: StrOrPromise
    task: StrOrPromise


STEPS = (
    TourStep(
        "approve",
        gettext_lazy("The new timetable helps me: the bus now waits for the train. Why not on Sundays?"),
        gettext_lazy("Nothing speaks against this one. Publish it."),
    ),
    TourStep(
        "clause-2",
        gettext_lazy("Whoever wrote this article is too stupid to read a timetable."),
        gettext_lazy(
            "Each clause of the policy has a number. Reject this one by the second clause, with its number alone."
        ),
    ),
    TourStep(
        "undo",
        gettext_lazy("Whoever wrote this article is too stupid to read a timetable."),
        gettext_lazy("You have just rejected it. Every decision can be taken back: do so now."),
    ),
    TourStep(
        "spam",
        gettext_lazy("BEST WATCHES cheap cheap http://watches.example"),
        gettext_lazy("Nobody needs an explanation for this one. Call it spam."),
    ),
    TourStep(
        "defer",
        gettext_lazy("My neighbour says that the bridge will be closed from Monday on."),
        gettext_lazy("Somebody has to ask the newsroom first. Put it aside until later."),
    ),
    TourStep(
        "help",
        gettext_lazy("You have seen the most important ones."),
        gettext_lazy("All keys are in the help, which opens on the desk with this key."),
    ),
)


@desk_page
@require_safe
def tour(request: HttpRequest, number: int) -> HttpResponse:
    """A step of the tour. Its buttons are links: the right one leads on, the others to what would have been right."""
    if not 1 <= number <= len(STEPS):
        raise Http404(_("There is nothing here."))
    desk = open_desk(request)
    step = STEPS[number - 1]
    keys = key_map(preferences_of(signed_in(request)).keys)
    is_last = number == len(STEPS)
    context = {
        "site": desk.site,
        "desk": desk,
        "step": step,
        "number": number,
        "count": len(STEPS),
        "is_last": is_last,
        "tried": request.GET.get("tried", ""),
        "key": step.key.removeprefix("clause-") if step.key.startswith("clause-") else keys[step.key],
        "keys": json.dumps(keys),
        "names": ("approve", "spam", "defer", "undo", "help"),
        "clauses": current_clauses(desk.site)[:9],
        "following": "" if is_last else reverse("moderation:tour", args=[number + 1]),
    }
    return render(request, "moderation/tour.html", context)


@desk_action
def finish(request: HttpRequest) -> HttpResponse:
    """Offer the tour no more; then 303 to the desk, or to practice for who took it."""
    open_desk(request)
    finish_tour(user=signed_in(request))
    return HttpResponseSeeOther(reverse("moderation:practice" if "taken" in request.POST else "moderation:queue"))
