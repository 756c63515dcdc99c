"""The NinjaAPI of version 1, with the reader's side mounted. `config/api.py` adds the moderators' side."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, wraps
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.operation import Operation

from comments import cors
from comments.api import lists, own, preview, sign_in, subscriptions, thread, votes
from comments.api.errors import MEDIA_TYPE, ApiError, add_handlers, not_found, problem
from comments.api.parser import JsonParser
from comments.api.public import Freshness, PublicResponse, is_confirmed, make_etag

VERSION = "1.0.0"
MOUNTED_AT = "/api/v1/"
DESCRIPTION = """Comments that a newsroom moderates before the public sees them.

Reading is the same for everybody and cacheable; everything personal is private. Errors are problem documents (RFC 9457):
`code` is for programs, `detail` for people, in German or English as `Accept-Language` asks.
"""
SCHEMA_FRESHNESS = Freshness(max_age=3600, stale_while_revalidate=86400)

View = Callable[..., HttpResponseBase]


class Api(NinjaAPI):
    """A NinjaAPI that answers in problem documents also where the framework itself would answer in plain text."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """As NinjaAPI's, each view wrapped, with the OpenAPI document and an end for every other path."""
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = answer_always(pattern.callback)
        ends = [
            path("openapi.json", answer_always(self.serve_schema), name="openapi-json"),
            path("<path:rest>", answer_always(_nothing_here), name="nothing-here"),
        ]
        return [*patterns, *ends], app_name, namespace

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the view, without its module: clients are generated from it."""
        return operation.view_func.__name__

    def schema_text(self) -> str:
        """The OpenAPI 3.1 document as it is served and checked in."""
        document = self.get_openapi_schema(path_prefix=MOUNTED_AT)
        for methods in document["paths"].values():
            for operation in methods.values():
                _name_problem_type(operation["responses"])
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    def serve_schema(self, request: HttpRequest) -> HttpResponse:
        """The document, for everybody; made once a process."""
        content, etag = _schema_bytes(self)
        if request.method != "GET":
            raise ApiError(405, "method_not_allowed", _METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        if is_confirmed(request, etag):
            return PublicResponse(etag=etag, freshness=SCHEMA_FRESHNESS, status=304)
        return PublicResponse(content, etag=etag, freshness=SCHEMA_FRESHNESS)


def create_api() -> Api:
    """The API of the reader's side; a project adds routers of its own."""
    api = Api(
        title="Marginalia",
        version=VERSION,
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        urls_namespace="api-v1",
        parser=JsonParser(),
    )
    add_handlers(api)
    api.add_router("", thread.router)
    api.add_router("", lists.router)
    api.add_router("", own.router)
    api.add_router("", sign_in.router)
    api.add_router("", votes.router)
    api.add_router("", preview.router)
    api.add_router("", subscriptions.router)
    return api


_METHOD_NOT_ALLOWED = _("This address does not know this method.")


def answer_always(view: View) -> View:
    """The view with HEAD as GET without its body, 404 and 405 as problem documents, and no-store unless it is public.

    Where answers are public, problems too may be read by scripts of every origin.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            response = problem(not_found())
        except ApiError as error:
            response = problem(error)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.headers["Content-Type"].startswith(
            MEDIA_TYPE
        ):
            response = _method_not_allowed(response.headers["Allow"])
        if is_head and isinstance(response, HttpResponse):
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
        if not isinstance(response, PublicResponse):
            response.headers["Cache-Control"] = "private, no-store"
            if cors.is_public_reading(request):
                response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    # Cookies are checked where they are believed, in comments/api/auth.py.
    answer.csrf_exempt = True  # type: ignore[attr-defined]
    return answer


def _method_not_allowed(allowed: str) -> HttpResponse:
    methods = sorted({name.strip() for name in allowed.split(",")} | ({"HEAD"} if "GET" in allowed else set()))
    return problem(ApiError(405, "method_not_allowed", _METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(methods)}))


def _name_problem_type(responses: dict[int, dict[str, dict[str, object]]]) -> None:
    """The framework declares every answer as plain JSON; refusals have a media type of their own."""
    for status, response in responses.items():
        content = response.get("content", {})
        if status >= HTTPStatus.BAD_REQUEST and "application/json" in content:
            response["content"] = {MEDIA_TYPE: content["application/json"]}


def _nothing_here(_request: HttpRequest, rest: str) -> HttpResponse:
    raise Http404(rest)


@cache
def _schema_bytes(api: Api) -> tuple[bytes, str]:
    content = api.schema_text().encode()
    return content, make_etag("openapi", api.schema_text())
