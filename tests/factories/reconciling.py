"""Statements of a custodian's bank, and which line is what."""

from __future__ import annotations

import datetime as dt
import itertools

from birge import clock
from birge.money import Money
from funds.banking.models import BankAccount, BankLine
from funds.banking.services import line_explain, statement_import
from funds.payments.models import Payment
from funds.releases.models import Refund, Release
from tests.factories.statements import Told, one_c

_numbers = itertools.count(1)


def line(minor: int, *, day: dt.date | None = None, **more: str) -> Told:
    """Return one line of a statement: came above zero, went below; today unless told otherwise."""
    return Told(day or clock.today(), minor, f"Помощь {next(_numbers)}", **more)


def stated(
    account: BankAccount, *lines: Told, opening: int = 0, days: tuple[dt.date, dt.date] | None = None
) -> list[BankLine]:
    """Take in a statement with these lines, up to today unless `days` tell otherwise; return all lines so far."""
    days = days or (min([each.day for each in lines] or [clock.today()]), clock.today())
    data = one_c(list(lines), opening=opening, days=days, account=account.number)
    report = statement_import(account=account, data=data, actor=None)
    assert not report.errors
    return list(BankLine.objects.filter(account=account).order_by("id"))


def tie(known: BankLine, thing: Payment | Release | Refund) -> BankLine:
    """Say that this line of the bank is this thing of our books."""
    return line_explain(known, ref=thing.public_id, amount=Money(known.amount_minor, known.currency))
