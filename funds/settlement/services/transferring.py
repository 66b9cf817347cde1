"""Money of a pool goes to a pool at another custodian: decided, sent, received or closed. What of it is booked.

While it is on its way it lies in `transit` and stays *held* for the pool at its sender, who owes it; the pool counts it
as bound, so that nothing is paid from it. Both ends say what they see: no book moves from one custodian to the other
before the receiver's own officer has said that it is there.

Locks: command, bank's line, transfer, its two pools, custodian, ledger balances.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document, DocumentKind
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.money import Money
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action, require
from funds.banking.models import BankLine
from funds.banking.services import line_explain
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.models import Command
from funds.ledger.posting import command_finish, command_open, post
from funds.pools.models import Pool, Proposal
from funds.transfers.entries import fee_draft, received_book, sent_draft, unsend
from funds.transfers.models import Transfer
from funds.transfers.services import (
    lists_check,
    reason_clean,
    step_write,
    transfer_lock,
    transfer_move,
    transfer_screen,
    transition_check,
)
from funds.transfers.states import ClosedHow, TransferStatus

from .transfer_notices import tell_arrived, tell_not_arrived


def transfer_open(*, proposal: Proposal, to_pool: Pool, actor: User) -> Transfer:
    """Write down that a decided proposal has to be carried out by two custodians. Both pools are locked already.

    From now on the sum is bound. Nothing is booked; everybody who is known yet is looked up in the block lists.
    """
    pool = proposal.pool
    transfer = Transfer.objects.create(
        sender=pool.custodian,
        receiver=to_pool.custodian,
        from_pool_ref=pool.public_id,
        to_pool_ref=to_pool.public_id,
        amount_minor=proposal.content["amount_minor"],
        currency=pool.currency,
        proposal_ref=proposal.public_id,
        reason=proposal.reason,
        asked_by=actor,
        asked_at=clock.now(),
    )
    step_write(transfer, before="", actor=actor, reason=proposal.reason)
    transfer_screen(transfer, actor)
    return transfer


@transaction.atomic
def transfer_send(
    *,
    transfer: Transfer,
    actor: User,
    sent_on: dt.date,
    bank_reference: str,
    proof: FactorProof | None,
    paper: Document | None = None,
    line: BankLine | None = None,
) -> Transfer:
    """Book, as an officer of the sender, that an approved transfer has left, with the bank's line if it is there.

    Sending once more returns it as it is. Raises NotAllowed, SecondFactorRequired, InvalidInput with its field,
    RuleNotMet (`transition`, `listed`, `blocked`, `not_at_bank`), Conflict (`line_explained`).
    """
    require(actor, Action.TRANSFER_SEND, transfer.sender)
    method = factor_require(proof, actor).method
    reference = _reference(bank_reference)
    _paper_check(paper)
    _day_check(sent_on, transfer.asked_at.date(), "sent_on")
    opened = command_open(scope=f"transfer:{transfer.public_id}", key="send", request={"transfer": transfer.public_id})
    if opened.replayed:
        return transfer_lock(transfer)
    _explain(line, transfer, transfer.sender, -transfer.amount_minor)
    locked = transfer_lock(transfer)
    transition_check(locked, TransferStatus.SENT)
    if locked.status != TransferStatus.APPROVED:
        raise RuleNotMet(_("It is on its way already."), code="transition")
    lists_check(locked)
    _at_bank_check(locked)
    entry = post(command=opened.command, drafts=[sent_draft(locked, locked.amount_minor, paper)])[0]
    sent = transfer_move(
        locked,
        TransferStatus.SENT,
        actor=actor,
        facts={"entry": str(entry.pk)},
        sent_by=actor,
        sent_at=clock.now(),
        sent_on=sent_on,
        sent_factor=method,
        sent_reference=reference,
        sent_paper=paper,
        sent_entry_id=entry.pk,
    )
    command_finish(opened.command, sent.public_id)
    audit_record(
        actor=actor, action=Action.TRANSFER_SEND, obj=sent, organisation=sent.sender, step="send", factor=method
    )
    return sent


@transaction.atomic
def transfer_receive(
    *,
    transfer: Transfer,
    actor: User,
    amount: Money,
    received_on: dt.date,
    bank_reference: str,
    proof: FactorProof | None,
    rest_is_fee: bool = False,
    paper: Document | None = None,
    line: BankLine | None = None,
) -> Transfer:
    """Book, as an officer of the receiver, that it is there: from now on the receiver owes it, to the other pool.

    Where less came, `rest_is_fee` has to say that banks kept the rest; the pool that sent bears it, at the sender.
    Receiving once more returns it as it is. Raises NotAllowed (also `same_person`, who had a part in sending),
    SecondFactorRequired, InvalidInput with its field, RuleNotMet (`transition`), Conflict (`line_explained`), KeyReused
    for another sum.
    """
    require(actor, Action.TRANSFER_RECEIVE, transfer.receiver)
    method = factor_require(proof, actor).method
    reference = _reference(bank_reference)
    _paper_check(paper)
    _amount_check(transfer, amount, rest_is_fee)
    request = {"transfer": transfer.public_id, "amount": [amount.minor, amount.currency]}
    opened = command_open(scope=f"transfer:{transfer.public_id}", key="receive", request=request)
    if opened.replayed:
        return transfer_lock(transfer)
    _explain(line, transfer, transfer.receiver, amount.minor)
    locked = transfer_lock(transfer)
    transition_check(locked, TransferStatus.RECEIVED)
    _day_check(received_on, locked.sent_on or clock.today(), "received_on")
    if actor.pk in (locked.prepared_by_id, locked.approved_by_id, locked.sent_by_id):
        raise NotAllowed(_("Who sent it cannot say that it arrived."), code="same_person")
    pools = _pools_lock(locked)
    facts = {"received_by": actor, "received_factor": method, "received_reference": reference}
    received = _arrive(locked, opened.command, amount.minor, {**facts, "received_on": received_on}, paper)
    command_finish(opened.command, received.public_id)
    audit_record(
        actor=actor, action=Action.TRANSFER_RECEIVE, obj=received, organisation=received.receiver,
        received_minor=amount.minor, fee_minor=received.fee_minor, factor=method,
    )  # fmt: skip
    tell_arrived(received, pools)
    return received


def _arrive(
    transfer: Transfer, command: Command, minor: int, facts: dict[str, Any], paper: Document | None
) -> Transfer:
    entry, fee = received_book(transfer, minor, paper, command)
    return transfer_move(
        transfer,
        TransferStatus.RECEIVED,
        actor=facts["received_by"],
        facts={"entry": str(entry.pk), "received_minor": minor},
        received_at=clock.now(),
        received_paper=paper,
        received_minor=minor,
        received_entry_id=entry.pk,
        fee_entry_id=fee.pk if fee is not None else None,
        **facts,
    )


@transaction.atomic
def transfer_close_confirm(*, transfer: Transfer, actor: User, proof: FactorProof | None) -> Transfer:
    """Confirm, as another officer of the sender, that it came back or is lost, and book it.

    Back: the mirror of what was sent. Lost: the mirror, and the loss out of what is held for the pool, for all to see.
    Confirming once more returns it as it is. Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet
    (`transition`).
    """
    require(actor, Action.TRANSFER_APPROVE, transfer.sender)
    method = factor_require(proof, actor).method
    opened = command_open(scope=f"transfer:{transfer.public_id}", key="close", request={"transfer": transfer.public_id})
    if opened.replayed:
        return transfer_lock(transfer)
    locked = transfer_lock(transfer)
    if locked.status != TransferStatus.CLOSING:
        raise RuleNotMet(_("Nobody says that it came back or is lost."), code="transition")
    if locked.closing_by_id == actor.pk:
        raise NotAllowed(_("Who said so cannot confirm it. Another officer must."), code="same_person")
    pools = _pools_lock(locked)
    entry, lost = unsend(locked, opened.command), locked.closed_how == ClosedHow.LOST
    fee = post(command=opened.command, drafts=[fee_draft(locked, locked.amount_minor)])[0] if lost else None
    closed = transfer_move(
        locked,
        TransferStatus.LOST if lost else TransferStatus.CAME_BACK,
        actor=actor,
        reason=locked.closing_reason,
        facts={"entry": str(entry.pk)},
        closed_by=actor,
        closed_at=clock.now(),
        closed_factor=method,
        fee_entry_id=fee.pk if fee is not None else None,
    )
    command_finish(opened.command, closed.public_id)
    audit_record(
        actor=actor, action=Action.TRANSFER_APPROVE, obj=closed, organisation=closed.sender, step="close",
        reason=closed.closing_reason, how=closed.closed_how, factor=method,
    )  # fmt: skip
    tell_not_arrived(closed, pools[closed.from_pool_ref], closed.closing_reason)
    return closed


@transaction.atomic
def transfer_refuse(*, transfer: Transfer, actor: User, reason: str) -> Transfer:
    """Say, as an officer of the sender, that it will not be sent; the pool's money is free again.

    Raises NotAllowed, InvalidInput (`reason`), RuleNotMet (`transition`) once it has left.
    """
    require(actor, Action.TRANSFER_SEND, transfer.sender)
    why = reason_clean(reason)
    locked = transfer_lock(transfer)
    transition_check(locked, TransferStatus.REFUSED)
    pools = _pools_lock(locked)
    refused = transfer_move(locked, TransferStatus.REFUSED, actor=actor, reason=why, refused_reason=why)
    audit_record(actor=actor, action="transfer_refuse", obj=refused, organisation=refused.sender, reason=why)
    tell_not_arrived(refused, pools[refused.from_pool_ref], why)
    return refused


def _pools_lock(transfer: Transfer) -> dict[str, Pool]:
    refs = [transfer.from_pool_ref, transfer.to_pool_ref]
    locked = Pool.objects.select_for_update(of=("self",), no_key=True).filter(public_id__in=refs)
    return {pool.public_id: pool for pool in locked.select_related("organisation", "custodian").order_by("pk")}


def _at_bank_check(transfer: Transfer) -> None:
    """Refuse to send what is not at the bank. The custodian's row is locked, so that nothing else reckons with it."""
    Organisation.objects.select_for_update(no_key=True).get(pk=transfer.sender_id)
    there = balance(codes.bank(transfer.sender.public_id), transfer.currency)
    if there < transfer.amount_minor:
        raise RuleNotMet(_("So much is not in the custodian’s bank account."), code="not_at_bank", available=there)


def _explain(line: BankLine | None, transfer: Transfer, custodian: Organisation, minor: int) -> None:
    if line is None:
        return
    if line.account.custodian_id != custodian.pk:
        raise InvalidInput(_("This line is of another account."), field="line")
    line_explain(line, ref=transfer.public_id, amount=Money(minor, transfer.currency))


def _amount_check(transfer: Transfer, amount: Money, rest_is_fee: bool) -> None:
    if amount.currency != transfer.currency:
        raise InvalidInput(
            _("It was sent in %(currency)s. What was exchanged is written down as it was sent.")
            % {"currency": transfer.currency},
            field="amount",
        )
    if amount.minor <= 0:
        raise InvalidInput(_("The amount must be more than nothing."), field="amount")
    if amount.minor > transfer.amount_minor:
        raise InvalidInput(_("This is more than was sent. The rest is other money."), field="amount")
    if amount.minor < transfer.amount_minor and not rest_is_fee:
        raise InvalidInput(
            _("This is less than was sent. If banks on the way kept the rest, please say so."), field="amount"
        )


def _reference(text: str) -> str:
    if not text.strip():
        raise InvalidInput(_("Please write the number of the bank's line."), field="bank_reference")
    return text.strip()[:80]


def _paper_check(paper: Document | None) -> None:
    if paper is not None and paper.kind not in (DocumentKind.BANK_LINE, DocumentKind.RECEIPT):
        raise InvalidInput(_("Please attach the line of the bank's statement."), field="bank_line")


def _day_check(day: dt.date, first: dt.date, field: str) -> None:
    if day > clock.today():
        raise InvalidInput(_("This day has not come yet."), field=field)
    if day < first:
        raise InvalidInput(_("This was before it could be. Please check the day."), field=field)
