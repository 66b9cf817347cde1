"""Cash comes to the bank: a pool's from its treasurer, a custodian's own from its box. And back, if that was a mistake.

Locks: command, bank line, banking, pool, then the cash office of who had it, then the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document, DocumentKind
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.money import LARGEST, Money, format_money
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action, require
from birge.organisations.selectors import SIGNING, holds_office
from funds.banking.models import BankLine
from funds.cash.models import BankingStatus, CashBanking, CashReceipt, CashTakeBack
from funds.cash.selectors import box_states, pool_states
from funds.cash.services import (
    banking_book,
    banking_lock,
    banking_mirror,
    banking_move,
    banking_write,
    deposit_make,
    deposit_undo,
    office_lock,
    parts_of,
)
from funds.ledger.models import Entry
from funds.ledger.posting import command_finish, command_open
from funds.payments.models import Payment, PaymentKind
from funds.pools.models import Pool
from funds.pools.selectors import pool_money
from funds.pools.services import amount_check, pool_lock

LONGEST_REASON = 300


@transaction.atomic
def pool_cash_bank(
    *,
    pool: Pool,
    amount: Money,
    actor: User,
    proof: FactorProof | None,
    idempotency: tuple[str, str],
    bank_reference: str = "",
    bank_line: Document | None = None,
    line: BankLine | None = None,
    receipts: Sequence[CashReceipt] = (),
) -> Entry:
    """Book, as the custodian's officer, that the treasurer's cash came to the bank; the same request books it once.

    `line` is the statement's line and has to be exactly this sum. Without one a number or paper is enough: it then
    stands as not yet seen on a statement (`cash_line_link`). It is the eldest cash, unless `receipts` names which.
    Never by who signs for the pool, nor by who ever wrote its cash down: they would spend what they alone have seen.
    Raises NotAllowed (also `same_person`), SecondFactorRequired, InvalidInput with its field, Conflict
    (`line_explained`), RuleNotMet (`not_so_much_cash`), KeyReused.
    """
    require(actor, Action.PAYMENT_CONFIRM, pool.custodian)
    not_who_had_it_check(actor, pool)
    method = factor_require(proof, actor).method
    amount_check(pool, amount)
    reference = _reference(bank_reference, bank_line, line)
    request = {"verb": "pool_cash_bank", "pool": pool.public_id, "amount": [amount.minor, amount.currency]}
    opened = command_open(scope=idempotency[0], key=idempotency[1], request=request | _said(reference, line, receipts))
    if opened.replayed:
        return Entry.objects.get(command=opened.command, n=0)
    deposit = deposit_make(line=line, custodian=pool.custodian, amount=amount, actor=actor) if line else None
    locked = pool_lock(pool)
    office_lock(locked.organisation)
    parts = parts_of(pool_states(locked.public_id), amount, receipts)
    banking = banking_write(
        custodian=locked.custodian, pool_ref=locked.public_id, amount=amount, actor=actor, reference=reference,
        paper=bank_line, deposit=deposit,
    )  # fmt: skip
    banking, entry = banking_book(banking, parts=parts, command=opened.command, factor=method)
    command_finish(opened.command, banking.public_id)
    audit_record(
        actor=actor, action="pool_cash_bank", obj=locked, organisation=locked.custodian, reference=reference,
        amount_minor=amount.minor, entry=str(entry.pk), factor=method, line=line.public_id if line else "",
    )  # fmt: skip
    return entry


@transaction.atomic
def box_cash_bank_ask(
    *,
    custodian: Organisation,
    amount: Money,
    actor: User,
    idempotency: tuple[str, str],
    bank_reference: str = "",
    bank_line: Document | None = None,
    line: BankLine | None = None,
) -> CashBanking:
    """Say, as an officer, that cash of the custodian's own box came to its bank; another officer books it.

    `line` as in `pool_cash_bank`; it is taken at once. Raises NotAllowed, InvalidInput with its field, Conflict
    (`line_explained`), RuleNotMet (`not_so_much_cash`), KeyReused.
    """
    require(actor, Action.PAYMENT_RECORD, custodian)
    if not 0 < amount.minor <= LARGEST:
        raise InvalidInput(_("The amount must be more than nothing."), field="amount")
    reference = _reference(bank_reference, bank_line, line)
    request = {"verb": "box_cash_bank", "custodian": custodian.public_id, "amount": [amount.minor, amount.currency]}
    opened = command_open(scope=idempotency[0], key=idempotency[1], request=request | _said(reference, line))
    if opened.replayed:
        return CashBanking.objects.get(public_id=opened.command.result_ref)
    deposit = deposit_make(line=line, custodian=custodian, amount=amount, actor=actor) if line else None
    office_lock(custodian)
    parts_of(box_states(custodian, amount.currency), amount, in_box=True)  # refused now rather than to the other
    banking = banking_write(
        custodian=custodian, amount=amount, actor=actor, reference=reference, paper=bank_line, deposit=deposit
    )
    banking.save()
    command_finish(opened.command, banking.public_id)
    audit_record(
        actor=actor, action="box_cash_bank_ask", obj=banking, organisation=custodian, amount_minor=amount.minor
    )
    return banking


@transaction.atomic
def box_cash_bank_confirm(*, banking: CashBanking, actor: User, proof: FactorProof | None) -> CashBanking:
    """Book it as another officer, with a second factor; once more returns it as it is.

    Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet (`transition`, `not_so_much_cash`).
    """
    method = _other_officer(actor, banking.custodian, banking.asked_by_id, proof)
    opened = command_open(scope=f"cash:{banking.public_id}", key="bank", request={"banking": banking.public_id})
    locked = banking_lock(banking)
    if opened.replayed:
        return locked
    if locked.status != BankingStatus.ASKED:
        banking_move(locked, BankingStatus.BOOKED)  # says why not
    office_lock(locked.custodian)
    parts = parts_of(box_states(locked.custodian, locked.currency), locked.amount, in_box=True)
    locked.decided_by = actor
    booked, entry = banking_book(locked, parts=parts, command=opened.command, factor=method)
    command_finish(opened.command, booked.public_id)
    audit_record(
        actor=actor, action="box_cash_bank", obj=booked, organisation=booked.custodian, factor=method,
        amount_minor=booked.amount_minor, entry=str(entry.pk),
    )  # fmt: skip
    return booked


@transaction.atomic
def box_cash_bank_refuse(*, banking: CashBanking, actor: User, reason: str) -> CashBanking:
    """Say, as any officer of the custodian, that it did not come to the bank: nothing was booked, the line is free.

    Raises NotAllowed, InvalidInput (`reason`), RuleNotMet (`transition`).
    """
    require(actor, Action.PAYMENT_CONFIRM, banking.custodian)
    why = _reason(reason)
    _lock_line(banking)
    locked = banking_lock(banking)
    banking_move(locked, BankingStatus.REFUSED)
    if locked.deposit is not None:
        deposit_undo(locked.deposit)
        locked.deposit = None
    locked.decided_by = actor
    locked.decided_at, locked.refused_reason = clock.now(), why
    locked.save()
    audit_record(actor=actor, action="box_cash_bank_refuse", obj=locked, organisation=locked.custodian, reason=why)
    return locked


@transaction.atomic
def cash_line_link(
    *,
    line: BankLine,
    bankings: Sequence[CashBanking],
    actor: User,
    proof: FactorProof | None,
    idempotency: tuple[str, str],
) -> list[CashBanking]:
    """Say which bankings this line of the statement is: one, or several that were paid in together; sums tie exactly.

    As an officer of the custodian who signs for none of the pools, with a second factor. Raises NotAllowed (also
    `same_person`), SecondFactorRequired, InvalidInput (`line`, `bankings`), Conflict (`line_explained`,
    `linked_already`), RuleNotMet (`transition`), KeyReused.
    """
    custodian = line.account.custodian
    require(actor, Action.PAYMENT_CONFIRM, custodian)
    if not bankings or any(each.custodian_id != custodian.pk for each in bankings):
        raise InvalidInput(_("Please choose what this line is."), field="bankings")
    for pool in Pool.objects.filter(public_id__in={each.pool_ref for each in bankings if each.pool_ref}):
        not_who_had_it_check(actor, pool)
    method = factor_require(proof, actor).method
    refs = sorted(each.public_id for each in bankings)
    opened = command_open(
        scope=idempotency[0], key=idempotency[1],
        request={"verb": "cash_line_link", "line": line.public_id, "bankings": refs},
    )  # fmt: skip
    if opened.replayed:
        return list(CashBanking.objects.filter(public_id__in=refs).order_by("pk"))
    if any(each.currency != line.currency for each in bankings):
        raise InvalidInput(_("The bank’s line and this sum are not the same."), field="line")
    total = Money(sum(each.amount_minor for each in bankings), line.currency)
    deposit = deposit_make(line=line, custodian=custodian, amount=total, actor=actor)
    linked = [_link(banking_lock(each), deposit.pk) for each in sorted(bankings, key=lambda each: each.pk)]
    command_finish(opened.command, deposit.public_id)
    audit_record(
        actor=actor, action="cash_line_link", obj=deposit, organisation=custodian, line=line.public_id,
        bankings=refs, factor=method,
    )  # fmt: skip
    return linked


@transaction.atomic
def cash_take_back_ask(*, banking: CashBanking, actor: User, reason: str) -> CashTakeBack:
    """Ask, as an officer, that a banking be taken back because it was booked by mistake; another decides.

    Raises NotAllowed (also `same_person`), InvalidInput (`reason`), RuleNotMet (`transition`), Conflict
    (`asked_already`).
    """
    require(actor, Action.CORRECTION_ASK, banking.custodian)
    why = _reason(reason)
    locked = banking_lock(banking)
    _not_of_my_pool(actor, locked)
    banking_move(locked, BankingStatus.TAKEN_BACK)  # only looked at: it is not saved
    if locked.take_backs.filter(status=CashTakeBack.Status.ASKED).exists():
        raise Conflict(_("This was asked already; decide on that first."), code="asked_already")
    asked = CashTakeBack.objects.create(banking=locked, reason=why, asked_by=actor, asked_at=clock.now())
    audit_record(actor=actor, action="cash_take_back_ask", obj=asked, organisation=locked.custodian, reason=why)
    return asked


@transaction.atomic
def cash_take_back_approve(*, wish: CashTakeBack, actor: User, proof: FactorProof | None) -> CashTakeBack:
    """Agree as another officer, with a second factor: the mirror is booked, the receipts are in hand again.

    Approving once more returns it as it is. Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet
    (`transition`; `pool_spent` where the pool has decided on this money since).
    """
    method = _other_officer(actor, wish.banking.custodian, wish.asked_by_id, proof)
    opened = command_open(scope=f"cash:{wish.banking.public_id}", key="take-back", request={"of": wish.public_id})
    _lock_line(wish.banking)
    banking = banking_lock(wish.banking)
    wish = CashTakeBack.objects.get(pk=wish.pk)
    if opened.replayed:
        return wish
    _not_of_my_pool(actor, banking)
    _asked_check(wish)
    _lock_who_had_it(banking)
    entry = banking_mirror(banking, opened.command)
    if banking.deposit is not None:
        deposit_undo(banking.deposit)
    wish.status, wish.entry_id, wish.factor_method = CashTakeBack.Status.APPROVED, entry.pk, method
    wish.decided_by, wish.decided_at = actor, clock.now()
    wish.save()
    command_finish(opened.command, wish.public_id)
    audit_record(
        actor=actor, action="cash_take_back", obj=wish, organisation=banking.custodian, factor=method,
        entry=str(entry.pk),
    )  # fmt: skip
    return wish


@transaction.atomic
def cash_take_back_refuse(*, wish: CashTakeBack, actor: User, reason: str) -> CashTakeBack:
    """Refuse as another officer, with a reason; it stays banked."""
    require(actor, Action.CORRECTION_APPROVE, wish.banking.custodian)
    if actor.pk == wish.asked_by_id:
        raise NotAllowed(_("Who asked cannot decide."), code="same_person")
    why = _reason(reason)
    banking = banking_lock(wish.banking)
    wish = CashTakeBack.objects.get(pk=wish.pk)
    _asked_check(wish)
    wish.status, wish.refused_reason = CashTakeBack.Status.REFUSED, why
    wish.decided_by, wish.decided_at = actor, clock.now()
    wish.save()
    audit_record(actor=actor, action="cash_take_back_refuse", obj=wish, organisation=banking.custodian, reason=why)
    return wish


def not_who_had_it_check(actor: User, pool: Pool) -> None:
    """Raise NotAllowed (`same_person`) for who signs for the pool, or ever wrote down or confirmed its cash."""
    cash = Payment.objects.filter(pool_ref=pool.public_id, kind=PaymentKind.POOL_CASH)
    signs = holds_office(actor, pool.organisation, SIGNING)
    if signs or cash.filter(Q(recorded_by=actor) | Q(confirmed_by=actor)).exists():
        raise NotAllowed(
            _("Who signs for the pool does not say that its cash came to the bank. Another officer must."),
            code="same_person",
        )


def _not_of_my_pool(actor: User, banking: CashBanking) -> None:
    pool = Pool.objects.select_related("organisation").filter(public_id=banking.pool_ref).first()
    if pool is not None:
        not_who_had_it_check(actor, pool)


def _lock_line(banking: CashBanking) -> None:
    """Lock the line that a banking is: its row comes before the banking's."""
    if banking.deposit is not None:
        BankLine.objects.select_for_update(of=("self",), no_key=True).get(pk=banking.deposit.line_id)


def _lock_who_had_it(banking: CashBanking) -> None:
    """Lock the pool and the office whose cash it was, and see that the pool has not decided on the money."""
    if not banking.pool_ref:
        office_lock(banking.custodian)
        return
    pool = pool_lock(banking.pool_ref)
    office_lock(pool.organisation)
    ready = pool_money(pool).ready_minor
    if banking.amount_minor > ready:
        raise RuleNotMet(
            _("The pool has decided on this money already: only %(free)s is free.")
            % {"free": format_money(Money(ready, pool.currency), (get_language() or "ky")[:2])},
            code="pool_spent",
            available=ready,
        )


def _other_officer(actor: User, custodian: Organisation, first: int, proof: FactorProof | None) -> str:
    require(actor, Action.PAYMENT_CONFIRM, custodian)
    if actor.pk == first:
        raise NotAllowed(_("Who asked cannot approve."), code="same_person")
    return factor_require(proof, actor).method


def _link(banking: CashBanking, deposit: int) -> CashBanking:
    if banking.status != BankingStatus.BOOKED:
        raise RuleNotMet(_("This is not booked as banked."), code="transition", from_status=banking.status)
    if banking.deposit_id is not None:
        raise Conflict(_("This was seen on a statement already."), code="linked_already", field="bankings")
    banking.deposit_id = deposit
    banking.save(update_fields=["deposit"])
    return banking


def _asked_check(wish: CashTakeBack) -> None:
    if wish.status != CashTakeBack.Status.ASKED:
        raise RuleNotMet(_("This is decided already."), code="transition", from_status=wish.status)


def _reference(reference: str, paper: Document | None, line: BankLine | None) -> str:
    if paper is not None and paper.kind not in (DocumentKind.BANK_LINE, DocumentKind.RECEIPT):
        raise InvalidInput(_("Please attach the line of the bank's statement."), field="bank_line")
    text = reference.strip() or ((line.bank_reference or line.number or line.public_id) if line else "")
    if not text:
        raise InvalidInput(_("Please write the number of the bank's line or of the slip."), field="bank_reference")
    return text[:80]


def _said(reference: str, line: BankLine | None, receipts: Sequence[CashReceipt] = ()) -> dict[str, object]:
    more = {"line": line.public_id} if line else {}
    named = {"receipts": sorted(each.public_id for each in receipts)} if receipts else {}
    return {"reference": reference, **more, **named}


def _reason(reason: str) -> str:
    why = reason.strip()
    if not why:
        raise InvalidInput(_("Please say why."), field="reason")
    return why[:LONGEST_REASON]
