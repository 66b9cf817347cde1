"""The ledger page by page, newest first. Pages are cut by key and never counted: the millionth entry is as near.

First come entries that still wait for their place in the log, then the log itself, backwards. What touches certain
accounts is found along their statements, so that it costs what it shows and not what there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from .models import Account, Checkpoint, Entry, LogLeaf, Outbox, Posting, StatementLine

WAITING = "w"  # begins a cursor among entries that wait; otherwise it is a place in the log
MOST_ACCOUNTS = 400  # SQLite joins no more than 500 queries; a project has some dozens


@dataclass(frozen=True)
class Seen:
    """One entry; `index` is its place in the log, None while it waits; `final` once a checkpoint covers it."""

    entry: Entry
    index: int | None
    final: bool


@dataclass(frozen=True)
class EntryPage:
    """Some entries; `next_cursor` is empty on the last page. `after` says whether this is not the first one."""

    seen: list[Seen]
    next_cursor: str
    after: bool

    @property
    def entries(self) -> list[Entry]:
        """Return the entries alone."""
        return [each.entry for each in self.seen]


@dataclass(frozen=True)
class Line:
    """One line of an account's statement: what an entry did to it, and what it held after that (minor units)."""

    entry: Entry
    index: int
    amount: int
    balance: int


def entries_page(*, purpose_ref: str = "", after: str = "", size: int = 50) -> EntryPage:
    """Return up to `size` entries, newest first, after the cursor. A cursor that means nothing starts at the top."""
    accounts = _accounts_of(purpose_ref) if purpose_ref else None
    waiting_below, log_below = _cursor(after)
    started = waiting_below is not None or log_below is not None
    waiting = [] if log_below is not None else _waiting(accounts, waiting_below, size + 1)
    room = size + 1 - len(waiting)
    logged = _logged(accounts, log_below, room) if room > 0 else []
    final = entries_covered()
    seen = [Seen(row.entry, None, final=False) for row in waiting]
    seen += [Seen(leaf.entry, leaf.index, leaf.index < final) for leaf in logged]
    return EntryPage(seen[:size], _next(seen, waiting, size), started)


def account_page(account: Account, *, after: str = "", size: int = 50) -> tuple[list[Line], str]:
    """Return the newest lines of an account's statement below the cursor, and the next cursor."""
    rows = StatementLine.objects.filter(account=account).order_by("-index")
    below = _cursor(after)[1]
    if below is not None:
        rows = rows.filter(index__lt=below)
    lines = list(rows[: size + 1])
    leaves = LogLeaf.objects.select_related("entry").in_bulk([line.index for line in lines[:size]])
    shown = [Line(leaves[line.index].entry, line.index, line.amount, line.balance) for line in lines[:size]]
    return shown, str(lines[size - 1].index) if len(lines) > size else ""


def account_holds(account: Account) -> int:
    """Return what an account holds: by its last line, and what waits for the log after that (minor units)."""
    last = StatementLine.objects.filter(account=account).order_by("-index").values_list("balance", flat=True).first()
    tail = Posting.objects.filter(account=account, entry__outbox__isnull=False).values_list("amount", flat=True)
    return (last or 0) + account.normal * sum(tail)


def entry_seen(entry: Entry) -> Seen:
    """Return where one entry stands."""
    leaf = LogLeaf.objects.filter(entry=entry).first()
    index = leaf.index if leaf else None
    return Seen(entry, index, index is not None and index < entries_covered())


def entries_covered() -> int:
    """Return how many entries the newest checkpoint covers: those are final."""
    return Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0


def _accounts_of(purpose_ref: str) -> list[int]:
    return list(Account.objects.filter(purpose_ref=purpose_ref).values_list("pk", flat=True)[:MOST_ACCOUNTS])


def _cursor(after: str) -> tuple[int | None, int | None]:
    """Return (below this number among those that wait, below this place in the log); at most one is given."""
    digits = after.removeprefix(WAITING)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        return None, None
    return (int(digits), None) if after.startswith(WAITING) else (None, int(digits))


def _waiting(accounts: Sequence[int] | None, below: int | None, count: int) -> list[Outbox]:
    rows = Outbox.objects.order_by("-id").select_related("entry").prefetch_related(_postings("entry__postings"))
    if below is not None:
        rows = rows.filter(id__lt=below)
    if accounts is not None:
        rows = rows.filter(Exists(Posting.objects.filter(entry=OuterRef("entry"), account__in=accounts)))
    return list(rows[:count])


def _logged(accounts: Sequence[int] | None, below: int | None, count: int) -> list[LogLeaf]:
    rows: QuerySet[LogLeaf] = LogLeaf.objects.select_related("entry").prefetch_related(_postings("entry__postings"))
    if accounts is not None:
        rows = rows.filter(index__in=_touching(accounts, below, count))
    elif below is not None:
        rows = rows.filter(index__lt=below)
    return list(rows.order_by("-index")[:count])


def _touching(accounts: Sequence[int], below: int | None, count: int) -> list[int]:
    """Return the last places in the log that touch one of the accounts: the newest lines of each, joined."""
    if not accounts:
        return []
    limit = below if below is not None else 2**62
    one = (
        "SELECT idx FROM (SELECT idx FROM ledger_statementline WHERE account_id = %s AND idx < %s "
        "ORDER BY idx DESC LIMIT %s) AS line"
    )
    sql = " UNION ".join([one] * len(accounts)) + " ORDER BY idx DESC LIMIT %s"
    parameters = [value for account in accounts for value in (account, limit, count)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, count])
        return [row[0] for row in cursor.fetchall()]


def _postings(path: str) -> Prefetch[str, QuerySet[Posting], str]:
    return Prefetch(path, queryset=Posting.objects.select_related("account").order_by("k"))


def _next(seen: list[Seen], waiting: list[Outbox], size: int) -> str:
    if len(seen) <= size:
        return ""
    last = seen[size - 1]
    return f"{WAITING}{waiting[size - 1].id}" if last.index is None else str(last.index)
