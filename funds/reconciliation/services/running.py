"""One comparison of a custodian: kept, and what does not agree found, still open, or over by itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction

from birge import clock
from birge.organisations.models import Organisation, OrganisationKind
from funds.ledger.kinds import Book
from funds.ledger.models import Account

from ..comparing import Compared, Found, bank_compare, cash_compare, stripe_compare
from ..models import (
    AccountKind,
    Difference,
    DifferenceKind,
    DifferenceStep,
    ExplainedShare,
    Reconciliation,
    Step,
)
from ..movements import banks_of
from ..share import explained_shares


@dataclass
class ReconcileReport:
    """What one comparison of one custodian came to. `differences` are those open now, `errors` who did not answer."""

    custodian: Organisation
    run_at: dt.datetime
    rows: list[Reconciliation] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    shares: list[ExplainedShare] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def reconcile(custodian: Organisation, *, ask_stripe: bool = True) -> ReconcileReport:
    """Compare all accounts of a custodian with what is known from outside, and keep what came of it.

    Never writes to the ledger. What does not agree any more is over; what does again is open again. Without an answer
    from Stripe (or where it is not asked) what was open there stays open. Locks the custodian's row while it writes.
    """
    report = ReconcileReport(custodian, clock.now())
    at_stripe = stripe_compare(custodian) if ask_stripe else []
    with transaction.atomic():
        Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=custodian.pk)
        agreed = frozenset(
            Difference.objects.filter(custodian=custodian, agreed_by__isnull=False).values_list("key", flat=True)
        )
        banks = banks_of(custodian)
        compared = [bank_compare(bank, agreed=agreed) for bank in banks] + at_stripe + cash_compare(custodian)
        report.errors = [f"{each.kind} {each.currency}: {each.error}" for each in compared if each.error]
        report.rows = [_keep(custodian, each, report.run_at) for each in compared]
        kinds = {AccountKind.BANK} | ({AccountKind.STRIPE} if ask_stripe and not report.errors else set())
        _differences_keep(custodian, [found for each in compared for found in each.found], kinds, report.run_at)
        report.differences = list(differences_open_now(custodian))
        report.shares = ExplainedShare.objects.bulk_create(explained_shares(custodian, banks, report.run_at))
    return report


def reconcile_due(today: dt.date) -> list[Organisation]:
    """Return the custodians that were not compared today (UTC), for `tick`."""
    start = dt.datetime.combine(today, dt.time(), dt.UTC)
    compared = Reconciliation.objects.filter(run_at__gte=start)
    holding = Account.objects.filter(book=Book.CASH).exclude(custodian_ref="").values("custodian_ref")
    custodians = Organisation.objects.filter(kind=OrganisationKind.CUSTODIAN, public_id__in=holding)
    return list(custodians.exclude(pk__in=compared.values("custodian")).order_by("pk"))


def differences_open_now(custodian: Organisation) -> list[Difference]:
    """Return what does not agree, the oldest first."""
    found = Difference.objects.filter(custodian=custodian, resolved_at=None)
    return list(found.select_related("owner").order_by("day", "id"))


def _keep(custodian: Organisation, compared: Compared, at: dt.datetime) -> Reconciliation:
    return Reconciliation.objects.create(
        custodian=custodian,
        run_at=at,
        kind=compared.kind,
        currency=compared.currency,
        ours_minor=compared.ours,
        theirs_minor=compared.theirs,
        explained_minor=compared.explained,
        as_of=compared.as_of,
        since=compared.since,
        outcome=compared.outcome,
    )


def _differences_keep(custodian: Organisation, found: list[Found], kinds: set[AccountKind], at: dt.datetime) -> None:
    known = {each.key: each for each in Difference.objects.filter(custodian=custodian)}
    steps: list[DifferenceStep] = []
    for each in found:
        before = known.get(each.key)
        if before is None:
            made = Difference.objects.create(
                custodian=custodian,
                account_kind=each.account_kind,
                kind=each.kind,
                key=each.key,
                ref=each.ref,
                amount_minor=each.amount,
                currency=each.currency,
                day=each.day,
                found_at=at,
            )
            steps.append(_step(made, Step.FOUND, at))
        elif before.resolved_at is not None:
            _move(before, each, resolved_at=None, day=each.day)
            steps.append(_step(before, Step.REOPENED, at))
        elif (before.amount_minor, before.kind) != (each.amount, each.kind):
            _move(before, each, resolved_at=None, day=before.day)
    still = {each.key for each in found}
    for key, before in known.items():
        if before.resolved_at is None and key not in still and before.account_kind in kinds:
            before.resolved_at = at
            before.save(update_fields=["resolved_at"])
            steps.append(_step(before, Step.RESOLVED, at))
    DifferenceStep.objects.bulk_create(steps)


def _move(known: Difference, found: Found, *, resolved_at: dt.datetime | None, day: dt.date) -> None:
    known.amount_minor, known.kind, known.ref = found.amount, DifferenceKind(found.kind), found.ref
    known.resolved_at, known.day = resolved_at, day
    known.save(update_fields=["amount_minor", "kind", "ref", "resolved_at", "day"])


def _step(difference: Difference, step: Step, at: dt.datetime) -> DifferenceStep:
    return DifferenceStep(difference=difference, step=step, at=at, amount_minor=difference.amount_minor)
