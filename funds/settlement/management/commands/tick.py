"""`manage.py tick`: let time pass. Run it every few minutes; it is idempotent."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from funds.rates.fetching import rates_fetch_if_due
from funds.settlement.services import tick


class Command(BaseCommand):
    """Ask again, lapse, end grace, expire, settle rounds, remind, send unsent messages; fetch rates if they are due."""

    help = "Let time pass: deadlines, horizons, grace periods, reminders and unsent messages."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once and say what happened; exit with an error if something has to be looked at."""
        report = tick()
        self.stdout.write(
            f"asked again {len(report.asked_again)}, lapsed {len(report.lapsed)}, "
            f"expired {len(report.expired)}, proposals not decided in time {len(report.proposals_expired)}, "
            f"reminded {len(report.reminded)}, rounds settled {len(report.rounds)}, "
            f"rules ended {len(report.rules_ended)}, "
            f"cards to be charged {len(report.charges)}, told of cash {len(report.cash_told)}, "
            f"sent again {report.resent}"
        )
        fetched = rates_fetch_if_due()
        if fetched is not None and fetched.failed:
            self.stderr.write("The National Bank's rates could not be fetched; the last known ones stand.")
        if report.failed:
            raise CommandError("refused for: " + ", ".join(report.failed))
