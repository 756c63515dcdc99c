from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comments.exceptions import InvalidInputError
from moderation.enums import DigestChoice
from moderation.forms import PreferencesForm
from moderation.keys import CORAL, GROUPS, STANDARD, key_map
from moderation.services.preferences import preferences_of, save_preferences
from moderation.views.answers import HttpResponseSeeOther
from moderation.views.desk import desk_page, open_desk, signed_in

PRESETS = {"standard": {}, "coral": CORAL}


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Keys, density and mails of whoever is signed in, for all their desks. A refused form is shown again as it was sent."""
    user = signed_in(request)
    desk = open_desk(request)
    form = PreferencesForm(request.POST if request.method == "POST" else None)
    kept = preferences_of(user)
    if request.method == "POST" and form.is_valid():
        keys = PRESETS.get(form.cleaned_data["preset"])
        chosen = form.keys() if keys is None else keys
        try:
            save_preferences(
                user=user,
                has_keys=form.cleaned_data["has_keys"],
                is_compact=form.cleaned_data["is_compact"],
                keys=chosen,
                digest=DigestChoice(form.cleaned_data["digest"] or DigestChoice.OFF),
                shows_severe=form.cleaned_data["shows_severe"],
            )
        except InvalidInputError as error:
            kept.has_keys, kept.is_compact = form.cleaned_data["has_keys"], form.cleaned_data["is_compact"]
            kept.digest, kept.shows_severe = form.cleaned_data["digest"], form.cleaned_data["shows_severe"]
            context = _context(kept, key_map(chosen)) | {"error": error, "site": desk.site, "desk": desk}
            return render(request, "moderation/preferences.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return HttpResponseSeeOther(reverse("moderation:preferences") + "?saved=1")
    context = _context(kept, key_map(kept.keys)) | {"site": desk.site, "desk": desk}
    if "saved" in request.GET:
        context["saved"] = _("Saved. The desk works so from its next page on.")
    return render(request, "moderation/preferences.html", context)


def _context(kept: object, keys: dict[str, str]) -> dict[str, object]:
    groups = [
        (title, [(command, keys[command.name], STANDARD[command.name]) for command in commands])
        for title, commands in GROUPS
    ]
    return {"kept": kept, "groups": groups, "digests": DigestChoice.choices}
