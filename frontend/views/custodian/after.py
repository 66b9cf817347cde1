"""What happens after a card has paid: disputes, refunds by card, payouts, and the reserve behind them."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.errors import InvalidInput
from birge.organisations.models import Organisation
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, Doing, deeds_page
from frontend.forms.after import CardRefundForm, CoverForm, FillForm, LineForm
from frontend.forms.custodian import CodeOnlyForm, ReasonForm
from frontend.presenters.custodian.after import (
    dispute_context,
    dispute_row,
    line_text,
    move_context,
    order_context,
    order_row,
    payout_context,
    payout_row,
    reserve_context,
)
from frontend.presenters.facts import say
from frontend.presenters.words import language
from funds.payments.models import (
    Payment,
    PaymentKind,
    PaymentStatus,
    ReserveMove,
    StripeDispute,
    StripePayout,
    StripeRefundOrder,
)
from funds.payments.providers.stripe.refund_asking import (
    card_refund_agree,
    card_refund_ask,
    card_refund_turn_down,
    refund_orders,
)
from funds.payments.selectors import short_projects
from funds.payments.services import (
    reserve_cover_ask,
    reserve_fill_ask,
    reserve_minor,
    reserve_move_agree,
    reserve_move_refuse,
)
from funds.settlement.services import payout_explain, payout_line, payout_lines
from projects.works.models import Project

from .finding import custodian_for, mine


@desk_page
def custodian_dispute(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a dispute, and by when Stripe wants an answer."""
    disputes = StripeDispute.objects.select_related("account__custodian", "attempt__project")
    dispute = mine(request, disputes, public_id, "account__custodian")
    here = reverse("custodian_dispute", args=[public_id])
    return deeds_page(request, context=dispute_context(dispute), deeds=[], here=here, wanted="", target=public_id)


def card_refund_deed(payment: Payment) -> Deed:
    """Return the deed that sends a card's payment, or a part of it, back to the card."""

    def ask(doing: Doing) -> StripeRefundOrder:
        data = doing.data
        return card_refund_ask(
            payment=payment, amount=data["amount"], reason=data["reason"], actor=doing.actor, idempotency=doing.key
        )

    return Deed(
        name="card-refund",
        title=_("Send it, or a part of it, back to the card"),
        text=_("Another officer must agree. Then Stripe sends it; the gift counts so much less."),
        button=_("Ask"),
        form=CardRefundForm,
        run=ask,
        thanks=_("Asked. Another officer must agree."),
        danger=True,
        arguments={"currency": payment.currency},
        to=lambda ref: reverse("custodian_card_refund", args=[ref]),
        offered=payment.kind == PaymentKind.STRIPE
        and payment.status == PaymentStatus.CONFIRMED
        and payment.project_id is not None,
    )


@desk_page
def custodian_card_refund(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Agree, as another officer, that so much goes back to a card, or say no."""
    orders = StripeRefundOrder.objects.select_related(
        "attempt__account__custodian", "attempt__project", "asked_by", "agreed_by"
    )
    order = mine(request, orders, public_id, "attempt__account__custodian")
    user = signed_in(request)
    for_me = order.status == "asked" and order.asked_by_id != user.pk
    deeds = [
        Deed(
            name="agree",
            title=_("Yes, send it back"),
            text=_("Stripe is asked at once. It cannot be called back."),
            button=_("Agree"),
            form=CodeOnlyForm,
            run=lambda doing: card_refund_agree(order=order, actor=doing.actor, proof=doing.proof),
            thanks=_("Agreed. Stripe sends it back."),
            offered=for_me,
        ),
        Deed(
            name="refuse",
            title=_("No, it stays"),
            button=_("Refuse"),
            form=ReasonForm,
            run=lambda doing: card_refund_turn_down(order=order, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Refused. Nothing goes back."),
            danger=True,
            offered=for_me,
        ),
    ]
    here = reverse("custodian_card_refund", args=[public_id])
    return deeds_page(
        request, context=order_context(order, user), deeds=deeds, here=here, wanted=wanted, target=public_id
    )


@desk_page
def custodian_payout(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show a payout, and tie it to its line of the bank's statement."""
    payouts = StripePayout.objects.select_related("account__custodian")
    payout = mine(request, payouts, public_id, "account__custodian")
    tied, lines = payout_line(payout), payout_lines(payout)

    def tie(doing: Doing) -> StripePayout:
        line = next((each for each in lines if each.public_id == doing.data["line"]), None)
        if line is None:
            raise InvalidInput(_("Please choose a line."), field="line")
        return payout_explain(payout=payout, line=line, actor=doing.actor)

    deed = Deed(
        name="tie",
        title=_("This is it on the statement"),
        text=_("The sum and the day fit. Each line of the bank is one thing only."),
        button=_("Tie them"),
        form=LineForm,
        run=tie,
        thanks=_("Tied. The line is explained."),
        arguments={"lines": [(each.public_id, line_text(each)) for each in lines]},
        offered=payout.status == "paid" and tied is None and bool(lines),
    )
    here = reverse("custodian_payout", args=[public_id])
    return deeds_page(
        request, context=payout_context(payout, tied), deeds=[deed], here=here, wanted=wanted, target=public_id
    )


@desk_page
def custodian_reserve(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show the reserve; put own money in, or cover a project's shortfall from it."""
    found = custodian_for(request, public_id)
    short = short_projects(found)
    currencies = sorted({project.currency for project, _minor in short} | {"KGS"})
    titles = [
        (project.public_id, f"{project.title(language())}: {say(minor, project.currency)}") for project, minor in short
    ]
    deeds = [_cover(found, [project for project, _minor in short], titles), _fill(found)]
    moves = ReserveMove.objects.filter(custodian=found).select_related("project").order_by("-id")[:50]
    lies = {code: reserve_minor(found, code) for code in currencies}
    context = reserve_context(found, lies, titles, moves)
    here = reverse("custodian_reserve", args=[public_id])
    return deeds_page(
        request, context=context, deeds=deeds, here=here, wanted=wanted, target=public_id,
        template="custodian/reserve.html",
    )  # fmt: skip


def _fill(custodian: Organisation) -> Deed:
    def fill(doing: Doing) -> ReserveMove:
        data = doing.data
        return reserve_fill_ask(
            custodian=custodian, amount=data["amount"], reference=data["reference"], reason=data["reason"],
            actor=doing.actor, idempotency=doing.key,
        )  # fmt: skip

    return Deed(
        name="fill",
        title=_("Put money of our own into the reserve"),
        text=_("It lies at your bank, and nobody gave it for a project. Another officer must agree."),
        button=_("Write down"),
        form=FillForm,
        run=fill,
        thanks=_("Written down. Another officer must agree."),
        arguments={"currency": "KGS"},
        to=lambda ref: reverse("custodian_reserve_move", args=[ref]),
    )


def _cover(custodian: Organisation, projects: list[Project], titles: list[tuple[str, str]]) -> Deed:
    def cover(doing: Doing) -> ReserveMove:
        data = doing.data
        project = next((each for each in projects if each.public_id == data["project"]), None)
        if project is None:
            raise InvalidInput(_("Please choose a project."), field="project")
        return reserve_cover_ask(
            project=project, amount=data["amount"], reason=data["reason"], actor=doing.actor, idempotency=doing.key
        )

    return Deed(
        name="cover",
        title=_("Cover what a project lacks"),
        text=_("The reserve pays what a bank took back. Another officer must agree."),
        button=_("Ask"),
        form=CoverForm,
        run=cover,
        thanks=_("Asked. Another officer must agree."),
        arguments={"projects": titles, "currency": projects[0].currency if projects else "KGS"},
        to=lambda ref: reverse("custodian_reserve_move", args=[ref]),
        offered=bool(projects),
    )


@desk_page
def custodian_reserve_move(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Book, as another officer, what goes into the reserve or out of it, or say no."""
    moves = ReserveMove.objects.select_related("custodian", "project", "asked_by", "decided_by")
    move = mine(request, moves, public_id)
    user = signed_in(request)
    deeds = [
        Deed(
            name="agree",
            title=_("Yes, this is right"),
            text=_("From now on it is in the books."),
            button=_("Agree"),
            form=CodeOnlyForm,
            run=lambda doing: reserve_move_agree(move=move, actor=doing.actor, proof=doing.proof),
            thanks=_("Agreed. It is in the books."),
            offered=move.status == "asked" and move.asked_by_id != user.pk,
        ),
        Deed(
            name="refuse",
            title=_("No"),
            button=_("Refuse"),
            form=ReasonForm,
            run=lambda doing: reserve_move_refuse(move=move, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Refused. Nothing was booked."),
            danger=True,
            offered=move.status == "asked",
        ),
    ]
    here = reverse("custodian_reserve_move", args=[public_id])
    return deeds_page(
        request, context=move_context(move, user), deeds=deeds, here=here, wanted=wanted, target=public_id
    )


def after_sections(custodian: Organisation) -> dict[str, Any]:
    """Return what stands on the page *At Stripe* beside what has to be explained, newest first."""
    disputes = StripeDispute.objects.filter(account__custodian=custodian).select_related("attempt__project")
    payouts = StripePayout.objects.filter(account__custodian=custodian).order_by("-id")[:20]
    return {
        "by_hand": payouts.exists() and not all(payout.automatic for payout in payouts),
        "dispute_rows": [dispute_row(each) for each in disputes.order_by(F("settled_at").desc(nulls_first=True))[:20]],
        "order_rows": [order_row(each) for each in refund_orders(custodian).order_by("-id")[:20]],
        "payout_rows": [payout_row(each, payout_line(each)) for each in payouts],
    }
