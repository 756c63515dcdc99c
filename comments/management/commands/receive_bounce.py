from __future__ import annotations

import collections
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from comments.services.bounces import Kind, receive

# sysexits.h: the mail server keeps the mail and comes again.
TRY_AGAIN = 75


class Command(BaseCommand):
    """Takes mails that came back. Never answers one. Exit code 75 asks the mail server to come again; nothing is lost."""

    help = "Read a returned mail from standard input, or all new ones of a Maildir, and stop writing to addresses that are gone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--recipient", default="", help="the address it came to, as the mail server knows it")
        parser.add_argument("--maildir", type=Path, help="a Maildir: reads what is in new/, moves it to cur/")

    def handle(self, *_args: object, recipient: str, maildir: Path | None, **_options: object) -> None:
        if maildir is None:
            try:
                kind = receive(sys.stdin.buffer.read(), recipient=recipient)
            except DatabaseError:
                self.stderr.write("The database does not answer; please come again later.")
                sys.exit(TRY_AGAIN)
            self.stdout.write(kind.value)
            return
        if not (maildir / "new").is_dir():
            raise CommandError(f"{maildir} is no Maildir: it has no folder named new.")
        self._read(maildir)

    def _read(self, maildir: Path) -> None:
        """Each mail is moved once what it asks for is done; one that fails stays where it is, and so do those after it."""
        (maildir / "cur").mkdir(exist_ok=True)
        counts: collections.Counter[Kind] = collections.Counter()
        for path in sorted((maildir / "new").iterdir()):
            try:
                counts[receive(path.read_bytes())] += 1
            except (DatabaseError, OSError):
                self.stderr.write(f"{path.name} could not be taken in; it stays in new/.")
                sys.exit(TRY_AGAIN)
            path.rename(maildir / "cur" / f"{path.name}:2,S")
        self.stdout.write(", ".join(f"{counts[kind]} {kind.value}" for kind in Kind))
