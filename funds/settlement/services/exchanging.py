"""A payment in another currency than the plan's: by which rate it counts."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from birge.errors import InvalidInput
from birge.money import Money
from funds.payments.models import Payment
from funds.rates.selectors import Converted, RateMissing, convert
from projects.works.models import Project


def arrival_worth(amount: Money, project: Project, received_on: dt.date) -> Converted | None:
    """Return what a sum that came on this day counts in the plan; None where it is in the plan's currency.

    By the last trusted rate of the Bank on or before that day. Raises RateMissing (`received_on`): no rate is made up;
    InvalidInput (`amount`) for what counts nothing.
    """
    if amount.currency == project.currency:
        return None
    try:
        worth = convert(amount, project.currency, received_on)
    except RateMissing as missing:
        text = _("We do not know the rate of %(currency)s for this day. An administrator has to load it first.")
        raise RateMissing(text % {"currency": amount.currency}, field="received_on") from missing
    if worth.got.minor <= 0:
        raise InvalidInput(_("The amount must be more than nothing."), field="amount")
    return worth


def worth_set(payment: Payment, project: Project) -> bool:
    """Note on a locked payment what it counts in the plan; say whether it had to be exchanged. It is not saved here."""
    worth = arrival_worth(payment.amount, project, payment.received_on)
    if worth is None:
        return False
    payment.plan_amount_minor, payment.rate = worth.got.minor, worth.rate
    payment.rate_source, payment.rate_on = worth.source, worth.on
    return True
