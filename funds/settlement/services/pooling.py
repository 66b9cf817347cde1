"""Money comes to a pool: to its custodian, or as cash to its treasurer, who takes it to the bank later."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge.accounts.devices import device_keep
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.accounts.sameness import another_person_check, contact_is_of, device_check
from birge.audit.services import audit_record
from birge.documents.models import Document
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.money import Money, format_money
from birge.notifications.contacts import fingerprint
from birge.notifications.services import Contact
from birge.organisations.permissions import ALLOWED, Action, may, require
from birge.organisations.selectors import officers
from funds.cash.models import Kept
from funds.cash.selectors import is_banked
from funds.cash.services import ceiling_check, receipt_write
from funds.ledger.posting import command_finish, command_open
from funds.payments.models import Payment, PaymentKind
from funds.payments.services import (
    payment_confirm_by_payer,
    payment_confirm_by_pool,
    payment_record,
    payment_refuse_by_payer,
    payment_refuse_by_pool,
)
from funds.pools.models import Pool, PoolGift, PoolGiver
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

from .numbering import cash_numbered

TAKEN_BY_HAND = frozenset({PaymentKind.CASH, PaymentKind.POOL_CASH})
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
    device: str = "",
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

    payment = payment_record(
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
    return cash_numbered(payment, device)


@transaction.atomic
def pool_cash_record(
    *,
    pool: Pool,
    amount: Money,
    received_on: dt.date,
    actor: User,
    contact: Contact | None,
    idempotency: tuple[str, str],
    reference: str = "",
    credit_line: str = "",
    language: str = "",
    user: User | None = None,
    kept: str = Kept.HAND,
    device: str = "",
) -> Payment:
    """Write down, as the pool's treasurer, cash that somebody handed over; they get a link and a code to say yes.

    It gets the next number of the treasurer's receipts. `kept` is "wallet" for money sent to the treasurer's own phone:
    it is cash like any other. `user` is the giver's account, where they have one; `device` see `accounts.devices`.
    Nothing is booked before the giver, or another who signs for the pool, confirms. Raises NotAllowed, RuleNotMet
    (`closed`; `over_ceiling`, `too_much_cash`), InvalidInput with its field, Conflict (`duplicate_payment`), KeyReused.
    """
    require(actor, Action.POOL_CASH_RECORD, pool.organisation)
    language = language or (get_language() or "ky")[:2]
    giver = giver_clean(pool, user=user, contact=contact, language=language, credit_line=credit_line)
    amount_check(pool, amount)
    request = _cash_request(pool, amount, received_on, reference, giver, kept)
    opened = command_open(scope=idempotency[0], key=idempotency[1], request=request)
    if opened.replayed:
        return Payment.objects.get(public_id=opened.command.result_ref)
    gift = _cash_gift(pool, amount, giver, actor)
    ceiling_check(organisation=pool.organisation, treasurer=actor, amount=amount)
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
    receipt_write(payment=payment, organisation=pool.organisation, kept=kept)
    device_keep(user=actor, device=device)
    command_finish(opened.command, payment.public_id)
    _ask_payer(gift, giver, payment, actor)
    return payment


@transaction.atomic
def pool_cash_confirm(*, payment: Payment, actor: User, proof: FactorProof | None, device: str = "") -> Payment:
    """Confirm a treasurer's cash as another who signs for the pool, with a second factor; it is booked at once.

    Another is who holds an office that signs, has another phone and mailbox than who wrote it down, and acts on another
    `device`. Confirming once more returns it as it is. Raises NotAllowed (also `same_person`, `same_contact`,
    `same_device`), SecondFactorRequired, RuleNotMet (`not_cash`, `transition`).
    """
    require(actor, Action.POOL_CASH_CONFIRM, _pool_of(payment).organisation)
    if payment.recorded_by is not None:
        another_person_check(first=payment.recorded_by, second=actor, device=device)
    method = factor_require(proof, actor).method
    device_keep(user=actor, device=device)
    return payment_confirm_by_pool(payment=payment, actor=actor, factor_method=method)


def pool_cash_confirm_by_payer(
    *, payment: Payment, token: str = "", code: str = "", actor: User | None = None, device: str = ""
) -> Payment:
    """Confirm a payment to a pool as its giver: by the signed link, or by the code from the message.

    The code may be typed on anybody's phone. Raises NotAllowed where the link is another's, or where whoever wrote
    the payment down could hold it (`same_person`: they are signed in, or gave an address of their own or of another
    who takes cash there; `same_device`: the link is opened where it was written down), InvalidInput (`code`), Conflict
    (`too_many_codes`).
    """
    gift = _gift_of(payment)
    recorder = payment.recorded_by
    if recorder is None or _given_by_who_takes(gift, payment, recorder):
        raise NotAllowed(_("Please let another who signs confirm this."), code="same_person")
    if not code:
        if actor is not None and actor.pk == recorder.pk:
            raise NotAllowed(_("Please let another who signs confirm this."), code="same_person")
        if payment.kind in TAKEN_BY_HAND:
            device_check(first=recorder, device=device)
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


def pool_take_back_check(payment: Payment) -> Pool | None:
    """Lock the pool that a locked payment came to, and see that it can be taken out again; None if it came to none.

    Raises RuleNotMet (`pool_spent`; `banked` for cash that is no longer with the treasurer).
    """
    if payment.project_id is not None or not payment.pool_ref:
        return None
    pool = pool_lock(payment.pool_ref)
    money = pool_money(pool)
    cash = payment.kind == PaymentKind.POOL_CASH
    if cash and (payment.amount_minor > money.with_treasurer_minor or is_banked(payment)):
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


def _cash_request(
    pool: Pool, amount: Money, received_on: dt.date, reference: str, giver: Giver, kept: str
) -> dict[str, object]:
    return {
        "verb": "pool_cash_record",
        "pool": pool.public_id,
        "amount": [amount.minor, amount.currency],
        "received_on": received_on.isoformat(),
        "reference": reference.strip(),
        "giver": fingerprint("pool-giver", *(giver.contact or ("", "")), giver.credit_line),
        **({"kept": kept} if kept != Kept.HAND else {}),
    }


def _cash_gift(pool: Pool, amount: Money, giver: Giver, treasurer: User) -> PoolGift:
    locked = pool_lock(pool)
    open_check(locked)
    return gift_write(locked, amount, giver, recorded_by=treasurer)


def _given_by_who_takes(gift: PoolGift, payment: Payment, recorder: User) -> bool:
    """Say whether the giver's address is that of who wrote it down, or of another who takes cash for the pool."""
    if is_giver(gift, recorder):
        return True
    giver = PoolGiver.objects.filter(gift=gift).first()
    if giver is None or payment.kind != PaymentKind.POOL_CASH:
        return False
    takers = officers(gift.pool.organisation, ALLOWED[Action.POOL_CASH_RECORD])
    return giver.user_id in {each.pk for each in takers} or contact_is_of(giver.contact, takers)


def _ask_payer(gift: PoolGift, giver: Giver, payment: Payment, treasurer: User) -> None:
    if giver.contact is not None and not flooded(giver.contact):
        code = payment_code(gift, payment.public_id)
        gift_notice(gift, "pool_payment_to_confirm", received=payment.amount, code=code, treasurer=str(treasurer))


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
