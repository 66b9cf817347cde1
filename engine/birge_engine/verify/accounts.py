"""The accounts as the entries make them: versions without a gap, floors never crossed, balances at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import codes
from ..books import ACCOUNT_TYPES


class ReplayFault(ValueError):
    """An entry that the books cannot take."""


class Account:
    """One account while entries go by. `amount` is what it holds: normal × Σ, in minor units."""

    __slots__ = ("amount", "book", "guarded", "normal", "version")

    def __init__(self, code: str) -> None:
        """Raise ReplayFault for a code that names no account."""
        try:
            kind = ACCOUNT_TYPES[codes.parse(code).type]
        except ValueError as error:
            raise ReplayFault(str(error)) from error
        self.book, self.normal, self.guarded = str(kind.book), kind.normal, kind.guarded
        self.amount = self.version = 0


class Accounts:
    """All accounts by code and currency."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Account] = {}

    def holds(self, code: str, currency: str) -> int:
        """Return what an account holds now, zero if no entry has touched it."""
        account = self.known.get((code, currency))
        return account.amount if account else 0

    def move(self, book: str, postings: list[dict[str, Any]]) -> None:
        """Apply the postings of one entry. Raises ReplayFault; the accounts are of no use after that."""
        for posting in postings:
            key = (posting["account"], posting["currency"])
            account = self.known.get(key)
            if account is None:
                account = self.known[key] = Account(posting["account"])
            if account.book != book:
                raise ReplayFault(f"{key[0]} is not an account of the book {book}")
            account.amount += account.normal * posting["amount"]
            if account.guarded:
                self._guard(account, posting)
            elif "version" in posting:
                raise ReplayFault(f"{key[0]} is not guarded and has no versions")

    def _guard(self, account: Account, posting: Mapping[str, Any]) -> None:
        version = posting.get("version")
        if version != account.version + 1:
            raise ReplayFault(
                f"version {version} of {posting['account']} does not follow version {account.version}: "
                "an entry is missing, doubled or out of order"
            )
        account.version = version
        if account.amount < 0:
            raise ReplayFault(
                f"{posting['account']} would hold {account.amount} {posting['currency']} (minor units): "
                "less than nothing"
            )
