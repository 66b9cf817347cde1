"""Money that left by a bank's line: a stage that was paid out, a refund, money sent back to its unknown sender."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import InvalidInput, RuleNotMet
from birge.money import Money
from birge.organisations.permissions import Action, require
from funds.banking.models import BankLine
from funds.banking.services import line_explain, line_lock, line_unexplain
from funds.releases.models import Refund, RefundStatus, Release, ReleaseStatus
from funds.strays.models import StrayReturn

OUT_DAYS = 31
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Left:
    """Something of our books that left the account: `what` is release, refund or return; `amount` above zero."""

    what: str
    ref: str
    amount: Money
    thing: Model


def out_candidates(line: BankLine) -> list[Left]:
    """Return what a line that took money may be: the same sum, about the same time, and no other line's."""
    if line.amount_minor >= 0:
        return []
    near = (line.day - dt.timedelta(days=OUT_DAYS), line.day + dt.timedelta(days=OUT_DAYS + 1))
    same = Q(custodian_id=line.account.custodian_id, currency=line.currency, amount_minor=-line.amount_minor)
    releases = Release.objects.filter(same, status=ReleaseStatus.PAID, paid_at__date__range=near)
    refunds = Refund.objects.filter(same, status__in=[RefundStatus.SENT, RefundStatus.PAID], sent_at__date__range=near)
    returns = StrayReturn.objects.filter(
        custodian_id=line.account.custodian_id, payment__currency=line.currency,
        payment__amount_minor=-line.amount_minor, sent_at__date__range=near,
    ).exclude(status=StrayReturn.Status.DROPPED)  # fmt: skip
    return [
        *(_left("release", each, each.amount_minor, each.currency) for each in _unlinked(releases)),
        *(_left("refund", each, each.amount_minor, each.currency) for each in _unlinked(refunds)),
        *(
            _left("return", each, each.payment.amount_minor, each.payment.currency)
            for each in _unlinked(returns).select_related("payment")
        ),
    ]


@transaction.atomic
def line_link_out(*, line: BankLine, ref: str, actor: User) -> BankLine:
    """Say, as an officer, that a line that took money is this tranche, refund or return (its public id).

    Raises NotAllowed, InvalidInput (`ref`), Conflict (`line_explained`, `line_set_aside`).
    """
    require(actor, Action.PAYMENT_RECORD, line.account.custodian)
    fitting = next((each for each in out_candidates(line) if each.ref == ref), None)
    if fitting is None:
        raise InvalidInput(_("This is not what the bank’s line says, or it has a line already."), field="ref")
    linked = line_explain(line, ref=ref, amount=Money(-fitting.amount.minor, fitting.amount.currency))
    audit_record(
        actor=actor,
        action="bank_line_link",
        obj=linked,
        organisation=line.account.custodian,
        to=f"{fitting.what} {ref}",
    )
    return linked


def line_parts(line: BankLine) -> bool:
    """Say whether a line that took money may be untied: it is a tranche, a refund, or a return that was not sent by it.

    What a transfer, an exchange or banked cash was is taken back there.
    """
    if line.amount_minor >= 0 or not line.payment_ref:
        return False
    ref = line.payment_ref
    returns = StrayReturn.objects.filter(public_id=ref).exclude(bank_line=line)
    return any(
        found.exists()
        for found in (Release.objects.filter(public_id=ref), Refund.objects.filter(public_id=ref), returns)
    )


@transaction.atomic
def line_unlink_out(*, line: BankLine, reason: str, actor: User) -> BankLine:
    """Say, as an officer, that a line that took money was not this tranche, refund or return after all: it waits again.

    Nothing is booked by it: what was paid out stays paid out, without a line of the bank. What the line was tied to and
    why it is not stay on record. Raises NotAllowed, InvalidInput (`reason`), RuleNotMet (`not_linked`).
    """
    require(actor, Action.PAYMENT_RECORD, line.account.custodian)
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    locked = line_lock(line)
    if not line_parts(locked):
        raise RuleNotMet(_("This line is tied to nothing that could be untied here."), code="not_linked")
    was = locked.payment_ref
    freed = line_unexplain(locked)
    audit_record(
        actor=actor,
        action="bank_line_unlink",
        obj=freed,
        organisation=line.account.custodian,
        reason=reason.strip()[:300],
        was=was,
    )
    return freed


def _unlinked(found: QuerySet[M]) -> QuerySet[M]:
    return found.exclude(Exists(BankLine.objects.filter(payment_ref=OuterRef("public_id"))))


def _left(what: str, thing: Model, minor: int, currency: str) -> Left:
    return Left(what, str(thing.public_id), Money(minor, currency), thing)  # type: ignore[attr-defined]
