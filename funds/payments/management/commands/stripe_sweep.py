"""`manage.py stripe_sweep`: ask Stripe what we have not heard. Run it once a day; it is idempotent."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from birge.errors import BirgeError
from funds.payments.models import StripeQuarantine
from funds.payments.providers.stripe.accounts import accounts_heard
from funds.payments.providers.stripe.sweep import sweep


class Command(BaseCommand):
    """Missed events, attempts without an end and, after a long silence or when told, every payment."""

    help = "Ask Stripe for missed events, unsettled payments and, beyond 30 days or with --full, compare every payment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --full."""
        parser.add_argument("--full", action="store_true", help="compare every payment and refund, too")

    def handle(self, *args: Any, full: bool = False, **options: Any) -> None:
        """Sweep each account, say what was found, exit with an error if something waits for a person."""
        failed: list[str] = []
        for account in accounts_heard():
            try:
                report = sweep(account, full=full)
            except BirgeError as refusal:
                failed.append(f"{account.label} ({refusal.code})")
                continue
            self.stdout.write(
                f"{account.label}: missed {len(report.missed)}, processed {report.processed}, "
                f"settled {report.settled}, compared {report.compared}, failed {len(report.failed)}"
            )
            for event_id in report.missed:
                self.stdout.write(f"  never delivered: {event_id}")
            failed += report.failed
        waiting = StripeQuarantine.objects.filter(agreed_by=None).count()
        if waiting:
            self.stdout.write(f"quarantined, not explained: {waiting}")
        if failed:
            raise CommandError("not settled: " + ", ".join(failed))
