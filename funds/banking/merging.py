"""Which lines of a file are new to the account. Pure: what is known comes in, what to keep goes out.

A file shows all lines of its days. So a line is known if the bank's own id is; else if day, amount, text and other
side are; else, from another format that wrote it differently, if day and amount are. True twins stay twins, because
lines are counted against lines. Where that leaves a doubt, the balances decide (`fits`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .reading import Statement, StatementLine, account_key

SURE, TEXT, WEAK = 3, 2, 1  # how a line of the file is known: by its id, by all it says, by day and amount


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line of the account that an earlier file brought, and in which format."""

    line: StatementLine
    format: str
    digest: str = ""  # as it was kept; the words of the line may be forgotten since


@dataclass(frozen=True, slots=True)
class History:
    """What the account is known to have had: a balance at the beginning of a day, and sums of its days since."""

    start_day: dt.date | None = None
    start_minor: int = 0
    sums: Mapping[dt.date, int] = field(default_factory=dict)
    last_day: dt.date | None = None
    last_closing: int | None = None

    def before(self, day: dt.date, new: Mapping[dt.date, int]) -> int:
        """Return the balance at the beginning of a day, with `new` lines among those known."""
        assert self.start_day is not None  # noqa: S101
        low, high = sorted((self.start_day, day))
        between = sum(sum(minor for on, minor in sums.items() if low <= on < high) for sums in (self.sums, new))
        return self.start_minor + (between if day >= self.start_day else -between)


@dataclass(frozen=True, slots=True)
class Merged:
    """The new lines, and how many of the file were known; `problem` if no reading of it fits what is known."""

    new: tuple[StatementLine, ...]
    duplicates: int
    problem: str = ""
    expected_minor: int = 0


def merge(statement: Statement, known: Sequence[KnownLine], history: History) -> Merged:
    """Say which booked lines of the statement are new. Two readings that both fit cannot differ in money."""
    lines = statement.booked
    how = _paired(lines, known, statement.format)
    same_format = bool(known) and all(each.format == statement.format for each in known)
    levels = (TEXT, WEAK, SURE) if same_format else (WEAK, TEXT, SURE)
    readings = [tuple(line for line, by in zip(lines, how, strict=True) if by < level) for level in levels]
    for new in readings:
        if not _problem(statement, history, new):
            return Merged(new, len(lines) - len(new))
    problem = _problem(statement, history, readings[0])
    expected = history.before(statement.first_day, {}) if statement.first_day and history.start_day else 0
    return Merged((), 0, problem, expected)


def _problem(statement: Statement, history: History, new: Iterable[StatementLine]) -> str:
    """Return why the account, with these new lines, would not agree with the statement: `gap`, `overlap` or nothing."""
    first, last = statement.first_day, statement.last_day
    opening, closing = statement.opening_minor, statement.closing_minor
    if first is None or last is None or opening is None or closing is None:
        return ""
    if history.start_day is None:  # lines may be known, but no balance: this one is the first
        history = replace(history, start_day=first, start_minor=opening)
    sums = _by_day(new)
    begins = history.before(first, sums) == opening
    begins = begins or (first == history.last_day and opening == history.last_closing)  # later on the same day
    if begins and history.before(last + dt.timedelta(days=1), sums) == closing:
        return ""
    shown = opening + sum(line.amount_minor for line in statement.booked if line.day < last)
    if begins and not sums and history.before(last, sums) == shown:
        return ""  # made earlier on its last day than what is known
    return "gap" if history.last_day and first > history.last_day else "overlap"


def _by_day(lines: Iterable[StatementLine]) -> dict[dt.date, int]:
    sums: dict[dt.date, int] = defaultdict(int)
    for line in lines:
        sums[line.day] += line.amount_minor
    return dict(sums)


def _paired(lines: Sequence[StatementLine], known: Sequence[KnownLine], kind: str) -> list[int]:
    """Return for each line how it is known (SURE, TEXT, WEAK), 0 if it is not. Each known line answers for one."""
    how = [0] * len(lines)
    free = set(range(len(known)))
    _pair_forgotten(lines, known, how, free)
    for level, key in (
        (SURE, lambda line: line.key if line.reference else None),
        (TEXT, lambda line: (line.day, line.amount_minor, line.text_key, account_key(line.other_account))),
        (TEXT, lambda line: (line.day, line.amount_minor, line.text_key) if line.text_key else None),
        (WEAK, lambda line: (line.day, line.amount_minor)),
    ):
        _pair(lines, known, kind, how, free, level, key)
    return how


def _pair_forgotten(lines: Sequence[StatementLine], known: Sequence[KnownLine], how: list[int], free: set[int]) -> None:
    """Pair lines whose words were forgotten by what they hashed to when they came."""
    blank: dict[str, list[int]] = defaultdict(list)
    for place in sorted(free, reverse=True):
        each = known[place]
        if each.digest and not (each.line.text or each.line.other_account or each.line.reference):
            blank[each.digest].append(place)
    for number, line in enumerate(lines):
        if blank.get(line.digest):
            free.discard(blank[line.digest].pop())
            how[number] = TEXT


def _pair(
    lines: Sequence[StatementLine],
    known: Sequence[KnownLine],
    kind: str,
    how: list[int],
    free: set[int],
    level: int,
    key: Callable[[StatementLine], Hashable | None],
) -> None:
    """Pair what has the same key. Ids of one bank in one format that differ say that the lines do, too."""
    with_id: dict[Hashable, list[int]] = defaultdict(list)
    others: dict[Hashable, list[int]] = defaultdict(list)
    for place in sorted(free, reverse=True):
        each = known[place]
        found = key(each.line)
        if found is not None:
            (with_id if each.line.reference and each.format == kind else others)[found].append(place)
    for number, line in enumerate(lines):
        found = None if how[number] else key(line)
        if found is None:
            continue
        pools = (with_id, others) if level == SURE or not line.reference else (others,)
        pool = next((each[found] for each in pools if each.get(found)), None)
        if pool:
            free.discard(pool.pop())
            how[number] = level
