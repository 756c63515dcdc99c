"""The moderators' side as JSON: the queue, decisions, undo. `routers.router` is mounted below moderation/."""

from __future__ import annotations
