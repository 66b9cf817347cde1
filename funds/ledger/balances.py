"""What accounts hold: normal × Σ, in minor units. Guarded accounts keep a row; the others are summed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from .models import Account, Balance, Posting


@dataclass(frozen=True)
class AccountBalance:
    """One account with what it holds (minor units; positive on the account's normal side)."""

    code: str
    currency: str
    type: str
    custodian_ref: str
    purpose_ref: str
    amount: int


def balance(code: str, currency: str) -> int:
    """Return what one account holds; zero if it does not exist yet."""
    account = Account.objects.filter(code=code, currency=currency).first()
    if account is None:
        return 0
    if account.guarded:
        return Balance.objects.values_list("amount", flat=True).get(account=account)
    total = Posting.objects.filter(account=account).aggregate(total=Sum("amount"))["total"] or 0
    return account.normal * int(total)


def balances_of(accounts: QuerySet[Account]) -> list[AccountBalance]:
    """Return the balances of many accounts in two queries, ordered by code."""
    listed = list(accounts.order_by("code", "currency"))
    sums = dict(
        Posting.objects.filter(account__in=[account.pk for account in listed])
        .values_list("account")
        .annotate(total=Sum("amount"))
        .order_by()
    )
    return [
        AccountBalance(
            code=account.code,
            currency=account.currency,
            type=account.type,
            custodian_ref=account.custodian_ref,
            purpose_ref=account.purpose_ref,
            amount=account.normal * int(sums.get(account.pk, 0)),
        )
        for account in listed
    ]


def balances_for(*, purpose_ref: str) -> list[AccountBalance]:
    """Return all accounts of one purpose (a project's public id)."""
    return balances_of(Account.objects.filter(purpose_ref=purpose_ref))


def balances_by_purpose(purpose_refs: Iterable[str], types: Iterable[str]) -> list[AccountBalance]:
    """Return the accounts of these types for many purposes at once."""
    return balances_of(Account.objects.filter(purpose_ref__in=list(purpose_refs), type__in=list(types)))


def balances_of_custodian(custodian_ref: str) -> list[AccountBalance]:
    """Return all accounts of one custodian."""
    return balances_of(Account.objects.filter(custodian_ref=custodian_ref))


def balances_like(prefix: str) -> list[AccountBalance]:
    """Return all accounts whose code begins with `prefix`."""
    return balances_of(Account.objects.filter(code__startswith=prefix))
