"""`manage.py stripe_account`: let a custodian take cards with its own account at Stripe."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.db import transaction

from birge import clock
from birge.audit.services import audit_record
from birge.money import EXPONENTS
from birge.organisations.models import Organisation, OrganisationKind
from funds.payments.models import PaymentKind, PaymentMethod, StripeAccount
from funds.payments.providers.stripe.accounts import account_usable


class Command(BaseCommand):
    """Record the account and the countries whose donors may use it; called again it changes nothing."""

    help = "Let a custodian take cards with its own account at Stripe. The keys are read from the environment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whose account it is, its label, the currency of its balance, and countries."""
        parser.add_argument("custodian", help="public identifier")
        parser.add_argument("label", help="names the keys in the environment and the address of the webhooks")
        parser.add_argument("currency", help="of the account's balance; only what is charged in it is offered")
        parser.add_argument("--country", action="append", default=[], help="of the donors; again for more; none: every")

    @transaction.atomic
    def handle(self, *args: Any, custodian: str, label: str, currency: str, country: list[str], **options: Any) -> None:
        """Write the records and say what is still to be done at Stripe."""
        holder = Organisation.objects.filter(public_id=custodian, kind=OrganisationKind.CUSTODIAN).first()
        if holder is None or currency not in EXPONENTS:
            raise CommandError("There is no such custodian, or no such currency.")
        validate_slug(label)
        other = StripeAccount.objects.filter(custodian=holder, active=True).exclude(label=label).first()
        if other is not None:
            raise CommandError(f"Its active account is {other.label}: switch that off first.")
        account, new = StripeAccount.objects.get_or_create(
            label=label,
            defaults={"custodian": holder, "currency": currency, "livemode": not settings.BIRGE_DEMO},
        )
        if account.custodian_id != holder.pk or account.currency != currency:
            raise CommandError("This label is another account's.")
        if new:
            audit_record(actor=None, action="stripe_account", obj=account, organisation=holder, label=label)
        for donor_country in country or [""]:
            PaymentMethod.objects.get_or_create(
                custodian=holder,
                kind=PaymentKind.STRIPE,
                donor_country=donor_country.upper(),
                valid_to=None,
                defaults={"valid_from": clock.today()},
            )
        self.stdout.write(f"Webhooks go to {settings.SITE_URL}/webhooks/stripe/{label}/")
        if not account_usable(account):
            name = f"STRIPE_{label.upper().replace('-', '_')}"
            self.stdout.write(f"Cards are offered once {name}_KEY and {name}_WEBHOOK_SECRETS are in the environment.")
