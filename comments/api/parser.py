"""What is accepted as a JSON body, before anything looks at its fields."""

from __future__ import annotations

import json
from typing import NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.parser import Parser

from comments.api.errors import ApiError

# A comment of 5,000 characters outside the Basic Multilingual Plane, each written as two escapes, and the other fields.
BODY_BYTES = 128 * 1024


class JsonParser(Parser):
    """Strict JSON: declared as such, UTF-8, of bounded size, without NaN."""

    def parse_body(self, request: HttpRequest) -> dict[str, object]:
        """The decoded body, whatever its type. Raises ApiError 413, 415 or 400."""
        if request.content_type != "application/json":
            raise ApiError(415, "unsupported_media_type", _("Send the body as application/json."))
        if len(request.body) > BODY_BYTES:
            raise ApiError(413, "too_large", _("The body is too large; at most 128 KiB are possible."))
        try:
            decoded: dict[str, object] = json.loads(request.body.decode(), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise ApiError(400, "invalid_json", _("The body is not JSON.")) from error
        return decoded


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
