"""Cash at a pool's treasurer: written down by one, and said yes to by the payer or by another who signs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from birge.accounts.models import User
from birge.errors import BirgeError, NotAllowed, NotFound
from birge.organisations.permissions import Action, require
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, Doing, deeds_page
from frontend.forms.pools.cash import CeilingForm
from frontend.forms.pools.paying import CashConfirmForm, CashForm, CashRefuseForm, PayerCodeForm
from frontend.presenters.cash import cash_book, hands_line
from frontend.presenters.facts import Link
from frontend.presenters.pools.desk import cash_context
from frontend.presenters.words import language
from funds.cash.papers import list_pdf
from funds.cash.selectors import cash_totals, pool_states
from funds.cash.services import ceiling_set
from funds.payments.models import Payment, PaymentKind, PaymentStatus
from funds.pools.models import Pool, PoolGiver
from funds.settlement.services import (
    pool_cash_confirm,
    pool_cash_confirm_by_payer,
    pool_cash_record,
    pool_cash_refuse,
)

from .finding import holds, pool_inside
from .paying import contact_read


@desk_page
def pool_cash_new(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Write down, as the treasurer, cash that somebody gave."""
    pool = pool_inside(request, public_id)
    if not holds(signed_in(request), Action.POOL_CASH_RECORD, pool.organisation):
        raise NotAllowed(_("Only the treasurer writes down cash."))
    require(signed_in(request), Action.POOL_CASH_RECORD, pool.organisation)  # leads to the second factor if none
    deed = Deed(
        name="record",
        title=_("What were you given?"),
        text=_("It counts once who gave it, or another who signs, has said yes."),
        button=_("Write it down"),
        form=CashForm,
        arguments={"currency": pool.currency},
        run=lambda doing: _record(pool, doing),
        thanks=_("Written down. It is in the books when the payer, or another who signs, says yes."),
        to=lambda ref: reverse("pool_cash", args=[ref]),
    )
    context = {
        "title": _("Cash for “%(pool)s”") % {"pool": pool.name(language())},
        "note": hands_line(pool_states(public_id), signed_in(request), pool.currency),
        "back": Link(reverse("desk_pool", args=[public_id]), pool.name(language())),
    }
    here = reverse("pool_cash_new", args=[public_id])
    return deeds_page(request, context=context, deeds=[deed], here=here, wanted=wanted, target=public_id)


def _record(pool: Pool, doing: Doing) -> Payment:
    data = doing.data
    contact = contact_read(data["contact"])
    return pool_cash_record(
        pool=pool,
        amount=data["amount"],
        received_on=data["received_on"],
        actor=doing.actor,
        contact=contact,
        idempotency=doing.key,
        reference=data["reference"],
        kept=data["kept"],
        device=doing.device,
        credit_line=data["credit_line"],
        language=language(),
    )


@desk_page
def pool_cash_book(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show all its people what cash is in somebody's hands; the chair or manager sets how much that may be."""
    pool = pool_inside(request, public_id)
    user = signed_in(request)
    deed = Deed(
        name="ceiling",
        title=_("How much one person may have in hand"),
        text=_("As you have agreed. Whoever has that much takes it to the bank before they take more."),
        button=_("Set it"),
        form=CeilingForm,
        arguments={"currency": pool.currency},
        run=lambda doing: ceiling_set(
            organisation=pool.organisation,
            amount=doing.data["amount"],
            actor=doing.actor,
            reason=doing.data["reason"],
            proof=doing.proof,
            idempotency=doing.key,
        ),
        thanks=_("Set."),
        danger=True,
        offered=holds(user, Action.POOL_OPEN, pool.organisation),
    )
    here = reverse("pool_cash_book", args=[public_id])
    context = cash_book(pool, user)
    return deeds_page(
        request, template="cash/book.html", context=context, deeds=[deed], here=here, wanted=wanted, target=public_id
    )


@require_GET
@desk_page
def pool_cash_book_pdf(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give the list on paper, to be counted against the tin: one's own where somebody takes cash, else all of it."""
    pool, user = pool_inside(request, public_id), signed_in(request)
    states = pool_states(public_id)
    mine = [each for each in states if each.receipt.payment.recorded_by_id == user.pk]
    listed = mine or states
    title = ": ".join([_("Cash in hand"), pool.name(language())])
    paper = list_pdf(listed, cash_totals(listed, pool.currency), title=title, language=language())
    response = HttpResponse(paper, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="birge-cash-{public_id}.pdf"'
    return response


@desk_page
def pool_cash(request: HttpRequest, payment: str, wanted: str = "") -> HttpResponse:
    """Show one; confirm it with a second factor or by the payer's code, or refuse it."""
    found = Payment.objects.select_related("recorded_by", "confirmed_by").filter(public_id=payment)
    cash = found.filter(kind=PaymentKind.POOL_CASH).first()
    if cash is None:
        raise NotFound
    pool, user = pool_inside(request, cash.pool_ref), signed_in(request)
    here = reverse("pool_cash", args=[payment])
    refusal = _code_tried(request, cash, user) if wanted == "code" and request.method == "POST" else None
    cash.refresh_from_db()
    return deeds_page(
        request,
        context=cash_context(cash, pool, user),
        deeds=_deeds(cash, pool, user, refusal),
        here=here,
        wanted=wanted,
        target=payment,
    )


def _deeds(cash: Payment, pool: Pool, user: User, refusal: BirgeError | None) -> list[Deed]:
    waits, mine = cash.status == PaymentStatus.RECORDED, cash.recorded_by_id == user.pk
    signs = holds(user, Action.POOL_CASH_CONFIRM, pool.organisation)
    has_code = PoolGiver.objects.filter(gift__public_id=cash.group).exclude(contact="").exists()
    return [
        Deed(
            name="confirm",
            title=_("The cash is there"),
            text=_("You counted it, or spoke with who gave it. From now on it is in the books."),
            button=_("Confirm"),
            form=CashConfirmForm,
            run=lambda doing: pool_cash_confirm(
                payment=cash, actor=doing.actor, proof=doing.proof, device=doing.device
            ),
            thanks=_("Confirmed. It is in the books."),
            offered=waits and signs and not mine,
        ),
        Deed(
            name="code",
            title=_("The payer is here"),
            text=_("Ask for the code from our message to them, and write it here."),
            button=_("Confirm by the code"),
            form=PayerCodeForm,
            run=lambda _doing: _said(cash, refusal),
            thanks=_("Confirmed. It is in the books."),
            offered=waits and has_code,
        ),
        Deed(
            name="refuse",
            title=_("This is not so"),
            text=_("Nothing was booked, and nothing will be."),
            button=_("Refuse"),
            form=CashRefuseForm,
            run=lambda doing: pool_cash_refuse(payment=cash, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Refused. Nothing was booked."),
            danger=True,
            offered=waits and (signs or holds(user, Action.POOL_CASH_RECORD, pool.organisation)),
        ),
    ]


def _code_tried(request: HttpRequest, cash: Payment, user: User) -> BirgeError | None:
    """Take the payer's code, and return why not. Apart from other deeds: a wrong try stays counted in any case."""
    form = PayerCodeForm(request.POST)
    if not form.is_valid():
        return None
    try:
        pool_cash_confirm_by_payer(payment=cash, code=form.cleaned_data["digits"], actor=user)
    except NotAllowed:
        raise
    except BirgeError as error:
        return error
    return None


def _said(cash: Payment, refusal: BirgeError | None) -> Payment:
    if refusal is not None:
        raise refusal
    return cash
