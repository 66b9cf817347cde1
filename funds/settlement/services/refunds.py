"""A project fails: promises end, and what is still held goes back to whoever paid, in proportion."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document, DocumentKind
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.money import Money
from birge.organisations.permissions import Action, require
from birge_engine.split import largest_remainder
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Entry
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from funds.matching.models import Given
from funds.matching.rule_selectors import given_waiting
from funds.matching.services import matches_return, rules_lock
from funds.payments.models import Identification, Payment, PaymentKind, PaymentStatus, StripeDispute
from funds.payments.providers.stripe.models_after import DISPUTE_OPEN
from funds.payments.selectors import sent_back_minor
from funds.pledges.models import Pledge
from funds.pledges.notices import money_text, pledge_notice
from funds.pledges.services import pledge_refunded
from funds.pledges.states import PledgeStatus
from funds.releases.entries import assets_draw
from funds.releases.models import REFUND_ALLOWED, Refund, RefundStatus
from funds.releases.selectors import releases_waiting
from projects.works.models import Project
from projects.works.services import project_cancel, project_expire, project_lock
from projects.works.states import ProjectStatus, Why

from ..facts import held_minor, plan_facts
from .assets import asset_code
from .ending import promises_end

ENDED = frozenset({ProjectStatus.EXPIRED, ProjectStatus.CANCELLED})


@transaction.atomic
def project_cancel_and_refund(*, project: Project, actor: User, reason: str) -> Project:
    """Give a project up: promises end, tranches not yet paid are refused, what is held becomes due to go back.

    Asked again, it returns the project as it is. Raises NotAllowed, InvalidInput (`reason`), RuleNotMet (`transition`).
    """
    require(actor, Action.PROJECT_CANCEL_ASK, project.administration)
    opened = command_open(scope=f"project:{project.public_id}", key="cancel", request={"project": project.public_id})
    locked = project_lock(project)
    if opened.replayed:
        return locked
    cancelled = project_cancel(project=locked, actor=actor, reason=reason, facts=plan_facts(locked))
    for release in releases_waiting(cancelled).order_by("id"):
        release.status, release.refused_by, release.refused_reason = "refused", actor, reason.strip()[:300]
        release.save(update_fields=["status", "refused_by", "refused_reason"])
    promises_end(project=cancelled, command=opened.command, reason="the project was cancelled")
    refunds_open(cancelled)
    command_finish(opened.command, cancelled.public_id)
    return cancelled


@transaction.atomic
def project_expire_and_refund(*, project: Project) -> Project:
    """End a project that did not come together in time. Called by `tick`; raises RuleNotMet (`in_time`)."""
    opened = command_open(scope=f"project:{project.public_id}", key="expire", request={"project": project.public_id})
    locked = project_lock(project)
    if opened.replayed:
        return locked
    expired = project_expire(project=locked, facts=plan_facts(locked))
    promises_end(project=expired, command=opened.command, reason=Why.OUT_OF_TIME)
    refunds_open(expired)
    command_finish(opened.command, expired.public_id)
    return expired


@dataclass(frozen=True)
class Source:
    """Something that brought money to a project: how much, and what gives a part of it back."""

    amount_minor: int
    give_back: Callable[[int], Refund | None]


def refunds_open(project: Project) -> list[Refund]:
    """Divide what is held for a locked, ended project among what brought it, in proportion to what each brought.

    Everyone alike, donors, village and pools; the largest remainder gets the odd tyiyn, the earlier source first.
    Called again for money that was confirmed later, it divides only what is not on its way back already.
    """
    rules_lock(project=project)
    waiting = Refund.objects.filter(project=project).exclude(status=RefundStatus.PAID)
    held = held_minor(project) - int(waiting.aggregate(total=Sum("amount_minor"))["total"] or 0)
    sources = _sources(project)
    if held <= 0 or not sources:
        return []
    parts = largest_remainder(held, [source.amount_minor for source in sources])
    refunds = [source.give_back(part) for source, part in zip(sources, parts, strict=True) if part]
    return [refund for refund in refunds if refund is not None]


def _sources(project: Project) -> list[Source]:
    """Return what brought the project's money and has not given back yet, oldest first."""
    payments = (
        Payment.objects.filter(project=project, status=PaymentStatus.CONFIRMED, refund__isnull=True)
        .select_related("custodian")
        .order_by("id")
    )
    paid = [Source(_kept_minor(payment), partial(refund_open, payment, project)) for payment in payments]
    return paid + [Source(given.amount_minor, partial(_match_back, given)) for given in given_waiting(project)]


def _kept_minor(payment: Payment) -> int:
    back = sent_back_minor(payment) if payment.kind == PaymentKind.STRIPE else 0
    return payment.amount_minor - back


def _match_back(given: Given, amount_minor: int) -> None:
    """Take a part of a match back: it never left the custodian, and waits in its pool again at once."""
    ref = str(given.entry_id)
    opened = command_open(scope=f"match:{ref}", key="return", request={"match": ref, "amount_minor": amount_minor})
    matches_return(given=given, amount=amount_minor, command=opened.command)
    command_finish(opened.command, ref)


def refund_open(payment: Payment, project: Project, amount_minor: int) -> Refund:
    """Write down that so much of a payment is due to go back, and tell its donor.

    What a pool gave never left the custodian: it is back in the pool at once, and nobody has to send or confirm it.
    """
    refund = Refund.objects.create(
        project=project,
        payment=payment,
        custodian=payment.custodian,
        amount_minor=amount_minor,
        currency=payment.currency,
        due_at=clock.now(),
    )
    if payment.kind == PaymentKind.POOL:
        return _back_in_pool(refund)
    pledge = (
        Pledge.objects.filter(group=payment.group, status=PledgeStatus.COLLECTED).first() if payment.group else None
    )
    if pledge is not None:
        pledge_notice(pledge, "refund_due", back=money_text(_money(refund), pledge.language))
    return refund


def _back_in_pool(refund: Refund) -> Refund:
    payment, custodian = refund.payment, refund.custodian.public_id
    opened = command_open(scope=f"refund:{refund.public_id}", key="to_pool", request={"refund": refund.public_id})
    project, pool = (
        AccountKey(code=code, currency=refund.currency)
        for code in (
            codes.held_project(custodian, refund.project.public_id),
            codes.held_pool(custodian, payment.pool_ref),
        )
    )
    draft = EntryDraft(
        kind=EntryKind.POOL_RETURNED,
        legs=[Leg(account=project, amount=refund.amount_minor), Leg(account=pool, amount=-refund.amount_minor)],
        resolves=payment.entry_id,
        group=payment.group,
    )
    entry = post(command=opened.command, drafts=[draft])[0]
    refund.status, refund.entry_id, refund.confirmed_at = RefundStatus.PAID, entry.id, clock.now()
    refund.save(update_fields=["status", "entry_id", "confirmed_at"])
    pledges_close(refund)
    command_finish(opened.command, refund.public_id)
    return refund


@transaction.atomic
def refunds_open_late(*, project: Project) -> list[Refund]:
    """Send back what was confirmed only after the project had ended. Called by `tick`."""
    locked = project_lock(project)
    return refunds_open(locked) if locked.status in ENDED else []


@transaction.atomic
def refund_send(
    *, refund: Refund, actor: User, bank_reference: str, bank_line: Document | None, proof: FactorProof | None
) -> Refund:
    """Say, as the custodian's officer, that the money was sent back, with the bank's line. Nothing is booked yet.

    Raises NotAllowed, SecondFactorRequired, InvalidInput (`bank_reference`, `bank_line`), RuleNotMet (`transition`,
    `disputed`).
    """
    require(actor, Action.REFUND_PAY, refund.custodian)
    method = factor_require(proof, actor).method
    if not bank_reference.strip():
        raise InvalidInput(_("Please write the number of the bank's line or of the slip."), field="bank_reference")
    if bank_line is not None and bank_line.kind not in (DocumentKind.BANK_LINE, DocumentKind.RECEIPT):
        raise InvalidInput(_("Please attach the line of the bank's statement."), field="bank_line")
    refund = _lock(refund)
    _transition_check(refund, RefundStatus.SENT)
    not_disputed_check(refund.payment)
    refund.status, refund.sent_by, refund.sent_at = RefundStatus.SENT, actor, clock.now()
    refund.bank_reference, refund.bank_line = bank_reference.strip()[:80], bank_line
    refund.save()
    audit_record(actor=actor, action=Action.REFUND_PAY, obj=refund, organisation=refund.custodian, factor=method)
    return refund


@transaction.atomic
def refund_confirm(*, refund: Refund, actor: User, proof: FactorProof | None) -> Refund:
    """Confirm, as a second officer, that the money went back; it is booked in the same transaction.

    Confirming once more returns it as it is. Raises NotAllowed (also `same_person`), SecondFactorRequired,
    RuleNotMet (`transition`), InsufficientFunds.
    """
    require(actor, Action.REFUND_CONFIRM, refund.custodian)
    method = factor_require(proof, actor).method
    opened = command_open(scope=f"refund:{refund.public_id}", key="confirm", request={"refund": refund.public_id})
    project_lock(refund.project)
    refund = _lock(refund)
    if opened.replayed:
        return refund
    _transition_check(refund, RefundStatus.PAID)
    if refund.sent_by_id == actor.pk:
        raise NotAllowed(_("Who sent it cannot confirm it."), code="same_person")
    entry = post(command=opened.command, drafts=[_refund_draft(refund)])[0]
    refund.status, refund.entry_id = RefundStatus.PAID, entry.id
    refund.confirmed_by, refund.confirmed_at = actor, clock.now()
    refund.save()
    pledges_close(refund)
    command_finish(opened.command, refund.public_id)
    audit_record(actor=actor, action=Action.REFUND_CONFIRM, obj=refund, organisation=refund.custodian, factor=method)
    return refund


@transaction.atomic
def refund_not_sent(*, refund: Refund, actor: User, reason: str) -> Refund:
    """Say, as an officer, that this money did not go back after all: it is due again. Raises as above."""
    require(actor, Action.REFUND_CONFIRM, refund.custodian)
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    refund = _lock(refund)
    _transition_check(refund, RefundStatus.DUE)
    refund.status, refund.sent_by, refund.sent_at = RefundStatus.DUE, None, None
    refund.bank_reference, refund.bank_line = "", None
    refund.save()
    audit_record(
        actor=actor, action="refund_not_sent", obj=refund, organisation=refund.custodian, reason=reason.strip()
    )
    return refund


def _refund_draft(refund: Refund) -> EntryDraft:
    payment, custodian = refund.payment, refund.custodian.public_id
    held = AccountKey(code=codes.held_project(custodian, refund.project.public_id), currency=refund.currency)
    back = assets_draw(refund.custodian, refund.currency, refund.amount_minor, first=asset_code(payment))
    return EntryDraft(
        kind=EntryKind.REFUND_PAID,
        legs=[Leg(account=held, amount=refund.amount_minor), *back],
        resolves=gift_to_name(payment),
        group=payment.group,
        documents=[(refund.bank_line.sha256, refund.bank_line.kind)] if refund.bank_line else [],
    )


def gift_entry(payment: Payment) -> uuid.UUID | None:
    """Return the entry that brought this payment to its project: its arrival, or its identification."""
    identified = payment.identifications.filter(status=Identification.Status.APPROVED).first()
    return identified.entry_id if identified is not None else payment.entry_id


def not_disputed_check(payment: Payment) -> None:
    """Raise RuleNotMet (`disputed`) while the payer's bank decides: it would go back twice."""
    if StripeDispute.objects.filter(attempt__payment=payment, status__in=DISPUTE_OPEN).exists():
        text = _("The payer’s bank disputes this payment. Wait for its decision: it gives the money back itself.")
        raise RuleNotMet(text, code="disputed")


def gift_to_name(payment: Payment) -> uuid.UUID | None:
    """Return the entry that brought this payment, unless one that gave back a part has named it: an entry ends once."""
    gift = gift_entry(payment)
    return None if Entry.objects.filter(resolves=gift).exists() else gift


def pledges_close(refund: Refund) -> None:
    """Mark the gift's pledges as refunded once nothing of their payments is still to go back."""
    group = refund.payment.group
    if not group:
        return
    waiting = Refund.objects.filter(payment__group=group).exclude(status=RefundStatus.PAID)
    if waiting.exists():
        return
    for pledge in Pledge.objects.filter(group=group, status=PledgeStatus.COLLECTED).order_by("id"):
        closed = pledge_refunded(pledge=pledge, reason="the project ended and the money went back")
        pledge_notice(closed, "refund_paid", back=money_text(_money(refund), closed.language))


def _money(refund: Refund) -> Money:
    return Money(refund.amount_minor, refund.currency)


def _lock(refund: Refund) -> Refund:
    return (
        Refund.objects.select_for_update(of=("self",), no_key=True)
        .select_related("project", "payment__custodian", "custodian", "bank_line")
        .get(pk=refund.pk)
    )


def _transition_check(refund: Refund, to: RefundStatus) -> None:
    before = RefundStatus(refund.status)
    if to not in REFUND_ALLOWED[before]:
        raise RuleNotMet(
            _("A refund that is “%(before)s” cannot become “%(after)s”.") % {"before": before.label, "after": to.label},
            code="transition",
            from_status=before.value,
            to_status=to.value,
        )
