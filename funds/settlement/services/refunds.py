"""A project fails: promises end, and what is still held goes back to whoever paid, in proportion."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document, DocumentKind
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.permissions import Action, require
from funds.banking.models import BankLine
from funds.banking.services import line_unexplain
from funds.ledger.posting import command_finish, command_open, post
from funds.releases.models import REFUND_ALLOWED, Refund, RefundStatus
from funds.releases.selectors import releases_waiting
from funds.returns.models import BatchReason, RefundBatch
from projects.works.models import Project
from projects.works.services import project_cancel, project_expire, project_lock
from projects.works.states import Why

from ..facts import plan_facts
from .ending import promises_end
from .returning.byhand import by_hand_check, from_provider, not_disputed_check
from .returning.closing import ENDED, gift_entry, plan_entry, pledges_close, refund_drafts, refund_money
from .returning.dividing import batch_open
from .returning.working import batch_work_at_once

__all__ = [
    "ENDED",
    "gift_entry",
    "plan_entry",
    "pledges_close",
    "project_cancel_and_refund",
    "project_expire_and_refund",
    "refund_confirm",
    "refund_money",
    "refund_not_sent",
    "refund_send",
    "refunds_open",
    "refunds_open_late",
]


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


def refunds_open(project: Project) -> RefundBatch | None:
    """Divide what a locked, ended project holds, once; a few gifts are worked off at once, many after the commit.

    Called again for money that was confirmed later, it divides only what is not on its way back already.
    """
    batch = batch_open(project, BatchReason.FAILED)
    if batch is not None and batch.parts.count() <= settings.RETURNS_AT_ONCE:
        batch_work_at_once(batch)
    return batch


@transaction.atomic
def refunds_open_late(*, project: Project) -> list[Refund]:
    """Send back what was confirmed only after the project had ended. Called by `tick`."""
    locked = project_lock(project)
    batch = refunds_open(locked) if locked.status in ENDED else None
    return list(Refund.objects.filter(part__batch=batch).order_by("id")) if batch is not None else []


@transaction.atomic
def refund_send(
    *, refund: Refund, actor: User, bank_reference: str, bank_line: Document | None, proof: FactorProof | None
) -> Refund:
    """Say, as the custodian's officer, that the money was sent back, with the bank's line. Nothing is booked yet.

    Raises NotAllowed, SecondFactorRequired, InvalidInput (`bank_reference`, `bank_line`), RuleNotMet (`transition`;
    `not_by_hand` while its provider sends it, or its donor decides; `disputed` while the payer's bank does).
    """
    require(actor, Action.REFUND_PAY, refund.custodian)
    method = factor_require(proof, actor).method
    if not bank_reference.strip():
        raise InvalidInput(_("Please write the number of the bank's line or of the slip."), field="bank_reference")
    if bank_line is not None and bank_line.kind not in (DocumentKind.BANK_LINE, DocumentKind.RECEIPT):
        raise InvalidInput(_("Please attach the line of the bank's statement."), field="bank_line")
    return refund_mark_sent(refund, actor, method, bank_reference=bank_reference, bank_line=bank_line)


def refund_mark_sent(
    refund: Refund, actor: User, method: str, *, bank_reference: str, bank_line: Document | None = None
) -> Refund:
    """Mark one refund as sent, once `require` and the second factor (`method`) have been asked for. Books nothing."""
    by_hand_check(refund)
    not_disputed_check(refund.payment)
    refund = _lock(refund)
    _transition_check(refund, RefundStatus.SENT)
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
    return refund_book_sent(refund, actor, method)


def refund_book_sent(refund: Refund, actor: User, method: str) -> Refund:
    """Book one refund that was sent, once `require` and the second factor (`method`) have been asked for."""
    opened = command_open(scope=f"refund:{refund.public_id}", key="confirm", request={"refund": refund.public_id})
    project_lock(refund.project)
    refund = _lock(refund)
    if opened.replayed:
        return refund
    _transition_check(refund, RefundStatus.PAID)
    if refund.sent_by_id == actor.pk:
        raise NotAllowed(_("Who sent it cannot confirm it."), code="same_person")
    entry = post(command=opened.command, drafts=refund_drafts(refund))[-1]
    refund.status, refund.entry_id = RefundStatus.PAID, entry.id
    refund.confirmed_by, refund.confirmed_at = actor, clock.now()
    refund.save()
    pledges_close(refund)
    command_finish(opened.command, refund.public_id)
    audit_record(actor=actor, action=Action.REFUND_CONFIRM, obj=refund, organisation=refund.custodian, factor=method)
    return refund


@transaction.atomic
def refund_not_sent(*, refund: Refund, actor: User, reason: str) -> Refund:
    """Say, as an officer, that this money did not go back after all: it is due again.

    Also of what a provider does not send: then officers send it. Raises as above; RuleNotMet (`with_provider`) while
    the provider says that it has sent it, for RETURNS_MOVE_DAYS.
    """
    require(actor, Action.REFUND_CONFIRM, refund.custodian)
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    explained = BankLine.objects.filter(payment_ref=refund.public_id).first()
    if explained is not None:
        line_unexplain(explained)
    refund = _lock(refund)
    if refund.status == RefundStatus.DUE and from_provider(refund):
        audit_record(
            actor=actor, action="refund_not_sent", obj=refund, organisation=refund.custodian, reason=reason.strip()
        )
        return refund
    _transition_check(refund, RefundStatus.DUE)
    refund.status, refund.sent_by, refund.sent_at = RefundStatus.DUE, None, None
    refund.bank_reference, refund.bank_line = "", None
    refund.save()
    audit_record(
        actor=actor, action="refund_not_sent", obj=refund, organisation=refund.custodian, reason=reason.strip()
    )
    return refund


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
