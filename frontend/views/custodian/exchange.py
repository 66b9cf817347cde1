"""Exchange at a custodian: what is not exchanged yet, what the bank did, and another officer's word on it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.organisations.models import Organisation
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, Doing, deeds_page
from frontend.forms.custodian import CodeOnlyForm, ReasonForm
from frontend.forms.exchange import ExchangeForm
from frontend.presenters.custodian.exchange import (
    exchange_context,
    exchange_row,
    lines_to_choose,
    position_row,
    result_text,
)
from frontend.presenters.custodian.subjects import back_to
from funds.banking.models import BankLine
from funds.exchange.models import Exchange, ExchangeStatus, Place
from funds.exchange.selectors import exchange_standing, exchanges_booked, exchanges_waiting
from funds.exchange.services import Side, exchange_ask, exchange_book, exchange_refuse

from .finding import custodian_for, mine
from .recording import evidence_of

MOST_SHOWN = 30


@desk_page
def custodian_exchange(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show how exchanges stand; write down what the bank exchanged."""
    custodian = custodian_for(request, public_id)
    went, came = lines_to_choose(custodian)
    deed = Deed(
        name="ask",
        title=_("The bank exchanged money"),
        button=_("Write it down"),
        form=ExchangeForm,
        arguments={"went": went, "came": came},
        run=lambda doing: _ask(custodian, doing),
        thanks=_("Written down. It is in the books when another officer confirms it."),
        paper=evidence_of(custodian),
        to=lambda ref: reverse("custodian_exchange_item", args=[ref]),
    )
    standing = exchange_standing(custodian)
    context = {
        "title": _("Exchange"),
        "back": back_to(custodian),
        "note": result_text(standing),
        "positions": [position_row(each) for each in standing.positions],
        "waiting": [exchange_row(each) for each in exchanges_waiting(custodian)],
        "booked": [exchange_row(each) for each in exchanges_booked(custodian)[:MOST_SHOWN]],
    }
    here = reverse("custodian_exchange", args=[public_id])
    return deeds_page(
        request,
        context=context,
        deeds=[deed],
        here=here,
        wanted=wanted,
        target=public_id,
        template="custodian/exchange.html",
    )


@desk_page
def custodian_exchange_item(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Confirm an exchange as another officer, or say that it was not so."""
    found = Exchange.objects.select_related("custodian", "paper", "asked_by", "decided_by", "gave_line", "got_line")
    exchange = mine(request, found, public_id)
    user = signed_in(request)
    waits = exchange.status == ExchangeStatus.ASKED
    deeds = [
        Deed(
            name="book",
            title=_("It is so"),
            text=_("You see both lines on the statements. From now on it is in the books."),
            button=_("Confirm"),
            form=CodeOnlyForm,
            run=lambda doing: exchange_book(exchange=exchange, actor=doing.actor, proof=doing.proof),
            thanks=_("Confirmed. It is in the books."),
            offered=waits and exchange.asked_by_id != user.pk,
        ),
        Deed(
            name="refuse",
            title=_("It is not so"),
            button=_("Refuse"),
            form=ReasonForm,
            run=lambda doing: exchange_refuse(exchange=exchange, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Refused. Nothing was booked."),
            danger=True,
            offered=waits,
        ),
    ]
    here = reverse("custodian_exchange_item", args=[public_id])
    context = exchange_context(exchange, user)
    return deeds_page(request, context=context, deeds=deeds, here=here, wanted=wanted, target=public_id)


def _ask(custodian: Organisation, doing: Doing) -> Exchange:
    data = doing.data
    return exchange_ask(
        custodian=custodian,
        gave=Side(data["gave"], Place(data["gave_from"]), _line(custodian, data, "gave_line")),
        got=Side(data["got"], Place(data["got_to"]), _line(custodian, data, "got_line")),
        done_on=data["done_on"],
        actor=doing.actor,
        idempotency=(f"{doing.key[0]}/exchange", doing.key[1]),
        reference=data["reference"],
        paper=doing.paper,
    )


def _line(custodian: Organisation, data: dict[str, Any], name: str) -> BankLine | None:
    lines = BankLine.objects.filter(account__custodian=custodian).select_related("account")
    return lines.filter(public_id=data[name]).first() if data.get(name) else None
