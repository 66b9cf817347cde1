"""A refund has come to its end: its part of the batch, its promise and its donor's account with it."""

from __future__ import annotations

import uuid

from birge import clock
from birge.errors import RuleNotMet
from birge.money import Money
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Entry
from funds.ledger.posting import AccountKey, EntryDraft, Leg
from funds.payments.exchanged import out_of_plan, own_part
from funds.payments.models import Identification, Payment, PaymentKind
from funds.pledges.models import Pledge
from funds.pledges.notices import money_text, pledge_notice
from funds.pledges.services import pledge_refunded
from funds.pledges.states import PledgeStatus
from funds.releases.entries import assets_draw
from funds.releases.models import REFUND_ENDED, Refund, RefundStatus
from funds.returns.models import PART_ALLOWED, BackAccount, BatchReason, PartStatus, RefundPart
from projects.works.states import ProjectStatus

from ..assets import asset_code

ENDED = frozenset({ProjectStatus.EXPIRED, ProjectStatus.CANCELLED})  # all that is held goes back
BACK_AS_IT_CAME = frozenset({PaymentKind.STRIPE, PaymentKind.SANDBOX})  # a card gets its own currency back
PART_STEPS = ("status", "asked_at", "answered_at", "attempts", "error", "done_at")  # all that may change of a part


def part_of(refund: Refund) -> RefundPart | None:
    """Return the part of a batch that this refund is, as it is now; none for those of earlier versions of Birge."""
    return RefundPart.objects.select_related("batch").filter(refund=refund).first()


def part_lock(part: RefundPart) -> RefundPart:
    """Return the part as it is now, locked until the transaction ends (after project and refund)."""
    related = ("batch__project", "refund__payment__custodian", "given")
    return RefundPart.objects.select_for_update(of=("self",), no_key=True).select_related(*related).get(pk=part.pk)


def part_move(part: RefundPart, to: PartStatus) -> RefundPart:
    """Move a locked part on. Raises RuleNotMet (`transition`) for a step that the table does not know."""
    before = PartStatus(part.status)
    if to not in PART_ALLOWED[before]:
        raise RuleNotMet(code="transition", from_status=before.value, to_status=to.value)
    part.status = to
    part.done_at = clock.now() if to == PartStatus.DONE else None
    part.save(update_fields=PART_STEPS)
    if to == PartStatus.DONE:
        batch = part.batch
        if not batch.parts.exclude(status=PartStatus.DONE).exists():  # exact: who ends a part holds the project
            batch.finished_at = clock.now()
            batch.save(update_fields=["finished_at"])
    return part


def is_surplus(refund: Refund) -> bool:
    """Say whether it goes back because money was left over: then the gift stays a gift."""
    part = part_of(refund)
    return part is not None and part.batch.reason == BatchReason.SURPLUS


def pledges_close(refund: Refund) -> None:
    """Note that a refund ended: its part is done, and once nothing of the gift is still to go back, its pledges are.

    Called under the project's lock. The donor is told, and what they wrote about their bank is deleted.
    """
    part = part_of(refund)
    if part is not None and part.status != PartStatus.DONE:
        part_move(part_lock(part), PartStatus.DONE)
    group = refund.payment.group
    if not group:
        return
    waiting = Refund.objects.filter(payment__group=group).exclude(status__in=REFUND_ENDED)
    if waiting.exists():
        return
    BackAccount.objects.filter(group=group).delete()
    surplus = part is not None and part.batch.reason == BatchReason.SURPLUS
    for pledge in Pledge.objects.filter(group=group, status=PledgeStatus.COLLECTED).order_by("id"):
        closed = pledge if surplus else pledge_refunded(pledge=pledge, reason=_reason(refund))
        if refund.status == RefundStatus.PAID:
            template = "surplus_paid" if surplus else "refund_paid"
            pledge_notice(closed, template, back=money_text(refund_money(refund), closed.language))
            if surplus:
                return  # one message for the gift, not one for each of its remainders


def _reason(refund: Refund) -> str:
    if refund.status == RefundStatus.MOVED:
        return "the project ended and the money went to another one, as the donor chose"
    return "the project ended and the money went back"


def divided_money(refund: Refund) -> Money:
    """Return what of the project's money is this gift's, in the plan's currency."""
    return Money(refund.amount_minor, refund.currency)


def refund_money(refund: Refund) -> Money:
    """Return what is sent: what came by card goes back in its own currency, by the rate of the day on which it came."""
    own = own_part(refund.payment, refund.amount_minor)
    if refund.payment.exchanged and refund.payment.kind in BACK_AS_IT_CAME and own:
        return Money(own, refund.payment.currency)
    return divided_money(refund)


def gift_entry(payment: Payment) -> uuid.UUID | None:
    """Return the entry that brought this payment to its project: its arrival, or its identification."""
    identified = payment.identifications.filter(status=Identification.Status.APPROVED).first()
    return identified.entry_id if identified is not None else payment.entry_id


def plan_entry(payment: Payment) -> uuid.UUID | None:
    """Return the entry that took a payment into the plan's currency; None where it came in it."""
    if not payment.exchanged:
        return None
    same = Entry.objects.filter(command__entries=gift_entry(payment), kind=EntryKind.FX_CONVERTED).first()
    return None if same is None else same.pk


def refund_drafts(refund: Refund) -> list[EntryDraft]:
    """Return what leaves: less is held, less lies with the custodian; the last entry is the refund.

    By card it leaves in the currency in which it came, else in the plan's, and the bank exchanges.
    """
    payment, held = refund.payment, codes.held_project(refund.custodian.public_id, refund.project.public_id)
    sent, across, gift = refund_money(refund), [], named_gift(payment)
    if sent.currency != refund.currency:
        across = [out_of_plan(payment, refund.project, [(held, refund.amount_minor)], sent.minor)]
    elif payment.exchanged:
        gift = plan_entry(payment)  # what it brought in this currency
    back = assets_draw(refund.custodian, sent.currency, sent.minor, first=asset_code(payment))
    draft = EntryDraft(
        kind=EntryKind.REFUND_PAID,
        legs=[Leg(account=AccountKey(code=held, currency=sent.currency), amount=sent.minor), *back],
        resolves=gift,
        group=payment.group,
        documents=[(refund.bank_line.sha256, refund.bank_line.kind)] if refund.bank_line else [],
    )
    return [*across, draft]


def named_gift(payment: Payment) -> uuid.UUID | None:
    """Return the entry that a refund of this payment names, if it may name one.

    One refund names the gift, a second one only its group; a gift that came from another project is not paid back to
    where its first entry says.
    """
    gift = gift_entry(payment)
    if payment.kind == PaymentKind.MOVED or Entry.objects.filter(resolves=gift).exists():
        return None
    return gift
