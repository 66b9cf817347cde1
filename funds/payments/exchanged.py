"""Money that came in another currency than the plan's: what it counts there, and how the books take it across.

What is held for a project is held in the currency of its plan alone. From then on the custodian bears what becomes of
the rate: the account `fx` stands for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from django.db.models.functions import Coalesce

from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg
from projects.works.models import Project

from .models import Payment

PLAN_MINOR = Coalesce("plan_amount_minor", "amount_minor")  # of a payment for a project, in its plan's currency


def plan_part(payment: Payment, amount_minor: int, *, before: int = 0) -> int:
    """Return what a part of a payment counts in the plan (minor units), after parts of `before` in all.

    By the payment's own rate. All parts together count exactly what the whole does.
    """
    if not payment.exchanged:
        return amount_minor
    return _of(payment.plan_minor, before + amount_minor, payment) - _of(payment.plan_minor, before, payment)


def own_part(payment: Payment, plan_minor: int) -> int:
    """Return how much of a payment, in its own currency, counts so much in the plan (minor units)."""
    if not payment.exchanged:
        return plan_minor
    return round(Fraction(payment.amount_minor * plan_minor, payment.plan_minor))


def into_plan(payment: Payment, project: Project, group: str) -> EntryDraft:
    """Return what takes a payment that was just booked as held into the currency of the plan."""
    held = codes.held_project(payment.custodian.public_id, project.public_id)
    return across(payment, project, [(held, -payment.plan_minor)], payment.amount_minor, group)


def out_of_plan(payment: Payment, project: Project, sides: Sequence[tuple[str, int]], amount_minor: int) -> EntryDraft:
    """Return what takes `amount_minor` back into the currency in which it came, so that it can leave.

    `sides` are the accounts, and minor units of the plan's currency, that pay for it.
    """
    return across(payment, project, sides, -amount_minor, payment.group)


def fee_across(payment: Payment, project: Project, fee_minor: int, *, bearer: str = "") -> list[EntryDraft]:
    """Return what lets the project bear a fee that is taken in the payment's currency, by the payment's own rate.

    `bearer` is another account, of the plan's currency, that bears it instead.
    """
    if not payment.exchanged:
        return []
    held = codes.held_project(payment.custodian.public_id, project.public_id)
    return [out_of_plan(payment, project, [(bearer or held, max(1, plan_part(payment, fee_minor)))], fee_minor)]


def across(
    payment: Payment, project: Project, sides: Sequence[tuple[str, int]], amount_minor: int, group: str
) -> EntryDraft:
    """Return an exchange between `sides` (plan's currency, debit positive) and what is held in the payment's own.

    `amount_minor` is debited there; the account `fx` balances both currencies.
    """
    custodian = payment.custodian.public_id
    held, fx = codes.held_project(custodian, project.public_id), codes.fx(custodian)
    plan = sum(amount for _code, amount in sides)
    legs = [
        (held, payment.currency, amount_minor),
        (fx, payment.currency, -amount_minor),
        (fx, project.currency, -plan),
        *((code, project.currency, amount) for code, amount in sides),
    ]
    return EntryDraft(
        kind=EntryKind.FX_CONVERTED,
        legs=[Leg(AccountKey(code=code, currency=currency), amount) for code, currency, amount in legs if amount],
        group=group,
    )


def _of(plan: int, part: int, payment: Payment) -> int:
    return round(Fraction(plan * part, payment.amount_minor))
