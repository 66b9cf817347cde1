"""Pools at their custodian: money that came for one, and a treasurer's cash that came to the bank."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from frontend.access import desk_page
from frontend.deeds import Deed, Doing, deeds_page
from frontend.forms.custodian import PaymentForm
from frontend.forms.pools.cash import BankedForm
from frontend.presenters.cash import pool_red, red_notes
from frontend.presenters.custodian.cash import amount_said, line_choices, line_chosen
from frontend.presenters.custodian.subjects import back_to
from frontend.presenters.facts import Fact, Link, day, facts, say
from frontend.presenters.pools.custodian import kept_rows
from frontend.presenters.words import language
from frontend.views.custodian.finding import acting, custodian_for, mine
from frontend.views.custodian.recording import evidence_of
from funds.cash.selectors import lines_open
from funds.ledger.models import Entry
from funds.payments.models import Payment
from funds.pools.models import Pool, PoolGift
from funds.pools.selectors import pool_money, pools_kept_by
from funds.pools.states import GiftStatus, PoolStatus
from funds.settlement.services import pool_cash_bank, pool_payment_record


@require_GET
@desk_page
def custodian_pools(request: HttpRequest, public_id: str) -> HttpResponse:
    """List the pools whose money this custodian holds; cash with their treasurers is banked from here."""
    found = custodian_for(request, public_id)
    context = {"title": _("Common funds"), "back": back_to(found), "rows": kept_rows(list(pools_kept_by(found)))}
    return render(request, "custodian/list.html", context)


@desk_page
def custodian_pool_gift(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Write down, as the custodian's officer, money that came for a gift to a pool."""
    gifts = PoolGift.objects.select_related("pool__custodian", "pool__organisation")
    gift = mine(request, gifts, public_id, "pool__custodian")
    custodian = acting(gift.pool.custodian)

    def record(doing: Doing) -> Payment:
        names = ("kind", "amount", "received_on", "reference", "payer_note")
        said = {name: doing.data[name] for name in names}
        return pool_payment_record(
            gift=gift,
            evidence=doing.paper,
            actor=doing.actor,
            idempotency=doing.key,
            device=doing.device,
            **said,
        )

    deed = Deed(
        name="record",
        title=_("What came?"),
        button=_("Write it down"),
        form=PaymentForm,
        arguments={"currency": gift.currency},
        run=record,
        thanks=_("Written down. It is in the books when a second person confirms it."),
        paper=evidence_of(custodian),
        to=lambda ref: reverse("custodian_payment", args=[ref]),
        offered=gift.pool.status == PoolStatus.OPEN,
    )
    closed = gift.pool.status != PoolStatus.OPEN
    context = {
        "title": _("Money came for a common fund"),
        "note": _("This pool is closed. It takes no more money.") if closed else "",
        "note_tone": "warn",
        "back": back_to(custodian, "custodian_money", _("Money came")),
        "facts": facts(
            Fact(_("Announced"), say(gift.amount_minor, gift.currency), css="big"),
            Fact(_("For"), gift.pool.name(language()), reverse("pool", args=[gift.pool.public_id])),
            Fact(_("Whose it is"), gift.pool.organisation.name(language())),
            Fact(_("Reference"), gift.public_id, css="mono"),
            Fact(_("Day"), day(gift.made_at)),
            Fact(_("How far"), str(GiftStatus(gift.status).label)),
            Fact(_("Came for it"), say(gift.received_minor, gift.currency) if gift.received_minor else ""),
        ),
    }
    here = reverse("custodian_pool_gift", args=[public_id])
    return deeds_page(request, context=context, deeds=[deed], here=here, wanted=wanted, target=public_id)


@desk_page
def custodian_pool_bank(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Book that a treasurer's cash came to the bank."""
    pool = mine(request, Pool.objects.select_related("custodian", "organisation"), public_id)
    custodian = acting(pool.custodian)
    cash = pool_money(pool).with_treasurer_minor

    def bank(doing: Doing) -> Entry:
        line = line_chosen(custodian, doing.data["line"])
        return pool_cash_bank(
            pool=pool,
            amount=amount_said(doing.data["amount"], line),
            actor=doing.actor,
            bank_reference=doing.data["bank_reference"],
            line=line,
            bank_line=doing.paper,
            proof=doing.proof,
            idempotency=doing.key,
        )

    deed = Deed(
        name="bank",
        title=_("Cash came to the bank"),
        text=_("It is in the pool already. Now it lies in your account, and no longer with the treasurer."),
        button=_("Book it"),
        form=BankedForm,
        arguments={"currency": pool.currency, "lines": line_choices(lines_open(custodian, pool.currency, cash))},
        run=bank,
        thanks=_("Booked. It lies in the bank now."),
        paper=evidence_of(custodian),
        offered=cash > 0,
    )
    context = {
        "title": pool.name(language()),
        "note": "" if cash else _("The treasurer has no cash of this pool."),
        "back": Link(reverse("custodian_pools", args=[custodian.public_id]), _("Common funds")),
        "facts": facts(
            Fact(_("With the treasurer, in cash"), say(cash, pool.currency), css="big"),
            *(Fact(_("Look at this"), note) for note in red_notes(pool_red(pool))),
            Fact(_("Whose it is"), pool.organisation.name(language())),
            Fact(_("The page that everyone sees"), pool.name(language()), reverse("pool", args=[public_id])),
        ),
    }
    here = reverse("custodian_pool_bank", args=[public_id])
    return deeds_page(request, context=context, deeds=[deed], here=here, wanted=wanted, target=public_id)
