"""What needs a real PostgreSQL and a real Redis, and the servers for it."""

from __future__ import annotations
