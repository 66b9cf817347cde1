"""An officer writes down what the bank exchanged; another officer, with a second factor, books it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document, DocumentKind
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.money import Money, format_money
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action, require
from funds.banking.models import BankLine
from funds.banking.services import line_explain
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from funds.rates.selectors import Converted, RateMissing, convert

from .models import EXCHANGE_ALLOWED, Exchange, ExchangeStatus, Place

OLDEST_DAYS = 366
DECISION = ("status", "decided_by", "decided_at")


@dataclass(frozen=True)
class Side:
    """One side of an exchange: the sum, where it lay or lies, and the bank's line of it if a statement has one."""

    amount: Money
    place: Place = Place.BANK
    line: BankLine | None = None


@transaction.atomic
def exchange_ask(
    *,
    custodian: Organisation,
    gave: Side,
    got: Side,
    done_on: dt.date,
    actor: User,
    idempotency: tuple[str, str],
    reference: str = "",
    paper: Document | None = None,
) -> Exchange:
    """Write down, as the custodian's officer, that so much was exchanged on that day. Nothing is booked yet.

    Raises NotAllowed, InvalidInput with its field, Conflict (`duplicate_exchange`), KeyReused.
    """
    require(actor, Action.PAYMENT_RECORD, custodian)
    reference = reference.strip()
    _check(gave, got, done_on, reference, paper)
    _lines_check(custodian, gave, got)
    request = {
        "verb": "exchange_ask",
        "custodian": custodian.public_id,
        "gave": [gave.amount.minor, gave.amount.currency, gave.place],
        "got": [got.amount.minor, got.amount.currency, got.place],
        "done_on": done_on.isoformat(),
        "reference": reference,
    }
    opened = command_open(scope=idempotency[0], key=idempotency[1], request=request)
    if opened.replayed:
        return Exchange.objects.get(public_id=opened.command.result_ref)
    _twin_check(custodian, gave, got, done_on, reference)
    official = _official(gave.amount, got.amount.currency, done_on)
    exchange = Exchange.objects.create(
        custodian=custodian, done_on=done_on, reference=reference, paper=paper, asked_by=actor, asked_at=clock.now(),
        gave_minor=gave.amount.minor, gave_currency=gave.amount.currency, gave_from=gave.place, gave_line=gave.line,
        got_minor=got.amount.minor, got_currency=got.amount.currency, got_to=got.place, got_line=got.line,
        official_minor=official.got.minor if official else None, rate=official.rate if official else None,
        rate_source=official.source if official else "", rate_on=official.on if official else None,
    )  # fmt: skip
    audit_record(actor=actor, action="exchange_ask", obj=exchange, organisation=custodian, **_facts(exchange))
    command_finish(opened.command, exchange.public_id)
    return exchange


@transaction.atomic
def exchange_book(*, exchange: Exchange, actor: User, proof: FactorProof | None) -> Exchange:
    """Agree as another officer, with a second factor: it is booked, and the bank's lines named are this exchange.

    Asking once more returns it as it is. Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet
    (`decided`; `not_so_much`: the books know of less), Conflict (`line_explained`), InvalidInput (`line`).
    """
    require(actor, Action.PAYMENT_CONFIRM, exchange.custodian)
    if actor.pk == exchange.asked_by_id:
        raise NotAllowed(_("Who wrote it down cannot confirm it."), code="same_person")
    method = factor_require(proof, actor).method
    opened = command_open(scope=f"exchange:{exchange.public_id}", key="book", request={"exchange": exchange.public_id})
    if opened.replayed:
        return exchange_fresh(exchange)
    # The bank's lines first, then the exchange: the order of locks.
    for line, amount in ((exchange.gave_line, -exchange.gave), (exchange.got_line, exchange.got)):
        if line is not None:
            line_explain(line, ref=exchange.public_id, amount=amount)
    locked = _lock(exchange, ExchangeStatus.BOOKED)
    Organisation.objects.select_for_update(no_key=True).get(pk=locked.custodian_id)
    _there_check(locked)
    entry = post(command=opened.command, drafts=[_draft(locked)])[0]
    locked.status, locked.entry_id, locked.factor_method = ExchangeStatus.BOOKED, entry.id, method
    locked.decided_by, locked.decided_at = actor, clock.now()
    locked.save(update_fields=[*DECISION, "entry_id", "factor_method"])
    command_finish(opened.command, locked.public_id)
    audit_record(
        actor=actor, action="exchange_book", obj=locked, organisation=locked.custodian, factor=method, **_facts(locked)
    )
    return locked


@transaction.atomic
def exchange_refuse(*, exchange: Exchange, actor: User, reason: str) -> Exchange:
    """Say, as an officer, that it was not so. Nothing was booked. Raises NotAllowed, InvalidInput, RuleNotMet."""
    require(actor, Action.PAYMENT_RECORD, exchange.custodian)
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    locked = _lock(exchange, ExchangeStatus.REFUSED)
    locked.status, locked.refused_reason = ExchangeStatus.REFUSED, reason.strip()[:300]
    locked.decided_by, locked.decided_at = actor, clock.now()
    locked.save(update_fields=[*DECISION, "refused_reason"])
    audit_record(
        actor=actor, action="exchange_refuse", obj=locked, organisation=locked.custodian, reason=reason.strip()
    )
    return locked


def exchange_fresh(exchange: Exchange) -> Exchange:
    """Return it as it is now, with what is shown beside it."""
    return Exchange.objects.select_related("custodian", "paper", "asked_by", "decided_by").get(pk=exchange.pk)


def _check(gave: Side, got: Side, done_on: dt.date, reference: str, paper: Document | None) -> None:
    for side, field in ((gave, "gave"), (got, "got")):
        if side.amount.minor <= 0:
            raise InvalidInput(_("The amount must be more than nothing."), field=field)
    if gave.amount.currency == got.amount.currency:
        raise InvalidInput(_("These are the same currency."), field="got")
    today = clock.today()
    if done_on > today:
        raise InvalidInput(_("This day has not come yet."), field="done_on")
    if done_on < today - dt.timedelta(days=OLDEST_DAYS):
        raise InvalidInput(_("This is more than a year ago. Please check the day."), field="done_on")
    if not reference and paper is None:
        raise InvalidInput(
            _("Please give the number of the bank's line or of the slip, or attach a picture of it."), field="reference"
        )
    if paper is not None and paper.kind not in (DocumentKind.BANK_LINE, DocumentKind.RECEIPT):
        raise InvalidInput(_("Please attach the line of the bank's statement."), field="paper")


def _lines_check(custodian: Organisation, gave: Side, got: Side) -> None:
    for side, sign in ((gave, -1), (got, 1)):
        if side.line is None:
            continue
        said = side.line.amount_minor, side.line.currency
        if side.line.account.custodian_id != custodian.pk or said != (sign * side.amount.minor, side.amount.currency):
            raise InvalidInput(_("The bank’s line and this sum are not the same."), field="line")


def _twin_check(custodian: Organisation, gave: Side, got: Side, done_on: dt.date, reference: str) -> None:
    twin = Exchange.objects.filter(
        custodian=custodian,
        done_on=done_on,
        reference=reference,
        gave_minor=gave.amount.minor,
        gave_currency=gave.amount.currency,
        got_minor=got.amount.minor,
        got_currency=got.amount.currency,
    ).exclude(status=ExchangeStatus.REFUSED)
    if reference and twin.exists():
        raise Conflict(_("This exchange is written down already."), code="duplicate_exchange", field="reference")


def _official(gave: Money, currency: str, day: dt.date) -> Converted | None:
    """Return what the Bank's rate makes of it, to compare; nobody has to know one for what the bank has done."""
    try:
        return convert(gave, currency, day)
    except RateMissing:
        return None


def _there_check(exchange: Exchange) -> None:
    there = balance(_asset(exchange, exchange.gave_from), exchange.gave_currency)
    if there < exchange.gave_minor:
        said = format_money(Money(there, exchange.gave_currency), get_language() or settings.LANGUAGE_CODE)
        raise RuleNotMet(
            _("The books know of %(there)s only. Please write down first what came.") % {"there": said},
            code="not_so_much",
            available=there,
        )


def _draft(exchange: Exchange) -> EntryDraft:
    fx = codes.fx(exchange.custodian.public_id)
    sides = [
        (_asset(exchange, exchange.got_to), exchange.got),
        (fx, -exchange.got),
        (fx, exchange.gave),
        (_asset(exchange, exchange.gave_from), -exchange.gave),
    ]
    paper = exchange.paper
    return EntryDraft(
        kind=EntryKind.FX_CONVERTED,
        legs=[Leg(AccountKey(code=code, currency=money.currency), money.minor) for code, money in sides],
        documents=[(paper.sha256, paper.kind)] if paper else [],
    )


def _asset(exchange: Exchange, place: str) -> str:
    custodian = exchange.custodian.public_id
    return codes.cash_box(custodian) if place == Place.CASH else codes.bank(custodian)


def _lock(exchange: Exchange, to: ExchangeStatus) -> Exchange:
    locked = (
        Exchange.objects.select_for_update(of=("self",), no_key=True)
        .select_related("custodian", "paper")
        .get(pk=exchange.pk)
    )
    if to not in EXCHANGE_ALLOWED[ExchangeStatus(locked.status)]:
        raise RuleNotMet(_("This is decided already."), code="decided")
    return locked


def _facts(exchange: Exchange) -> dict[str, Any]:
    return {
        "gave_minor": exchange.gave_minor,
        "gave_currency": exchange.gave_currency,
        "got_minor": exchange.got_minor,
        "got_currency": exchange.got_currency,
        "done_on": exchange.done_on.isoformat(),
    }
