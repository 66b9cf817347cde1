"""A payer's bank took a payment back: what that sets off for the project, the promise and what followed the gift."""

from __future__ import annotations

import uuid

from funds.ledger.kinds import EntryKind
from funds.ledger.models import Entry
from funds.ledger.posting import AccountKey, EntryDraft, Leg, post
from funds.matching.services import rules_lock
from funds.payments.exchanged import plan_part
from funds.payments.facts import FactKind, PaymentFact
from funds.payments.models import Payment, PaymentStatus
from funds.payments.selectors import gone_minor
from funds.releases.models import REFUND_ENDED, Refund
from projects.works.models import Project

from .advancing import project_advance, project_lock, project_retreat
from .sent_back import counted_minor, gift_falls, gift_shrinks, refund_done
from .taking import taken_drafts


def money_disputed(fact: PaymentFact) -> uuid.UUID:
    """Book one step of a dispute; return the entry that it is about. The payment's row is locked already.

    While a bank decides, its promise and what followed it stand; the project moves back if its plan is not held any
    more. Once the money is gone for good, it is as if the provider had sent it back.
    """
    payment = fact.payment
    if payment.project is None:
        raise ValueError("a provider takes money for projects only")
    project = project_lock(payment.project)
    rules_lock(project=project)
    if fact.kind is FactKind.DISPUTE_WON:
        return _won(fact, project, _taken(fact))
    if fact.kind is FactKind.DISPUTE_LOST:
        return _lost(fact, payment, project, _taken(fact))
    kind = EntryKind.PAYMENT_DISPUTED if fact.kind is FactKind.DISPUTED else EntryKind.PAYMENT_REVERSED
    entry = post(command=fact.command, drafts=taken_drafts(payment, project, fact.amount_minor, kind))[-1]
    project_retreat(project)
    return entry.id


def _taken(fact: PaymentFact) -> Entry:
    """Return the entry by which the bank took it."""
    if fact.entry_id is None:
        raise ValueError("a bank decides on what it has taken")
    return Entry.objects.get(pk=fact.entry_id)


def _won(fact: PaymentFact, project: Project, taken: Entry) -> uuid.UUID:
    """Bring back what the bank took, and what was taken across for it, the last step first."""
    across = Entry.objects.filter(command=taken.command_id, kind=EntryKind.FX_CONVERTED)
    steps = [taken, *(across if fact.payment.exchanged else [])]
    entries = post(command=fact.command, drafts=[_mirror(each) for each in steps])
    project_advance(project)
    return entries[0].id


def _mirror(taken: Entry) -> EntryDraft:
    legs = [
        Leg(account=AccountKey(code=each.account.code, currency=each.currency), amount=-each.amount)
        for each in taken.postings.select_related("account").order_by("k")
    ]
    return EntryDraft(kind=EntryKind.ENTRY_REVERSED, legs=legs, reverses=taken.pk, group=taken.group)


def _lost(fact: PaymentFact, payment: Payment, project: Project, taken: Entry) -> uuid.UUID:
    refund = Refund.objects.select_for_update(of=("self",), no_key=True).filter(payment=payment).first()
    if refund is not None and refund.status not in REFUND_ENDED:
        refund_done(refund, counted_minor(payment, refund, fact.amount_minor), taken)
    elif payment.status == PaymentStatus.CONFIRMED and gone_minor(payment) >= payment.amount_minor:
        gift_falls(payment, project, fact.command, notice="")
    else:
        gift_shrinks(payment, project, plan_part(payment, fact.amount_minor), fact.command)
    return taken.pk
