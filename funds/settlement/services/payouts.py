"""A payout of Stripe is a line of the bank: found by its sum and day, and tied to it by an officer."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import InvalidInput, RuleNotMet
from birge.money import Money
from birge.organisations.permissions import Action, require
from funds.banking.models import BankLine
from funds.banking.services import line_explain
from funds.payments.models import StripePayout

NEAR = dt.timedelta(days=3)  # a bank books at the weekend's end what Stripe sent before it


def payout_line(payout: StripePayout) -> BankLine | None:
    """Return the bank's line that this payout is tied to."""
    return BankLine.objects.filter(payment_ref=payout.public_id).first()


def payout_lines(payout: StripePayout) -> list[BankLine]:
    """Return the lines of the custodian's statements that may be this payout: its sum, near its day, still free."""
    lines = BankLine.objects.filter(
        account__custodian=payout.account.custodian,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        day__range=(payout.arrives_on - NEAR, payout.arrives_on + NEAR),
        payment_ref="",
    )
    return sorted(lines, key=lambda line: (abs(line.day - payout.arrives_on), line.pk))


@transaction.atomic
def payout_explain(*, payout: StripePayout, line: BankLine, actor: User) -> StripePayout:
    """Tie a booked payout to its line of the statement, as the custodian's officer.

    Doing it once more changes nothing. Raises NotAllowed, InvalidInput (`line`), RuleNotMet (`not_booked`,
    `tied_already`), Conflict (`line_explained`).
    """
    custodian = payout.account.custodian
    require(actor, Action.PAYMENT_CONFIRM, custodian)
    if line.account.custodian_id != custodian.pk:
        raise InvalidInput(_("This line is of another bank account."), field="line")
    fresh = StripePayout.objects.select_for_update(of=("self",), no_key=True).get(pk=payout.pk)
    if fresh.entry_id is None or fresh.mirror_entry_id is not None:
        raise RuleNotMet(_("Stripe does not say that this payout is at the bank."), code="not_booked")
    tied = payout_line(fresh)
    if tied is not None and tied.pk != line.pk:
        raise RuleNotMet(_("This payout is tied to another line already."), code="tied_already")
    line_explain(line, ref=fresh.public_id, amount=Money(fresh.amount_minor, fresh.currency))
    audit_record(actor=actor, action="payout_explain", obj=fresh, organisation=custodian, line=line.public_id)
    return fresh
