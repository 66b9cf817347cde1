"""What the village's share writes into the pledge book."""

from __future__ import annotations

import uuid

from birge_engine.matching import VILLAGE_RULE
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg
from projects.works.models import Project

from .models import Reservation


def promised_draft(project: Project, amount: int) -> EntryDraft:
    """Return the village's promise: its pool grows by what the kenesh resolved."""
    return EntryDraft(
        kind=EntryKind.VILLAGE_PROMISED,
        legs=[_leg(project, "pool", amount), _leg(project, "promisor", -amount)],
        documents=_resolution(project),
    )


def promise_ended_draft(project: Project, amount: int) -> EntryDraft:
    """Return the end of what is neither reserved nor paid, when the project ends (minor units)."""
    return EntryDraft(
        kind=EntryKind.PLEDGE_RELEASED,
        legs=[_leg(project, "pool", -amount), _leg(project, "promisor", amount)],
    )


def reserved_draft(project: Project, amount: int, group: str) -> EntryDraft:
    """Return the reservation for one pledge. The pool is guarded: the ledger refuses what is not left in it."""
    return EntryDraft(
        kind=EntryKind.MATCH_RESERVED,
        legs=[_leg(project, "reserved", amount), _leg(project, "pool", -amount)],
        group=group,
        rule=VILLAGE_RULE,
    )


def unreserved_draft(reservation: Reservation) -> EntryDraft:
    """Return the mirror of a reservation: it goes back to the pool."""
    project, amount = reservation.project, reservation.amount_minor
    return EntryDraft(
        kind=EntryKind.MATCH_UNRESERVED,
        legs=[_leg(project, "reserved", -amount), _leg(project, "pool", amount)],
        resolves=reservation.entry_id,
        group=reservation.group,
    )


def reservation_met_draft(reservation: Reservation) -> EntryDraft:
    """Return the end of a reservation whose money the village has paid."""
    return _met(reservation.project, "reserved", reservation.amount_minor, reservation.entry_id, reservation.group)


def pool_met_draft(project: Project, amount: int) -> EntryDraft:
    """Return the part of the promise that the village paid before any pledge drew on it."""
    return _met(project, "pool", amount, None, "")


def _met(project: Project, source: str, amount: int, resolves: uuid.UUID | None, group: str) -> EntryDraft:
    return EntryDraft(
        kind=EntryKind.PLEDGE_MET,
        legs=[_leg(project, source, -amount), _leg(project, "promisor", amount)],
        resolves=resolves,
        group=group,
    )


def _leg(project: Project, account: str, amount: int) -> Leg:
    if project.custodian is None:
        raise ValueError(f"project {project.public_id} has no custodian yet")
    build = {"pool": codes.village_pool, "reserved": codes.reserved, "promisor": codes.village_promisor}[account]
    code = build(project.custodian.public_id, project.public_id)
    return Leg(account=AccountKey(code=code, currency=project.currency), amount=amount)


def _resolution(project: Project) -> list[tuple[str, str]]:
    return [] if project.resolution is None else [(project.resolution.sha256, "resolution")]
