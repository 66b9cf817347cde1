"""An officer wrote down money that never came, or another sum: one officer asks to take it back, another agrees.

Nothing is deleted: a mirror entry takes the money out again, and the promise that it had met stands again.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.permissions import Action, require
from funds.ledger.commitments import commitment_make, opening_keep
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Command, Entry
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from funds.matching.selectors import village_outstanding, village_share_minor
from funds.matching.services import matches_take_back, rules_lock, village_unmeet
from funds.payments.facts import ended_report
from funds.payments.models import Payment, PaymentKind, PaymentStatus
from funds.payments.selectors import village_paid_minor
from funds.payments.services import payment_lock, transition_check
from funds.pledges.entries import confirmed_draft
from funds.pledges.exchanging import part_kept
from funds.pledges.models import Pledge
from funds.pledges.notices import pledge_notice
from funds.pledges.services import pledge_lock, pledge_move
from funds.pledges.states import PledgeStatus
from funds.pools.services import gift_unpaid
from funds.releases.models import Correction
from funds.strays.selectors import return_of
from projects.works.models import Project
from projects.works.states import ProjectStatus

from .advancing import project_advance, project_lock, project_retreat
from .pooling import pool_take_back_check
from .refunds import gift_entry, plan_entry

BEFORE_MONEY_LEAVES = frozenset({ProjectStatus.OPEN, ProjectStatus.PLEDGED_IN_FULL, ProjectStatus.FUNDED})


@transaction.atomic
def payment_correct_ask(*, payment: Payment, actor: User, reason: str) -> Correction:
    """Ask that a confirmed payment be taken back because it was written down by mistake.

    Raises NotAllowed, InvalidInput (`reason`), RuleNotMet (`transition`; `too_late` once money may have left;
    `by_decision` for what a pool gave, `by_provider` for a card), Conflict (`asked_already`).
    """
    require(actor, Action.CORRECTION_ASK, payment.custodian)
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    locked = payment_lock(payment)
    transition_check(locked, PaymentStatus.REVERSED)
    _too_late_check(locked)
    if locked.corrections.filter(status=Correction.Status.ASKED).exists():
        raise Conflict(_("This was asked already; decide on that first."), code="asked_already")
    asked = Correction.objects.create(payment=locked, reason=reason.strip()[:300], asked_by=actor, asked_at=clock.now())
    audit_record(
        actor=actor, action=Action.CORRECTION_ASK, obj=locked, organisation=locked.custodian, reason=reason.strip()
    )
    return asked


@transaction.atomic
def payment_correct_approve(*, correction: Correction, actor: User, proof: FactorProof | None) -> Correction:
    """Agree as another officer, with a second factor: the mirror is booked, and the promise stands again.

    Approving once more returns it as it is. Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet
    (also `pool_spent`, `banked`: a pool no longer holds it).
    """
    payment = correction.payment
    require(actor, Action.CORRECTION_APPROVE, payment.custodian)
    if actor.pk == correction.asked_by_id:
        raise NotAllowed(_("Who asked cannot approve."), code="same_person")
    method = factor_require(proof, actor).method
    opened = command_open(scope=f"payment:{payment.public_id}", key="correct", request={"of": correction.public_id})
    payment = payment_lock(payment)
    correction = Correction.objects.get(pk=correction.pk)
    if opened.replayed:
        return correction
    _asked_check(correction)
    transition_check(payment, PaymentStatus.REVERSED)
    _too_late_check(payment)
    pool = pool_take_back_check(payment)
    project = project_lock(payment.project) if payment.project is not None else None
    mirror = _take_back(payment, opened.command)
    if project is not None:
        _promise_again(payment, project, opened.command)
    elif pool is not None:
        gift_unpaid(pool=pool, group=payment.group, amount_minor=payment.amount_minor)
    payment.status = PaymentStatus.REVERSED
    payment.save(update_fields=["status"])
    ended_report(payment)
    correction.status, correction.entry_id, correction.factor_method = Correction.Status.APPROVED, mirror.id, method
    correction.decided_by, correction.decided_at = actor, clock.now()
    correction.save()
    command_finish(opened.command, correction.public_id)
    audit_record(
        actor=actor, action=Action.CORRECTION_APPROVE, obj=payment, organisation=payment.custodian, factor=method
    )
    if project is not None:
        project_advance(project_retreat(project))
    return correction


@transaction.atomic
def payment_correct_refuse(*, correction: Correction, actor: User, reason: str) -> Correction:
    """Refuse, as another officer, with a reason; the payment stays as it is."""
    payment = payment_lock(correction.payment)
    require(actor, Action.CORRECTION_APPROVE, payment.custodian)
    if actor.pk == correction.asked_by_id:
        raise NotAllowed(_("Who asked cannot decide."), code="same_person")
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    correction = Correction.objects.get(pk=correction.pk)
    _asked_check(correction)
    correction.status, correction.refused_reason = Correction.Status.REFUSED, reason.strip()[:300]
    correction.decided_by, correction.decided_at = actor, clock.now()
    correction.save()
    audit_record(
        actor=actor, action="correction_refuse", obj=payment, organisation=payment.custodian, reason=reason.strip()
    )
    return correction


def _take_back(payment: Payment, command: Command) -> Entry:
    """Book the mirror of what brought the money in: its exchange and identification first, then the arrival."""
    ids = list(dict.fromkeys(filter(None, (plan_entry(payment), gift_entry(payment), payment.entry_id))))
    originals = sorted(Entry.objects.filter(pk__in=ids), key=lambda entry: ids.index(entry.pk))
    entries = post(command=command, drafts=[_mirror(original) for original in originals])
    return entries[-1]


def _mirror(original: Entry) -> EntryDraft:
    legs = [
        Leg(account=AccountKey(code=posting.account.code, currency=posting.currency), amount=-posting.amount)
        for posting in original.postings.select_related("account").order_by("k")
    ]
    return EntryDraft(kind=EntryKind.ENTRY_REVERSED, legs=legs, reverses=original.pk, group=original.group)


def _promise_again(payment: Payment, project: Project, command: Command) -> None:
    """Let what the payment had met be promised anew: the village's part, or the pledge for what came for it."""
    met = Entry.objects.filter(
        command__entries=gift_entry(payment), kind=EntryKind.PLEDGE_MET
    )  # booked with the money, by the same command
    if payment.kind == PaymentKind.VILLAGE:
        others = village_paid_minor(project) - payment.amount_minor
        owed = max(0, village_share_minor(project) - others) - village_outstanding(project)
        village_unmeet(project=project, met=list(met), amount=owed, command=command)
        return
    rules_lock(project=project)
    for entry in met:
        pledge = Pledge.objects.filter(entry_id=entry.resolves_id).first()
        if pledge is not None:
            pledge = _reconfirm(pledge_lock(pledge), payment, command)
            matches_take_back(
                payment_ref=payment.public_id, pledge_ref=pledge.public_id, until=pledge.horizon, command=command
            )


def _reconfirm(pledge: Pledge, payment: Payment, command: Command) -> Pledge:
    # What it fell short has a pledge of its own.
    again = part_kept(pledge, paid=payment.amount, plan_minor=payment.plan_minor)
    pledge.amount_minor, pledge.plan_amount_minor = again.amount_minor, again.plan_minor
    commitment, opening = commitment_make("pledge", pledge.public_id)
    entry = post(command=command, drafts=[confirmed_draft(pledge, commitment=commitment)])[0]
    opening_keep(opening, entry)
    pledge_move(
        pledge,
        PledgeStatus.CONFIRMED,
        reason="its payment was put right",
        entry_id=entry.id,
        collected_minor=None,
        kept_minor=None,
        amount_minor=again.amount_minor,
        plan_amount_minor=again.plan_minor,
        horizon=max(pledge.horizon, clock.today() + dt.timedelta(days=settings.GRACE_DAYS)),
    )
    pledge_notice(pledge, "payment_put_right")
    return pledge


def _too_late_check(payment: Payment) -> None:
    if return_of(payment) is not None:
        raise RuleNotMet(_("This money is on its way back already."), code="too_late")
    if payment.kind == PaymentKind.POOL:
        raise RuleNotMet(_("A pool decided on this; nobody wrote it down by mistake."), code="by_decision")
    if payment.kind == PaymentKind.MOVED:
        raise RuleNotMet(_("The donor chose this; nobody wrote it down by mistake."), code="by_decision")
    if payment.kind == PaymentKind.STRIPE:
        raise RuleNotMet(
            _("Nobody wrote this down: the payment provider told us. Give it back there instead."), code="by_provider"
        )
    if payment.project is not None and payment.project.status not in BEFORE_MONEY_LEAVES:
        raise RuleNotMet(
            _("The project has begun, stopped or ended: its money may have left. Please talk to the administrator."),
            code="too_late",
        )


def _asked_check(correction: Correction) -> None:
    if correction.status != Correction.Status.ASKED:
        raise RuleNotMet(_("This is decided already."), code="decided")
