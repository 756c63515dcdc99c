"""A text as it would appear, before it is sent."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from comments.api.schemas import PreviewIn, PreviewOut, Problem
from comments.services.posting import preview_text
from comments.throttling import client_network

router = Router(tags=["Discussion"])


@router.post(
    "/preview", response={200: PreviewOut, (400, 413, 415, 422, 429): Problem}, summary="See a text as it would appear"
)
def post_preview(request: HttpRequest, payload: PreviewIn) -> dict[str, str]:
    """The HTML that a comment of this text would have. Nothing is stored."""
    return {"body_html": preview_text(payload.body, network=client_network(request))}
