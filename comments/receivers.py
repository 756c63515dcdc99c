"""What follows from the news inside this app."""

from __future__ import annotations
