"""A custodian's account at a bank, with lines on it: taken in as files, as in life."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from birge import clock
from birge.accounts.models import User
from birge.documents.models import Document
from birge.documents.services import photo_store
from birge.organisations.models import Organisation
from funds.banking.models import BankAccount, BankLine
from funds.banking.services import reference_for, statement_import

from .funds import photo_file
from .statements import OPENING, Told, account_at_bank, one_c

_numbers = itertools.count(1)


def bank_account(custodian: Organisation, currency: str = "KGS") -> BankAccount:
    """Return a new account of this custodian."""
    return account_at_bank(custodian, number=f"10301200{next(_numbers):08}", currency=currency)


def told(minor: int, text: str = "Помощь селу", *, days_ago: int = 0, **more: Any) -> Told:
    """Return a line of the bank: came (above zero) or went, so many days ago, with an id of its own."""
    n = next(_numbers)
    return Told(
        **{
            "day": clock.today() - dt.timedelta(days=days_ago),
            "minor": minor,
            "text": text,
            "name": f"Неизвестный {n}",
            "number": f"{n}",
            **more,
        }
    )


def paying(group: str, minor: int, **more: Any) -> Told:
    """Return a line that names the reference of a pledge's or gift's group."""
    return told(minor, f"Взнос {reference_for(group)}", **more)


def taken_in(account: BankAccount, *lines: Told, actor: Any = None) -> list[BankLine]:
    """Take these lines in as one statement that continues the last one; return them as they are kept."""
    before = sum(BankLine.objects.filter(account=account).values_list("amount_minor", flat=True))
    known = set(BankLine.objects.filter(account=account).values_list("pk", flat=True))
    data = one_c(lines, opening=OPENING + before, account=account.number)
    report = statement_import(account=account, data=data, actor=actor)
    assert not report.errors, report.errors
    fresh = list(BankLine.objects.filter(account=account).exclude(pk__in=known).select_related("account__custodian"))
    return [next(each for each in fresh if each.number == line.number) for line in lines]


def line_of(account: BankAccount, line: Told) -> BankLine:
    """Return the one line that such a statement brings."""
    return taken_in(account, line)[0]


def qr_picture(custodian: Organisation, actor: User) -> Document:
    """Return the picture that a bank gave this custodian."""
    return photo_store(file=photo_file(), title="QR", actor=actor, organisation=custodian)
