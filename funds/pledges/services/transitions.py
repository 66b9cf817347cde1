"""The one place where a pledge's status changes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.errors import RuleNotMet

from ..models import Pledge, PledgeTransition
from ..states import ALLOWED, PledgeStatus


def pledge_lock(pledge: Pledge) -> Pledge:
    """Return the pledge as it is now, locked until the transaction ends.

    Locks are taken in this order everywhere: command, payment, project, pledge, reservation, ledger balances.
    """
    return (
        Pledge.objects.select_for_update(of=("self",), no_key=True)
        .select_related("project", "custodian")
        .get(pk=pledge.pk)
    )


def pledge_move(
    pledge: Pledge, to: PledgeStatus, *, actor: User | None = None, reason: str = "", **changes: Any
) -> Pledge:
    """Change the status of a locked pledge, together with `changes` to its fields, and write its history.

    Raises RuleNotMet (`transition`) for a step that the table does not know.
    """
    before = PledgeStatus(pledge.status)
    if to not in ALLOWED[before]:
        raise RuleNotMet(
            _("A pledge that is “%(before)s” cannot become “%(after)s”.") % {"before": before.label, "after": to.label},
            code="transition",
            from_status=before.value,
            to_status=to.value,
        )
    pledge.status = to
    for field, value in changes.items():
        setattr(pledge, field, value)
    pledge.save(update_fields=["status", *changes])
    history_write(pledge, before=before.value, actor=actor, reason=reason)
    return pledge


def history_write(pledge: Pledge, *, before: str, actor: User | None, reason: str = "") -> None:
    """Write one line of history for the status that the pledge has now."""
    facts: dict[str, Any] = {"amount_minor": pledge.amount_minor, "currency": pledge.currency}
    if pledge.exchanged:
        facts |= {"plan_amount_minor": pledge.plan_amount_minor, "rate": f"{pledge.rate:f}"}
    if pledge.collected_minor is not None:
        facts["collected_minor"] = pledge.collected_minor
    PledgeTransition.objects.create(
        pledge=pledge,
        from_status=before,
        to_status=pledge.status,
        at=clock.now(),
        actor=actor,
        reason=reason,
        facts=facts,
    )
