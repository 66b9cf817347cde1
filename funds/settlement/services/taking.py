"""From where money is taken that goes back to a payer: from that gift's own share, then the reserve, then a shortfall.

Never silently from what others gave: their money stays what it is, and what lacks is shown.
"""

from __future__ import annotations

from django.db.models import Sum

from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg
from funds.matching.rule_selectors import given_minor, given_waiting
from funds.payments.models import Payment, PaymentStatus
from funds.payments.selectors import sent_back_minor
from funds.releases.models import Refund, RefundStatus
from funds.releases.selectors import released_minor
from projects.works.models import Project

from ..facts import held_minor
from .assets import asset_code
from .refunds import gift_to_name


def own_held_minor(payment: Payment, project: Project) -> int:
    """Return how much of what is held for a locked project is this payment's own (minor units).

    Before anything was paid out that is all that donors brought: what providers took as fees the purpose bears, and
    what pools matched is not a donor's. Afterwards it is the payment's part of what is left, in proportion. Once the
    project has ended, it is what is on its way back to this payer.
    """
    refunds = Refund.objects.filter(project=project)
    own = refunds.filter(payment=payment).first()
    waiting = refunds.exclude(status=RefundStatus.PAID).exclude(payment=payment)
    free = held_minor(project) - int(waiting.aggregate(total=Sum("amount_minor"))["total"] or 0)
    if own is not None:
        return max(0, min(free, 0 if own.status == RefundStatus.PAID else own.amount_minor))
    if released_minor(project) == 0:
        return max(0, free - given_minor(project))
    others = Payment.objects.filter(project=project, status=PaymentStatus.CONFIRMED, refund__isnull=True)
    kept = payment.amount_minor - sent_back_minor(payment)
    brought = sum(each.amount_minor - sent_back_minor(each) for each in others.exclude(pk=payment.pk))
    brought += kept + sum(given.amount_minor for given in given_waiting(project))
    return max(0, free * kept // brought) if brought > 0 else 0


def taken_draft(payment: Payment, project: Project, amount: int, kind: EntryKind) -> EntryDraft:
    """Return the entry by which `amount` (minor units) leaves where this payment's money lies.

    `kind` is what it is where the gift's own share covers it; a refund that it does not cover is a reversal.
    """
    custodian, currency = payment.custodian.public_id, payment.currency
    held, reserve = codes.held_project(custodian, project.public_id), codes.reserve(custodian)
    own = min(amount, own_held_minor(payment, project))
    reserved = min(amount - own, balance(reserve, currency))
    short = amount - own - reserved
    shortfall = codes.shortfall(custodian, project.public_id)
    parts = [(held, own), (reserve, reserved), (shortfall, short), (asset_code(payment), -amount)]
    if kind == EntryKind.REFUND_PAID and own < amount:
        kind = EntryKind.PAYMENT_REVERSED
    return EntryDraft(
        kind=kind,
        legs=[Leg(AccountKey(code=code, currency=currency), part) for code, part in parts if part],
        resolves=None if kind == EntryKind.PAYMENT_DISPUTED else gift_to_name(payment),
        group=payment.group,
    )
