from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from comments.embed_build import build_widget, fingerprint
from comments.embed_script import FOLDER, VERSION, embed_script


class Command(BaseCommand):
    """Writes the widget's file of this release from its sources."""

    help = "Build the widget's script and styles into the one file that publishers load."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write the file and print its size, packed, and its integrity."""
        (FOLDER / f"v{VERSION}.js").write_text(build_widget(), encoding="utf-8")
        (FOLDER / f"v{VERSION}.sources").write_text(fingerprint() + "\n", encoding="utf-8")
        built = embed_script()
        self.stdout.write(f"v{VERSION}.js: {len(built.brotli):,} bytes packed (brotli), {built.integrity}")
