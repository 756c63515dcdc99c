from __future__ import annotations

from django.core.management.base import BaseCommand
from tqdm import tqdm

from comments.services.digests import count_undigested, digest_texts


class Command(BaseCommand):
    """Lets the desk find the same text also among comments that were stored by earlier releases."""

    help = "Write the digests of texts that have none yet. Safe at any time, also while the site is in use."

    def handle(self, *_args: object, **_options: object) -> None:
        number = 0
        with tqdm(total=count_undigested(), unit=" texts", disable=None) as progress:
            for written in digest_texts():
                number += written
                progress.update(written)
        self.stdout.write(f"{number} texts were digested.")
