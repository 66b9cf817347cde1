"""Bare entries in the ledger, without the projects and people behind them."""

from __future__ import annotations

from django.db import transaction

from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Entry
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post

CUSTODIAN, PROJECT = "AAAA2222", "BBBB3333"


def money_arrives(key: str = "first", amount: int = 100_00) -> Entry:
    """Book a payment (minor units of KGS) in a transaction of its own."""
    legs = [
        Leg(AccountKey(codes.bank(CUSTODIAN), "KGS"), amount),
        Leg(AccountKey(codes.held_project(CUSTODIAN, PROJECT), "KGS"), -amount),
    ]
    with transaction.atomic():
        command = command_open(scope="test", key=key, request={"amount": amount}).command
        entry = post(command=command, drafts=[EntryDraft(EntryKind.PAYMENT_RECEIVED, legs)])[0]
        command_finish(command, key)
    return entry
