"""What a pledge writes into the pledge book."""

from __future__ import annotations

from collections.abc import Sequence

from birge_engine.matching import RELATED_RULE, VILLAGE_RULE
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg
from projects.works.models import Party

from .models import Pledge


def confirmed_draft(pledge: Pledge, *, commitment: str | None = None) -> EntryDraft:
    """Return the promise: it raises what is promised to the project.

    It names the rule by which it draws on the village's share: a related party's draws nothing, and says so. What a
    matching donor promises names none.
    """
    drawing = RELATED_RULE if pledge.related else VILLAGE_RULE
    return EntryDraft(
        kind=EntryKind.PLEDGE_CONFIRMED,
        legs=_legs(pledge, pledge.plan_amount_minor),
        group=pledge.group,
        commitment=commitment,
        rule=drawing if pledge.party == Party.DONORS else None,
    )


def released_draft(pledge: Pledge) -> EntryDraft:
    """Return the mirror of the promise: withdrawn or lapsed."""
    return _resolution(pledge, EntryKind.PLEDGE_RELEASED)


def met_draft(pledge: Pledge) -> EntryDraft:
    """Return the end of the promise: its money has come. What was short is promised anew by a remainder."""
    return _resolution(pledge, EntryKind.PLEDGE_MET)


def _resolution(pledge: Pledge, kind: EntryKind) -> EntryDraft:
    if pledge.entry_id is None:
        raise ValueError(f"pledge {pledge} is not in the ledger")
    return EntryDraft(
        kind=kind, legs=_legs(pledge, -pledge.plan_amount_minor), resolves=pledge.entry_id, group=pledge.group
    )


def _legs(pledge: Pledge, amount: int) -> Sequence[Leg]:
    promised = codes.promised(pledge.custodian.public_id, pledge.project.public_id)
    currency = pledge.project.currency
    return [
        Leg(account=AccountKey(code=promised, currency=currency), amount=amount),
        Leg(account=AccountKey(code=codes.promisor(), currency=currency), amount=-amount),
    ]
