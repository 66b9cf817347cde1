"""A receipt for cash as anyone may see it, with the pool or project that it is for."""

from __future__ import annotations

import datetime as dt

from birge.errors import NotFound
from birge.money import Money
from funds.cash.facts import ReceiptFacts, ReceiptStatus
from funds.cash.models import BankingStatus, CashReceipt, Kept
from funds.cash.selectors import InHand, box_states, receipt_state, receipts_all
from funds.payments.models import Payment, PaymentKind
from funds.pools.models import Pool


def receipt_facts(public_id: str) -> ReceiptFacts:
    """Return what anyone may know of the receipt with this public id. Raises NotFound."""
    receipt = receipts_all().filter(public_id=public_id).first()
    if receipt is None:
        raise NotFound
    payment, state = receipt.payment, receipt_state(receipt)
    if payment.kind == PaymentKind.CASH and state.left_minor:
        state = _in_box(receipt, state)
    banked = receipt.parts.filter(banking__status=BankingStatus.BOOKED).select_related("banking").order_by("-id")
    parts = [part.banking for part in banked]
    kind, ref, names = _purpose(payment)
    return ReceiptFacts(
        public_id=receipt.public_id,
        number=receipt.label,
        amount=Money(payment.amount_minor, payment.currency),
        day=payment.received_on,
        office=receipt.office.organisation,
        custodian=payment.custodian,
        purpose_kind=kind,
        purpose_ref=ref,
        purpose_names=names,
        kept=Kept(receipt.kept),
        status=_status(state, part_banked=bool(parts)),
        confirmed_on=_day(payment.decided_at) if state.confirmed else None,
        banked_on=_day(parts[0].decided_at) if parts else None,
        on_statement=bool(parts) and all(each.deposit_id for each in parts),
        red=state.red,
        days=state.days,
    )


def _in_box(receipt: CashReceipt, state: InHand) -> InHand:
    """Return how it stands in its custodian's box, from which cash may have been paid out."""
    there = box_states(receipt.payment.custodian, receipt.payment.currency)
    found = next((each for each in there if each.receipt.pk == receipt.pk), None)
    return found or InHand(**{**vars(state), "left_minor": 0, "old": False, "late": False})


def _status(state: InHand, *, part_banked: bool) -> ReceiptStatus:
    if state.void:
        return ReceiptStatus.VOID
    if not state.confirmed:
        return ReceiptStatus.WAITS
    if state.left_minor:
        return ReceiptStatus.PART_BANKED if part_banked else ReceiptStatus.IN_HAND
    return ReceiptStatus.BANKED if part_banked else ReceiptStatus.PAID_OUT


def _purpose(payment: Payment) -> tuple[str, str, tuple[str, str, str]]:
    if payment.pool_ref:
        pool = Pool.objects.get(public_id=payment.pool_ref)
        return "pool", pool.public_id, (pool.name_ky, pool.name_ru, pool.name_en)
    project = payment.project
    if project is None:
        return "unknown", "", ("", "", "")
    return "project", project.public_id, (project.title_ky, project.title_ru, project.title_en)


def _day(moment: dt.datetime | None) -> dt.date | None:
    return moment.date() if moment else None
