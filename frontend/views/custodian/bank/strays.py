"""Unknown money goes back to its sender; and payers who do not see their money get an answer."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.errors import InvalidInput
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, deeds_page
from frontend.forms.bank import AnswerForm, ChoiceForm, StrayForm
from frontend.forms.custodian import CodeOnlyForm, ReasonForm
from frontend.presenters.custodian import bank as shown
from funds.banking.models import BankLine
from funds.payments.models import Payment, PaymentStatus
from funds.settlement.statements import (
    claim_answer,
    claim_found,
    claim_identify,
    stray_confirm,
    stray_not_sent,
    stray_send,
)
from funds.strays.models import PayerClaim, StrayReturn
from funds.strays.selectors import return_of, strays

from ..finding import acting, mine

NEAR = dt.timedelta(days=10)


@desk_page
def custodian_return(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Send unknown money back after the stated time; as another officer, confirm that it left."""
    payment = mine(request, Payment.objects.select_related("custodian", "project"), public_id)
    acting(payment.custodian)
    back = return_of(payment)
    deeds = _return_deeds(payment, back, signed_in(request).pk)
    here = reverse("custodian_return", args=[public_id])
    context = shown.return_context(payment, back)
    return deeds_page(request, context=context, deeds=deeds, here=here, wanted=wanted, target=public_id)


@desk_page
def custodian_said(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Look for the money that a payer says they paid, or answer why it is not there."""
    claims = PayerClaim.objects.select_related("custodian", "slip", "payment", "decided_by")
    claim = mine(request, claims, public_id)
    acting(claim.custodian)
    asked = claim.status == PayerClaim.Status.ASKED
    lines, payments = _candidates(claim) if asked else ({}, {})
    deeds = [
        Deed(
            name="line",
            title=_("It is this line of the bank"),
            text=_("It is written down for their promise. A colleague confirms it."),
            button=_("Take it in"),
            form=ChoiceForm,
            arguments={"choices": shown.line_choices(list(lines.values()))},
            run=lambda doing: claim_found(claim=claim, line=lines[doing.data["ref"]], actor=doing.actor),
            thanks=_("Taken in. A colleague confirms it."),
            offered=bool(lines),
        ),
        Deed(
            name="money",
            title=_("It is this money of unknown origin"),
            text=_("Their slip is the proof. Another officer decides."),
            button=_("Ask"),
            form=ChoiceForm,
            arguments={"choices": shown.payment_choices(list(payments.values()))},
            run=lambda doing: claim_identify(claim=claim, payment=payments[doing.data["ref"]], actor=doing.actor),
            thanks=_("Asked. Another officer decides."),
            offered=bool(payments),
        ),
        Deed(
            name="answer",
            title=_("It is not there"),
            button=_("Answer"),
            form=AnswerForm,
            run=lambda doing: claim_answer(claim=claim, answer=doing.data["reason"], actor=doing.actor),
            thanks=_("Answered. They read your words."),
            danger=True,
            offered=asked,
        ),
    ]
    here = reverse("custodian_said", args=[public_id])
    context = shown.said_context(claim)
    return deeds_page(request, context=context, deeds=deeds, here=here, wanted=wanted, target=public_id)


def _return_deeds(payment: Payment, back: StrayReturn | None, user: int) -> list[Deed]:
    return [_send(payment, back), *_after_sending(back, user)]


def _send(payment: Payment, back: StrayReturn | None) -> Deed:
    unknown = payment.unidentified and payment.status == PaymentStatus.CONFIRMED and back is None
    went = BankLine.objects.filter(
        account__custodian=payment.custodian, currency=payment.currency, amount_minor=-payment.amount_minor,
        payment_ref="", day__gte=payment.received_on,
    ).exclude(status=BankLine.Status.IGNORED)  # fmt: skip
    lines = {each.public_id: each for each in went.select_related("account__custodian")} if unknown else {}
    return Deed(
        name="send",
        title=_("I have sent it back"),
        text=_("To the account it came from. A colleague confirms that it left."),
        button=_("It is sent"),
        form=StrayForm,
        arguments={"lines": shown.line_choices(list(lines.values()))},
        run=lambda doing: stray_send(
            payment=payment,
            actor=doing.actor,
            proof=doing.proof,
            bank_reference=doing.data["bank_reference"],
            line=lines.get(doing.data.get("line", "")),
        ),
        thanks=_("Written down. Another officer confirms it."),
        to=lambda _ref: reverse("custodian_return", args=[payment.public_id]),
        offered=unknown,
    )


def _after_sending(back: StrayReturn | None, user: int) -> list[Deed]:
    sent = back is not None and back.status == StrayReturn.Status.SENT
    return [
        Deed(
            name="confirm",
            title=_("It left the account"),
            text=_("You see it on the statement. From now on it is in the books."),
            button=_("Confirm"),
            form=CodeOnlyForm,
            run=lambda doing: stray_confirm(sent=_sent(back), actor=doing.actor, proof=doing.proof),
            thanks=_("Confirmed. It is in the books."),
            offered=sent and back is not None and back.sent_by_id != user,
        ),
        Deed(
            name="not-sent",
            title=_("It did not go, or it came back"),
            button=_("It waits as before"),
            form=ReasonForm,
            run=lambda doing: stray_not_sent(sent=_sent(back), actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Noted. The money waits as before."),
            danger=True,
            offered=sent,
        ),
    ]


def _candidates(claim: PayerClaim) -> tuple[dict[str, BankLine], dict[str, Payment]]:
    """Return the lines and the unknown money of the same sum, about the same day."""
    days = (claim.paid_on - NEAR, claim.paid_on + NEAR)
    lines = BankLine.objects.filter(
        account__custodian=claim.custodian, currency=claim.currency, amount_minor=claim.amount_minor,
        payment_ref="", day__range=days,
    ).exclude(status=BankLine.Status.IGNORED)  # fmt: skip
    unknown = strays(claim.custodian).filter(
        currency=claim.currency, amount_minor=claim.amount_minor, received_on__range=days
    )
    return (
        {each.public_id: each for each in lines.select_related("account__custodian").order_by("day", "id")},
        {each.public_id: each for each in unknown.select_related("recorded_by", "custodian").order_by("id")},
    )


def _sent(back: StrayReturn | None) -> StrayReturn:
    if back is None:
        raise InvalidInput(_("This is decided already."))
    return back
