"""`manage.py rates_fetch`: take in the rates of the National Bank, from its site or from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from birge.accounts.models import User
from birge.errors import BirgeError
from funds.rates.fetching import rates_fetch
from funds.rates.reading import MOST_BYTES
from funds.rates.selectors import rates_last_day
from funds.rates.services import LoadReport, rates_load
from funds.rates.states import RateSource


class Command(BaseCommand):
    """Without a network nothing changes and nothing fails: the last known rates stay."""

    help = "Fetch the exchange rates of the National Bank, or take them from a file it gave out (XML, or CSV)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a file instead of the network, or another address."""
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--file", metavar="FILE", help="take this file, ask nobody")
        where.add_argument("--url", metavar="URL", action="append", help="ask here instead (may be repeated)")
        parser.add_argument("--by", metavar="EMAIL", help="with --file: the administrator who gives it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say what became of it."""
        if options["by"] and not options["file"]:
            raise CommandError("--by goes with --file")
        if options["file"]:
            self._say(self._from_file(options["file"], options["by"]))
            return
        report = rates_fetch(options["url"])
        for loaded in report.loaded:
            self._say(loaded)
        for line in report.failed:
            self.stdout.write(line)
        if report.failed:
            last = rates_last_day()
            self.stdout.write(f"The last known rate is of {last}." if last else "No rate is known yet.")

    def _from_file(self, name: str, email: str | None) -> LoadReport:
        actor = User.objects.filter(email__iexact=email).first() if email else None
        if email and actor is None:
            raise CommandError(f"nobody has the address {email}", returncode=2)
        try:
            with Path(name).open("rb") as file:
                return rates_load(file.read(MOST_BYTES + 1), source=RateSource.NBKR_FILE, actor=actor)
        except OSError as error:
            raise CommandError(f"{name}: {error.strerror}", returncode=2) from error
        except BirgeError as error:
            raise CommandError(f"{name}: {error}", returncode=2) from error

    def _say(self, report: LoadReport) -> None:
        first, last = report.days[0], report.days[-1]
        days = f"{last}" if first == last else f"{first} to {last}"
        self.stdout.write(
            f"{days}: {len(report.trusted)} trusted, {len(report.waiting)} wait for a second person, "
            f"{len(report.refused)} refused, {report.known} known before"
        )
        for rate in (*report.waiting, *report.refused):
            self.stdout.write(f"  {rate.status}: {rate} ({rate.get_doubt_display()})")
        if report.missing:
            self.stdout.write(f"  missing: {', '.join(report.missing)}")
        if report.not_kept:
            self.stdout.write(f"  not kept here: {', '.join(report.not_kept)}")
