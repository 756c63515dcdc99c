from __future__ import annotations

from django.core.management.base import BaseCommand
from tqdm import tqdm

from comments.services.rendering import count_outdated, render_outdated


class Command(BaseCommand):
    """Brings stored texts up to the rules of rendering of this release."""

    help = (
        "Render all texts anew that earlier rules of rendering made. Safe at any time, also while the site is in use."
    )

    def handle(self, *_args: object, **_options: object) -> None:
        number = sum(1 for _revision in tqdm(render_outdated(), total=count_outdated(), unit=" texts", disable=None))
        self.stdout.write(f"{number} texts were rendered anew.")
