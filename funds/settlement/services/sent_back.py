"""A provider gave money back to its payer: a fact. It is booked once, and what followed the gift falls with it."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from birge import clock
from birge.errors import RuleNotMet
from birge.money import Money
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Command, Entry
from funds.ledger.posting import AccountKey, EntryDraft, Leg, post
from funds.matching.services import (
    match_release,
    match_split,
    matches_give,
    matches_release,
    matches_split,
    matches_take_back,
    rules_lock,
)
from funds.payments.exchanged import plan_part
from funds.payments.facts import PaymentFact
from funds.payments.models import Payment, PaymentStatus, StripeRefund
from funds.payments.selectors import gone_minor, sent_back_minor
from funds.pledges.models import Pledge
from funds.pledges.notices import money_text, pledge_notice
from funds.pledges.services import pledge_lock, pledge_refunded, pledge_shrink
from funds.pledges.states import PledgeStatus
from funds.pools.selectors import pool_money
from funds.pools.services import gift_sent_back, pool_lock
from funds.releases.models import REFUND_ENDED, Refund, RefundStatus
from projects.works.models import Project
from projects.works.states import ProjectStatus

from .advancing import project_lock, project_retreat
from .assets import asset_code
from .returning.closing import ENDED, gift_entry, pledges_close, refund_money
from .taking import taken_drafts

STILL_RAISING = frozenset({ProjectStatus.OPEN, ProjectStatus.PLEDGED_IN_FULL, ProjectStatus.FUNDED})


def money_sent_back(fact: PaymentFact) -> uuid.UUID:
    """Book what a provider sent back; return the id of its entry. The payment's row is locked already.

    Where a refund of a failed project waits for officers, it is done by this; where two officers have booked this very
    refund before, their entry is found. See `taking` for where it is taken from. Raises RuleNotMet (`refund_differs`)
    where they booked another sum.
    """
    payment = fact.payment
    if payment.project is None:
        return _from_pool(fact)
    project = project_lock(payment.project)
    rules_lock(project=project)
    refund = Refund.objects.select_for_update(of=("self",), no_key=True).filter(payment=payment).first()
    booked = _booked_by_officers(refund, fact.amount_minor) if refund is not None else None
    if booked is not None:
        return booked
    counted = counted_minor(payment, refund, fact.amount_minor)
    drafts = taken_drafts(payment, project, fact.amount_minor, EntryKind.REFUND_PAID, counted=counted)
    entry = post(command=fact.command, drafts=drafts)[-1]
    if refund is not None and refund.status not in REFUND_ENDED:
        refund_done(refund, counted, entry)
    elif gone_minor(payment) + fact.amount_minor >= payment.amount_minor:
        gift_falls(payment, project, fact.command)
    else:
        gift_shrinks(payment, project, counted, fact.command, back=Money(fact.amount_minor, payment.currency))
    return entry.id


def _from_pool(fact: PaymentFact) -> uuid.UUID:
    """Book what went back of a gift to a pool, as far as its money is free: what the pool gave is given.

    Raises RuleNotMet (`pool_spent`) where so much is not free; then it is put aside for people.
    """
    payment, pool = fact.payment, pool_lock(fact.payment.pool_ref)
    free = pool_money(pool).free_minor
    if free < fact.amount_minor:
        figures = f"{fact.amount_minor} / {free} {payment.currency}"
        raise RuleNotMet(_("The pool does not hold so much any more."), code="pool_spent", figures=figures)
    gift = gift_entry(payment)
    ended = Entry.objects.filter(resolves=gift).exists()
    held, asset = codes.held_pool(payment.custodian.public_id, pool.public_id), asset_code(payment)
    draft = EntryDraft(
        kind=EntryKind.REFUND_PAID,
        legs=[
            Leg(AccountKey(code=held, currency=payment.currency), fact.amount_minor),
            Leg(AccountKey(code=asset, currency=payment.currency), -fact.amount_minor),
        ],
        resolves=None if ended else gift,
        group=payment.group,
    )
    entry = post(command=fact.command, drafts=[draft])[0]
    gift_sent_back(pool=pool, group=payment.group, amount_minor=fact.amount_minor)
    if sent_back_minor(payment) + fact.amount_minor >= payment.amount_minor:
        payment.status = PaymentStatus.REVERSED
        payment.save(update_fields=["status"])
    return entry.id


def _booked_by_officers(refund: Refund, amount_minor: int) -> uuid.UUID | None:
    """Return the entry by which two officers have booked this refund. Raises RuleNotMet if they booked another sum."""
    entry_id = refund.entry_id
    if entry_id is None or refund.confirmed_by_id is None or StripeRefund.objects.filter(entry_id=entry_id).exists():
        return None
    sent = refund_money(refund)
    if sent.minor != amount_minor:
        figures = f"{amount_minor} / {sent.minor} {sent.currency}"
        raise RuleNotMet(_("Two officers have booked another sum."), code="refund_differs", figures=figures)
    return entry_id


def counted_minor(payment: Payment, refund: Refund | None, amount: int) -> int:
    """Return what so much of a payment counted in the plan (minor units): just what is due, where that is sent back."""
    if refund is not None and refund.status not in REFUND_ENDED and refund_money(refund).minor == amount:
        return refund.amount_minor
    return plan_part(payment, amount, before=sent_back_minor(payment))


def refund_done(refund: Refund, counted: int, entry: Entry) -> None:
    """Let the provider's word stand for the two officers'. What it sent less than is due is still due.

    `counted` is what it sent, in the plan's currency (minor units).
    """
    if counted < refund.amount_minor:
        refund.amount_minor -= counted
        refund.save(update_fields=["amount_minor"])
        return
    refund.status, refund.entry_id, refund.confirmed_at = RefundStatus.PAID, entry.id, clock.now()
    refund.sent_by, refund.sent_at = None, None  # whoever noted it as sent stands in the audit trail
    refund.bank_reference = refund.payment.reference
    refund.save()
    pledges_close(refund)


def gift_falls(payment: Payment, project: Project, command: Command, *, notice: str = "card_refunded") -> None:
    """Let a gift that went back wholly count no more: before work began what followed it is free again.

    Once work has begun, what a pool gave stays: it was held, and is spent or owed for work that is under way.
    """
    payment.status = PaymentStatus.REVERSED
    payment.save(update_fields=["status"])
    for pledge in _met(payment):
        locked = pledge_lock(pledge)
        if project.status in STILL_RAISING:
            matches_take_back(
                payment_ref=payment.public_id, pledge_ref=locked.public_id, until=locked.horizon, command=command
            )
            unreserved = match_release(pledge_ref=locked.public_id)
            if unreserved is not None:
                post(command=command, drafts=[unreserved])
            matches_release(pledge_ref=locked.public_id, command=command)
        closed = pledge_refunded(pledge=locked, reason="the payment provider gave the money back")
        if notice:
            back = money_text(Money(payment.amount_minor, payment.currency), closed.language)
            pledge_notice(closed, notice, back=back)
    project_retreat(project)


def gift_shrinks(
    payment: Payment, project: Project, counted: int, command: Command, *, back: Money | None = None
) -> None:
    """Let a part of a gift that went back count no more; the rest of it stays what it was.

    `counted` is what it counted in the plan (minor units); its donor is told of `back`.

    Before work began, what followed the gift shrinks in proportion. In an ended project nothing counts any more.
    """
    for pledge in _met(payment) if project.status not in ENDED else []:
        locked = pledge_lock(pledge)
        before = locked.collected_minor or 0
        left = before - counted
        if left <= 0:
            continue
        if project.status in STILL_RAISING:
            _matches_shrink(payment, locked, left, command)
        shrunk = pledge_shrink(pledge=locked, collected_minor=left)
        if back is not None:
            pledge_notice(shrunk, "card_refunded", back=money_text(back, shrunk.language))
    project_retreat(project)


def _matches_shrink(payment: Payment, pledge: Pledge, left: int, command: Command) -> None:
    """Take back what followed the gift, keep the part that follows what is left of it, and give that again."""
    before = pledge.collected_minor or 0
    matches_take_back(payment_ref=payment.public_id, pledge_ref=pledge.public_id, until=pledge.horizon, command=command)
    matches_split(pledge_ref=pledge.public_id, paid=left, promised=before, rest_ref="", command=command)
    matches_give(pledge_ref=pledge.public_id, payment_ref=payment.public_id, command=command)
    match_split(pledge_ref=pledge.public_id, keep=left, rest_ref="", command=command)


def _met(payment: Payment) -> list[Pledge]:
    """Return the promises that this payment met and that are not given back yet."""
    met = Entry.objects.filter(command__entries=gift_entry(payment), kind=EntryKind.PLEDGE_MET)
    promises = met.values("resolves_id")
    return list(Pledge.objects.filter(entry_id__in=promises, status=PledgeStatus.COLLECTED).order_by("id"))
