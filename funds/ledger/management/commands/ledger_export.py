"""`manage.py ledger_export`: write the archive with which anybody can check the ledger offline."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from funds.ledger.publishing import archive_write, archive_write_if_due


class Command(BaseCommand):
    """Every night, or now."""

    help = "Write the archive of the whole ledger: entries, checkpoint, rules, accounts, rates."

    def add_arguments(self, parser: CommandParser) -> None:
        """Only where today's is missing, if asked."""
        parser.add_argument("--if-due", action="store_true", help="do nothing if there is one of today (UTC)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say where it lies."""
        path = archive_write_if_due() if options["if_due"] else archive_write()
        if path is not None:
            self.stdout.write(str(path))
        elif not options["if_due"]:
            raise CommandError("Nothing has been signed yet: run `manage.py sequence` first.")
