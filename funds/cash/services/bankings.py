"""Cash came to the bank: which receipts it was, which line of the statement it is, and the entry.

The rows; who may, and under which locks, is in `funds.settlement.services.banked`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import cast

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.documents.models import Document
from birge.errors import InvalidInput, RuleNotMet
from birge.money import Money, format_money
from birge.organisations.models import Organisation
from funds.banking.models import BankLine
from funds.banking.services import line_explain, line_unexplain
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Command, Entry
from funds.ledger.posting import AccountKey, EntryDraft, Leg, post

from ..models import BANKING_ALLOWED, BankingStatus, CashBanking, CashDeposit, CashPart, CashReceipt
from ..selectors import InHand, eldest_first


def banking_write(
    *,
    custodian: Organisation,
    amount: Money,
    actor: User,
    reference: str = "",
    paper: Document | None = None,
    deposit: CashDeposit | None = None,
    pool_ref: str = "",
) -> CashBanking:
    """Return a banking that is not saved yet, as one officer says it; `banking_book` books it."""
    return CashBanking(
        custodian=custodian,
        pool_ref=pool_ref,
        amount_minor=amount.minor,
        currency=amount.currency,
        reference=reference,
        paper=paper,
        deposit=deposit,
        status=BankingStatus.ASKED,
        asked_by=actor,
        asked_at=clock.now(),
    )


def banking_lock(banking: CashBanking) -> CashBanking:
    """Return the banking as it is now, locked until the transaction ends."""
    return (
        CashBanking.objects.select_for_update(of=("self",), no_key=True)
        .select_related("custodian", "deposit__line", "paper", "asked_by")
        .get(pk=banking.pk)
    )


def banking_move(banking: CashBanking, to: BankingStatus) -> None:
    """Give the banking another status, without saving it. Raises RuleNotMet (`transition`)."""
    before = BankingStatus(banking.status)
    if to not in BANKING_ALLOWED[before]:
        raise RuleNotMet(
            _("Cash that is “%(before)s” cannot become “%(after)s”.") % {"before": before.label, "after": to.label},
            code="transition",
            from_status=before.value,
            to_status=to.value,
        )
    banking.status = to


def parts_of(
    states: Iterable[InHand], amount: Money, chosen: Sequence[CashReceipt] = (), *, in_box: bool = False
) -> list[tuple[int, int]]:
    """Return (receipt's key, minor units) that come to exactly `amount`: the eldest first, or the `chosen` ones whole.

    Raises RuleNotMet (`not_so_much_cash`), InvalidInput (`receipts`) where the chosen ones are not that sum.
    """
    there = eldest_first(states)
    if chosen:
        wanted = {each.pk for each in chosen}
        there = [each for each in there if each.receipt.pk in wanted]
        if len(there) != len(wanted) or sum(each.left_minor for each in there) != amount.minor:
            raise InvalidInput(_("These receipts and this sum are not the same."), field="receipts")
    held = sum(each.left_minor for each in there)
    if amount.minor > held:
        only = _("There is only %(cash)s in the box.") if in_box else _("The treasurer holds %(cash)s only.")
        raise RuleNotMet(
            only % {"cash": _say(held, amount.currency)},
            code="not_so_much_cash",
            field="amount",
            available=held,
        )
    parts, left = [], amount.minor
    for each in there:
        part = min(left, each.left_minor)
        if part:
            parts.append((each.receipt.pk, part))
        left -= part
    return parts


def banking_book(
    banking: CashBanking, *, parts: Sequence[tuple[int, int]], command: Command, factor: str
) -> tuple[CashBanking, Entry]:
    """Book that it came to the bank, and which receipts it was. Expects the locks, and whoever decided to be named."""
    entry = post(command=command, drafts=[_draft(banking)])[0]
    banking_move(banking, BankingStatus.BOOKED)
    banking.entry_id, banking.factor_method = entry.pk, factor
    banking.decided_at = clock.now()
    banking.save()
    CashPart.objects.bulk_create(
        [CashPart(banking=banking, receipt_id=receipt, amount_minor=minor) for receipt, minor in parts]
    )
    return banking, entry


def banking_mirror(banking: CashBanking, command: Command) -> Entry:
    """Book the mirror of a banking: the cash is in somebody's hands again, and its receipts are not banked."""
    original = Entry.objects.get(pk=cast("uuid.UUID", banking.entry_id))
    legs = [
        Leg(account=AccountKey(code=posting.account.code, currency=posting.currency), amount=-posting.amount)
        for posting in original.postings.select_related("account").order_by("k")
    ]
    draft = EntryDraft(kind=EntryKind.ENTRY_REVERSED, legs=legs, reverses=original.pk)
    entry = post(command=command, drafts=[draft])[0]
    banking_move(banking, BankingStatus.TAKEN_BACK)
    banking.save(update_fields=["status"])
    return entry


def deposit_make(*, line: BankLine, custodian: Organisation, amount: Money, actor: User) -> CashDeposit:
    """Note that this line of the custodian's statement is so much cash; the line's row is locked.

    Raises InvalidInput (`line`: another's, or not this sum), Conflict (`line_explained`).
    """
    if line.account.custodian_id != custodian.pk:
        raise InvalidInput(_("We do not know this line of the bank."), field="line", code="unknown")
    deposit = CashDeposit(
        line=line, amount_minor=amount.minor, currency=amount.currency, linked_by=actor, linked_at=clock.now()
    )
    line_explain(line, ref=deposit.public_id, amount=amount)
    deposit.save()
    return deposit


def deposit_undo(deposit: CashDeposit) -> None:
    """Take that back: the line is free again, and all bankings that were in it are not seen on a statement any more."""
    line_unexplain(deposit.line)
    deposit.undone_at = clock.now()
    deposit.save(update_fields=["undone_at"])
    deposit.bankings.update(deposit=None)


def _draft(banking: CashBanking) -> EntryDraft:
    ref, paper = banking.custodian.public_id, banking.paper
    source = codes.cash_pool(ref, banking.pool_ref) if banking.pool_ref else codes.cash_box(ref)
    return EntryDraft(
        kind=EntryKind.CASH_BANKED,
        legs=[
            Leg(account=AccountKey(code=codes.bank(ref), currency=banking.currency), amount=banking.amount_minor),
            Leg(account=AccountKey(code=source, currency=banking.currency), amount=-banking.amount_minor),
        ],
        documents=[(paper.sha256, paper.kind)] if paper else [],
    )


def _say(minor: int, currency: str) -> str:
    return format_money(Money(minor, currency), (get_language() or "ky")[:2])
