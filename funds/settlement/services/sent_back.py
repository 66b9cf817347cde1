"""A provider gave money back to its payer: a fact. It is booked once, and what followed the gift falls with it."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from birge import clock
from birge.errors import RuleNotMet
from birge.money import Money
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Command, Entry
from funds.ledger.posting import AccountKey, EntryDraft, Leg, post
from funds.matching.services import match_release, matches_release, matches_take_back, rules_lock
from funds.payments.facts import PaymentFact
from funds.payments.models import Payment, PaymentStatus, StripeRefund
from funds.payments.selectors import sent_back_minor
from funds.pledges.models import Pledge
from funds.pledges.notices import money_text, pledge_notice
from funds.pledges.services import pledge_lock, pledge_refunded
from funds.pledges.states import PledgeStatus
from funds.pools.services import gift_sent_back, pool_lock
from funds.releases.models import Refund, RefundStatus
from projects.works.models import Project
from projects.works.states import ProjectStatus

from .advancing import project_lock, project_retreat
from .assets import asset_code
from .refunds import gift_entry, pledges_close

STILL_RAISING = frozenset({ProjectStatus.OPEN, ProjectStatus.PLEDGED_IN_FULL, ProjectStatus.FUNDED})


def money_sent_back(fact: PaymentFact) -> uuid.UUID:
    """Book what a provider sent back; return the id of its entry. The payment's row is locked already.

    Where a refund of a failed project waits for officers, it is done by this; where two officers have booked this very
    refund before, their entry is found. It is taken from what is held for the project, and what is not there any more
    is its shortfall: no other purpose pays for it. Raises RuleNotMet (`refund_differs`) where they booked another sum.
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
    entry = post(command=fact.command, drafts=[_draft(payment, project, fact.amount_minor)])[0]
    if refund is not None and refund.status != RefundStatus.PAID:
        _refund_done(refund, fact.amount_minor, entry)
    elif sent_back_minor(payment) + fact.amount_minor >= payment.amount_minor:
        _gift_falls(payment, project, fact.command)
    return entry.id


def _from_pool(fact: PaymentFact) -> uuid.UUID:
    """Book what went back of a gift to a pool, as far as its money is free: what the pool gave is given.

    Raises RuleNotMet (`pool_spent`) where so much is not free; then it is put aside for people.
    """
    payment, pool = fact.payment, pool_lock(fact.payment.pool_ref)
    free = balance(codes.held_pool(payment.custodian.public_id, pool.public_id), payment.currency)
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
    if refund.amount_minor != amount_minor:
        figures = f"{amount_minor} / {refund.amount_minor} {refund.currency}"
        raise RuleNotMet(_("Two officers have booked another sum."), code="refund_differs", figures=figures)
    return entry_id


def _draft(payment: Payment, project: Project, amount: int) -> EntryDraft:
    custodian = payment.custodian.public_id
    held = codes.held_project(custodian, project.public_id)
    there = min(amount, max(0, balance(held, payment.currency)))
    parts = [(held, there), (codes.shortfall(custodian, project.public_id), amount - there)]
    parts.append((asset_code(payment), -amount))
    gift = gift_entry(payment)
    ended = Entry.objects.filter(resolves=gift).exists()  # one refund names the gift; a second one only its group
    return EntryDraft(
        kind=EntryKind.REFUND_PAID if there == amount else EntryKind.PAYMENT_REVERSED,
        legs=[Leg(AccountKey(code=code, currency=payment.currency), part) for code, part in parts if part],
        resolves=None if ended else gift,
        group=payment.group,
    )


def _refund_done(refund: Refund, amount_minor: int, entry: Entry) -> None:
    """Let the provider's word stand for the two officers'. What it sent less than is due is still due."""
    if amount_minor < refund.amount_minor:
        refund.amount_minor -= amount_minor
        refund.save(update_fields=["amount_minor"])
        return
    refund.status, refund.entry_id, refund.confirmed_at = RefundStatus.PAID, entry.id, clock.now()
    refund.sent_by, refund.sent_at = None, None  # whoever noted it as sent stands in the audit trail
    refund.bank_reference = refund.payment.reference
    refund.save()
    pledges_close(refund)


def _gift_falls(payment: Payment, project: Project, command: Command) -> None:
    """All of a gift went back: it does not count any more, and before work began what followed it is free again."""
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
        back = money_text(Money(payment.amount_minor, payment.currency), closed.language)
        pledge_notice(closed, "card_refunded", back=back)
    project_retreat(project)


def _met(payment: Payment) -> list[Pledge]:
    """Return the promises that this payment met and that are not given back yet."""
    met = Entry.objects.filter(command__entries=payment.entry_id, kind=EntryKind.PLEDGE_MET)
    promises = met.values("resolves_id")
    return list(Pledge.objects.filter(entry_id__in=promises, status=PledgeStatus.COLLECTED).order_by("id"))
