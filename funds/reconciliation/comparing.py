"""Both sides beside each other: what came to what, and each thing that does not agree. Reads only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.conf import settings

from birge import clock
from birge.organisations.models import Organisation
from funds.ledger import codes
from funds.ledger.balances import balance, balances_of_custodian
from funds.ledger.models import Posting
from funds.payments.models import StripeAccount
from funds.payments.providers.stripe.gateway import ProviderRefused, ProviderUnknown
from funds.payments.providers.stripe.gateway_balance import stripe_balance
from funds.payments.providers.stripe.quarantine import quarantined

from .models import AccountKind, DifferenceKind, Outcome
from .movements import Bank


@dataclass(frozen=True)
class Found:
    """One thing that does not agree. `amount`: what they have more than we (minor units)."""

    account_kind: AccountKind
    kind: DifferenceKind
    key: str
    ref: str
    amount: int
    currency: str
    day: dt.date


@dataclass
class Compared:
    """One currency of one kind of account (see `models.Reconciliation`), and what does not agree in it."""

    kind: AccountKind
    currency: str
    ours: int
    theirs: int | None = None
    explained: int = 0
    as_of: dt.date | None = None
    since: dt.date | None = None
    outcome: Outcome = Outcome.AGREES
    found: list[Found] = field(default_factory=list)
    error: str = ""


def bank_compare(bank: Bank, *, agreed: frozenset[str] = frozenset()) -> Compared:
    """Compare one currency at banks. `agreed`: keys of money from before that two officers have explained."""
    today = clock.today()
    day = bank.until or today
    compared = Compared(AccountKind.BANK, bank.currency, bank.ours_at(day), as_of=bank.until)
    if bank.entries and (bank.missing or bank.until is None):
        compared.found.append(_no_statement(bank, compared.ours, today))
    if bank.until is None:
        compared.outcome = Outcome.NO_STATEMENT
        return compared
    compared.theirs = bank.closing
    for account, (amount, first) in bank.openings.items():
        key = f"opening:{account}:{amount}"
        if amount and key not in agreed:
            kind = DifferenceKind.OPENING
            compared.found.append(Found(AccountKind.BANK, kind, key, account, amount, bank.currency, first))
    compared.found += _lines(bank) + _refs(bank, bank.until, today)
    rest = _rest(bank, compared)
    if rest:
        key = f"sum:bank:{bank.currency}"
        compared.found.append(Found(AccountKind.BANK, DifferenceKind.SUM, key, "", rest, bank.currency, bank.until))
    compared.explained = _explained(compared, bank.until)
    if compared.found:
        compared.outcome = Outcome.DIFFERS
    elif compared.theirs is None:
        compared.outcome = Outcome.NO_STATEMENT  # lines without balances: each is explained, the whole is not proven
    return compared


def _lines(bank: Bank) -> list[Found]:
    return [
        Found(
            AccountKind.BANK, DifferenceKind.LINE, f"line:{line.public_id}", line.public_id, line.amount_minor,
            bank.currency, line.day,
        )
        for line in bank.unexplained
    ]  # fmt: skip


def _refs(bank: Bank, until: dt.date, today: dt.date) -> list[Found]:
    found = []
    for ref in sorted({*bank.ours, *bank.theirs}):
        ours, theirs = bank.ours.get(ref), bank.theirs.get(ref)
        booked, told = ours.amount if ours else 0, theirs.amount if theirs else 0
        if booked == told:
            continue
        if theirs is None and ours is not None:
            if not _late(ours.amount, ours.day, until, today):
                continue
            kind, day = DifferenceKind.BOOKED, ours.day
        elif booked == 0 and theirs is not None:
            kind, day = DifferenceKind.LINE, theirs.day  # tied to what is not booked (any more, or not yet)
        else:
            kind, day = DifferenceKind.AMOUNT, theirs.day if theirs else today
        found.append(Found(AccountKind.BANK, kind, f"ref:{ref}", ref, told - booked, bank.currency, day))
    return found


def _late(amount: int, day: dt.date, until: dt.date, today: dt.date) -> bool:
    """Say whether the bank should have shown this by now.

    What came is there on its day, if a statement tells of that day. What we sent may take its days.
    """
    if amount > 0 and day <= until:
        return True
    return (today - day).days > settings.RECONCILE_LINE_DAYS


def _explained(compared: Compared, day: dt.date) -> int:
    """Return what of the difference of the balances is no mistake: the rest stands in `found`, thing by thing."""
    if compared.theirs is None:
        return 0
    open_ones = [each for each in compared.found if each.kind != DifferenceKind.NO_STATEMENT and each.day <= day]
    return compared.theirs - compared.ours - sum(each.amount for each in open_ones)


def _rest(bank: Bank, compared: Compared) -> int:
    """Return what the bank's balance says beyond its own lines (minor units): nothing, unless lines are missing."""
    if bank.closing is None or bank.until is None:
        return 0
    until = bank.until
    lines = sum(amount for day, amount in bank.lines if day <= until)
    openings = sum(amount for amount, _first in bank.openings.values())
    return bank.closing - openings - lines


def _no_statement(bank: Bank, ours: int, today: dt.date) -> Found:
    day = min((on for on, _ref, _amount in bank.entries), default=today)
    key, kind = f"no_statement:{bank.currency}", DifferenceKind.NO_STATEMENT
    return Found(AccountKind.BANK, kind, key, (bank.missing or [""])[0], -ours, bank.currency, day)


def stripe_compare(custodian: Organisation) -> list[Compared]:
    """Compare what Stripe says lies on the custodian's balance. Asks Stripe; without an answer says so."""
    code, today = codes.stripe(custodian.public_id), clock.today()
    accounts = list(StripeAccount.objects.filter(custodian=custodian, active=True))
    booked = {row.currency: row.amount for row in balances_of_custodian(custodian.public_id) if row.code == code}
    if not accounts and not any(booked.values()):
        return []
    theirs: dict[str, int] = {}
    error = "" if accounts else "no_account"
    for account in accounts:
        try:
            for currency, amount in stripe_balance(account).items():
                theirs[currency] = theirs.get(currency, 0) + amount
        except (ProviderRefused, ProviderUnknown) as refusal:
            error = refusal.code
    currencies = sorted({*booked, *theirs, *(account.currency for account in accounts)})
    compared = [
        Compared(AccountKind.STRIPE, each, balance(code, each), as_of=today, error=error) for each in currencies
    ]
    for each in compared:
        if error:
            each.outcome = Outcome.NO_ANSWER
            continue
        each.theirs = theirs.get(each.currency, 0)
        if each.theirs != each.ours:
            key, kind, more = f"sum:stripe:{each.currency}", DifferenceKind.SUM, each.theirs - each.ours
            each.found.append(Found(AccountKind.STRIPE, kind, key, "", more, each.currency, today))
    _items(custodian, compared)
    for each in compared:
        if each.found and each.outcome is Outcome.AGREES:
            each.outcome = Outcome.DIFFERS
    return compared


def _items(custodian: Organisation, compared: list[Compared]) -> None:
    """Add what stands aside at Stripe and no two officers have explained."""
    for item in quarantined(custodian):
        where = next((each for each in compared if each.currency == item.account.currency), compared[0])
        day = item.found_at.astimezone(dt.UTC).date()
        key, kind = f"item:{item.public_id}", DifferenceKind.ITEM
        where.found.append(Found(AccountKind.STRIPE, kind, key, item.public_id, 0, where.currency, day))


def cash_compare(custodian: Organisation) -> list[Compared]:
    """Return cash with treasurers and in the box: nobody else counts it, so its age is shown."""
    compared: dict[str, Compared] = {}
    for row in balances_of_custodian(custodian.public_id):
        if row.type != "cash" or row.amount == 0:
            continue
        since = _oldest(row.code, row.currency, row.amount)
        known = compared.setdefault(
            row.currency, Compared(AccountKind.CASH, row.currency, 0, as_of=clock.today(), outcome=Outcome.SHOWN)
        )
        known.ours += row.amount
        known.since = min(known.since or since, since)
    return [compared[currency] for currency in sorted(compared)]


def _oldest(code: str, currency: str, left: int) -> dt.date:
    """Return the day of the oldest money that is still there, if the oldest goes first."""
    came = Posting.objects.filter(account__code=code, currency=currency, amount__gt=0)
    day = clock.today()
    for booked_on, amount in came.order_by("-entry__date", "-entry__created_at").values_list("entry__date", "amount"):
        day, left = booked_on, left - amount
        if left <= 0:
            break
    return day
