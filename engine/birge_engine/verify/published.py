"""What an export says of its accounts (`accounts.json`), beside what the entries make of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .accounts import Account, Accounts
from .faults import Fault

Published = Sequence[Mapping[str, Any]]
FIELDS = {"code": str, "currency": str, "type": str, "book": str, "normal": int, "guarded": bool, "balance": int}


def accounts_read(text: str) -> list[Mapping[str, Any]]:
    """Return the accounts in this text. Raises ValueError unless each has exactly the fields that it should have."""
    try:
        rows = json.loads(text)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(rows, list):
        raise ValueError("no list of accounts")
    for row in rows:
        if not isinstance(row, dict) or {name: type(value) for name, value in row.items()} != FIELDS:
            raise ValueError(f"{str(row)[:80]!r} is no account")
    return rows


def published_faults(accounts: Accounts, published: Published) -> Iterator[Fault]:
    """Find what was published of accounts and is not so: each account once, what it is, and what it holds."""
    said = {(row["code"], row["currency"]): row for row in published}
    if len(said) != len(published):
        yield Fault("an account was published twice")
    for code, currency in sorted(said.keys() | accounts.known.keys()):
        row, account = said.get((code, currency)), accounts.known.get((code, currency))
        if account is None:
            yield Fault(f"{code} {currency} was published, but no entry is about it")
        elif row is None:
            yield Fault(f"{code} holds {account.amount} {currency} by the entries, but was not published")
        elif row["balance"] != account.amount:
            text = f"{code} holds {account.amount} {currency} by the entries, but {row['balance']} were published"
            yield Fault(f"{text} (minor units)")
        else:
            yield from _described(code, account, row)


def _described(code: str, account: Account, row: Mapping[str, Any]) -> Iterator[Fault]:
    is_so = {
        "type": code.partition(":")[0],
        "book": account.book,
        "normal": account.normal,
        "guarded": account.guarded,
    }
    for name, value in is_so.items():
        if row.get(name, value) != value:
            yield Fault(f"{code} was published with {name} {row[name]!r}, but it is {value!r}")
