"""Money comes to a pool: to its custodian, or as cash to its treasurer, who takes it to the bank later."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document, DocumentKind
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.money import Money, format_money
from birge.notifications.contacts import fingerprint
from birge.notifications.services import Contact
from birge.organisations.permissions import Action, may, require
from birge.organisations.selectors import SIGNING, holds_office
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Entry
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from funds.payments.models import Payment, PaymentKind
from funds.payments.services import (
    payment_confirm_by_payer,
    payment_confirm_by_pool,
    payment_record,
    payment_refuse_by_payer,
    payment_refuse_by_pool,
)
from funds.pools.models import Pool, PoolGift
from funds.pools.notices import gift_notice
from funds.pools.selectors import pool_money
from funds.pools.services import (
    Giver,
    amount_check,
    flooded,
    gift_drop,
    gift_write,
    giver_clean,
    is_giver,
    open_check,
    pool_lock,
)
from funds.pools.tokens import payment_code, payment_code_check, pool_gift_by_token

PAID_TO_CUSTODIAN = frozenset({PaymentKind.TRANSFER, PaymentKind.CASH})


@transaction.atomic
def pool_payment_record(
    *,
    gift: PoolGift,
    kind: str,
    amount: Money,
    received_on: dt.date,
    actor: User,
    idempotency: tuple[str, str],
    reference: str = "",
    payer_note: str = "",
    evidence: Document | None = None,
) -> Payment:
    """Write down, as the custodian's officer, a transfer or cash for a pool; the giver is asked to say yes or no.

    The amount may differ from what was announced. Nobody records their own payment. Another officer
    (`funds.payments.services.payment_confirm`) or the giver confirms it. Raises RuleNotMet (`closed`), NotAllowed
    (`same_person`), and as `payment_record` does.
    """
    pool = gift.pool
    if kind not in PAID_TO_CUSTODIAN:
        raise InvalidInput(_("Officers record transfers and cash only."), field="kind")
    if is_giver(gift, actor):
        raise NotAllowed(_("Nobody records their own payment."), code="same_person")
    amount_check(pool, amount)

    def check_and_announce() -> None:
        open_check(pool_lock(pool))
        gift_notice(gift, "pool_payment_to_confirm", received=amount, code="")

    return payment_record(
        custodian=pool.custodian,
        kind=kind,
        amount=amount,
        received_on=received_on,
        actor=actor,
        idempotency=idempotency,
        pool_ref=pool.public_id,
        group=gift.public_id,
        reference=reference,
        payer_note=payer_note,
        evidence=evidence,
        once=check_and_announce,
    )


@transaction.atomic
def pool_cash_record(
    *,
    pool: Pool,
    amount: Money,
    received_on: dt.date,
    actor: User,
    contact: Contact | None,
    idempotency: tuple[str, str],
    reference: str,
    credit_line: str = "",
    language: str = "",
    user: User | None = None,
) -> Payment:
    """Write down, as the pool's treasurer, cash that somebody handed over; they get a link and a code to say yes.

    `user` is the giver's account, where they have one. Nothing is booked before the giver, or another who signs for
    the pool, confirms. Raises NotAllowed, RuleNotMet (`closed`), InvalidInput with its field, Conflict
    (`duplicate_payment`), KeyReused.
    """
    require(actor, Action.POOL_CASH_RECORD, pool.organisation)
    language = language or (get_language() or "ky")[:2]
    giver = giver_clean(pool, user=user, contact=contact, language=language, credit_line=credit_line)
    amount_check(pool, amount)
    request = {
        "verb": "pool_cash_record",
        "pool": pool.public_id,
        "amount": [amount.minor, amount.currency],
        "received_on": received_on.isoformat(),
        "reference": reference.strip(),
        "giver": fingerprint("pool-giver", *(giver.contact or ("", "")), giver.credit_line),
    }
    opened = command_open(scope=idempotency[0], key=idempotency[1], request=request)
    if opened.replayed:
        return Payment.objects.get(public_id=opened.command.result_ref)
    gift = _cash_gift(pool, amount, giver, actor)
    payment = payment_record(
        custodian=pool.custodian,
        kind=PaymentKind.POOL_CASH,
        amount=amount,
        received_on=received_on,
        actor=actor,
        idempotency=(idempotency[0], f"{idempotency[1]}:payment"),
        pool_ref=pool.public_id,
        group=gift.public_id,
        reference=reference,
    )
    command_finish(opened.command, payment.public_id)
    _ask_payer(gift, giver, payment, actor)
    return payment


@transaction.atomic
def pool_cash_confirm(*, payment: Payment, actor: User, proof: FactorProof | None) -> Payment:
    """Confirm a treasurer's cash as another who signs for the pool, with a second factor; it is booked at once.

    Confirming once more returns it as it is. Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet
    (`not_cash`, `transition`).
    """
    require(actor, Action.POOL_CASH_CONFIRM, _pool_of(payment).organisation)
    if payment.recorded_by_id == actor.pk:
        raise NotAllowed(_("Who recorded it cannot confirm it."), code="same_person")
    method = factor_require(proof, actor).method
    return payment_confirm_by_pool(payment=payment, actor=actor, factor_method=method)


def pool_cash_confirm_by_payer(
    *, payment: Payment, token: str = "", code: str = "", actor: User | None = None
) -> Payment:
    """Confirm a payment to a pool as its giver: by the signed link, or by the code from the message.

    The code may be typed on anybody's phone. Raises NotAllowed where the link is another's, or where whoever wrote
    the payment down could hold it (`same_person`: they are signed in, or gave their own address), InvalidInput
    (`code`), Conflict (`too_many_codes`).
    """
    gift = _gift_of(payment)
    recorder = payment.recorded_by
    if recorder is None or is_giver(gift, recorder) or (not code and actor is not None and actor.pk == recorder.pk):
        raise NotAllowed(_("Please let another who signs confirm this."), code="same_person")
    if code:  # apart from what books, so that a wrong try stays counted when we refuse
        payment_code_check(gift, payment.public_id, code)
    elif pool_gift_by_token(token).pk != gift.pk:
        raise NotAllowed
    return payment_confirm_by_payer(payment=payment)


@transaction.atomic
def pool_payment_refuse_by_payer(*, payment: Payment, token: str) -> Payment:
    """Answer "no, I did not pay this" by the giver's signed link."""
    gift = _gift_of(payment)
    if pool_gift_by_token(token).pk != gift.pk:
        raise NotAllowed
    refused = payment_refuse_by_payer(payment=payment, reason="the payer says they did not pay this")
    gift_drop(group=gift.public_id)
    return refused


@transaction.atomic
def pool_cash_refuse(*, payment: Payment, actor: User, reason: str) -> Payment:
    """Say, as the treasurer or another who signs for the pool, that this cash was not handed over.

    Raises NotAllowed, InvalidInput (`reason`), RuleNotMet (`not_cash`, `transition`).
    """
    organisation = _pool_of(payment).organisation
    if not any(may(actor, each, organisation) for each in (Action.POOL_CASH_RECORD, Action.POOL_CASH_CONFIRM)):
        raise NotAllowed
    refused = payment_refuse_by_pool(payment=payment, actor=actor, reason=reason)
    gift_drop(group=payment.group)
    audit_record(actor=actor, action="payment_refuse", obj=refused, organisation=organisation, reason=reason)
    return refused


@transaction.atomic
def pool_cash_bank(
    *,
    pool: Pool,
    amount: Money,
    actor: User,
    bank_reference: str,
    bank_line: Document | None,
    proof: FactorProof | None,
    idempotency: tuple[str, str],
) -> Entry:
    """Book, as the custodian's officer, that the treasurer's cash came to the bank; the same request books it once.

    Never by who signs for the pool, nor by who ever wrote its cash down: they would spend what they alone have seen.
    Raises NotAllowed (also `same_person`), SecondFactorRequired, InvalidInput with its field, RuleNotMet
    (`not_so_much_cash`), KeyReused.
    """
    require(actor, Action.PAYMENT_CONFIRM, pool.custodian)
    if _had_the_cash(actor, pool):
        raise NotAllowed(
            _("Who signs for the pool does not say that its cash came to the bank. Another officer must."),
            code="same_person",
        )
    method = factor_require(proof, actor).method
    amount_check(pool, amount)
    reference = bank_reference.strip()
    if not reference:
        raise InvalidInput(_("Please write the number of the bank's line or of the slip."), field="bank_reference")
    if bank_line is not None and bank_line.kind not in (DocumentKind.BANK_LINE, DocumentKind.RECEIPT):
        raise InvalidInput(_("Please attach the line of the bank's statement."), field="bank_line")
    request = {"verb": "pool_cash_bank", "pool": pool.public_id, "amount": [amount.minor, amount.currency]}
    opened = command_open(scope=idempotency[0], key=idempotency[1], request=request | {"reference": reference})
    if opened.replayed:
        return Entry.objects.get(command=opened.command, n=0)
    locked = pool_lock(pool)
    cash = pool_money(locked).with_treasurer_minor
    if amount.minor > cash:
        raise RuleNotMet(
            _("The treasurer holds %(cash)s only.") % {"cash": _say(cash, locked.currency)},
            code="not_so_much_cash",
            field="amount",
            available=cash,
        )
    entry = post(command=opened.command, drafts=[_banked_draft(locked, amount.minor, bank_line)])[0]
    command_finish(opened.command, locked.public_id)
    audit_record(
        actor=actor, action="pool_cash_bank", obj=locked, organisation=locked.custodian, reference=reference,
        amount_minor=amount.minor, entry=str(entry.pk), factor=method,
    )  # fmt: skip
    return entry


def pool_take_back_check(payment: Payment) -> Pool | None:
    """Lock the pool that a locked payment came to, and see that it can be taken out again; None if it came to none.

    Raises RuleNotMet (`pool_spent`; `banked` for cash that is no longer with the treasurer).
    """
    if payment.project_id is not None or not payment.pool_ref:
        return None
    pool = pool_lock(payment.pool_ref)
    money = pool_money(pool)
    cash = payment.kind == PaymentKind.POOL_CASH
    if cash and payment.amount_minor > money.with_treasurer_minor:
        raise RuleNotMet(_("This cash was taken to the bank. Please talk to the administrator."), code="banked")
    free = money.free_minor if cash else money.ready_minor
    if payment.amount_minor > free:
        raise RuleNotMet(
            _("The pool has decided on this money already: only %(free)s is free.")
            % {"free": _say(free, pool.currency)},
            code="pool_spent",
            available=free,
        )
    return pool


def _cash_gift(pool: Pool, amount: Money, giver: Giver, treasurer: User) -> PoolGift:
    locked = pool_lock(pool)
    open_check(locked)
    return gift_write(locked, amount, giver, recorded_by=treasurer)


def _ask_payer(gift: PoolGift, giver: Giver, payment: Payment, treasurer: User) -> None:
    if giver.contact is not None and not flooded(giver.contact):
        code = payment_code(gift, payment.public_id)
        gift_notice(gift, "pool_payment_to_confirm", received=payment.amount, code=code, treasurer=str(treasurer))


def _banked_draft(pool: Pool, amount: int, bank_line: Document | None) -> EntryDraft:
    custodian = pool.custodian.public_id
    return EntryDraft(
        kind=EntryKind.CASH_BANKED,
        legs=[
            _leg(codes.bank(custodian), pool.currency, amount),
            _leg(codes.cash_pool(custodian, pool.public_id), pool.currency, -amount),
        ],
        documents=[(bank_line.sha256, bank_line.kind)] if bank_line else [],
    )


def _had_the_cash(actor: User, pool: Pool) -> bool:
    signs = holds_office(actor, pool.organisation, SIGNING)
    cash = Payment.objects.filter(pool_ref=pool.public_id, kind=PaymentKind.POOL_CASH)
    return signs or cash.filter(Q(recorded_by=actor) | Q(confirmed_by=actor)).exists()


def _gift_of(payment: Payment) -> PoolGift:
    gift = PoolGift.objects.select_related("pool__custodian", "pool__organisation").filter(public_id=payment.group)
    found = gift.first() if payment.group and payment.pool_ref and payment.project_id is None else None
    if found is None:
        raise NotAllowed
    return found


def _pool_of(payment: Payment) -> Pool:
    if payment.kind != PaymentKind.POOL_CASH:
        raise RuleNotMet(_("This is no cash of a pool."), code="not_cash")
    return Pool.objects.select_related("organisation").get(public_id=payment.pool_ref)


def _say(minor: int, currency: str) -> str:
    return format_money(Money(minor, currency), (get_language() or "ky")[:2])


def _leg(code: str, currency: str, amount: int) -> Leg:
    return Leg(account=AccountKey(code=code, currency=currency), amount=amount)
