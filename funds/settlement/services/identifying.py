"""Money of unknown origin finds its pledge: one officer asks with proof, another approves."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.permissions import Action, require
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from funds.payments.exchanged import into_plan
from funds.payments.models import Identification, Payment, PaymentStatus
from funds.payments.services import payment_lock
from funds.pledges.models import Pledge
from funds.strays.selectors import return_of

from .advancing import project_advance, project_lock, project_retreat
from .arriving import pledge_meet
from .exchanging import arrival_worth, worth_set


@transaction.atomic
def payment_identify_ask(
    *, payment: Payment, pledge: Pledge, proof: Document, actor: User, note: str = ""
) -> Identification:
    """Claim that unidentified money is for this pledge, with a paper that shows it.

    Raises NotAllowed, RuleNotMet (`not_unidentified`, `ended`), Conflict (`asked_already`), RateMissing, InvalidInput.
    """
    require(actor, Action.PAYMENT_RECORD, payment.custodian)
    locked = payment_lock(payment)
    _unidentified_check(locked)
    if pledge.custodian_id != locked.custodian_id:
        raise InvalidInput(_("This pledge belongs to another custodian."), field="pledge")
    arrival_worth(locked.amount, pledge.project, locked.received_on)
    if not pledge.is_open:
        raise RuleNotMet(_("This pledge does not wait for money."), code="ended")
    if locked.identifications.filter(status=Identification.Status.ASKED).exists():
        raise Conflict(_("Somebody has claimed this money already; decide on that first."), code="asked_already")
    asked = Identification.objects.create(
        payment=locked,
        project=pledge.project,
        pledge_ref=pledge.public_id,
        proof=proof,
        note=note.strip(),
        asked_by=actor,
        asked_at=clock.now(),
    )
    audit_record(actor=actor, action="payment_identify_ask", obj=locked, organisation=locked.custodian)
    return asked


@transaction.atomic
def payment_identify_approve(
    *, identification: Identification, actor: User, proof: FactorProof | None
) -> Identification:
    """Approve as another officer, with a second factor: the money moves to the project and meets the pledge."""
    payment = identification.payment
    require(actor, Action.PAYMENT_CONFIRM, payment.custodian)
    if actor.pk == identification.asked_by_id:
        raise NotAllowed(_("Who asked cannot approve."), code="same_person")
    factor_require(proof, actor)
    opened = command_open(
        scope=f"payment:{payment.public_id}", key="identify", request={"claim": identification.public_id}
    )
    payment = payment_lock(payment)
    if opened.replayed:
        return _fresh(identification)
    claim = _asked(identification)
    _unidentified_check(payment)
    pledge = Pledge.objects.get(public_id=claim.pledge_ref)
    project = project_lock(claim.project)
    custodian = payment.custodian.public_id
    held = codes.held_project(custodian, project.public_id)
    unidentified = AccountKey(code=codes.unidentified(custodian), currency=payment.currency)
    draft = EntryDraft(
        kind=EntryKind.PAYMENT_IDENTIFIED,
        legs=[
            Leg(account=unidentified, amount=payment.amount_minor),
            Leg(account=AccountKey(code=held, currency=payment.currency), amount=-payment.amount_minor),
        ],
        resolves=payment.entry_id,
        group=pledge.group,
        documents=[(claim.proof.sha256, claim.proof.kind)],
    )
    entry = post(command=opened.command, drafts=[draft])[0]
    payment.project, payment.pledge_ref, payment.group = project, pledge.public_id, pledge.group
    if worth_set(payment, project):
        post(command=opened.command, drafts=[into_plan(payment, project, pledge.group)])
    payment.save()
    pledge_meet(payment, opened.command)
    claim.status, claim.entry_id = Identification.Status.APPROVED, entry.id
    claim.decided_by, claim.decided_at = actor, clock.now()
    claim.save()
    audit_record(actor=actor, action="payment_identify_approve", obj=payment, organisation=payment.custodian)
    command_finish(opened.command, claim.public_id)
    project_advance(project_retreat(project))
    return claim


@transaction.atomic
def payment_identify_refuse(*, identification: Identification, actor: User, reason: str) -> Identification:
    """Refuse the claim, with a reason; the money stays unidentified."""
    payment = payment_lock(identification.payment)
    require(actor, Action.PAYMENT_CONFIRM, payment.custodian)
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    claim = _asked(identification)
    if actor.pk == claim.asked_by_id:
        raise NotAllowed(_("Who asked cannot decide."), code="same_person")
    claim.status, claim.reason = Identification.Status.REFUSED, reason.strip()
    claim.decided_by, claim.decided_at = actor, clock.now()
    claim.save()
    audit_record(
        actor=actor, action="payment_identify_refuse", obj=payment, organisation=payment.custodian, reason=reason
    )
    return claim


def _unidentified_check(payment: Payment) -> None:
    if not payment.unidentified or payment.status != PaymentStatus.CONFIRMED:
        raise RuleNotMet(_("This money is not unidentified."), code="not_unidentified")
    if return_of(payment) is not None:
        raise RuleNotMet(_("This money is on its way back already."), code="not_unidentified")


def _asked(identification: Identification) -> Identification:
    claim = _fresh(identification)
    if claim.status != Identification.Status.ASKED:
        raise RuleNotMet(_("This claim is decided already."), code="decided")
    return claim


def _fresh(identification: Identification) -> Identification:
    return Identification.objects.select_related("project", "proof").get(pk=identification.pk)
