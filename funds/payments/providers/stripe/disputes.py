"""A payer's bank takes a payment back: what it took, what that cost, and what came back, each booked once.

Like all that Stripe tells: looked up as it stands now, whatever the event said, in any order and as often as one likes.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from birge import clock
from birge.errors import InsufficientFunds
from birge.money import Money
from funds.ledger import codes
from funds.ledger.drafts import mirror
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Entry
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from projects.works.models import Project
from projects.works.states import ProjectStatus

from ...exchanged import fee_across
from ...facts import FactKind, PaymentFact, fact_report
from ...models import Payment
from ...services.deciding import payment_lock
from .amounts import from_stripe
from .gateway import Movement
from .gateway_after import Disputed
from .models import EventOutcome, QuarantineReason, StripeAttempt
from .models_after import DISPUTE_OPEN, DisputeStatus, StripeDispute
from .quarantine import quarantine
from .settling import attempt_lock

RAISING = frozenset({ProjectStatus.OPEN, ProjectStatus.PLEDGED_IN_FULL, ProjectStatus.FUNDED})


@transaction.atomic
def dispute_apply(attempt: StripeAttempt, seen: Disputed) -> EventOutcome:
    """Let our record and the books say what Stripe says of a dispute about this attempt's payment.

    The attempt's payment is booked already. Raises what the booking raises; then nothing is written.
    """
    locked = attempt_lock(attempt)
    payment = locked.payment
    fault = _fault(locked, seen)
    if payment is None or locked.project is None or fault:  # what was given to a pool, people decide on
        _odd(locked, seen.id, fault or ("its payment is not booked" if payment is None else "it was for a pool"))
        return EventOutcome.QUARANTINED
    dispute = _kept(locked, seen)
    for movement in seen.movements:
        if movement.amount < 0:
            _taken(locked, payment, locked.project, dispute, movement)
        elif movement.amount > 0:
            _brought_back(locked, payment, dispute, movement)
    _end(payment, dispute)
    dispute.save()
    return EventOutcome.SETTLED


def _fault(locked: StripeAttempt, seen: Disputed) -> str:
    """Return in which figures it does not fit our payment; nothing if it does."""
    if seen.livemode is not locked.account.livemode:
        return f"livemode {seen.livemode}"
    wrong = {each.currency for each in seen.movements} - {locked.currency}
    if seen.currency != locked.currency or wrong:
        return f"{seen.amount} {seen.currency}, moved in {', '.join(sorted(wrong)) or seen.currency}"
    odd = [each.amount for each in seen.movements if abs(each.amount) != seen.amount]
    if odd:
        return f"{odd[0]} moved for {seen.amount} {seen.currency}"
    if seen.status not in DisputeStatus.values:
        return f"status {seen.status}"
    return ""


def _kept(locked: StripeAttempt, seen: Disputed) -> StripeDispute:
    """Return our record of it, as it stands now; not saved yet."""
    known = StripeDispute.objects.select_for_update(of=("self",), no_key=True).filter(dispute_id=seen.id).first()
    dispute = known or StripeDispute(
        dispute_id=seen.id, account=locked.account, attempt=locked, opened_at=_moment(seen.created)
    )
    dispute.amount_minor = from_stripe(seen.amount, seen.currency).minor
    dispute.currency, dispute.status, dispute.reason = seen.currency, seen.status, seen.reason
    dispute.evidence_due_by = _moment(seen.due_by) if seen.due_by else None
    dispute.save()
    return dispute


def _taken(
    locked: StripeAttempt, payment: Payment, project: Project, dispute: StripeDispute, movement: Movement
) -> None:
    if not dispute.taken_id:
        amount = from_stripe(-movement.amount, movement.currency)
        kind = FactKind.DISPUTED if dispute.status in DISPUTE_OPEN else FactKind.CHARGED_BACK
        dispute.taken_entry_id = _report(payment, kind, f"taken:{dispute.dispute_id}", amount)
        dispute.taken_id = movement.id
    elif dispute.taken_id != movement.id:
        _odd(locked, movement.id, f"{movement.amount} beside {dispute.taken_id}")
        return
    if movement.fee > 0:
        dispute.fee_minor = _fee(payment, project, movement)


def _brought_back(locked: StripeAttempt, payment: Payment, dispute: StripeDispute, movement: Movement) -> None:
    if dispute.back_id == movement.id:
        return
    amount = from_stripe(movement.amount, movement.currency)
    if dispute.back_id or dispute.taken_entry_id is None or amount.minor != dispute.amount_minor or dispute.settled_at:
        _odd(locked, movement.id, f"{movement.amount} back of {dispute.amount_minor} {dispute.currency}")
        return
    dispute.back_entry_id = _report(
        payment, FactKind.DISPUTE_WON, f"back:{dispute.dispute_id}", amount, dispute.taken_entry_id
    )
    dispute.back_id = movement.id
    if movement.fee < 0:
        _fee_back(locked, payment, dispute, movement)


def _end(payment: Payment, dispute: StripeDispute) -> None:
    """Draw the last consequence, once: the gift that was taken back for good does not count any more."""
    if dispute.settled_at is not None or dispute.is_open:
        return
    if dispute.status == DisputeStatus.LOST:
        if not dispute.taken:
            return  # Stripe has decided, and its balance does not say so yet
        dispute.save()
        amount = Money(dispute.amount_minor, dispute.currency)
        _report(payment, FactKind.DISPUTE_LOST, f"lost:{dispute.dispute_id}", amount, dispute.taken_entry_id)
    elif dispute.taken:
        return  # won, and the money is not back yet
    dispute.settled_at = clock.now()


def _report(payment: Payment, kind: FactKind, key: str, amount: Money, undoes: uuid.UUID | None = None) -> uuid.UUID:
    """Tell whoever books it, under a command of its own; return the entry."""
    opened = command_open(
        scope=f"stripe_dispute:{payment.custodian.public_id}",
        key=key[:80],
        request={"payment": payment.public_id, "amount_minor": amount.minor, "currency": amount.currency},
    )
    if opened.replayed:
        raise RuntimeError(f"{key} was booked, and its dispute does not say so")
    locked = payment_lock(payment)
    fact = PaymentFact(payment=locked, kind=kind, command=opened.command, amount_minor=amount.minor, entry_id=undoes)
    booked = fact_report(fact)
    command_finish(opened.command, payment.public_id)
    return booked


def _fee(payment: Payment, project: Project, movement: Movement) -> int:
    """Book what the dispute costs, once: the reserve bears it, else the purpose.

    While it raises, the plan is made whole without it, like any fee. Once work has begun, what is held is owed for it
    to everyone who gave: then it is a shortfall.
    """
    custodian, fee = payment.custodian.public_id, from_stripe(movement.fee, movement.currency)
    held, short = codes.held_project(custodian, project.public_id), codes.shortfall(custodian, project.public_id)
    opened = command_open(
        scope=f"stripe_fee:{custodian}",
        key=movement.id,
        request={"payment": payment.public_id, "fee_minor": fee.minor, "currency": fee.currency},
    )
    if opened.replayed:
        return fee.minor
    bearers = [codes.reserve(custodian), *([held] if project.status in RAISING else []), short]
    for bearer in bearers:
        draft = EntryDraft(
            kind=EntryKind.FEE_CHARGED,
            legs=[
                Leg(AccountKey(code=held if payment.exchanged else bearer, currency=fee.currency), fee.minor),
                Leg(account=AccountKey(code=codes.stripe(custodian), currency=fee.currency), amount=-fee.minor),
            ],
            group=payment.group,
        )
        try:
            with transaction.atomic():
                post(command=opened.command, drafts=[*fee_across(payment, project, fee.minor, bearer=bearer), draft])
        except InsufficientFunds:
            continue
        break
    command_finish(opened.command, payment.public_id)
    return fee.minor


def _fee_back(locked: StripeAttempt, payment: Payment, dispute: StripeDispute, movement: Movement) -> None:
    """Undo the fee of a dispute that was won, where Stripe gives it back; another sum than it took is put aside."""
    scope = f"stripe_fee:{payment.custodian.public_id}"
    charges = list(Entry.objects.filter(command__scope=scope, command__key=dispute.taken_id))
    charges.sort(key=lambda each: each.kind == EntryKind.FX_CONVERTED)  # back the way it went: the exchange last
    back = from_stripe(-movement.fee, movement.currency)
    if not charges or back.minor != dispute.fee_minor:
        reason, detail = QuarantineReason.FEE, f"{back.minor} of {dispute.fee_minor} {back.currency} back"
        quarantine(account=locked.account, object_id=movement.id, reason=reason, detail=detail, attempt=locked)
        return
    request = {"payment": payment.public_id, "fee_minor": -back.minor, "currency": back.currency}
    opened = command_open(scope=scope, key=movement.id, request=request)
    if not opened.replayed:
        post(command=opened.command, drafts=[undo_draft(each) for each in charges])
        command_finish(opened.command, payment.public_id)


def undo_draft(entry: Entry) -> EntryDraft:
    """Return the correction that is the mirror of an entry."""
    postings = entry.postings.select_related("account").order_by("k")
    legs = [Leg(AccountKey(each.account.code, each.currency), each.amount) for each in postings]
    return EntryDraft(kind=EntryKind.ENTRY_REVERSED, legs=mirror(legs), reverses=entry.pk, group=entry.group)


def _odd(locked: StripeAttempt, object_id: str, detail: str) -> None:
    reason = QuarantineReason.DISPUTE
    quarantine(account=locked.account, object_id=object_id, reason=reason, detail=detail, attempt=locked)


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
