"""Taking a statement in: read, held against itself and against what is known, then each new line is kept once."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.db import transaction
from django.db.models import Sum

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.organisations.permissions import Action, require

from ..merging import History, KnownLine, Merged, merge
from ..models import BankAccount, BankLine, ColumnMapping, StatementFile
from ..reading import Statement, StatementError, StatementLine, chosen, statements_read
from ..suggesting import Suggestion, suggest
from ..wording import error_text
from .looking import expected, lines_look_again

logger = logging.getLogger(__name__)
_S = BankLine.Status
_BATCH = 500


@dataclass(slots=True)
class ImportReport:
    """What a file said and what came of it. Amounts are minor units of `currency`; with errors nothing was kept."""

    format: str = ""
    account: str = ""
    opening: int | None = None
    closing: int | None = None
    currency: str = ""
    lines: int = 0  # booked entries of the file
    new: int = 0
    duplicates: int = 0
    matched: int = 0  # of the new ones that brought money: by reference
    suggested: int = 0
    unidentified: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)  # code, message, line
    warnings: list[dict[str, Any]] = field(default_factory=list)  # the same; they stop nothing
    dry_run: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)

    def refuse(self, *errors: StatementError) -> ImportReport:
        """Keep why nothing is taken in."""
        self.errors += _told(errors)
        return self

    def tell(self, statements: Sequence[Statement]) -> None:
        """Tell what stands in the file; balances only if it is of one account."""
        first = statements[0]
        self.format, self.currency = first.format, first.currency
        self.lines = sum(len(each.booked) for each in statements)
        self.account = ", ".join(each.account for each in statements)
        self.warnings = _told(warning for each in statements for warning in each.warnings)
        if len(statements) == 1:
            self.opening, self.closing = first.opening_minor, first.closing_minor
        elif any(each.currency != first.currency for each in statements):
            self.currency = ""

    def count(self, suggestions: Sequence[Suggestion]) -> None:
        """Tell how many are known by their reference, suggested, unidentified."""
        counted = Counter(each.status for each in suggestions)
        self.matched, self.suggested = counted[_S.MATCHED], counted[_S.SUGGESTED]
        self.unidentified = counted[_S.UNIDENTIFIED]


def statement_look(data: bytes, *, file_format: str = "auto", mapping: Mapping[str, Any] | None = None) -> ImportReport:
    """Say what a file would tell, of whichever account it is. The database is not asked."""
    report = ImportReport(dry_run=True)
    try:
        statements = _read(lambda: statements_read(data, file_format, mapping))
    except StatementError as error:
        return report.refuse(error)
    report.tell(statements)
    problems = [problem for each in statements for problem in each.problems]
    if problems:
        return report.refuse(*problems)
    report.new = report.lines
    report.count([found for each in statements for found in suggest(each.booked, [])])
    return report


def statement_import(
    *,
    account: BankAccount | None,
    data: bytes,
    actor: User | None,
    file_format: str = "auto",
    mapping: Mapping[str, Any] | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Take a statement in, whole or not at all; what is wrong with it stands in the report's `errors`.

    The same line from another file, another format or an overlapping period is kept once; true twins are both kept.
    Opening and lines must come to closing, and continue what is known of the account. With `dry_run` nothing is
    written, and without an account nothing is asked of the database. `actor` is nobody for a shell. Raises NotAllowed.
    """
    if account is None:
        if not dry_run:
            raise ValueError("without an account there is only a dry run")
        return statement_look(data, file_format=file_format, mapping=mapping)
    if actor is not None:
        require(actor, Action.PAYMENT_RECORD, account.custodian)
    report = ImportReport(dry_run=dry_run)
    try:
        statement = _statement_of(account, data, file_format, mapping, report)
    except StatementError as error:
        return report.refuse(error)
    if statement.problems:
        return report.refuse(*statement.problems)
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        if not dry_run:
            BankAccount.objects.select_for_update().get(pk=account.pk)
        if StatementFile.objects.filter(account=account, sha256=digest).exists():
            report.duplicates = report.lines
            return report
        return _take_in(account, statement, digest, actor, report)


def _take_in(
    account: BankAccount, statement: Statement, digest: str, actor: User | None, report: ImportReport
) -> ImportReport:
    merged = _merged(account, statement)
    if merged.problem:
        known, stated = merged.expected_minor, statement.opening_minor or 0
        return report.refuse(StatementError(merged.problem, known=known, stated=stated, currency=statement.currency))
    report.new, report.duplicates = len(merged.new), merged.duplicates
    awaited = expected(account)
    suggestions = suggest(merged.new, awaited)
    report.count(suggestions)
    if not report.dry_run:
        file = _file_keep(account, statement, digest, actor, report)
        _lines_keep(account, file, merged.new, suggestions)
        lines_look_again(account, awaited)
        audit_record(
            actor=actor, action=Action.PAYMENT_RECORD, obj=account, organisation=account.custodian,
            statement=digest[:16], lines=report.lines, new=report.new,
        )  # fmt: skip
    return report


def _read(read: Callable[[], list[Statement]]) -> list[Statement]:
    """Read, whatever a broken file makes a reader do."""
    try:
        return read()
    except StatementError:
        raise
    except Exception as error:  # a file from outside: it may be anything
        logger.warning("a statement could not be read: %s", type(error).__name__)
        raise StatementError("unreadable", kind=type(error).__name__) from None


def _statement_of(
    account: BankAccount, data: bytes, file_format: str, mapping: Mapping[str, Any] | None, report: ImportReport
) -> Statement:
    saved = ColumnMapping.objects.filter(account=account).first()
    columns = mapping if mapping is not None else saved.columns if saved else None
    facts = {"account": account.number, "currency": account.currency}
    statements = _read(lambda: statements_read(data, file_format, columns, **facts))
    report.tell(statements)
    statement = chosen(statements, account.number, account.currency)
    report.tell([statement])
    if statement.currency != account.currency:
        raise StatementError("account_currency", stated=statement.currency, account=account.currency)
    if statement.first_day is None or statement.last_day is None:
        raise StatementError("no_lines")
    tomorrow = clock.today() + dt.timedelta(days=1)  # it may be there already where the bank is
    latest = max((line.day for line in statement.lines), default=statement.first_day)
    if latest > tomorrow:
        raise StatementError("future", day=latest.isoformat())
    return replace(statement, last_day=max(latest, min(statement.last_day, tomorrow)))


def _merged(account: BankAccount, statement: Statement) -> Merged:
    lines = BankLine.objects.filter(account=account)
    overlapping = lines.filter(day__gte=statement.first_day, day__lte=statement.last_day)
    known = [
        KnownLine(
            StatementLine(
                day=each.day, amount_minor=each.amount_minor, currency=each.currency, reference=each.bank_reference,
                text=each.text, other_account=each.other_account, number=each.number, ordinal=each.ordinal,
            ),
            each.file.format,
            each.identity.rpartition("-")[0],
        )
        for each in overlapping.select_related("file").order_by("id")
    ]  # fmt: skip
    sums = {row["day"]: row["total"] for row in lines.order_by().values("day").annotate(total=Sum("amount_minor"))}
    return merge(statement, known, _history(account, sums))


def _history(account: BankAccount, sums: Mapping[Any, int]) -> History:
    files = StatementFile.objects.filter(account=account, opening_minor__isnull=False, closing_minor__isnull=False)
    first = files.order_by("id").first()
    last = files.order_by("-last_day", "-id").first()
    if first is None or last is None or first.opening_minor is None:
        return History(sums=sums)
    return History(first.first_day, first.opening_minor, sums, last.last_day, last.closing_minor)


def _file_keep(
    account: BankAccount, statement: Statement, digest: str, actor: User | None, report: ImportReport
) -> StatementFile:
    assert statement.first_day is not None and statement.last_day is not None  # noqa: PT018, S101
    return StatementFile.objects.create(
        account=account, sha256=digest, format=statement.format, opening_minor=statement.opening_minor,
        closing_minor=statement.closing_minor, first_day=statement.first_day, last_day=statement.last_day,
        line_count=report.lines, new_count=report.new, uploaded_by=actor, uploaded_at=clock.now(),
    )  # fmt: skip


def _lines_keep(
    account: BankAccount, file: StatementFile, new: Sequence[StatementLine], suggestions: Sequence[Suggestion]
) -> None:
    found = {id(each.line): each for each in suggestions}
    taken = _taken(account, new)
    rows = []
    for line in new:
        digest = line.digest
        ordinal = taken[digest]
        taken[digest] += 1
        suggestion = found.get(id(line))
        matched = suggestion is not None and suggestion.status == _S.MATCHED
        rows.append(
            BankLine(
                account=account, file=file, day=line.day, amount_minor=line.amount_minor, currency=line.currency,
                bank_reference=line.reference, number=line.number, text=line.text, other_name=line.other_name,
                other_account=line.other_account, ordinal=ordinal, identity=f"{digest}-{ordinal}",
                status=suggestion.status if suggestion else _S.NEW,
                expected_ref=suggestion.candidates[0].ref if suggestion and matched else "",
            )
        )  # fmt: skip
    BankLine.objects.bulk_create(rows, batch_size=_BATCH)


def _taken(account: BankAccount, new: Sequence[StatementLine]) -> Counter[str]:
    """Return how many lines of each identity are kept already."""
    days = {line.day for line in new}
    if not days:
        return Counter()
    kept = BankLine.objects.filter(account=account, day__gte=min(days), day__lte=max(days))
    return Counter(identity.rpartition("-")[0] for identity in kept.values_list("identity", flat=True))


def _told(errors: Iterable[StatementError]) -> list[dict[str, Any]]:
    return [{"code": each.code, "message": error_text(each), "line": each.line} for each in errors]
