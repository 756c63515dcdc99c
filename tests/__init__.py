"""Tests. They mirror the apps; `flows`, `browser`, `services` and `hostile` go across them."""

from __future__ import annotations
