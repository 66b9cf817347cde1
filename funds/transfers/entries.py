"""What a transfer is in the books. Bank fees on the way are the sender's: the receiver never had that money."""

from __future__ import annotations

from birge.documents.models import Document
from funds.ledger import codes
from funds.ledger.drafts import mirror
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Command, Entry
from funds.ledger.posting import AccountKey, EntryDraft, Leg, post, written
from funds.ledger.selectors import entries_with_postings

from .models import Transfer


def received_book(
    transfer: Transfer, amount: int, paper: Document | None, command: Command
) -> tuple[Entry, Entry | None]:
    """Book the arrival. Of what came short, only so much as came is sent anew, and the sender's books bear the fee."""
    sent, fee = transfer.sent_entry_id, None
    if amount < transfer.amount_minor:
        unsend(transfer, command)
        sent = post(command=command, drafts=[sent_draft(transfer, amount, None)])[0].pk
        fee = post(command=command, drafts=[fee_draft(transfer, transfer.amount_minor - amount)])[0]
    sender, receiver, currency = transfer.sender.public_id, transfer.receiver.public_id, transfer.currency
    legs = [
        _leg(codes.held_pool(sender, transfer.from_pool_ref), currency, amount),
        _leg(codes.held_pool(receiver, transfer.to_pool_ref), currency, -amount),
        _leg(codes.bank(receiver), currency, amount),
        _leg(codes.transit(sender, receiver), currency, -amount),
    ]
    draft = EntryDraft(
        kind=EntryKind.TRANSFER_RECEIVED, legs=legs, resolves=sent, group=transfer.public_id, documents=_papers(paper)
    )
    return post(command=command, drafts=[draft])[0], fee


def unsend(transfer: Transfer, command: Command) -> Entry:
    """Book the mirror of what was sent."""
    if transfer.sent_entry_id is None:
        raise ValueError("nothing was sent")
    sent = entries_with_postings().get(pk=transfer.sent_entry_id)
    draft = EntryDraft(
        kind=EntryKind.ENTRY_REVERSED,
        legs=mirror(written(sent).legs),
        reverses=sent.pk,
        group=transfer.public_id,
    )
    return post(command=command, drafts=[draft])[0]


def sent_draft(transfer: Transfer, amount: int, paper: Document | None) -> EntryDraft:
    """Return what leaves: it lies on the way to the receiver, and the sender owes it as before."""
    sender, receiver = transfer.sender.public_id, transfer.receiver.public_id
    return EntryDraft(
        kind=EntryKind.TRANSFER_SENT,
        legs=[
            _leg(codes.transit(sender, receiver), transfer.currency, amount),
            _leg(codes.bank(sender), transfer.currency, -amount),
        ],
        group=transfer.public_id,
        documents=_papers(paper),
    )


def fee_draft(transfer: Transfer, amount: int) -> EntryDraft:
    """Return what is gone for good, out of what is held for the pool that sent it."""
    sender = transfer.sender.public_id
    return EntryDraft(
        kind=EntryKind.FEE_CHARGED,
        legs=[
            _leg(codes.held_pool(sender, transfer.from_pool_ref), transfer.currency, amount),
            _leg(codes.bank(sender), transfer.currency, -amount),
        ],
        group=transfer.public_id,
    )


def _papers(paper: Document | None) -> list[tuple[str, str]]:
    return [] if paper is None else [(paper.sha256, paper.kind)]


def _leg(code: str, currency: str, amount: int) -> Leg:
    return Leg(account=AccountKey(code=code, currency=currency), amount=amount)
