"""Money is there: what one arrived payment sets off, in the transaction that confirms it."""

from __future__ import annotations

import uuid

from birge import clock
from birge.money import Money
from funds.ledger import codes
from funds.ledger.commitments import commitment_make, opening_keep
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Command, Entry
from funds.ledger.posting import AccountKey, EntryDraft, Leg, post
from funds.matching.services import (
    draws_keep,
    match_split,
    matches_give,
    matches_split,
    rules_draw,
    rules_lock,
    village_meet,
)
from funds.payments.exchanged import into_plan
from funds.payments.facts import FactKind, PaymentFact
from funds.payments.models import Payment, PaymentKind
from funds.pledges.entries import confirmed_draft, met_draft
from funds.pledges.exchanging import Part, part_kept
from funds.pledges.models import ConfirmedHow, Pledge
from funds.pledges.notices import money_text, pledge_notice
from funds.pledges.selectors import pledge_open_in_group
from funds.pledges.services import pledge_collect, pledge_lock, pledge_move, remainder_open
from funds.pledges.states import PledgeStatus
from funds.pools.services import gift_paid, open_check, pool_lock

from ..matched import parts_text
from ..matching import giver_of, match_facts, matched_at_all
from .advancing import project_advance, project_lock, project_retreat
from .assets import asset_code
from .disputed import money_disputed
from .exchanging import worth_set
from .sent_back import money_sent_back


def payment_fact_apply(fact: PaymentFact) -> uuid.UUID:
    """Book an arrived payment, or one sent back, and all that follows from it; return the id of its cash entry.

    Registered as settings.PAYMENT_FACT_HANDLER. The payment's row is locked already; project and pledge follow.
    """
    if fact.kind is FactKind.SENT_BACK:
        return money_sent_back(fact)
    if fact.kind is not FactKind.ARRIVED:
        return money_disputed(fact)
    payment = fact.payment
    if payment.project is None and payment.pool_ref:
        return _to_pool(fact)
    if payment.project is None:
        return _book(fact, EntryKind.PAYMENT_UNIDENTIFIED, codes.unidentified(payment.custodian.public_id)).id
    project = project_lock(payment.project)
    held = codes.held_project(payment.custodian.public_id, project.public_id)
    exchanged = worth_set(payment, project)
    if payment.kind == PaymentKind.VILLAGE:
        entry = _book(fact, EntryKind.VILLAGE_PAID, held)
        village_meet(project=project, amount=payment.amount_minor, command=fact.command)
    else:
        entry = _book(fact, EntryKind.PAYMENT_RECEIVED, held)
        if exchanged:
            post(command=fact.command, drafts=[into_plan(payment, project, payment.group)])
        pledge_meet(payment, fact.command)
        project = project_retreat(project)  # a rate may have taken more than the plan can bear
    project_advance(project)
    return entry.id


def _to_pool(fact: PaymentFact) -> uuid.UUID:
    """Book what was paid into a pool, all of it, and mark the gift that it was announced as."""
    payment = fact.payment
    pool = pool_lock(payment.pool_ref)
    if payment.kind != PaymentKind.STRIPE:  # a provider tells what has happened: it lies there, open or closed
        open_check(pool)
    held = codes.held_pool(payment.custodian.public_id, pool.public_id)
    entry = _book(fact, EntryKind.PAYMENT_RECEIVED, held)
    gift_paid(pool=pool, group=payment.group, amount_minor=payment.amount_minor)
    return entry.id


def pledge_meet(payment: Payment, command: Command, *, told_by: str = "pledge_collected") -> None:
    """Let a booked payment meet its pledge; `told_by` is the message to its donor where all of it has come.

    Short: what lacks becomes a remainder pledge of the same group. Over: all of it is held for the project. Where no
    pledge of the group waits any more, the money is held for the project without meeting a promise. What was promised
    or paid in another currency than the plan's is compared by `part_kept`; the payment keeps what it kept of the
    promise, and is saved by the caller.
    """
    waiting = pledge_open_in_group(payment.group)
    if waiting is None:
        return
    pledge = pledge_lock(waiting)
    rules_lock(project=pledge.project, coming=matched_at_all(pledge))
    post(command=command, drafts=[met_draft(pledge)])
    kept = part_kept(pledge, paid=payment.amount, plan_minor=payment.plan_minor)
    lacking = Money(pledge.amount_minor - kept.amount_minor, pledge.currency)
    if pledge.exchanged or payment.exchanged:
        payment.kept_minor = kept.plan_minor
    was_due = pledge.status == PledgeStatus.DUE
    pledge = pledge_collect(pledge=pledge, amount_minor=payment.plan_minor, kept_minor=payment.kept_minor)
    received = money_text(payment.amount, pledge.language)
    if lacking:
        _remainder(pledge, kept, command, was_due=was_due)
    _matches_of_paid(pledge, payment, command)
    if lacking:
        rest = money_text(lacking, pledge.language)
        pledge_notice(pledge, "pledge_remainder", received=received, rest=rest)
    else:
        custodian = pledge.custodian.name(pledge.language)
        pools = parts_text(pledge)
        pledge_notice(pledge, told_by, received=received, custodian=custodian, pools=pools)


def _matches_of_paid(pledge: Pledge, payment: Payment, command: Command) -> None:
    """Give what rules of pools reserved for what has come, and ask those that look at paid gifts only."""
    if matched_at_all(pledge):
        paid = min(payment.plan_minor, pledge.plan_amount_minor)
        giver = giver_of(pledge, at=clock.now(), amount=paid, confirmed=True)
        draws = rules_draw(project=pledge.project, facts=match_facts(pledge.project), giver=giver)
        draws_keep(
            project=pledge.project,
            pledge_ref=pledge.public_id,
            draws=draws,
            entries=post(command=command, drafts=[draw.draft for draw in draws]) if draws else [],
            group=pledge.group,
            until=pledge.horizon,
        )
    matches_give(pledge_ref=pledge.public_id, payment_ref=payment.public_id, command=command)


def evidence_of(payment: Payment) -> list[tuple[str, str]]:
    """Return the paper behind a payment as the ledger wants it."""
    return [] if payment.evidence is None else [(payment.evidence.sha256, payment.evidence.kind)]


def _remainder(pledge: Pledge, kept: Part, command: Command, *, was_due: bool) -> None:
    lacking = Part(pledge.amount_minor - kept.amount_minor, pledge.plan_amount_minor - kept.plan_minor)
    remainder = remainder_open(pledge=pledge, lacking=lacking)
    commitment, opening = commitment_make("pledge", remainder.public_id)
    entry = post(command=command, drafts=[confirmed_draft(remainder, commitment=commitment)])[0]
    opening_keep(opening, entry)
    pledge_move(
        remainder,
        PledgeStatus.CONFIRMED,
        reason=f"remainder of {pledge.public_id}",
        entry_id=entry.id,
        confirmed_at=pledge.confirmed_at,
        confirmed_how=ConfirmedHow(pledge.confirmed_how),
        confirmed_by=pledge.confirmed_by,
    )
    if was_due:
        pledge_move(remainder, PledgeStatus.DUE, reason="its pledge was due")
    match_split(pledge_ref=pledge.public_id, keep=kept.plan_minor, rest_ref=remainder.public_id, command=command)
    matches_split(
        pledge_ref=pledge.public_id,
        paid=kept.plan_minor,
        promised=pledge.plan_amount_minor,
        rest_ref=remainder.public_id,
        command=command,
    )


def _book(fact: PaymentFact, kind: EntryKind, purpose: str) -> Entry:
    payment = fact.payment
    commitment, opening = commitment_make("payment", payment.public_id)
    draft = EntryDraft(
        kind=kind,
        legs=[
            Leg(account=AccountKey(code=asset_code(payment), currency=payment.currency), amount=payment.amount_minor),
            Leg(account=AccountKey(code=purpose, currency=payment.currency), amount=-payment.amount_minor),
        ],
        group=payment.group,
        commitment=None if payment.kind == PaymentKind.VILLAGE else commitment,
        documents=evidence_of(payment),
    )
    entry = post(command=fact.command, drafts=[draft])[0]
    if payment.kind != PaymentKind.VILLAGE:
        opening_keep(opening, entry)
    return entry
