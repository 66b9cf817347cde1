"""Questions about payments and the ways to pay."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db.models import Q, QuerySet, Sum

from birge.organisations.models import Organisation
from funds.ledger import codes
from funds.ledger.balances import balance, balances_of
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Account, Posting
from projects.works.models import Project

from .exchanged import PLAN_MINOR, plan_part
from .models import Payment, PaymentKind, PaymentMethod, PaymentStatus, StripeAttempt, StripeDispute, StripeRefund
from .providers.stripe.accounts import account_for
from .providers.stripe.models import WAITING
from .providers.stripe.models_after import DISPUTE_OPEN, DisputeStatus

_K = PaymentKind
USUAL_ORDER = (_K.STRIPE, _K.TRANSFER, _K.CASH, _K.SANDBOX)
# Cards of these countries reach no foreign provider, so what works stands first: by hand, cash beside it.
BY_HAND_FIRST = frozenset({"RU", "KG"})


def payment_methods_for(
    custodian: Organisation, country: str, on: dt.date, *, cards_in: str = ""
) -> list[PaymentMethod]:
    """Return this custodian's ways to pay from `country` on that day, the most useful first.

    A record for the country stands before, and instead of, one of the same kind for all countries. Methods that do
    not work are included with their note, after those that do; the village's own is never offered, cards only in the
    currency `cards_in`, and not without a usable account at Stripe.
    """
    records = PaymentMethod.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        custodian=custodian,
        donor_country__in=["", country],
        valid_from__lte=on,
    ).exclude(kind=PaymentKind.VILLAGE)
    if not cards_in or account_for(custodian, cards_in) is None:
        records = records.exclude(kind=PaymentKind.STRIPE)
    best: dict[str, PaymentMethod] = {}
    for method in records.order_by("donor_country", "valid_from", "id"):
        best[method.kind] = method  # later ones win: a country's own record, then the newer one
    order = {kind: place for place, kind in enumerate(_order_for(country))}
    return sorted(best.values(), key=lambda method: (not method.works, order.get(PaymentKind(method.kind), len(order))))


def _order_for(country: str) -> tuple[PaymentKind, ...]:
    if country in BY_HAND_FIRST:
        return (_K.TRANSFER, _K.CASH, *(kind for kind in USUAL_ORDER if kind not in (_K.TRANSFER, _K.CASH)))
    return USUAL_ORDER


def payments_to_confirm(custodian: Organisation) -> QuerySet[Payment]:
    """Return what was recorded and waits for a second person, oldest first. A pool's own cash is the pool's affair."""
    waiting = Payment.objects.filter(custodian=custodian, status=PaymentStatus.RECORDED)
    waiting = waiting.exclude(kind=PaymentKind.POOL_CASH)
    return waiting.select_related("project", "recorded_by").order_by("recorded_at")


def payments_of_pledges(refs: list[str]) -> QuerySet[Payment]:
    """Return the payments that name one of these pledges, oldest first."""
    return Payment.objects.filter(pledge_ref__in=refs).order_by("id")


def payment_waits_for(pledge_ref: str) -> bool:
    """Say whether money for this pledge is recorded and not yet decided on, or is just taken from a saved card."""
    if StripeAttempt.objects.filter(pledge_ref=pledge_ref, status__in=WAITING, charge__isnull=False).exists():
        return True
    return Payment.objects.filter(pledge_ref=pledge_ref, status=PaymentStatus.RECORDED).exists()


def sent_back_minor(payment: Payment) -> int:
    """Return what of a payment is away (minor units): sent back at its provider, or taken by the payer's bank."""
    return away_minor(Payment.objects.filter(pk=payment.pk)).get(payment.pk, 0)


def gone_minor(payment: Payment) -> int:
    """Return what of a payment went back for good (minor units): what is still disputed may come back."""
    return away_minor(Payment.objects.filter(pk=payment.pk), for_good=True).get(payment.pk, 0)


def away_minor(payments: QuerySet[Payment], *, for_good: bool = False) -> dict[int, int]:
    """Return what of each of these payments is away, by its key (minor units of its own currency). Two queries.

    `for_good` leaves out what a bank has taken and not decided on.
    """
    refunds = StripeRefund.objects.filter(attempt__payment__in=payments)
    taken = StripeDispute.objects.filter(
        attempt__payment__in=payments, taken_entry_id__isnull=False, back_entry_id=None
    )
    away: dict[int, int] = {}
    for rows in (refunds, taken.filter(status=DisputeStatus.LOST) if for_good else taken):
        for payment, minor in rows.values_list("attempt__payment").annotate(n=Sum("amount_minor")).order_by():
            away[payment] = away.get(payment, 0) + int(minor)
    return away


def parts_back(payments: QuerySet[Payment]) -> dict[int, int]:
    """Return what went back of these payments while they still count, by project (minor units of the plan's currency).

    Parts only, and not of projects that gave all back.
    """
    gone = away_minor(payments.filter(refund__isnull=True), for_good=True)
    back: dict[int, int] = {}
    for payment in Payment.objects.filter(pk__in=gone, project__isnull=False) if gone else []:
        project = payment.project_id or 0
        back[project] = back.get(project, 0) + plan_part(payment, gone[payment.pk])
    return back


def parts_back_minor(payments: QuerySet[Payment]) -> int:
    """Return how much of these payments (minor units of the plan's currency) that is."""
    return sum(parts_back(payments).values())


def disputed_minor(project: Project) -> int:
    """Return about how much of this project's gifts banks have not decided (minor units)."""
    return int(disputes_open(project).aggregate(total=Sum("amount_minor"))["total"] or 0)


def disputes_open(project: Project) -> QuerySet[StripeDispute]:
    """Return the disputes about payments for this project that no bank has decided yet."""
    return StripeDispute.objects.filter(attempt__project=project, status__in=DISPUTE_OPEN)


def at_risk_minor(project: Project) -> int:
    """Return what banks may still take of what is held for the project (minor units): disputed, and still there."""
    there = disputes_open(project).exclude(taken_entry_id__isnull=False, back_entry_id=None)
    return int(there.aggregate(total=Sum("amount_minor"))["total"] or 0)


def shortfall_minor(project: Project) -> int:
    """Return what the project lacks because it was taken back after it was spent (minor units)."""
    if project.custodian is None:
        return 0
    return balance(codes.shortfall(project.custodian.public_id, project.public_id), project.currency)


def short_projects(custodian: Organisation) -> list[tuple[Project, int]]:
    """Return the custodian's projects that have a shortfall, and how much (minor units of the project's currency)."""
    accounts = Account.objects.filter(type="shortfall", custodian_ref=custodian.public_id)
    rows = {row.purpose_ref: row for row in balances_of(accounts) if row.amount > 0}
    projects = Project.objects.filter(public_id__in=rows, custodian=custodian).order_by("id")
    return [
        (project, rows[project.public_id].amount)
        for project in projects
        if rows[project.public_id].currency == project.currency
    ]


def fees_minor(project: Project) -> int:
    """Return what providers took from what was held for this project (minor units)."""
    if project.custodian is None:
        return 0
    held = codes.held_project(project.custodian.public_id, project.public_id)
    paid = Q(entry__kind=EntryKind.FEE_CHARGED)
    exchanged = Q(entry__kind=EntryKind.FX_CONVERTED, entry__command__entries__kind=EntryKind.FEE_CHARGED)
    taken = Posting.objects.filter(paid | exchanged, account__code=held, currency=project.currency)
    taken = taken.filter(entry__reversed_by=None)  # the fee of a dispute that was won comes back
    return int(taken.aggregate(total=Sum("amount"))["total"] or 0)


def exchange_forgiven(kept: int, came: int) -> int:
    """Return what of an exchange's loss is out of the plan, like fees: up to EXCHANGE_TOLERANCE_PERCENT of `kept`.

    `kept` is what promises counted that were kept, `came` what came for them (minor units). Beyond that it lacks.
    """
    return max(0, min(kept - came, kept * settings.EXCHANGE_TOLERANCE_PERCENT // 100))


def exchange_lost_minor(project: Project) -> int:
    """Return what exchange rates took of the payments in the books, as far as the plan does without it."""
    came = Payment.objects.filter(project=project, status=PaymentStatus.CONFIRMED, kept_minor__isnull=False)
    sums = came.aggregate(kept=Sum("kept_minor"), came=Sum(PLAN_MINOR))
    return exchange_forgiven(int(sums["kept"] or 0), int(sums["came"] or 0))


def village_paid_minor(project: Project) -> int:
    """Return what the village has really paid for this project."""
    paid = Payment.objects.filter(project=project, kind=PaymentKind.VILLAGE, status=PaymentStatus.CONFIRMED)
    return int(paid.aggregate(total=Sum("amount_minor"))["total"] or 0)
