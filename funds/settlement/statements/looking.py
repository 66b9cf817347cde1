"""What a bank's lines may be, seen now: who is awaited changes with every payment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from birge.accounts.models import User
from funds.banking.models import BankAccount, BankLine, StatementFile
from funds.banking.services import lines_suggest
from funds.banking.suggesting import Candidate
from funds.payments.models import Payment, PaymentStatus

from .expected import awaited


@dataclass(frozen=True)
class Look:
    """A line that waits, and what it is thought to be now: matched, suggested, unidentified; nothing for what went."""

    line: BankLine
    status: str
    candidates: tuple[Candidate, ...] = ()

    @property
    def matched_group(self) -> str:
        """Return the pledge's or gift's group that its reference names, or nothing."""
        return self.candidates[0].ref if self.status == BankLine.Status.MATCHED else ""


def lines_look(account: BankAccount, lines: Iterable[BankLine]) -> list[Look]:
    """Return what each of these lines is thought to be, by what is awaited now. Lines that are explained stay so."""
    listed = list(lines)
    waiting = any(line.waits and line.amount_minor > 0 for line in listed)
    found = lines_suggest(listed, awaited(account)) if waiting else {}
    return [
        Look(line, found[line.pk].status, found[line.pk].candidates) if line.pk in found else Look(line, line.status)
        for line in listed
    ]


def file_lines(file: StatementFile) -> QuerySet[BankLine]:
    """Return the lines that this statement brought, in the order of their days."""
    return BankLine.objects.filter(file=file).select_related("account").order_by("day", "id")


def lines_to_confirm(lines: Sequence[BankLine], user: User) -> list[Payment]:
    """Return the recorded payments behind these lines that this officer did not write down: theirs to confirm."""
    refs = [line.payment_ref for line in lines if line.payment_ref]
    waiting = Payment.objects.filter(public_id__in=refs, status=PaymentStatus.RECORDED).exclude(recorded_by=user)
    return list(waiting.select_related("project", "custodian", "recorded_by").order_by("id"))
