"""Every refusal of the API as a problem document (RFC 9457), in the language of the request."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.request import RawPostDataException
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from comments import exceptions

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:marginalia:problem:"

TITLES: dict[int, str | Promise] = {
    HTTPStatus.BAD_REQUEST: _("Not understood"),
    HTTPStatus.UNAUTHORIZED: _("Not signed in"),
    HTTPStatus.FORBIDDEN: _("Not allowed"),
    HTTPStatus.NOT_FOUND: _("Not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: _("Method not possible"),
    HTTPStatus.CONFLICT: _("Not possible at the moment"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("Too large"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: _("Unknown format"),
    HTTPStatus.UNPROCESSABLE_ENTITY: _("Please check what you sent"),
    HTTPStatus.TOO_MANY_REQUESTS: _("Too fast"),
    HTTPStatus.INTERNAL_SERVER_ERROR: _("Something went wrong"),
}

# pydantic's words for a value that does not fit, in words for people.
FIELD_MESSAGES: dict[str, str | Promise] = {
    "missing": _("This is missing."),
    "string_type": _("This has to be text."),
    "string_unicode": _("This text holds characters that cannot be stored."),
    "string_too_long": _("This is too long."),
    "string_too_short": _("This is too short."),
    "too_long": _("These are too many."),
    "too_short": _("These are too few."),
    "enum": _("This is none of the possible values."),
    "literal_error": _("This is none of the possible values."),
    "model_attributes_type": _("This has to be a JSON object."),
    "model_type": _("This has to be a JSON object."),
    "list_type": _("This has to be a list."),
}
OTHER_FIELD_MESSAGE = _("This value is not possible here.")
INVALID = _("Some of what you sent cannot be accepted.")
NOT_FOUND = _("There is nothing here.")

FieldError = tuple[str, str | Promise]


class ApiError(Exception):
    """A refusal with its status code. `extra` becomes members of the problem document, `headers` of the answer."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str | Promise,
        *,
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})

    def document(self) -> dict[str, object]:
        """The problem document, its sentences in the active language."""
        return {
            "type": TYPE_PREFIX + self.code,
            "title": str(TITLES[self.status]),
            "status": self.status,
            "detail": str(self.detail),
            "code": self.code,
            **self.extra,
        }


class FieldsError(ApiError):
    """422 with one sentence a field."""

    def __init__(self, code: str, errors: Sequence[FieldError]) -> None:
        listed = [{"field": field, "message": str(message)} for field, message in errors]
        super().__init__(422, code, errors[0][1] if len(errors) == 1 else INVALID, extra={"errors": listed})


class TokenError(ApiError):
    """401: the token sent is forged, revoked, of another site or of another kind. It never makes a stranger of somebody."""

    def __init__(self) -> None:
        detail = _("This token is not, or no longer, valid here.")
        super().__init__(401, "invalid_token", detail, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


def not_found() -> ApiError:
    """The one 404: the same for what is hidden, somebody else's, and not there."""
    return ApiError(404, "not_found", NOT_FOUND)


def internal_error() -> ApiError:
    """The one 500: it tells nothing of what went wrong."""
    return ApiError(500, "internal", _("This did not work, and it is our fault. Please try again later."))


def problem(error: ApiError) -> HttpResponse:
    """The answer for a refusal, never cached."""
    headers = {"Cache-Control": "private, no-store", **error.headers}
    return JsonResponse(error.document(), status=error.status, content_type=MEDIA_TYPE, headers=headers)


def error_of(refusal: exceptions.CommentError) -> ApiError:
    """A refusal of the reader's side as the answer it becomes."""
    match refusal:
        case exceptions.InvalidInputError():
            return FieldsError(refusal.code, [(refusal.field, refusal.message)])
        case exceptions.TooManyRequestsError():
            seconds = max(1, math.ceil(refusal.retry_after.total_seconds()))
            return ApiError(429, refusal.code, refusal.message, headers={"Retry-After": str(seconds)})
        case exceptions.RestrictedError():
            until = refusal.until.isoformat() if refusal.until else None
            facts = {"kind": refusal.kind, "until": until, "page": refusal.page, "restriction": refusal.reference}
            return ApiError(403, refusal.code, refusal.message, extra=facts)
        case exceptions.SignInRefusedError():
            return ApiError(401, refusal.code, refusal.message, headers={"WWW-Authenticate": "Bearer"})
        case exceptions.UnknownArticleError():
            return ApiError(404, refusal.code, refusal.message)
        case exceptions.StaleDecisionError():
            comment = refusal.comment
            standing = {"id": comment.public_id, "status": comment.status, "revision": comment.revision}
            return ApiError(409, refusal.code, refusal.message, extra={"comment": standing})
    return ApiError(409, refusal.code, refusal.message)


def add_handlers(api: NinjaAPI) -> None:
    """Teach an API to answer every exception with a problem document."""
    handlers: dict[type[Exception], Callable[..., HttpResponse]] = {
        ApiError: lambda _request, error: problem(error),
        exceptions.CommentError: lambda _request, error: problem(error_of(error)),
        Http404: lambda _request, _error: problem(not_found()),
        ValidationError: lambda _request, error: problem(_invalid(error)),
        AuthenticationError: lambda _request, _error: problem(_unauthenticated()),
        HttpError: lambda _request, error: problem(_from_ninja(error)),
        RequestDataTooBig: lambda _request, _error: problem(_too_large()),
        RawPostDataException: lambda _request, _error: problem(_not_json()),
        UnreadablePostError: lambda _request, _error: problem(
            ApiError(400, "unreadable", _("The body is incomplete."))
        ),
        Exception: _unexpected,
    }
    for exception, handler in handlers.items():
        api.add_exception_handler(exception, handler)


def _invalid(error: ValidationError) -> ApiError:
    """422 with the fields named; 404 when it is the address that names nothing possible."""
    if any(one["loc"][0] == "path" for one in error.errors):
        return not_found()
    return FieldsError("invalid", [(_field_name(one["loc"]), _field_message(one["type"])) for one in error.errors])


def _field_name(location: Sequence[str | int]) -> str:
    """The path of a field as a client knows it: without the source and the name of our argument."""
    skipped = 2 if location[0] == "body" else 1
    return ".".join(str(part) for part in location[skipped:]) or "body"


def _field_message(kind: str) -> str | Promise:
    return FIELD_MESSAGES.get(kind, OTHER_FIELD_MESSAGE)


def _unauthenticated() -> ApiError:
    detail = _("Please sign in, or send a token.")
    return ApiError(401, "unauthenticated", detail, headers={"WWW-Authenticate": "Bearer"})


def _from_ninja(error: HttpError) -> ApiError:
    """What the parser found wrong comes wrapped; the rest of the framework's own refusals are bad requests."""
    if isinstance(error.__cause__, ApiError):
        return error.__cause__
    return ApiError(400, "bad_request", _("The request could not be understood."))


def _too_large() -> ApiError:
    return ApiError(413, "too_large", _("The body is too large; at most 128 KiB are possible."))


def _not_json() -> ApiError:
    return ApiError(415, "unsupported_media_type", _("Send the body as application/json."))


def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    """500. Logged with its trace, and told to whoever listens for such errors, as Django itself would."""
    logger.error("Unexpected error at %s", request.path, exc_info=error)
    got_request_exception.send(sender=None, request=request)
    return problem(internal_error())
