"""A pool's month: what was there, what came and went, what is there. Made from the ledger and held against it.

A month is one in UTC, by the day on which an entry was booked. Free money and each rule's money are accounts of their
own; on each of them opening + lines = closing, and all lines of all time must come to what the ledger keeps as its
balance, else nothing is shown (StatementMismatch).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Min, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import override

from birge import clock
from birge.errors import InvalidInput
from birge_engine.journals import BYTE_ORDER_MARK, FORMULA, amount_text
from funds.ledger import codes
from funds.ledger.models import Account, Balance, Posting
from funds.matching.models import Rule

from .models import Pool
from .statement_words import Words

CSV_HEADER = (
    *("pool", "month", "account", "rule", "line", "date", "kind", "words", "purpose"),
    *("amount", "amount_minor", "balance", "balance_minor", "currency", "entry"),
)


class StatementMismatch(Exception):
    """The lines do not come to what the ledger keeps as the balance. That is a fault of ours, never of the reader."""


@dataclass(frozen=True)
class StatementLine:
    """One movement. `amount_minor` is signed; `purpose` is the public id of what stands on the other side."""

    date: dt.date
    kind: str
    words: str
    purpose: str
    amount_minor: int
    balance_minor: int  # after it
    entry_id: str


@dataclass(frozen=True)
class StatementAccount:
    """One account in one month (minor units). `rule_ref` is empty for the free money."""

    code: str
    rule_ref: str
    name: str
    opening_minor: int
    lines: list[StatementLine]
    closing_minor: int


@dataclass(frozen=True)
class Statement:
    """A pool's month: its free money, and what is set aside for each rule."""

    pool_ref: str
    pool_name: str
    organisation: str
    custodian: str
    currency: str
    year: int
    month: int
    language: str
    free: StatementAccount
    set_aside: list[StatementAccount] = field(default_factory=list)

    @property
    def accounts(self) -> list[StatementAccount]:
        """Return all accounts, the free money first."""
        return [self.free, *self.set_aside]

    @property
    def opening_minor(self) -> int:
        """Return what the pool held when the month began."""
        return sum(account.opening_minor for account in self.accounts)

    @property
    def closing_minor(self) -> int:
        """Return what the pool held when the month had ended, or holds now."""
        return sum(account.closing_minor for account in self.accounts)

    @property
    def first(self) -> dt.date:
        """Return the month's first day."""
        return dt.date(self.year, self.month, 1)

    @property
    def last(self) -> dt.date:
        """Return the month's last day, or today in the month that still runs."""
        return min(_after(self.year, self.month) - dt.timedelta(days=1), max(self.first, clock.today()))


def statement(pool: Pool, year: int, month: int, language: str, *, named: bool = False) -> Statement:
    """Return the pool's statement, with words in `language`; ten queries at most, however long it is.

    A giver's chosen name beside their sum is for the pool's own people and its custodian (`named`), not for everyone.
    Raises InvalidInput (`month`) for one that is none or has not begun, StatementMismatch.
    """
    if not (1 <= month <= 12 and 2000 <= year <= 9999) or dt.date(year, month, 1) > clock.today():
        raise InvalidInput(_("There is no such month yet."), field="month")
    with override(language):
        # Entries that are booked while we read are newer than the balance that is read first, and are left out.
        accounts = list(_accounts(pool))
        rules = _rules(accounts)
        kept = {row.account_id: row for row in Balance.objects.filter(account__in=accounts)}
        moved, sums = _moved(accounts, kept, year, month), _sums(accounts, kept, year, month)
        words = Words(pool, language, (posting for lines in moved.values() for posting in lines), named=named)
        made = [
            _account(account, kept[account.pk], moved[account.pk], sums.get(account.pk, (0, 0)), words, rules)
            for account in accounts
        ]
        free = next((each for each in made if not each.rule_ref), None)
        return Statement(
            pool_ref=pool.public_id,
            pool_name=pool.name(language),
            organisation=pool.organisation.name(language),
            custodian=pool.custodian.name(language),
            currency=pool.currency,
            year=year,
            month=month,
            language=language,
            free=free or StatementAccount(_free_code(pool), "", str(_("Free money")), 0, [], 0),
            set_aside=[each for each in made if each.rule_ref and (each.lines or each.opening_minor)],
        )


def months_of(pool: Pool) -> list[tuple[int, int]]:
    """Return the months for which there is a statement, newest first: from the first movement, or opening, till now."""
    first = Posting.objects.filter(account__in=_accounts(pool)).aggregate(day=Min("entry__date"))["day"]
    day, today = (first or pool.opened_at.date()).replace(day=1), clock.today()
    months = []
    while day <= today:
        months.append((day.year, day.month))
        day = _after(day.year, day.month)
    return months[::-1]


def statement_csv(made: Statement, delimiter: str = ";", mark: str = ",") -> str:
    """Return the statement as a table, to be encoded as UTF-8: one row for each opening, line and closing.

    As it stands it opens in Excel with a double click (see `birge_engine.journals.csv_text`); machines read the
    columns that end in `_minor`. Names of columns and kinds are the same in every language.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(CSV_HEADER)
    for row in _rows(made, mark):
        writer.writerow(row)
    return BYTE_ORDER_MARK + out.getvalue()


def _rows(made: Statement, mark: str) -> Iterator[list[str]]:
    for account in made.accounts:
        head = [made.pool_ref, f"{made.year}-{made.month:02}", account.code, account.rule_ref]
        name, opening, closing = _cell(account.name), account.opening_minor, account.closing_minor
        yield [*head, "opening", made.first.isoformat(), "", name, *("", "", ""), *_sum_cells(made, opening, mark), ""]
        for line in account.lines:
            said = [line.date.isoformat(), line.kind, _cell(line.words), line.purpose]
            amount = [amount_text(line.amount_minor, made.currency, mark), str(line.amount_minor)]
            yield [*head, "line", *said, *amount, *_sum_cells(made, line.balance_minor, mark), line.entry_id]
        yield [*head, "closing", made.last.isoformat(), "", name, *("", "", ""), *_sum_cells(made, closing, mark), ""]


def _sum_cells(made: Statement, minor: int, mark: str) -> list[str]:
    return [amount_text(minor, made.currency, mark), str(minor), made.currency]


def _cell(text: str) -> str:
    return FORMULA.sub("'", text)


def _accounts(pool: Pool) -> QuerySet[Account]:
    """Return the pool's accounts: its free money first, then its rules by their code."""
    code = _free_code(pool)
    own = Account.objects.filter(currency=pool.currency, type="held", purpose_ref=pool.public_id)
    return own.filter(custodian_ref=pool.custodian.public_id, code__startswith=code).order_by("code")


def _free_code(pool: Pool) -> str:
    return codes.held_pool(pool.custodian.public_id, pool.public_id)


def _rules(accounts: Iterable[Account]) -> dict[str, str]:
    refs = [codes.parse(account.code).line for account in accounts]
    return dict(Rule.objects.filter(public_id__in=filter(None, refs)).values_list("public_id", "name"))


def _moved(accounts: list[Account], kept: dict[int, Balance], year: int, month: int) -> dict[int, list[Posting]]:
    """Return the month's postings by account, in the order in which they were written, none newer than the balance."""
    first, after = dt.date(year, month, 1), _after(year, month)
    found = Posting.objects.filter(account__in=accounts, entry__date__gte=first, entry__date__lt=after)
    found = found.select_related("account", "entry__reverses").prefetch_related("entry__postings__account")
    lines: dict[int, list[Posting]] = {account.pk: [] for account in accounts}
    for posting in found.order_by("version"):
        if (posting.version or 0) <= kept[posting.account_id].version:
            lines[posting.account_id].append(posting)
    return lines


def _sums(accounts: list[Account], kept: dict[int, Balance], year: int, month: int) -> dict[int, tuple[int, int]]:
    """Return for each account what its postings before and after the month come to, none newer than the balance."""
    known = Q()
    for account in accounts:
        known |= Q(account=account, version__lte=kept[account.pk].version)
    before, behind = Q(entry__date__lt=dt.date(year, month, 1)), Q(entry__date__gte=_after(year, month))
    rows = Posting.objects.filter(known, account__in=accounts).values("account").order_by()
    found = rows.annotate(before=Sum("amount", filter=before), behind=Sum("amount", filter=behind))
    return {row["account"]: (int(row["before"] or 0), int(row["behind"] or 0)) for row in found}


def _account(
    account: Account,
    kept: Balance,
    moved: list[Posting],
    sums: tuple[int, int],
    words: Words,
    rules: dict[str, str],
) -> StatementAccount:
    opening, later = (account.normal * each for each in sums)
    balance, lines = opening, []
    for posting in moved:
        amount = account.normal * posting.amount
        balance += amount
        lines.append(
            StatementLine(
                date=posting.entry.date,
                kind=posting.entry.kind,
                words=words.say(posting),
                purpose=words.purpose(posting),
                amount_minor=amount,
                balance_minor=balance,
                entry_id=str(posting.entry_id),
            )
        )
    if balance + later != kept.amount:
        raise StatementMismatch(f"{account.code} {account.currency}: {balance} + {later} is not {kept.amount}")
    rule_ref = codes.parse(account.code).line
    name = _("Set aside for “%(rule)s”") % {"rule": rules.get(rule_ref, rule_ref)} if rule_ref else _("Free money")
    return StatementAccount(account.code, rule_ref, name, opening, lines, balance)


def _after(year: int, month: int) -> dt.date:
    """Return the first day of the month behind this one."""
    return dt.date(year + month // 12, month % 12 + 1, 1)
