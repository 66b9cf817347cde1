"""A promise ends: kept, taken back, out of time; and what is left of a person after erasure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from birge import clock
from birge.accounts.models import User
from funds.ledger.commitments import openings_erase
from funds.payments.facts import person_erased_report
from funds.payments.providers.stripe.saving import cards_end

from ..conditions import ConditionFacts, conditions_hold
from ..exchanging import Part
from ..models import ContactProof, CreditChoice, Pledge, PledgeContact, PledgeCredit, PledgeRelation
from ..models_monthly import MonthlyPledge
from ..states import PledgeStatus
from .cleaning import credit_clean
from .monthly import monthly_end
from .transitions import history_write, pledge_lock, pledge_move


@transaction.atomic
def pledge_withdraw(*, pledge: Pledge, actor: User | None = None, reason: str = "") -> Pledge:
    """Mark as taken back. `funds.settlement` calls it, after releasing what the ledger holds for it."""
    return pledge_move(pledge_lock(pledge), PledgeStatus.WITHDRAWN, actor=actor, reason=reason)


@transaction.atomic
def pledge_lapse(*, pledge: Pledge, reason: str) -> Pledge:
    """Mark as out of time. `funds.settlement` calls it, after releasing what the ledger holds for it."""
    return pledge_move(pledge_lock(pledge), PledgeStatus.LAPSED, reason=reason)


@transaction.atomic
def pledge_collect(
    *, pledge: Pledge, amount_minor: int, kept_minor: int | None = None, actor: User | None = None
) -> Pledge:
    """Mark as kept with what really came (minor units of the plan's currency). `funds.settlement` books it.

    `kept_minor` is what the part of the promise that it keeps had counted, where an exchange made a difference.
    """
    locked = pledge_lock(pledge)
    return pledge_move(locked, PledgeStatus.COLLECTED, actor=actor, collected_minor=amount_minor, kept_minor=kept_minor)


@transaction.atomic
def pledge_refunded(*, pledge: Pledge, reason: str) -> Pledge:
    """Mark as given back in full. `funds.settlement` calls it when the last refund is paid."""
    return pledge_move(pledge_lock(pledge), PledgeStatus.REFUNDED, reason=reason)


@transaction.atomic
def pledge_shrink(*, pledge: Pledge, collected_minor: int) -> Pledge:
    """Note that less is left of what came for a kept promise (minor units). `funds.settlement` books it."""
    locked = pledge_lock(pledge)
    before, locked.collected_minor = locked.collected_minor, collected_minor
    if locked.kept_minor is not None and before:
        locked.kept_minor = locked.kept_minor * collected_minor // before
    locked.save(update_fields=["collected_minor", "kept_minor"])
    history_write(locked, before=locked.status, actor=None, reason="a part of it went back")
    return locked


@transaction.atomic
def remainder_open(*, pledge: Pledge, lacking: Part) -> Pledge:
    """Make the pledge for what a payment fell short, in the same group and with all that was agreed, its rate too.

    The caller books it and calls `remainder_booked`; until then it is *made*.
    """
    remainder = Pledge.objects.create(
        project=pledge.project,
        custodian=pledge.custodian,
        party=pledge.party,
        amount_minor=lacking.amount_minor,
        currency=pledge.currency,
        plan_amount_minor=lacking.plan_minor,
        rate=pledge.rate,
        rate_source=pledge.rate_source,
        rate_on=pledge.rate_on,
        donor=pledge.donor,
        made_by=pledge.made_by,
        country=pledge.country,
        language=pledge.language,
        conditions=pledge.conditions,
        terms_version=pledge.terms_version,
        horizon=pledge.horizon,
        horizon_asked_on=pledge.horizon_asked_on,
        group=pledge.group,
        related=pledge.related,
        made_at=clock.now(),
    )
    for contact in PledgeContact.objects.filter(pledge=pledge):
        PledgeContact.objects.create(pledge=remainder, kind=contact.kind, value=contact.value)
    for credit in PledgeCredit.objects.filter(pledge=pledge):
        PledgeCredit.objects.create(pledge=remainder, choice=credit.choice, line=credit.line)
    history_write(remainder, before="", actor=None, reason=f"remainder of {pledge.public_id}")
    return remainder


@transaction.atomic
def pledges_mark_due(*, pledges: Iterable[Pledge], facts: ConditionFacts, until: dt.date) -> list[Pledge]:
    """Mark as due those of the confirmed `pledges` whose conditions hold; return them. Locks them in order of id.

    A promise that is asked to be paid stands at least `until` that day.
    """
    moved = []
    for pledge in sorted(pledges, key=lambda each: each.pk):
        locked = pledge_lock(pledge)
        if locked.status == PledgeStatus.CONFIRMED and conditions_hold(locked.conditions, facts):
            horizon = max(locked.horizon, until)
            moved.append(pledge_move(locked, PledgeStatus.DUE, reason="its conditions hold", horizon=horizon))
    return moved


@transaction.atomic
def pledges_unmark_due(*, pledges: Iterable[Pledge], facts: ConditionFacts) -> list[Pledge]:
    """Take back *due* from those whose conditions ceased to hold; return them."""
    moved = []
    for pledge in sorted(pledges, key=lambda each: each.pk):
        locked = pledge_lock(pledge)
        if locked.status == PledgeStatus.DUE and not conditions_hold(locked.conditions, facts):
            moved.append(pledge_move(locked, PledgeStatus.CONFIRMED, reason="its conditions ceased to hold"))
    return moved


@transaction.atomic
def pledge_credit_change(*, pledge: Pledge, choice: str, line: str = "") -> Pledge:
    """Change how the gift is thanked, at any time. Raises InvalidInput (`credit_choice`, `credit_line`)."""
    pledge = pledge_lock(pledge)
    credit = credit_clean(choice, line, "")
    for each in Pledge.objects.filter(group=pledge.group):
        PledgeCredit.objects.filter(pledge=each).delete()
        if credit.choice != CreditChoice.NOBODY:
            PledgeCredit.objects.create(pledge=each, choice=credit.choice, line=credit.line)
    return pledge


@transaction.atomic
def pledge_erase_person(*, pledge: Pledge) -> None:
    """Forget who made this pledge and its remainders: contact, credit, account, links, card, and the ledger's salt.

    The promise and the money stay as they are; the ledger stays valid, because it holds only a commitment that
    nobody can open any more.
    """
    for monthly in MonthlyPledge.objects.filter(instalments__pledge__group=pledge.group).distinct():
        monthly_end(monthly=monthly, why="forgotten")
        cards_end(owner=monthly.public_id, why="forgotten")
    for each in Pledge.objects.select_for_update(no_key=True).filter(group=pledge.group).order_by("id"):
        PledgeContact.objects.filter(pledge=each).delete()
        PledgeCredit.objects.filter(pledge=each).delete()
        PledgeRelation.objects.filter(pledge=each).delete()
        ContactProof.objects.filter(pledge=each).delete()
        openings_erase(subject_ref=each.public_id)
        each.donor, each.token_version = None, each.token_version + 1
        each.save(update_fields=["donor", "token_version"])
    person_erased_report(pledge.group)
    cards_end(owner=pledge.group, why="forgotten")
