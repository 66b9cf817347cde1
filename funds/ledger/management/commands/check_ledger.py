"""Say whether the books agree with themselves."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from funds.ledger.checks import check_ledger
from funds.ledger.models import Entry


class Command(BaseCommand):
    """Exit with an error and a list if anything is wrong."""

    help = "Checks every entry, balance and floor of the ledger; fails with a list of faults."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run all checks."""
        faults = check_ledger()
        for fault in faults:
            self.stderr.write(str(fault))
        if faults:
            raise CommandError(f"{len(faults)} faults")
        self.stdout.write(f"The books agree: {Entry.objects.count()} entries, no fault.")
