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
from funds.payments.exchanged import out_of_plan, plan_part
from funds.payments.facts import PaymentFact
from funds.payments.models import Payment, PaymentStatus, StripeRefund
from funds.payments.selectors import sent_back_minor
from funds.pledges.models import Pledge
from funds.pledges.notices import money_text, pledge_notice
from funds.pledges.services import pledge_lock, pledge_refunded
from funds.pledges.states import PledgeStatus
from funds.releases.models import Refund, RefundStatus
from projects.works.models import Project
from projects.works.states import ProjectStatus

from .advancing import project_lock, project_retreat
from .assets import asset_code
from .returning.closing import gift_entry, pledges_close, refund_money

STILL_RAISING = frozenset({ProjectStatus.OPEN, ProjectStatus.PLEDGED_IN_FULL, ProjectStatus.FUNDED})


def money_sent_back(fact: PaymentFact) -> uuid.UUID:
    """Book what a provider sent back; return the id of its entry. The payment's row is locked already.

    Where a refund of a failed project waits for officers, it is done by this; where two officers have booked this very
    refund before, their entry is found. It is taken from what is held for the project, and what is not there any more
    is its shortfall: no other purpose pays for it. Raises RuleNotMet (`refund_differs`) where they booked another sum.
    """
    payment = fact.payment
    if payment.project is None:
        raise ValueError("a provider takes money for projects only")
    project = project_lock(payment.project)
    rules_lock(project=project)
    refund = Refund.objects.select_for_update(of=("self",), no_key=True).filter(payment=payment).first()
    booked = _booked_by_officers(refund, fact.amount_minor) if refund is not None else None
    if booked is not None:
        return booked
    counted = _counted(payment, refund, fact.amount_minor)
    entry = post(command=fact.command, drafts=_drafts(payment, project, fact.amount_minor, counted))[-1]
    if refund is not None and refund.status != RefundStatus.PAID:
        _refund_done(refund, counted, entry)
    elif sent_back_minor(payment) + fact.amount_minor >= payment.amount_minor:
        _gift_falls(payment, project, fact.command)
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


def _counted(payment: Payment, refund: Refund | None, amount: int) -> int:
    """Return what so much of a payment counted in the plan (minor units): just what is due, where that is sent back."""
    if refund is not None and refund.status != RefundStatus.PAID and refund_money(refund).minor == amount:
        return refund.amount_minor
    return plan_part(payment, amount, before=sent_back_minor(payment))


def _drafts(payment: Payment, project: Project, amount: int, counted: int) -> list[EntryDraft]:
    """Return what leaves: `amount` of the payment's currency, which `counted` so much in the plan's (minor units)."""
    custodian = payment.custodian.public_id
    held = codes.held_project(custodian, project.public_id)
    there = min(counted, max(0, balance(held, project.currency)))
    parts = [(held, there), (codes.shortfall(custodian, project.public_id), counted - there)]
    across = []
    if payment.exchanged:
        across, parts = [out_of_plan(payment, project, parts, amount)], [(held, amount)]
    parts.append((asset_code(payment), -amount))
    gift = gift_entry(payment)
    ended = Entry.objects.filter(resolves=gift).exists()  # one refund names the gift; a second one only its group
    draft = EntryDraft(
        kind=EntryKind.REFUND_PAID if there == counted else EntryKind.PAYMENT_REVERSED,
        legs=[Leg(AccountKey(code=code, currency=payment.currency), part) for code, part in parts if part],
        resolves=None if ended else gift,
        group=payment.group,
    )
    return [*across, draft]


def _refund_done(refund: Refund, counted: int, entry: Entry) -> None:
    """Let the provider's word stand for the two officers'. What it sent less than is due is still due."""
    if counted < refund.amount_minor:
        refund.amount_minor -= counted
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
