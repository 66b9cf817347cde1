"""Stripe pays out to the custodian's bank: booked once Stripe says it is there, mirrored if the bank sent it back."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from birge.money import Money
from funds.ledger import codes
from funds.ledger.drafts import mirror
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Entry
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post

from .amounts import from_stripe
from .gateway_after import AfterGateway, PaidOut
from .models import EventOutcome, QuarantineReason, StripeAccount
from .models_after import PayoutStatus, StripePayout
from .quarantine import quarantine

GONE = (PayoutStatus.FAILED, PayoutStatus.CANCELED)


def payout_follow(account: StripeAccount, payout_id: str) -> EventOutcome:
    """Look a payout up as it stands now, and let the books say the same. Raises ProviderUnknown, ProviderRefused."""
    return payout_apply(account, AfterGateway(account).payout_get(payout_id))


@transaction.atomic
def payout_apply(account: StripeAccount, seen: PaidOut) -> EventOutcome:
    """Keep what Stripe says of a payout; book it when it is paid, and its mirror when a paid one failed."""
    fault = _fault(account, seen)
    if fault:
        _odd(account, seen.id, fault)
        return EventOutcome.QUARANTINED
    payout = _kept(account, seen)
    if payout.status == PayoutStatus.PAID and payout.entry_id is None:
        payout.entry_id = _book(payout, "paid", _draft(payout))
    elif payout.status in GONE and payout.entry_id is not None and payout.mirror_entry_id is None:
        payout.mirror_entry_id = _book(payout, "failed", _undo(payout.entry_id))
    payout.save()
    if seen.movement is not None and seen.movement.fee:
        reason, detail = QuarantineReason.FEE, f"{seen.movement.fee} {seen.currency}"
        quarantine(account=account, object_id=seen.movement.id, reason=reason, detail=detail)
    return EventOutcome.SETTLED


def _fault(account: StripeAccount, seen: PaidOut) -> str:
    if seen.livemode is not account.livemode:
        return f"livemode {seen.livemode}"
    if seen.currency != account.currency:
        return f"{seen.amount} {seen.currency} of a balance in {account.currency}"
    if seen.movement is not None and (seen.movement.amount, seen.movement.currency) != (-seen.amount, seen.currency):
        return f"{seen.movement.amount} {seen.movement.currency} moved for {seen.amount} {seen.currency}"
    return f"status {seen.status}" if seen.status not in PayoutStatus.values or not seen.amount else ""


def _kept(account: StripeAccount, seen: PaidOut) -> StripePayout:
    """Return our record of it as it stands now, its row locked."""
    arrives_on = dt.datetime.fromtimestamp(seen.arrives, dt.UTC).date()
    facts = {
        "account": account,
        "amount_minor": from_stripe(seen.amount, seen.currency).minor,
        "currency": seen.currency,
        "status": seen.status,
        "automatic": seen.automatic,
        "arrives_on": arrives_on,
        "made_at": dt.datetime.fromtimestamp(seen.created, dt.UTC),
    }
    StripePayout.objects.get_or_create(payout_id=seen.id, defaults=facts)
    payout = StripePayout.objects.select_for_update(of=("self",), no_key=True).get(payout_id=seen.id)
    payout.status, payout.arrives_on = seen.status, arrives_on
    payout.account = account
    return payout


def _draft(payout: StripePayout) -> EntryDraft:
    custodian, money = payout.account.custodian.public_id, Money(payout.amount_minor, payout.currency)
    bank, stripe = (AccountKey(code=code(custodian), currency=money.currency) for code in (codes.bank, codes.stripe))
    return EntryDraft(kind=EntryKind.PAYOUT_RECEIVED, legs=[Leg(bank, money.minor), Leg(stripe, -money.minor)])


def _undo(entry_id: uuid.UUID) -> EntryDraft:
    entry = Entry.objects.get(pk=entry_id)
    postings = entry.postings.select_related("account").order_by("k")
    legs = [Leg(AccountKey(each.account.code, each.currency), each.amount) for each in postings]
    return EntryDraft(kind=EntryKind.ENTRY_REVERSED, legs=mirror(legs), reverses=entry.pk)


def _book(payout: StripePayout, step: str, draft: EntryDraft) -> uuid.UUID:
    opened = command_open(
        scope=f"stripe_payout:{payout.account.custodian.public_id}",
        key=f"{step}:{payout.payout_id}",
        request={"amount_minor": payout.amount_minor, "currency": payout.currency},
    )
    if opened.replayed:
        raise RuntimeError(f"{payout} was booked, and does not say so")
    entry = post(command=opened.command, drafts=[draft])[0]
    command_finish(opened.command, payout.public_id)
    return entry.id


def _odd(account: StripeAccount, payout_id: str, detail: str) -> None:
    quarantine(account=account, object_id=payout_id, reason=QuarantineReason.PAYOUT, detail=detail)
