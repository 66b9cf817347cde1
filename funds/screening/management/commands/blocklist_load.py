"""`manage.py blocklist_load FILE`: take in a block list of banks, persons and firms."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from birge.errors import BirgeError
from funds.screening.reading import MOST_BYTES
from funds.screening.services import blocklist_load


class Command(BaseCommand):
    """The form of the file is described in docs/security.md."""

    help = "Take in a block list (CSV in UTF-8). Versions before it stay; the newest of each source counts."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say whose list it is and of which day."""
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--source", required=True, help="who gives it out: OFAC, UK, EU…")
        parser.add_argument("--date", required=True, type=dt.date.fromisoformat, help="the day of the list, YYYY-MM-DD")
        parser.add_argument("--shrunk", action="store_true", help="it names far fewer than before, and rightly so")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, and say what became of it."""
        try:
            with Path(options["file"]).open("rb") as file:
                data = file.read(MOST_BYTES + 1)
            made = blocklist_load(
                data=data, source=options["source"], version=options["date"], shrunk=options["shrunk"]
            )
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}", returncode=2) from error
        except BirgeError as error:
            raise CommandError(f"{options['file']}: {error}", returncode=2) from error
        self.stdout.write(f"{made}: {made.name_count} names, sha256 {made.sha256}")
