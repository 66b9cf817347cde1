"""`manage.py sequence`: give waiting entries their place in the public log and sign its head."""

from __future__ import annotations

import signal
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, close_old_connections

from funds.ledger.leaves import LeafMismatch
from funds.ledger.sequencing import AT_ONCE, sequence_all
from funds.ledger.signing import Signer, SigningRefused


class Command(BaseCommand):
    """Once, or for ever with --every; several may run, one of them works."""

    help = "Give waiting entries their place in the public log and sign its head; once, or every so many seconds."
    stopping = False

    def add_arguments(self, parser: CommandParser) -> None:
        """How often, and how many at once."""
        parser.add_argument("--every", type=float, default=0, metavar="SECONDS")
        parser.add_argument("--at-once", type=int, default=AT_ONCE, metavar="ENTRIES")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run; end with an error where a person has to look, for nothing more may be signed then."""
        signer = Signer()
        signal.signal(signal.SIGTERM, self._stop)
        while True:
            started = time.monotonic()
            try:
                done = sequence_all(signer=signer, at_once=options["at_once"])
            except (LeafMismatch, SigningRefused) as refusal:
                raise CommandError(str(refusal)) from refusal
            except OperationalError as error:  # the database went away, or is busy: it comes back
                if not options["every"]:
                    raise
                self.stderr.write(f"waiting for the database: {error}")
                close_old_connections()
            else:
                if done.taken or not options["every"]:
                    self.stdout.write(f"{done.taken} entries more, {done.size} signed")
            if not options["every"] or self.stopping:
                return
            time.sleep(max(0.0, options["every"] - (time.monotonic() - started)))

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Finish what was begun, then end. To be killed instead does no harm either."""
        self.stopping = True
