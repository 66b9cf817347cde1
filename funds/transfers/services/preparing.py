"""Before money leaves: one officer writes down by which banks, another approves. Nothing is booked yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document
from birge.errors import InvalidInput, NotAllowed
from birge.organisations.permissions import Action, require
from funds.screening.matching import BIC
from funds.screening.models import ScreeningRecord
from funds.screening.selectors import Seen
from funds.screening.services import screen, screen_again, screening_require
from funds.screening.states import Subject

from ..models import BANK_LENGTH, Transfer
from ..selectors import countries_of, parties_of
from ..states import TransferStatus
from .moving import transfer_lock, transfer_move, transition_check


@dataclass(frozen=True)
class Route:
    """By which banks money goes. A bank in between only where it is known; a BIC only where there is one."""

    sender_bank: str
    receiver_bank: str
    receiver_account: str
    sender_bic: str = ""
    receiver_bic: str = ""
    via_bank: str = ""
    via_bic: str = ""


@transaction.atomic
def transfer_prepare(*, transfer: Transfer, actor: User, route: Route, paper: Document | None = None) -> Transfer:
    """Write down, as an officer of the sender, by which banks it goes; everybody concerned is looked up at once.

    May be done again before somebody approves. A likeness does not refuse it here: it is kept, and stands in the way of
    the approval until a person has decided. Raises NotAllowed, InvalidInput with its field, RuleNotMet (`transition`).
    """
    require(actor, Action.TRANSFER_SEND, transfer.sender)
    clean = _route(route)
    locked = transfer_lock(transfer)
    if locked.asked_by_id == actor.pk:
        raise NotAllowed(_("Who booked the decision does not carry it out."), code="same_person")
    prepared = transfer_move(
        locked,
        TransferStatus.PREPARED,
        actor=actor,
        prepared_by=actor,
        prepared_at=clock.now(),
        paper=paper if paper is not None else locked.paper,
        **clean,
    )
    transfer_screen(prepared, actor)
    audit_record(actor=actor, action=Action.TRANSFER_SEND, obj=prepared, organisation=prepared.sender, step="prepare")
    return prepared


@transaction.atomic
def transfer_approve(*, transfer: Transfer, actor: User, proof: FactorProof | None) -> Transfer:
    """Approve, as another officer of the sender than who prepared it. Approving once more returns it as it is.

    Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet (`transition`; `listed` and `blocked` by
    the block lists).
    """
    require(actor, Action.TRANSFER_APPROVE, transfer.sender)
    method = factor_require(proof, actor).method
    locked = transfer_lock(transfer)
    if locked.status == TransferStatus.APPROVED and locked.approved_by_id == actor.pk:
        return locked
    transition_check(locked, TransferStatus.APPROVED)
    if actor.pk in (locked.prepared_by_id, locked.asked_by_id):
        raise NotAllowed(_("Who prepared it cannot approve it. Another officer must."), code="same_person")
    lists_check(locked)
    approved = transfer_move(
        locked,
        TransferStatus.APPROVED,
        actor=actor,
        approved_by=actor,
        approved_at=clock.now(),
        approved_factor=method,
    )
    audit_record(actor=actor, action=Action.TRANSFER_APPROVE, obj=approved, organisation=approved.sender, factor=method)
    return approved


def lists_check(transfer: Transfer) -> None:
    """Refuse what the block lists of today hold up. Raises RuleNotMet (`listed`, `blocked`)."""
    screening_require(
        subject=Subject.TRANSFER,
        ref=transfer.public_id,
        parties=parties_of(transfer),
        countries=countries_of(transfer),
    )


def transfer_screen(transfer: Transfer, actor: User) -> ScreeningRecord:
    """Look everybody up who has a part in it, and keep what was found."""
    return screen(
        subject=Subject.TRANSFER,
        ref=transfer.public_id,
        parties=parties_of(transfer),
        countries=countries_of(transfer),
        organisation=transfer.sender,
        actor=actor,
    )


def transfer_screen_again(transfer: Transfer, seen: Seen) -> bool:
    """Look a transfer up once more if the lists have changed since; say whether that was so. Called by `tick`."""
    record = screen_again(
        subject=Subject.TRANSFER,
        ref=transfer.public_id,
        parties=parties_of(transfer),
        countries=countries_of(transfer),
        organisation=transfer.sender,
        seen=seen,
    )
    return record is not None


def _route(route: Route) -> dict[str, Any]:
    said: dict[str, str] = {name: " ".join(str(value).split()) for name, value in vars(route).items()}
    for name in ("sender_bank", "receiver_bank", "receiver_account"):
        if not said[name]:
            raise InvalidInput(_("Please write this down: it is looked up in the block lists."), field=name)
    for name in ("sender_bank", "receiver_bank", "via_bank"):
        if len(said[name]) > BANK_LENGTH:
            raise InvalidInput(_("Please keep it under %(count)s characters.") % {"count": BANK_LENGTH}, field=name)
    for name in ("sender_bic", "receiver_bic", "via_bic"):
        said[name] = said[name].replace(" ", "").upper()
        if said[name] and not BIC.fullmatch(said[name]):
            raise InvalidInput(_("A BIC has 8 or 11 letters and digits."), field=name)
    if said["via_bic"] and not said["via_bank"]:
        raise InvalidInput(_("Please name this bank too."), field="via_bank")
    said["receiver_account"] = re.sub(r"\s", "", said["receiver_account"]).upper()
    if len(said["receiver_account"]) > 64:
        raise InvalidInput(_("Please write the number of the account as the bank does."), field="receiver_account")
    return said
