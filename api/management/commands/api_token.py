"""Make, show anew or take back a person's token for the REST API."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rest_framework.authtoken.models import Token

from birge.accounts.models import User


class Command(BaseCommand):
    """`api_token EMAIL [--revoke]`: the token is shown once more or made; a new one replaces the old with --renew."""

    help = "Print the REST API token of a person, making it if there is none."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what the command takes."""
        parser.add_argument("email", help="the person's e-mail address")
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--renew", action="store_true", help="replace the token; the old one stops working")
        group.add_argument("--revoke", action="store_true", help="delete the token and make none")

    def handle(self, *args: Any, email: str, renew: bool, revoke: bool, **options: Any) -> None:
        """Do it."""
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active person with the address {email}.")
        if renew or revoke:
            Token.objects.filter(user=user).delete()
        if revoke:
            self.stdout.write("The token is taken back.")
            return
        token, _made = Token.objects.get_or_create(user=user)
        self.stdout.write(token.key)
