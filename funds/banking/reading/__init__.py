"""Reading bank statements: 1C, camt.053, MT940, CSV, XLSX. Pure Python; whoever calls decides what to do with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .basics import (
    CAMT,
    CSV,
    EXPONENTS,
    FORMATS,
    MAX_BYTES,
    MAX_LINES,
    MT940,
    ONE_C,
    PROVEN,
    XLSX,
    Statement,
    StatementError,
    StatementLine,
    account_key,
    same_account,
    text_key,
)
from .camt import camt_read
from .chaining import chosen, statements_of
from .columns import columns_check, columns_suggest
from .decoding import by_mark
from .mt940 import mt940_read
from .onec import one_c_read
from .tables import csv_read, table_head, xlsx_read

__all__ = [
    "CAMT",
    "CSV",
    "EXPONENTS",
    "FORMATS",
    "MAX_BYTES",
    "MAX_LINES",
    "MT940",
    "ONE_C",
    "PROVEN",
    "XLSX",
    "Statement",
    "StatementError",
    "StatementLine",
    "account_key",
    "chosen",
    "columns_check", "columns_suggest",
    "format_named",
    "format_of",
    "same_account",
    "statement_read",
    "statements_read",
    "table_head",
    "text_key",
]  # fmt: skip
_NAMES = {"1cclientbankexchange": ONE_C, "camt": CAMT, "camt.053": CAMT, "swift": MT940, "sta": MT940}
_MT940_BEGINS = re.compile(rb"^(?:\{4:\s*)?:20:", re.MULTILINE)


def statement_read(
    data: bytes,
    format: str = "auto",  # noqa: A002
    mapping: Mapping[str, Any] | None = None,
    *,
    account: str = "",
    currency: str = "",
) -> Statement:
    """Read what a file says of one account; with several in it, `account` says of which.

    `mapping` names the columns of a table (see `columns_suggest`), else they are found by their headings. `currency`
    is that of the account, for files that do not say theirs. What the file says against itself (a balance that does
    not come out) is in `problems`. Raises StatementError where it cannot be read.
    """
    return chosen(statements_read(data, format, mapping, account=account, currency=currency), account, currency)


def statements_read(
    data: bytes,
    format: str = "auto",  # noqa: A002
    mapping: Mapping[str, Any] | None = None,
    *,
    account: str = "",
    currency: str = "",
) -> list[Statement]:
    """Read all accounts of a file. Raises StatementError."""
    if len(data) > MAX_BYTES:
        raise StatementError("too_large", most=MAX_BYTES // 1024 // 1024)
    if not data.strip():
        raise StatementError("empty")
    named = format_of(data) if format == "auto" else format_named(format)
    if named == ONE_C:
        drafts = one_c_read(data, currency=currency)
    elif named == CAMT:
        drafts = camt_read(data)
    elif named == MT940:
        drafts = mt940_read(data)
    else:
        drafts = (csv_read if named == CSV else xlsx_read)(data, mapping or {}, account=account, currency=currency)
    return statements_of(drafts)


def format_named(name: str) -> str:
    """Return our name of a format. Raises StatementError (`format`)."""
    lowered = name.strip().lower()
    found = _NAMES.get(lowered, lowered)
    if found not in FORMATS:
        raise StatementError("format", name=name[:30])
    return found


def format_of(data: bytes) -> str:
    """Return which format this is, by how it begins. What is nothing else may be a table."""
    head = data[:4096]
    if by_mark(head) == "utf-16":
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"PK\x03\x04"):
        return XLSX
    if begin.startswith(b"<"):
        return CAMT
    if begin.startswith(b"1CClientBankExchange"):
        return ONE_C
    return MT940 if _MT940_BEGINS.search(head) else CSV
