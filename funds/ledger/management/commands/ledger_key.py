"""`manage.py ledger_key`: make the key of the log, or say which it is."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from funds.ledger.signing import Signer


class Command(BaseCommand):
    """Run once, where the sequencer will run; keep the file as one keeps a seal."""

    help = "Make the key that signs the public log unless there is one, and print its public side."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the key as it is published."""
        signer = Signer()
        self.stdout.write(str(signer.key_make()))
