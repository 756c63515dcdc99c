"""The reader's side as JSON, version 1. `docs/reference/api.md` describes it; `api.create_api()` makes it."""

from __future__ import annotations
