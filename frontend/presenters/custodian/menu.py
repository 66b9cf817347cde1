"""The menu of the custodian's desk: every page, under the question it answers."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from birge.organisations.models import Organisation
from frontend.presenters.facts import Link
from funds.payments.models import StripeAccount


def custodian_menu(custodian: Organisation) -> list[tuple[str, list[Link]]]:
    """Return headings, each with its pages. Stripe is there only for whom takes cards."""

    def to(name: str, text: str) -> Link:
        return Link(reverse(name, args=[custodian.public_id]), text)

    cards = StripeAccount.objects.filter(custodian=custodian).exists()
    return [
        (
            _("Money that comes"),
            [
                to("custodian_payments", _("All payments")),
                to("custodian_ways", _("Ways to pay")),
                to("custodian_cash", _("Our cash box, and what came to the bank")),
                *([to("custodian_stripe", _("Cards: at Stripe"))] if cards else []),
            ],
        ),
        (
            _("The bank"),
            [
                to("custodian_bank", _("The bank: statements and their lines")),
                to("custodian_agreeing", _("Do our books agree with the bank?")),
                to("custodian_exchange", _("Exchange of currencies")),
            ],
        ),
        (
            _("Money that leaves"),
            [
                to("custodian_refunds", _("Money to go back")),
                to("custodian_gifts_back", _("Gifts asked back")),
                to("custodian_transfers", _("To and from other custodians")),
                to("custodian_reserve", _("The reserve")),
            ],
        ),
        (
            _("What it is for"),
            [
                to("custodian_balances", _("Where the money is, project by project")),
                to("custodian_projects", _("Projects, and stopping one")),
                to("custodian_pools", _("Common funds, and cash with their treasurers")),
            ],
        ),
        (
            _("To be on guard"),
            [
                to("custodian_watch", _("What looks wrong")),
                to("custodian_screening", _("Block lists")),
            ],
        ),
        (
            _("About ourselves"),
            [
                to("organisation", _("People and offices")),
                to("custodian_public", _("Our public page")),
            ],
        ),
    ]
