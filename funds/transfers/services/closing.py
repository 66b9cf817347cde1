"""Money that does not arrive: one officer of the sender says what became of it; another confirms, or says it is not so.

The confirmation books, so it stands in `funds.settlement`.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import InvalidInput, RuleNotMet
from birge.organisations.permissions import Action, require

from ..models import Transfer
from ..states import ClosedHow, TransferStatus
from .moving import transfer_lock, transfer_move

REASON_LENGTH = 300


@transaction.atomic
def transfer_close_ask(*, transfer: Transfer, actor: User, how: str, reason: str) -> Transfer:
    """Say that it came back to the sender's account, or that it is lost. Nothing is booked before another confirms.

    Raises NotAllowed, InvalidInput (`how`, `reason`), RuleNotMet (`transition`).
    """
    require(actor, Action.TRANSFER_SEND, transfer.sender)
    if how not in ClosedHow.values:
        raise InvalidInput(_("Please choose what became of it."), field="how")
    why = reason_clean(reason)
    closing = transfer_move(
        transfer_lock(transfer),
        TransferStatus.CLOSING,
        actor=actor,
        reason=why,
        facts={"how": how},
        closed_how=how,
        closing_reason=why,
        closing_by=actor,
        closing_at=clock.now(),
    )
    audit_record(
        actor=actor, action="transfer_close_ask", obj=closing, organisation=closing.sender, reason=why, how=how
    )
    return closing


@transaction.atomic
def transfer_close_refuse(*, transfer: Transfer, actor: User, reason: str) -> Transfer:
    """Say, as any officer of the sender, that this is not so: it is on its way still. Raises as above."""
    require(actor, Action.TRANSFER_SEND, transfer.sender)
    why = reason_clean(reason)
    locked = transfer_lock(transfer)
    if locked.status != TransferStatus.CLOSING:  # from *approved* too it could become *sent*, but not by this
        raise RuleNotMet(_("Nobody says that it came back or is lost."), code="transition")
    back = transfer_move(
        locked,
        TransferStatus.SENT,
        actor=actor,
        reason=why,
        closed_how="",
        closing_reason="",
        closing_by=None,
        closing_at=None,
    )
    audit_record(actor=actor, action="transfer_close_refuse", obj=back, organisation=back.sender, reason=why)
    return back


def reason_clean(reason: str) -> str:
    """Return why. Raises InvalidInput (`reason`)."""
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    return reason.strip()[:REASON_LENGTH]
