"""Sums in two currencies in plain words: what was given, what it counts, by whose rate of which day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from babel.numbers import format_decimal
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge.i18n.dates import day_text
from birge.money import Money, format_money
from funds.payments.models import Payment
from funds.pledges.models import Pledge
from funds.rates.selectors import Converted


def rate_text(currency: str, rate: Decimal, plan_currency: str) -> str:
    """Return a rate as one reads it: `1 RUB = 0,92 KGS`."""
    language = {"ky": "ru"}.get(_tongue(), _tongue())
    number = format_decimal(rate.normalize(), format="0.########", locale=language)
    return f"1 {currency} = {number} {plan_currency}".replace(" ", "\u00a0")


def counts_text(given: Money, plan: Money, rate: Decimal, on: dt.date) -> str:
    """Return what a sum counts in the plan, with the rate, whose it is, and its day."""
    words = {
        "plan": format_money(plan, _tongue()),
        "rate": rate_text(given.currency, rate, plan.currency),
        "day": day_text(on, _tongue()),
    }
    return _("≈ %(plan)s (%(rate)s, rate of the National Bank of %(day)s)") % words


def worth_text(worth: Converted) -> str:
    """Return the same for a sum that was just reckoned, and whether its rate is old; nothing in the plan's currency."""
    if not worth.source:
        return ""
    text = counts_text(worth.given, worth.got, worth.rate, worth.on)
    old = _("This rate is old: nothing newer is known.")
    return f"{text}. {old}" if worth.old else text


def pledge_counts(pledge: Pledge) -> str:
    """Return what a promise counts in the plan; nothing where it is in its currency."""
    if pledge.rate_on is None:
        return ""
    plan = Money(pledge.plan_amount_minor, pledge.project.currency)
    return counts_text(pledge.amount, plan, pledge.rate, pledge.rate_on)


def payment_counts(payment: Payment) -> str:
    """Return what a payment counts in the plan; nothing where it came in its currency, or for no project yet."""
    if payment.plan_amount_minor is None or payment.rate is None or payment.rate_on is None or payment.project is None:
        return ""
    plan = Money(payment.plan_amount_minor, payment.project.currency)
    return counts_text(payment.amount, plan, payment.rate, payment.rate_on)


def difference_text(payment: Payment) -> str:
    """Return how what came differs from what was promised, since currencies were exchanged; nothing if it does not."""
    difference = payment.difference_minor
    if not difference or payment.project is None or payment.kept_minor is None:
        return ""
    currency = payment.project.currency
    words = {
        "kept": format_money(Money(payment.kept_minor, currency), _tongue()),
        "came": format_money(Money(payment.plan_minor, currency), _tongue()),
        "difference": format_money(Money(abs(difference), currency), _tongue()),
    }
    lost = _("It was to be %(kept)s and is %(came)s: the exchange took %(difference)s. The plan counts what came.")
    won = _("It was to be %(kept)s and is %(came)s: the exchange gave %(difference)s. The plan counts what came.")
    return (lost if difference < 0 else won) % words


def _tongue() -> str:
    return (get_language() or "ky")[:2]
