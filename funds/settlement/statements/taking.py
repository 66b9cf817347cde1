"""A line of the bank becomes a payment: one officer takes it, another confirms it. Each line once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import BirgeError, Conflict, InvalidInput, KeyReused, RuleNotMet
from birge.organisations.permissions import Action, require
from funds.banking.models import BankLine
from funds.banking.services import line_explain, line_lock
from funds.ledger.posting import command_finish, command_open
from funds.payments.models import Payment, PaymentKind, PaymentStatus
from funds.payments.services import payment_confirm, payment_lock
from funds.pools.models import PoolGift

from ..services.payments import pledge_payment_record, unidentified_payment_record
from ..services.pooling import pool_payment_record
from .expected import purpose_of

NEAR_DAYS = 3  # so far may the day an officer wrote lie from the bank's
_STANDS = (PaymentStatus.RECORDED, PaymentStatus.CONFIRMED)


@dataclass
class Taken:
    """What came of many at once: those that worked, and for each other one why not."""

    done: list[Payment] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)  # (public id of the line or payment, why)


@transaction.atomic
def line_take(*, line: BankLine, group: str, actor: User) -> Payment:
    """Let a line that brought money be the payment of a pledge or gift (its `group`), as an officer.

    A payment that was written down by hand (same promise and sum, at most three days apart) is linked; else one is
    recorded. Another person confirms it, nothing is booked. Two at once get the same payment. Raises NotAllowed (also
    `same_person`), Conflict (`line_explained`, `line_set_aside`), InvalidInput (`group`, `line`), RuleNotMet.
    """

    def write(locked: BankLine, key: tuple[str, str]) -> Payment:
        return _linked(locked, _by_hand(locked).filter(group=group)) or _for(locked, group, actor, key)

    return _take(line, actor, group, write)


@transaction.atomic
def line_take_unknown(*, line: BankLine, actor: User) -> Payment:
    """Let a line be money of which nobody knows whose it is: recorded, visible in public once another confirms it.

    Raises as `line_take` does.
    """

    def write(locked: BankLine, key: tuple[str, str]) -> Payment:
        numbers = [each for each in (locked.bank_reference, locked.number) if each]
        unknown = _by_hand(locked).filter(project=None, pool_ref="", reference__in=numbers)
        return _linked(locked, unknown) or unidentified_payment_record(
            custodian=locked.account.custodian, actor=actor, idempotency=key, **_told(locked)
        )

    return _take(line, actor, "", write)


@transaction.atomic
def line_link(*, line: BankLine, payment: Payment, actor: User) -> Payment:
    """Say that a line is a payment that was written down already, the village's own for example.

    Raises NotAllowed, Conflict (`line_explained`, `payment_explained`), InvalidInput (`payment`) where sums, custodians
    or states do not fit.
    """

    def write(locked: BankLine, _key: tuple[str, str]) -> Payment:
        found = _linked(locked, payments_like(locked).filter(pk=payment.pk))
        if found is None:
            raise InvalidInput(_("This payment and the bank’s line are not the same."), field="payment")
        return found

    return _take(line, actor, f"payment {payment.public_id}", write)


def lines_take(*, lines: Iterable[tuple[BankLine, str]], actor: User) -> Taken:
    """Take many lines, each (line, group) in a transaction of its own; an empty group is unknown money.

    What cannot be taken is told and stops nothing. Repeating it is harmless. Not to be called inside a transaction.
    """
    taken = Taken()
    for line, group in lines:
        try:
            take = (
                line_take(line=line, group=group, actor=actor) if group else line_take_unknown(line=line, actor=actor)
            )
            taken.done.append(take)
        except BirgeError as error:
            taken.refused.append((line.public_id, str(error)))
    return taken


def statement_confirm(*, payments: Sequence[Payment], actor: User, proof: FactorProof | None) -> Taken:
    """Confirm many payments as the second officer who has looked at the list, each in a transaction of its own.

    Raises NotAllowed and SecondFactorRequired before the first; whatever else refuses one of them is told.
    """
    for custodian in {payment.custodian for payment in payments}:
        require(actor, Action.PAYMENT_CONFIRM, custodian)
    factor_require(proof, actor)
    taken = Taken()
    for payment in payments:
        try:
            taken.done.append(payment_confirm(payment=payment, actor=actor, proof=proof))
        except BirgeError as error:
            taken.refused.append((payment.public_id, str(error)))
    return taken


def payments_like(line: BankLine) -> QuerySet[Payment]:
    """Return the payments written down by hand that this line may be: same sum, nearly the same day, no line yet."""
    return _by_hand(line, days=NEAR_DAYS * 5, kinds=(PaymentKind.TRANSFER, PaymentKind.VILLAGE))


def _by_hand(
    line: BankLine, days: int = NEAR_DAYS, kinds: Sequence[str] = (PaymentKind.TRANSFER,)
) -> QuerySet[Payment]:
    near = dt.timedelta(days=days)
    found = Payment.objects.filter(
        custodian_id=line.account.custodian_id, kind__in=kinds, amount_minor=line.amount_minor, currency=line.currency,
        received_on__gte=line.day - near, received_on__lte=line.day + near, status__in=_STANDS,
    )  # fmt: skip
    return found.exclude(Exists(BankLine.objects.filter(payment_ref=OuterRef("public_id"))))


def _take(line: BankLine, actor: User, what: str, write: Callable[[BankLine, tuple[str, str]], Payment]) -> Payment:
    """Open the command, lock the line, let `write` find or record the payment, and tie both together."""
    custodian = line.account.custodian
    require(actor, Action.PAYMENT_RECORD, custodian)
    scope = f"bank-line:{line.public_id}"
    try:
        opened = command_open(scope=scope, key=f"take:{line.taken}", request={"for": what})
    except KeyReused:
        raise Conflict(
            _("This line of the bank is something else already."), code="line_explained", field="line"
        ) from None
    if opened.replayed:
        return Payment.objects.get(public_id=opened.command.result_ref)
    locked = line_lock(line)
    if locked.amount_minor <= 0:
        raise InvalidInput(_("This line did not bring money."), field="line")
    if locked.payment_ref or locked.taken != line.taken:
        raise Conflict(_("This line of the bank is something else already."), code="line_explained", field="line")
    payment = write(locked, (scope, f"payment:{line.taken}"))
    locked = line_explain(locked, ref=payment.public_id, amount=payment.amount)
    locked.taken += 1
    locked.aside_reason, locked.aside_by = "", None
    if payment.group:
        locked.status, locked.expected_ref = BankLine.Status.MATCHED, payment.group
    locked.save(update_fields=["taken", "aside_reason", "aside_by", "status", "expected_ref"])
    audit_record(actor=actor, action="bank_line_take", obj=locked, organisation=custodian, payment=payment.public_id)
    command_finish(opened.command, payment.public_id)
    return payment


def _for(line: BankLine, group: str, actor: User, key: tuple[str, str]) -> Payment:
    purpose = purpose_of(group, line.account)
    if purpose is None:
        raise RuleNotMet(
            _("Nothing waits for this money any more. Please take it as money of unknown origin."), code="ended"
        )
    told = {**_told(line), "actor": actor, "idempotency": key}
    if isinstance(purpose, PoolGift):
        return pool_payment_record(gift=purpose, **told)
    return pledge_payment_record(pledge=purpose, **told)


def _linked(line: BankLine, candidates: QuerySet[Payment]) -> Payment | None:
    """Return the nearest of these payments, locked; None if there is none that still has no line."""
    for payment in sorted(candidates, key=lambda each: (abs(each.received_on - line.day), each.pk)):
        locked = payment_lock(payment)
        if locked.status in _STANDS and not BankLine.objects.filter(payment_ref=locked.public_id).exists():
            return locked
    return None


def _told(line: BankLine) -> dict[str, Any]:
    """Return what the bank says, as a payment has it. The day may be tomorrow's where the bank is."""
    return {
        "kind": PaymentKind.TRANSFER,
        "amount": line.amount,
        "received_on": min(line.day, clock.today()),
        "reference": number_of(line),
    }


def number_of(line: BankLine) -> str:
    """Return the bank's number of a line; with ours where the bank's is missing or not one line's alone."""
    if line.bank_reference:
        return f"{line.bank_reference} ({line.ordinal + 1})" if line.ordinal else line.bank_reference
    return f"{line.number} · {line.public_id}" if line.number else line.public_id
