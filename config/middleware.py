"""What this project's own rules add to every answer."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase

View = Callable[[HttpRequest], HttpResponseBase]

# All that somebody may pass in the sign-in window: the entrance, the choice of a language, the end.
SIGN_IN_PATHS = ("/accounts/", "/i18n/", "/embed/sign-in/")


def absence_is_not_stored(get_response: View) -> View:
    """A middleware: no cache keeps a 404, since what is not there for one reader now may be there later, or for another."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code == HTTPStatus.NOT_FOUND and "no-store" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = "no-store"
        return response

    return answer


def sign_in_keeps_its_opener(get_response: View) -> View:
    """A middleware: the sign-in window keeps its link to the page elsewhere that opened it and waits for the code.

    Django's default, "same-origin", cuts that link in the browser, also by a redirect on the way. Everywhere else it stays.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.path_info.startswith(SIGN_IN_PATHS):
            response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
        return response

    return answer
