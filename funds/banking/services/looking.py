"""Lines that wait, held against what is awaited: it changes with every promise and every payment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from birge.organisations.models import Organisation

from ..models import BankAccount, BankLine
from ..reading import StatementLine
from ..suggesting import Expected, Suggestion, suggest

_BATCH = 500


def expected(account: BankAccount) -> Sequence[Expected]:
    """Return what settings.BANKING_EXPECTED says is awaited on this account; nothing without one."""
    if not settings.BANKING_EXPECTED:
        return []
    found: Sequence[Expected] = import_string(settings.BANKING_EXPECTED)(account)
    return found


def lines_free(custodian: Organisation) -> QuerySet[BankLine]:
    """Return a custodian's lines that are nothing yet, the newest first, but for those whose reference names a promise.

    They are what a transfer or an exchange may be. (Cash taken to the bank may bear the reference of one of its gifts.)
    """
    found = BankLine.objects.filter(account__custodian=custodian, payment_ref="")
    known = (BankLine.Status.MATCHED, BankLine.Status.IGNORED)
    return found.exclude(status__in=known).order_by("-day", "-id")


def lines_waiting(account: BankAccount) -> QuerySet[BankLine]:
    """Return the lines of which nobody has said yet what they are."""
    return BankLine.objects.filter(account=account, payment_ref="").exclude(status=BankLine.Status.IGNORED)


def lines_suggest(lines: Iterable[BankLine], awaited: Sequence[Expected]) -> dict[int, Suggestion]:
    """Return what is thought now of each line that waits and brought money, by the line's primary key."""
    kept = [line for line in lines if line.waits and line.amount_minor > 0]
    read = [_as_read(line) for line in kept]
    return {line.pk: found for line, found in zip(kept, suggest(read, awaited), strict=True)}


def lines_look_again(account: BankAccount, awaited: Sequence[Expected] | None = None) -> None:
    """Keep for each line that waits what is thought of it now. What people have decided is not touched."""
    lines = {line.pk: line for line in lines_waiting(account).filter(amount_minor__gt=0)}
    found = lines_suggest(lines.values(), expected(account) if awaited is None else awaited)
    changed = []
    for pk, suggestion in found.items():
        line = lines[pk]
        ref = suggestion.candidates[0].ref if suggestion.status == BankLine.Status.MATCHED else ""
        if (line.status, line.expected_ref) != (suggestion.status, ref):
            line.status, line.expected_ref = suggestion.status, ref
            changed.append(line)
    BankLine.objects.bulk_update(changed, ["status", "expected_ref"], batch_size=_BATCH)


def _as_read(line: BankLine) -> StatementLine:
    return StatementLine(
        day=line.day, amount_minor=line.amount_minor, currency=line.currency, reference=line.bank_reference,
        text=line.text, other_name=line.other_name, other_account=line.other_account, number=line.number,
    )  # fmt: skip
