"""One payment and what may be done with it: confirm, refuse, say whose it is, take it back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.errors import InvalidInput
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, Doing, deeds_page
from frontend.forms.custodian import CodeOnlyForm, IdentifyForm, ReasonForm
from frontend.presenters.custodian.subjects import claim_context, correction_context, payment_context
from funds.banking.services import group_of
from funds.payments.models import Identification, Payment, PaymentKind, PaymentStatus
from funds.payments.services import payment_confirm, payment_refuse
from funds.pledges.models import Pledge
from funds.releases.models import Correction
from funds.settlement.services import (
    payment_correct_approve,
    payment_correct_ask,
    payment_correct_refuse,
    payment_identify_approve,
    payment_identify_ask,
    payment_identify_refuse,
)

from .after import card_refund_deed
from .finding import mine
from .recording import evidence_of
from .returns import gift_back_deed

WITH_PARTS = ("custodian", "project", "recorded_by", "confirmed_by", "evidence")


@desk_page
def custodian_payment(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show a payment with what can be done about it."""
    payment = mine(request, Payment.objects.select_related(*WITH_PARTS), public_id)
    user = signed_in(request)
    deeds = [
        _confirm(payment, user),
        _refuse(payment),
        _identify(payment),
        card_refund_deed(payment),
        _correct(payment),
        gift_back_deed(payment),
    ]
    here = reverse("custodian_payment", args=[public_id])
    return deeds_page(
        request,
        template="custodian/payment.html",
        context=payment_context(payment, user),
        deeds=deeds,
        here=here,
        wanted=wanted,
        target=public_id,
    )


@desk_page
def custodian_claim(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Decide, as another officer, whose the money of unknown origin is."""
    claims = Identification.objects.select_related("payment__custodian", "project", "proof", "asked_by", "decided_by")
    claim = mine(request, claims, public_id, "payment__custodian")
    user = signed_in(request)
    open_for_me = claim.status == Identification.Status.ASKED and claim.asked_by_id != user.pk
    deeds = [
        Deed(
            name="approve",
            title=_("Yes, it is theirs"),
            text=_("The money goes to the project and counts for this promise."),
            button=_("Agree"),
            form=CodeOnlyForm,
            run=lambda doing: payment_identify_approve(identification=claim, actor=doing.actor, proof=doing.proof),
            thanks=_("Agreed. The money belongs to its project now."),
            offered=open_for_me,
        ),
        Deed(
            name="refuse",
            title=_("No, this proves nothing"),
            button=_("Refuse"),
            form=ReasonForm,
            run=lambda doing: payment_identify_refuse(
                identification=claim, actor=doing.actor, reason=doing.data["reason"]
            ),
            thanks=_("Refused. The money stays of unknown origin."),
            danger=True,
            offered=open_for_me,
        ),
    ]
    here = reverse("custodian_claim", args=[public_id])
    return deeds_page(
        request, context=claim_context(claim, user), deeds=deeds, here=here, wanted=wanted, target=public_id
    )


@desk_page
def custodian_correction(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Decide, as another officer, whether a payment was written down by mistake."""
    wishes = Correction.objects.select_related(
        "payment__custodian", "payment__project", "payment__evidence", "payment__recorded_by", "payment__confirmed_by",
        "asked_by", "decided_by",
    )  # fmt: skip
    wish = mine(request, wishes, public_id, "payment__custodian")
    user = signed_in(request)
    open_for_me = wish.status == Correction.Status.ASKED and wish.asked_by_id != user.pk
    deeds = [
        Deed(
            name="approve",
            title=_("Yes, take it back"),
            text=_("A new entry takes the money out and names the old one. The promise stands again."),
            button=_("Agree"),
            form=CodeOnlyForm,
            run=lambda doing: payment_correct_approve(correction=wish, actor=doing.actor, proof=doing.proof),
            thanks=_("Agreed. It is taken out; write the right one down anew."),
            offered=open_for_me,
        ),
        Deed(
            name="refuse",
            title=_("No, the payment is right"),
            button=_("Refuse"),
            form=ReasonForm,
            run=lambda doing: payment_correct_refuse(correction=wish, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Refused. The payment stays as it is."),
            danger=True,
            offered=open_for_me,
        ),
    ]
    here = reverse("custodian_correction", args=[public_id])
    return deeds_page(
        request, context=correction_context(wish, user), deeds=deeds, here=here, wanted=wanted, target=public_id
    )


def _confirm(payment: Payment, user: User) -> Deed:
    return Deed(
        name="confirm",
        title=_("The money is there"),
        text=_("You saw it on the statement or counted it. From now on it is in the books."),
        button=_("Confirm"),
        form=CodeOnlyForm,
        run=lambda doing: payment_confirm(payment=payment, actor=doing.actor, proof=doing.proof, device=doing.device),
        thanks=_("Confirmed. It is in the books."),
        offered=payment.status == PaymentStatus.RECORDED and payment.recorded_by_id != user.pk,
    )


def _identify(payment: Payment) -> Deed:
    def ask(doing: Doing) -> Identification:
        ref, group = doing.data["pledge"].strip().lower(), group_of(doing.data["pledge"])
        kept = Pledge.objects.select_related("project").filter(custodian=payment.custodian)
        pledge = (kept.filter(group=group).order_by("-id") if group else kept.filter(public_id=ref)).first()
        if pledge is None:
            raise InvalidInput(_("We do not know this reference."), field="pledge")
        if doing.paper is None:
            raise InvalidInput(_("Please attach what shows that the money is theirs."), field="proof")
        return payment_identify_ask(
            payment=payment, pledge=pledge, proof=doing.paper, actor=doing.actor, note=doing.data["note"]
        )

    return Deed(
        name="identify",
        title=_("I know whose it is"),
        text=_("Say which promise it is for and attach the proof. Another officer decides."),
        button=_("Ask"),
        form=IdentifyForm,
        run=ask,
        thanks=_("Asked. Another officer decides."),
        paper=evidence_of(payment.custodian),
        to=lambda ref: reverse("custodian_claim", args=[ref]),
        offered=payment.unidentified and payment.status == PaymentStatus.CONFIRMED and not _live(payment),
    )


def _correctable(payment: Payment) -> bool:
    return payment.status == PaymentStatus.CONFIRMED and payment.kind != PaymentKind.STRIPE and not _live(payment)


def _live(payment: Payment) -> bool:
    return (
        payment.identifications.filter(status=Identification.Status.ASKED).exists()
        or payment.corrections.filter(status=Correction.Status.ASKED).exists()
    )


def _refuse(payment: Payment) -> Deed:
    return Deed(
        name="refuse",
        title=_("The money is not there"),
        button=_("Refuse"),
        form=ReasonForm,
        run=lambda doing: payment_refuse(payment=payment, actor=doing.actor, reason=doing.data["reason"]),
        thanks=_("Refused. Nothing was booked."),
        danger=True,
        offered=payment.status == PaymentStatus.RECORDED,
    )


def _correct(payment: Payment) -> Deed:
    return Deed(
        name="correct",
        title=_("This was a mistake"),
        text=_("Nothing is deleted. If another officer agrees, a new entry takes it out again and names this one."),
        button=_("Ask to take it back"),
        form=ReasonForm,
        run=lambda doing: payment_correct_ask(payment=payment, actor=doing.actor, reason=doing.data["reason"]),
        thanks=_("Asked. Another officer decides."),
        danger=True,
        offered=_correctable(payment),
    )
