from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from moderation.services.indexing import index_comments


class Command(BaseCommand):
    help = "Write anew what the desk searches and orders by: words, linked domains, what was found. May be stopped and repeated."

    def handle(self, *_args: Any, **_options: Any) -> None:
        count = 0
        last = index_comments()
        while last:
            count += 1
            self.stdout.write(f"up to comment {last}", ending="\r")
            last = index_comments(after=last)
        self.stdout.write(self.style.SUCCESS(f"Done: {count} batches."))
