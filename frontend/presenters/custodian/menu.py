"""The menu of the custodian's desk: every page, under the question it answers."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from birge.organisations.models import Organisation
from frontend.presenters.facts import Link
from funds.payments.models import StripeAccount


def custodian_menu(custodian: Organisation) -> list[tuple[str, list[Link]]]:
    """Return headings, each with its pages. Stripe is there only for whom takes cards."""
    cards = StripeAccount.objects.filter(custodian=custodian).exists()
    return [
        (heading, [Link(reverse(name, args=[custodian.public_id]), text) for name, text in pages])
        for heading, pages in [*_money(cards=cards), *_rest()]
    ]


def _money(*, cards: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            _("Money that comes"),
            [
                ("custodian_payments", _("All payments")),
                ("custodian_ways", _("Ways to pay")),
                ("custodian_cash", _("Our cash box, and what came to the bank")),
                *([("custodian_stripe", _("Cards: at Stripe"))] if cards else []),
            ],
        ),
        (
            _("The bank"),
            [
                ("custodian_bank", _("The bank: statements and their lines")),
                ("custodian_agreeing", _("Do our books agree with the bank?")),
                ("custodian_exchange", _("Exchange of currencies")),
            ],
        ),
        (
            _("Money that leaves"),
            [
                ("custodian_refunds", _("Money to go back")),
                ("custodian_gifts_back", _("Gifts asked back")),
                ("custodian_transfers", _("To and from other custodians")),
                ("custodian_reserve", _("The reserve")),
            ],
        ),
    ]


def _rest() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            _("What it is for"),
            [
                ("custodian_balances", _("Where the money is, project by project")),
                ("custodian_projects", _("Projects, and stopping one")),
                ("custodian_pools", _("Common funds, and cash with their treasurers")),
            ],
        ),
        (
            _("To be on guard"),
            [("custodian_watch", _("What looks wrong")), ("custodian_screening", _("Block lists"))],
        ),
        (
            _("About ourselves"),
            [("organisation", _("People and offices")), ("custodian_public", _("Our public page"))],
        ),
    ]
