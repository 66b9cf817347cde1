"""What leaves, and what became of it, as the books write it."""

from __future__ import annotations

from birge.organisations.models import Organisation
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg

from .models import Expense, Release


def released_draft(release: Release) -> EntryDraft:
    """Return the tranche that leaves: less is held, less lies with the custodian; the village must account for it."""
    custodian, project = release.custodian.public_id, release.project.public_id
    amount = release.amount_minor
    legs = [
        _leg(codes.held_project(custodian, project), release.currency, amount),
        *assets_draw(release.custodian, release.currency, amount),
        _leg(codes.advance(custodian, project), release.currency, amount),
        _leg(codes.accountable(custodian, project), release.currency, -amount),
    ]
    papers = [document for document in (release.bank_line, release.basis) if document is not None]
    return EntryDraft(
        kind=EntryKind.TRANCHE_RELEASED,
        legs=legs,
        documents=[(document.sha256, document.kind) for document in papers],
    )


def documented_draft(expense: Expense) -> EntryDraft:
    """Return what a receipt shows: less is an advance, more is spent on its line of the budget."""
    custodian, project = expense.release.custodian.public_id, expense.project.public_id
    spent = codes.spent(custodian, project, expense.budget_line.position)
    return EntryDraft(
        kind=EntryKind.EXPENSE_DOCUMENTED,
        legs=[
            _leg(spent, expense.currency, expense.amount_minor),
            _leg(codes.advance(custodian, project), expense.currency, -expense.amount_minor),
        ],
        documents=[(expense.receipt.sha256, expense.receipt.kind)],
    )


def assets_draw(custodian: Organisation, currency: str, amount: int, first: str = "") -> list[Leg]:
    """Return the credits that take `amount` (minor units) from where the custodian's money lies.

    Begins with the account `first`, then bank, play money, cash; so that no account pays what lies in another one.
    What no account covers is taken from the bank: the check of the books would show it. The custodian's row is
    locked, so that two payments at once do not reckon with the same money.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=custodian.pk)
    ref = custodian.public_id
    usual = [codes.bank(ref), codes.sandbox(ref), codes.cash_box(ref)]
    order = ([first] if first else []) + [code for code in usual if code != first]
    legs, left = [], amount
    for code in order:
        part = min(left, max(0, balance(code, currency)))
        if part:
            legs.append(_leg(code, currency, -part))
            left -= part
    if left:
        legs.append(_leg(order[0], currency, -left))
    return _merged(legs)


def _merged(legs: list[Leg]) -> list[Leg]:
    sums: dict[AccountKey, int] = {}
    for leg in legs:
        sums[leg.account] = sums.get(leg.account, 0) + leg.amount
    return [Leg(account=account, amount=amount) for account, amount in sums.items()]


def _leg(code: str, currency: str, amount: int) -> Leg:
    return Leg(account=AccountKey(code=code, currency=currency), amount=amount)
