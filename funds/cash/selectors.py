"""Questions about cash: which receipts there are, what of them is not banked, how long it lies there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from birge import clock
from birge.accounts.models import User
from birge.organisations.models import Organisation
from funds.banking.models import BankLine
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.payments.models import Payment, PaymentKind, PaymentStatus

from .models import BankingStatus, CashBanking, CashCeiling, CashPart, CashReceipt, CashTakeBack, Kept

VOID = frozenset({PaymentStatus.REFUSED, PaymentStatus.REVERSED})
STANDS = frozenset({PaymentStatus.RECORDED, PaymentStatus.CONFIRMED})


@dataclass(frozen=True)
class InHand:
    """One receipt as it stands: what of it is not banked (minor units), since how many days, and what is wrong."""

    receipt: CashReceipt
    amount_minor: int
    left_minor: int
    currency: str
    days: int  # since the money was given
    confirmed: bool
    void: bool
    late: bool  # not confirmed, for longer than it should take
    old: bool  # not banked, for longer than it may

    @property
    def red(self) -> bool:
        """Say whether everybody should see it."""
        return self.late or self.old

    @property
    def banked(self) -> bool:
        """Say whether all of it came to the bank."""
        return self.confirmed and self.left_minor == 0


@dataclass
class CashTotals:
    """What is in somebody's hands (minor units of `currency`), and the parts of it that one wants to know."""

    currency: str
    total_minor: int = 0  # confirmed or not, in hand and in wallets
    wallet_minor: int = 0
    waiting_minor: int = 0  # nobody has confirmed it yet
    late_minor: int = 0  # … for longer than it should take
    old_minor: int = 0  # not banked, for longer than it may
    red: list[InHand] = field(default_factory=list)


def receipts_all() -> QuerySet[CashReceipt]:
    """Return receipts with their payment and `banked_minor`, in the order of their numbers."""
    booked = Q(parts__banking__status=BankingStatus.BOOKED)
    return (
        CashReceipt.objects.select_related("payment__custodian", "payment__project", "office__organisation")
        .annotate(banked_minor=Coalesce(Sum("parts__amount_minor", filter=booked), 0))
        .order_by("year", "number", "id")
    )


def receipts_of_pool(pool_ref: str) -> QuerySet[CashReceipt]:
    """Return the receipts of cash that a pool's treasurers took, with `banked_minor`."""
    return receipts_all().filter(payment__pool_ref=pool_ref, payment__kind=PaymentKind.POOL_CASH)


def receipts_of_box(custodian: Organisation) -> QuerySet[CashReceipt]:
    """Return the receipts of cash that the custodian's own officers took, with `banked_minor`."""
    return receipts_all().filter(payment__custodian=custodian, payment__kind=PaymentKind.CASH)


def receipts_of_office(organisation: Organisation) -> QuerySet[CashReceipt]:
    """Return all receipts of this organisation, with `banked_minor`."""
    return receipts_all().filter(office__organisation=organisation)


def unbanked(receipts: QuerySet[CashReceipt]) -> QuerySet[CashReceipt]:
    """Keep what is in somebody's hands: confirmed or not, and not banked whole."""
    left = Q(payment__status=PaymentStatus.RECORDED) | Q(payment__amount_minor__gt=F("banked_minor"))
    return receipts.filter(left, payment__status__in=STANDS)


def receipt_state(receipt: CashReceipt, today: dt.date | None = None) -> InHand:
    """Return how it stands today (UTC). `receipt` comes from `receipts_all`."""
    today, payment = today or clock.today(), receipt.payment
    banked: int = receipt.banked_minor  # type: ignore[attr-defined]
    void, confirmed = payment.status in VOID, payment.status == PaymentStatus.CONFIRMED
    left = 0 if void else payment.amount_minor - banked
    waits = (today - payment.recorded_at.date()).days
    days = (today - payment.received_on).days
    return InHand(
        receipt=receipt,
        amount_minor=payment.amount_minor,
        left_minor=left,
        currency=payment.currency,
        days=days,
        confirmed=confirmed,
        void=void,
        late=payment.status == PaymentStatus.RECORDED and waits > settings.CASH_CONFIRM_DAYS,
        old=left > 0 and days > settings.CASH_AGE_DAYS,
    )


def cash_totals(states: Iterable[InHand], currency: str) -> CashTotals:
    """Add up what these receipts, all of one currency, leave in somebody's hands. Pure."""
    totals = CashTotals(currency)
    for state in states:
        left = state.left_minor
        totals.total_minor += left
        totals.wallet_minor += left if state.receipt.kept == Kept.WALLET else 0
        totals.waiting_minor += 0 if state.confirmed else left
        totals.late_minor += left if state.late else 0
        totals.old_minor += left if state.old else 0
        if state.red:
            totals.red.append(state)
    return totals


def pool_states(pool_ref: str, today: dt.date | None = None) -> list[InHand]:
    """Return what a pool's treasurers have in their hands, by receipt. Exact under the lock of their office."""
    return [receipt_state(each, today) for each in unbanked(receipts_of_pool(pool_ref))]


def box_states(custodian: Organisation, currency: str, today: dt.date | None = None) -> list[InHand]:
    """Return what lies in the custodian's own box, by receipt. What was paid out of it in cash was the eldest."""
    receipts = unbanked(receipts_of_box(custodian)).filter(payment__currency=currency)
    states = [receipt_state(each, today) for each in receipts]
    there = sum(each.left_minor for each in states if each.confirmed)
    gone = there - balance(codes.cash_box(custodian.public_id), currency)
    kept = []
    for state in sorted(states, key=_eldest):
        part = max(0, min(gone, state.left_minor)) if state.confirmed else 0
        gone -= part
        left = state.left_minor - part
        if left:
            kept.append(replace(state, left_minor=left))
    return kept


def box_currencies(custodian: Organisation) -> list[str]:
    """Return the currencies in which the custodian's officers ever took cash."""
    taken = receipts_of_box(custodian).order_by().values_list("payment__currency", flat=True).distinct()
    return sorted(set(taken))


def eldest_first(states: Iterable[InHand]) -> list[InHand]:
    """Return the confirmed ones in the order in which they are taken to the bank, unless somebody says otherwise."""
    return sorted((each for each in states if each.confirmed), key=_eldest)


def _eldest(state: InHand) -> tuple[dt.date, int]:
    return state.receipt.payment.received_on, state.receipt.pk


def ceiling_for(organisation: Organisation, currency: str) -> int | None:
    """Return how much one treasurer there may have in hand (minor units), the lower of ours and theirs; None: any."""
    ours: int | None = settings.CASH_CEILING.get(currency)
    theirs = CashCeiling.objects.filter(office__organisation=organisation, currency=currency).order_by("-id").first()
    both = [each for each in (ours, theirs.amount_minor if theirs else None) if each is not None]
    return min(both) if both else None


def in_hands_of(user: User, organisation: Organisation, currency: str) -> int:
    """Return what this person took for the organisation's pools and has not banked (minor units), confirmed or not."""
    theirs = unbanked(receipts_of_office(organisation)).filter(
        payment__recorded_by=user, payment__currency=currency, payment__kind=PaymentKind.POOL_CASH
    )
    return cash_totals([receipt_state(each) for each in theirs], currency).total_minor


def is_banked(payment: Payment) -> bool:
    """Say whether any of this payment's cash is booked as banked."""
    return CashPart.objects.filter(receipt__payment=payment, banking__status=BankingStatus.BOOKED).exists()


def unseen_bankings(custodian: Organisation) -> QuerySet[CashBanking]:
    """Return what is booked as banked and not yet seen on a statement, oldest first."""
    booked = CashBanking.objects.filter(custodian=custodian, status=BankingStatus.BOOKED, deposit__isnull=True)
    return booked.select_related("asked_by").order_by("id")


def bankings_asked(custodian: Organisation) -> QuerySet[CashBanking]:
    """Return the cash of the custodian's own box of which one officer says that it came to the bank."""
    asked = CashBanking.objects.filter(custodian=custodian, status=BankingStatus.ASKED)
    return asked.select_related("asked_by").order_by("id")


def take_backs_asked(custodian: Organisation) -> QuerySet[CashTakeBack]:
    """Return the bankings that one officer wants taken back and another has to decide on."""
    asked = CashTakeBack.objects.filter(banking__custodian=custodian, status=CashTakeBack.Status.ASKED)
    return asked.select_related("banking", "asked_by").order_by("id")


def lines_open(custodian: Organisation, currency: str, most_minor: int) -> QuerySet[BankLine]:
    """Return what came to the custodian's bank and is nothing of our books yet, up to so much, newest first."""
    lines = BankLine.objects.filter(
        account__custodian=custodian,
        currency=currency,
        amount_minor__gt=0,
        amount_minor__lte=most_minor,
        payment_ref="",
    )
    return lines.exclude(status=BankLine.Status.IGNORED).select_related("account").order_by("-day", "-id")
