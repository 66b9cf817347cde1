"""Parts of the log for other programs: whole entries that touch certain accounts, in the order of the log.

Only entries that a signed checkpoint covers are given out. They are read a few thousand at a time, so that a million
of them need no more memory than one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from birge_engine.journals import Accounts, Entries, beancount_file, csv_text, hledger_journal

from .models import Account, Checkpoint, LogLeaf, StatementLine

AT_ONCE = 2_000  # entries
PIECE = 64 * 1024  # characters


@dataclass(frozen=True)
class Selection:
    """Entries below `size` that touch an account of each condition in `touching`, in days (UTC) from `first` to `last`.

    The conditions are on Account: see `of_purposes`, `of_pool`, `of_custodian`.
    """

    size: int
    touching: tuple[Q, ...] = ()
    first: dt.date | None = None
    last: dt.date | None = None


@dataclass(frozen=True)
class Format:
    """A kind of file: what it is called behind the dot, what it is for the web, and who writes it."""

    ending: str
    content_type: str
    write: Callable[[Entries, Accounts], Iterator[str]]


FORMATS = {
    "hledger": Format("journal", "text/plain; charset=utf-8", hledger_journal),
    "beancount": Format("beancount", "text/plain; charset=utf-8", beancount_file),
    "csv": Format("csv", "text/csv; charset=utf-8", lambda entries, _accounts: csv_text(entries)),
}


def size_signed() -> int:
    """Return how many entries the newest checkpoint covers."""
    return Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0


def of_purposes(refs: Iterable[str]) -> Q:
    """Return the condition on accounts of these projects, with the shares that villages committed to them."""
    return Q(purpose_ref__in=list(refs))


def of_pool(ref: str) -> Q:
    """Return the condition on accounts of this pool, and of its rules."""
    return Q(purpose_ref=ref, code__contains=f":pool-{ref}")


def of_custodian(ref: str) -> Q:
    """Return the condition on accounts of this custodian."""
    return Q(custodian_ref=ref)


def known(condition: Q) -> bool:
    """Say whether the ledger has such an account."""
    return Account.objects.filter(condition).exists()


def journal(name: str, selection: Selection) -> Iterator[str]:
    """Yield a file in one of the FORMATS, in pieces of some size."""
    piece: list[str] = []
    length = 0
    for text in FORMATS[name].write(entries_selected(selection), accounts_selected(selection)):
        piece.append(text)
        length += len(text)
        if length >= PIECE:
            yield "".join(piece)
            piece, length = [], 0
    yield "".join(piece)


def accounts_selected(selection: Selection) -> Iterator[tuple[str, str]]:
    """Yield (code, currency) of the accounts that were asked for and that the log has touched, by code.

    All of them, if none was asked for. Whole entries touch others beside: those show only as one reads the entries.
    """
    lines = StatementLine.objects.filter(account=OuterRef("pk"), index__lt=selection.size)
    accounts = Account.objects.filter(*selection.touching).filter(Exists(lines))
    yield from accounts.order_by("code", "currency").values_list("code", "currency").iterator(AT_ONCE)


def entries_selected(selection: Selection) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (index, decoded leaf).

    Each question is about one stretch of the log, and answers at most AT_ONCE entries. Where few are found the
    stretches grow, so that a small project in a long log needs few questions.
    """
    low, width = 0, AT_ONCE
    while low < selection.size:
        high = min(low + width, selection.size)
        rows = _rows(selection, low, high)
        yield from ((index, json.loads(bytes(leaf))) for index, leaf in rows)
        if len(rows) == AT_ONCE:
            low, width = rows[-1][0] + 1, max(AT_ONCE, width // 2)
        else:
            low, width = high, width * 4


def _rows(selection: Selection, low: int, high: int) -> list[tuple[int, bytes | memoryview]]:
    """Return the first AT_ONCE leaves that were selected between these places."""
    between = {"index__gte": low, "index__lt": high}
    leaves = LogLeaf.objects.filter(**between)
    for condition in selection.touching:
        lines = StatementLine.objects.filter(account__in=Account.objects.filter(condition), **between)
        leaves = leaves.filter(index__in=lines.values("index"))
    if selection.first is not None:
        leaves = leaves.filter(entry__date__gte=selection.first)
    if selection.last is not None:
        leaves = leaves.filter(entry__date__lte=selection.last)
    return list(leaves.order_by("index").values_list("index", "entry__leaf")[:AT_ONCE])
