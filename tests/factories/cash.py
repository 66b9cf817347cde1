"""Cash in somebody's hands: lines of statements, devices, and days that pass."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import time_machine
from allauth.account.models import EmailAddress

from birge import clock
from birge.accounts.models import User
from birge.money import Money
from birge.organisations.models import Organisation
from funds.banking.models import BankAccount, BankLine, StatementFile
from funds.cash.models import CashBanking, CashReceipt
from funds.cash.selectors import receipts_all
from funds.settlement.services import box_cash_bank_ask, box_cash_bank_confirm
from tests.factories.funds import factor

_numbers = itertools.count(1)


def line_at_bank(custodian: Organisation, minor: int, /, *, currency: str = "KGS") -> BankLine:
    """Return a line of the custodian's statement that nothing explains yet."""
    n, today = next(_numbers), clock.today()
    account, _made = BankAccount.objects.get_or_create(
        number=f"10301{custodian.pk:011d}",
        currency=currency,
        defaults={"custodian": custodian, "name": "Фонд", "opened_on": today},
    )
    file = StatementFile.objects.create(
        account=account, sha256=f"{n:064x}", format="csv", first_day=today, last_day=today, line_count=1, new_count=1
    )
    return BankLine.objects.create(
        account=account,
        file=file,
        day=today,
        amount_minor=minor,
        currency=currency,
        number=f"{n}",
        identity=f"line-{n}",
    )


def receipt_of(payment: Any) -> Any:
    """Return the receipt of a payment with what of it is banked."""
    return receipts_all().get(payment=payment)


def days_later(days: int) -> Any:
    """Let so many days pass."""
    return time_machine.travel(clock.now() + dt.timedelta(days=days), tick=True)


def numbers(organisation: Organisation) -> list[str]:
    """Return the numbers that this organisation gave out, in their order."""
    return [each.label for each in CashReceipt.objects.filter(office__organisation=organisation).order_by("id")]


def reachable(user: User, *, phone: str | None = None, email: str | None = None) -> User:
    """Let this person have a phone, or one more address."""
    if phone:
        user.phone = phone
        user.save(update_fields=["phone"])
    if email:
        EmailAddress.objects.create(user=user, email=email, verified=False, primary=False)
    return user


def asked(world: Any, minor: int, /, **changes: Any) -> CashBanking:
    """Let the custodian's officer say that cash of its own box came to the bank."""
    n = next(_numbers)
    request = {
        "custodian": world.custodian,
        "amount": Money(minor, "KGS"),
        "actor": world.officer,
        "bank_reference": f"BOX-{n}",
        "idempotency": ("user:test", f"box-{n}"),
    }
    return box_cash_bank_ask(**(request | changes))


def confirmed(world: Any, banking: CashBanking) -> CashBanking:
    """Let the second officer book it."""
    return box_cash_bank_confirm(banking=banking, actor=world.second_officer, proof=factor(world.second_officer))
