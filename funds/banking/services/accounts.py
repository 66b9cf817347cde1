"""Accounts of a custodian, and how their bank writes tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import Conflict, InvalidInput
from birge.money import EXPONENTS
from birge.organisations.models import Organisation, OrganisationKind
from birge.organisations.permissions import Action, require
from funds.screening.matching import Party
from funds.screening.selectors import Seen
from funds.screening.services import ref_of, screen, screen_again, screening_require
from funds.screening.states import PartyKind, Subject

from ..models import BankAccount, ColumnMapping
from ..reading import StatementError, account_key, columns_check
from ..wording import error_text


@transaction.atomic
def bank_account_open(
    *, custodian: Organisation, number: str, currency: str, name: str, opened_on: dt.date, actor: User
) -> BankAccount:
    """Write down an account whose statements will be taken in.

    Its bank is looked up in the block lists: by the number of the account, and by `name`, in which people write it.
    Raises NotAllowed, InvalidInput with its field, Conflict (`bank_account_twice`), RuleNotMet (`listed` until a person
    has decided, see `funds.screening.services.screening_ask`; `blocked`).
    """
    require(actor, Action.PAYMENT_RECORD, custodian)
    if custodian.kind != OrganisationKind.CUSTODIAN:
        raise InvalidInput(_("Only custodians hold money."), field="custodian")
    if not 4 <= len(account_key(number)) <= 40:
        raise InvalidInput(_("Please write the number of the account as the bank does."), field="number")
    if currency not in EXPONENTS:
        raise InvalidInput(_("This currency is not known here."), field="currency")
    screening_require(**_looked_up(custodian, number, name))
    try:
        with transaction.atomic():
            account = BankAccount.objects.create(
                custodian=custodian, number=account_key(number), currency=currency,
                name=name.strip()[:120] or currency, opened_on=opened_on,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict(_("This account is written down already."), code="bank_account_twice", field="number") from None
    screen(**_looked_up(custodian, number, name), organisation=custodian, actor=actor)
    audit_record(actor=actor, action=Action.PAYMENT_RECORD, obj=account, organisation=custodian, opened=True)
    return account


def account_screen_again(account: BankAccount, seen: Seen) -> bool:
    """Look the account's bank up once more if the lists have changed since; say whether that was so."""
    said = _looked_up(account.custodian, account.number, account.name)
    return screen_again(**said, organisation=account.custodian, seen=seen) is not None


def _looked_up(custodian: Organisation, number: str, name: str) -> dict[str, Any]:
    return {
        "subject": Subject.BANK_ACCOUNT,
        "ref": ref_of(custodian, account_key(number)),
        "parties": [Party(PartyKind.BANK, name.strip(), "bank_account", (account_key(number),))],
        "countries": [custodian.country],
    }


@transaction.atomic
def columns_save(*, account: BankAccount, columns: Mapping[str, Any], actor: User) -> ColumnMapping:
    """Keep which column is what. Raises NotAllowed, InvalidInput (field `columns`)."""
    require(actor, Action.PAYMENT_RECORD, account.custodian)
    try:
        columns_check(columns)
    except StatementError as error:
        raise InvalidInput(error_text(error), code="columns", field="columns") from None
    mapping, _made = ColumnMapping.objects.update_or_create(account=account, defaults={"columns": dict(columns)})
    audit_record(actor=actor, action=Action.PAYMENT_RECORD, obj=account, organisation=account.custodian, columns=True)
    return mapping
