"""The row of a transfer: locked, moved on by its table, and every step written down."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.errors import RuleNotMet

from ..models import Transfer, TransferStep
from ..states import TRANSFER_ALLOWED, TransferStatus


def transfer_lock(transfer: Transfer) -> Transfer:
    """Return the transfer as it is now, locked. It is locked after a bank's line and before its pools."""
    return (
        Transfer.objects.select_for_update(of=("self",), no_key=True)
        .select_related("sender", "receiver")
        .get(pk=transfer.pk)
    )


def transition_check(transfer: Transfer, to: TransferStatus) -> None:
    """Raise RuleNotMet (`transition`) for a step that the table does not know."""
    before = TransferStatus(transfer.status)
    if to not in TRANSFER_ALLOWED[before]:
        raise RuleNotMet(
            _("A transfer that is “%(before)s” cannot become “%(after)s”.")
            % {"before": before.label, "after": to.label},
            code="transition",
            from_status=before.value,
            to_status=to.value,
        )


def transfer_move(
    transfer: Transfer,
    to: TransferStatus,
    *,
    actor: User,
    reason: str = "",
    facts: dict[str, Any] | None = None,
    **changes: Any,
) -> Transfer:
    """Change the status of a locked transfer, together with `changes` to its fields, and write its history."""
    transition_check(transfer, to)
    before, transfer.status = transfer.status, to
    for field, value in changes.items():
        setattr(transfer, field, value)
    transfer.save(update_fields=["status", *changes])
    step_write(transfer, before=before, actor=actor, reason=reason, facts=facts)
    return transfer


def step_write(
    transfer: Transfer, *, before: str, actor: User, reason: str = "", facts: dict[str, Any] | None = None
) -> None:
    """Write one line of history for the status that the transfer has now."""
    TransferStep.objects.create(
        transfer=transfer,
        from_status=before,
        to_status=transfer.status,
        at=clock.now(),
        actor=actor,
        reason=reason[:600],
        facts=facts or {},
    )
