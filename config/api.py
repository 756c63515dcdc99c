"""The API as a whole: comments makes it, moderation adds its part. The only place that knows both."""

from __future__ import annotations

from comments.api.api import create_api
from moderation.api.articles import router as articles_router
from moderation.api.reports import router as reports_router
from moderation.api.restrictions import router as restrictions_router
from moderation.api.routers import router as moderation_router

api = create_api()
api.add_router("", reports_router)
api.add_router("", restrictions_router)
api.add_router("moderation", moderation_router)
api.add_router("moderation", articles_router)
