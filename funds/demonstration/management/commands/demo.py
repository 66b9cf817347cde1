"""`manage.py demo`: ten invented communities with their projects, in a database of one's own."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from funds.demonstration.build import demonstration_build
from funds.demonstration.people import PASSWORD, sign_in_cards


class Command(BaseCommand):
    """Build the demonstration unless it is there, and say whom to sign in as."""

    help = "Builds the demonstration (play money, invented people) and says whom to sign in as. Can be run again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, and print the people."""
        with translation.override("en"):
            try:
                summary = demonstration_build()
                cards = sign_in_cards()
            except ImproperlyConfigured as refusal:
                raise CommandError(str(refusal)) from None
        if summary is None:
            self.stdout.write("The demonstration is there already; nothing was changed.")
        else:
            self.stdout.write(
                f"Built {summary.projects} projects with {summary.entries} entries in the ledger, "
                f"in {summary.steps} steps and {summary.seconds:.0f} seconds."
            )
        self.stdout.write(f"Sign in with the password {PASSWORD}; codes are on the page /en/demo/.")
        width = max((len(card.email) for card in cards), default=0)
        for card in cards:
            self.stdout.write(f"  {card.email:{width}}  {card.name}: {card.office}")
