"""Many refunds at once, and a gift that is asked back while its project is built."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, Doing, deeds_page
from frontend.forms.custodian import ReasonForm, RefundForm
from frontend.forms.returns import GiftBackForm, ManyForm
from frontend.presenters.custodian.returns import (
    gift_back_context,
    gift_back_row,
    line_choices,
    refund_choices,
    sum_words,
)
from frontend.presenters.custodian.subjects import back_to
from frontend.presenters.facts import Fact
from frontend.presenters.words import language
from funds.payments.models import Payment, PaymentStatus
from funds.releases.models import GiftBack, Refund
from funds.settlement.papers import gift_receipt, receipt_pdf, refund_receipt
from funds.settlement.services import (
    gift_back_ask,
    gift_back_pay,
    gift_back_refuse,
    refunds_confirm_many,
    refunds_send_many,
)
from funds.settlement.services.returning.giving_back import BEING_BUILT, NOT_HERE
from funds.settlement.services.returning.many import lines_for, refunds_by_hand, refunds_to_confirm
from funds.settlement.services.returning.sending_list import sending_csv

from ..returns import pdf_file
from .finding import custodian_for, mine
from .recording import evidence_of


@desk_page
def custodian_send_many(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Mark as sent what the bank's own lines show: what names its reference is ticked already."""
    custodian = custodian_for(request, public_id)
    found = lines_for(custodian)
    sure = tuple(f"{each.refund.public_id}:{each.line.public_id}" for each in found if each.sure)

    def send(doing: Doing) -> Model:
        pairs = [(ref, line) for ref, _colon, line in (each.partition(":") for each in doing.data["chosen"])]
        return refunds_send_many(custodian=custodian, pairs=pairs, actor=doing.actor, proof=doing.proof)[0]

    deed = Deed(
        name="send",
        title=_("These left the account"),
        text=_("Please compare each with the statement. Another officer confirms them."),
        button=_("They are sent"),
        form=ManyForm,
        arguments={"choices": line_choices(found), "sure": sure},
        run=send,
        thanks=_("Written down. Another officer confirms it."),
        offered=bool(found),
        to=lambda _ref: reverse("custodian_refunds", args=[public_id]),
    )
    due = refunds_by_hand(custodian)
    context = {
        "title": _("Refunds on the statement"),
        "facts": _how_many(_("Still to be sent"), due),
        "note": "" if found else _("No line of the bank looks like one of these refunds. Take in the statement first."),
        "back": back_to(custodian, "custodian_refunds", _("Money to go back")),
    }
    here = reverse("custodian_send_many", args=[public_id])
    return deeds_page(request, context=context, deeds=[deed], here=here, wanted=wanted, target=public_id)


def _how_many(label: str, refunds: list[Refund]) -> list[Fact]:
    """Return how many they are and what they come to: nothing where there are none."""
    return [Fact(label, str(len(refunds))), Fact(_("In all"), sum_words(refunds))] if refunds else []


@desk_page
def custodian_confirm_many(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Confirm, as another officer, the whole list that is shown, or a part of it."""
    custodian = custodian_for(request, public_id)
    waiting = refunds_to_confirm(custodian, signed_in(request))
    amounts = {refund.public_id: refund.amount_minor for refund in waiting}

    def confirm(doing: Doing) -> Model:
        refs = doing.data["chosen"]
        total = sum(amounts.get(ref, 0) for ref in refs)
        return refunds_confirm_many(
            custodian=custodian, refs=refs, total_minor=total, actor=doing.actor, proof=doing.proof
        )[0]

    deed = Deed(
        name="confirm",
        title=_("They left the account"),
        text=_("You see them on the statement: %(sum)s in all. From now on they are in the books.")
        % {"sum": sum_words(waiting)},
        button=_("Confirm what is ticked"),
        form=ManyForm,
        arguments={"choices": refund_choices(waiting), "sure": tuple(amounts)},
        run=confirm,
        thanks=_("Confirmed. The donors are told."),
        offered=bool(waiting),
        to=lambda _ref: reverse("custodian_refunds", args=[public_id]),
    )
    context = {
        "title": _("Refunds to confirm"),
        "facts": _how_many(_("To confirm"), waiting),
        "note": "" if waiting else _("Nothing waits for you here."),
        "back": back_to(custodian, "custodian_refunds", _("Money to go back")),
    }
    here = reverse("custodian_confirm_many", args=[public_id])
    return deeds_page(request, context=context, deeds=[deed], here=here, wanted=wanted, target=public_id)


@require_GET
@desk_page
def custodian_sending_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give what is to be sent as a table. It may name donors and their accounts: for these officers only."""
    custodian = custodian_for(request, public_id)
    response = HttpResponse(sending_csv(custodian, language=language()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="birge-refunds-{public_id}.csv"'
    return response


@require_GET
@desk_page
def custodian_paper(request: HttpRequest, what: str, public_id: str) -> HttpResponse:
    """Give an officer the receipt of a payment (also the village's) or of a refund, as a PDF."""
    if what == "refund":
        refund = mine(request, Refund.objects.select_related("payment__project", "custodian"), public_id)
        return pdf_file(receipt_pdf(refund_receipt(refund)), public_id)
    payment = mine(request, Payment.objects.select_related("project", "custodian"), public_id)
    return pdf_file(receipt_pdf(gift_receipt(payment)), public_id)


@require_GET
@desk_page
def custodian_gifts_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """List the gifts that are asked back while their projects are built."""
    custodian = custodian_for(request, public_id)
    asked = GiftBack.objects.filter(custodian=custodian, status=GiftBack.Status.ASKED)
    rows = [gift_back_row(each) for each in asked.select_related("payment__project", "asked_by")]
    context = {"title": _("Gifts asked back"), "back": back_to(custodian), "rows": rows}
    return render(request, "custodian/list.html", context)


def gift_back_deed(payment: Payment) -> Deed:
    """Return the deed of asking a gift back while its project is built."""
    status = payment.project.status if payment.project is not None else ""
    return Deed(
        name="give-back",
        title=_("The donor wants it back"),
        text=_("Only this gift’s own part of what is still held can go back, and what the reserve has. Another "
               "officer sends it."),
        button=_("Ask to give it back"),
        form=GiftBackForm,
        arguments={"currency": payment.currency},
        run=lambda doing: gift_back_ask(
            payment=payment, amount=doing.data["amount"], reason=doing.data["reason"], actor=doing.actor
        ),
        thanks=_("Asked. Another officer sends it."),
        danger=True,
        offered=payment.status == PaymentStatus.CONFIRMED and status in BEING_BUILT and payment.kind not in NOT_HERE,
        to=lambda ref: reverse("custodian_gift_back", args=[ref]),
    )  # fmt: skip


@desk_page
def custodian_gift_back(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Send, as another officer, a gift that is asked back; or refuse."""
    wishes = GiftBack.objects.select_related("custodian", "payment__project__village", "payment__custodian", "asked_by")
    wish = mine(request, wishes, public_id)
    user, asked = signed_in(request), wish.status == GiftBack.Status.ASKED
    deeds = [
        Deed(
            name="pay",
            title=_("I have sent it"),
            text=_("It is booked at once. Please send it only now, and not more."),
            button=_("It is sent"),
            form=RefundForm,
            run=lambda doing: gift_back_pay(
                wish=wish,
                actor=doing.actor,
                bank_reference=doing.data["bank_reference"],
                bank_line=doing.paper,
                proof=doing.proof,
            ),
            thanks=_("It is in the books. The donor is told."),
            paper=evidence_of(wish.custodian),
            offered=asked and wish.asked_by_id != user.pk,
        ),
        Deed(
            name="refuse",
            title=_("It does not go back"),
            button=_("Refuse"),
            form=ReasonForm,
            run=lambda doing: gift_back_refuse(wish=wish, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Refused. Nothing was booked."),
            danger=True,
            offered=asked,
        ),
    ]
    here = reverse("custodian_gift_back", args=[public_id])
    return deeds_page(
        request, context=gift_back_context(wish, user), deeds=deeds, here=here, wanted=wanted, target=public_id
    )
