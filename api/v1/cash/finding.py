"""Cash for somebody. What is not theirs looks like what does not exist."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from api.access import custodians_of
from birge.accounts.models import User
from birge.errors import InvalidInput, NotFound
from funds.banking.models import BankLine
from funds.cash.models import CashBanking, CashReceipt, CashTakeBack
from funds.pools.models import Pool


def bankings_seen(user: User) -> QuerySet[CashBanking]:
    """Return the bankings of the custodians whose officer this person is."""
    return CashBanking.objects.filter(custodian__in=custodians_of(user)).select_related("custodian", "deposit__line")


def banking_for(user: User, public_id: str) -> CashBanking:
    """Return one of them. Raises NotFound."""
    found = bankings_seen(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def take_back_for(user: User, public_id: str) -> CashTakeBack:
    """Return a wish about one of them. Raises NotFound."""
    wishes = CashTakeBack.objects.filter(banking__in=bankings_seen(user))
    found = wishes.select_related("banking__custodian", "banking__deposit__line").filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def line_named(user: User, public_id: str | None) -> BankLine | None:
    """Return the line of the statement that a body names, or None if it names none. Raises InvalidInput (`line`)."""
    if public_id is None:
        return None
    lines = BankLine.objects.filter(account__custodian__in=custodians_of(user), public_id=public_id)
    found = lines.select_related("account__custodian").first()
    if found is None:
        raise InvalidInput(_("We do not know this line of the bank."), field="line", code="unknown")
    return found


def line_needed(user: User, public_id: str) -> BankLine:
    """Return the line that a body has to name. Raises InvalidInput (`line`)."""
    found = line_named(user, public_id)
    if found is None:
        raise InvalidInput(_("We do not know this line of the bank."), field="line", code="unknown")
    return found


def bankings_named(user: User, public_ids: list[str]) -> list[CashBanking]:
    """Return the bankings that a body names. Raises InvalidInput (`bankings`)."""
    found = list(bankings_seen(user).filter(public_id__in=public_ids))
    if len(found) != len(set(public_ids)):
        raise InvalidInput(_("We do not know all of these."), field="bankings", code="unknown")
    return found


def receipts_named(pool: Pool, public_ids: list[str]) -> list[CashReceipt]:
    """Return the receipts of a pool's cash that a body names. Raises InvalidInput (`receipts`)."""
    found = list(CashReceipt.objects.filter(payment__pool_ref=pool.public_id, public_id__in=public_ids))
    if len(found) != len(set(public_ids)):
        raise InvalidInput(_("We do not know all of these."), field="receipts", code="unknown")
    return found
