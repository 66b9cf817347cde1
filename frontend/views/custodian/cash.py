"""The custodian's own cash box, what came to the bank, which line of the statement that is, and taking it back."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.errors import InvalidInput
from birge.organisations.models import Organisation
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, Doing, deeds_page
from frontend.forms.custodian import CodeOnlyForm, ReasonForm
from frontend.forms.pools.cash import BoxBankedForm, LinkForm
from frontend.presenters.custodian.cash import (
    amount_said,
    banking_context,
    cash_page,
    line_choices,
    line_chosen,
    source_of,
    wish_context,
)
from frontend.presenters.facts import say
from funds.banking.models import BankLine
from funds.cash.models import BankingStatus, CashBanking, CashTakeBack
from funds.cash.selectors import box_currencies, box_states, cash_totals, lines_open, unseen_bankings
from funds.settlement.services import (
    box_cash_bank_ask,
    box_cash_bank_confirm,
    box_cash_bank_refuse,
    cash_line_link,
    cash_take_back_approve,
    cash_take_back_ask,
    cash_take_back_refuse,
)

from .finding import custodian_for, mine
from .recording import evidence_of


@desk_page
def custodian_cash(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show what lies in the box; say that it came to the bank, and which line of the statement is cash."""
    custodian = custodian_for(request, public_id)
    deeds = [_bank(custodian, currency) for currency in box_currencies(custodian)]
    here = reverse("custodian_cash", args=[public_id])
    return deeds_page(
        request,
        template="custodian/cash.html",
        context=cash_page(custodian),
        deeds=[*deeds, _link(custodian)],
        here=here,
        wanted=wanted,
        target=public_id,
    )


@desk_page
def custodian_banking(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show one banking: book or refuse what a colleague says of the box, or ask to take it back."""
    found = CashBanking.objects.select_related("custodian", "deposit__line", "asked_by", "decided_by")
    banking = mine(request, found, public_id)
    user, asked = signed_in(request), banking.status == BankingStatus.ASKED
    open_wish = banking.take_backs.filter(status=CashTakeBack.Status.ASKED).exists()
    deeds = [
        Deed(
            name="confirm",
            title=_("It came to the bank"),
            text=_("You saw it on the statement, or the slip of the bank."),
            button=_("Book it"),
            form=CodeOnlyForm,
            run=lambda doing: box_cash_bank_confirm(banking=banking, actor=doing.actor, proof=doing.proof),
            thanks=_("Booked. It lies in the bank now."),
            offered=asked and banking.asked_by_id != user.pk,
        ),
        Deed(
            name="refuse",
            title=_("It did not come"),
            button=_("Refuse"),
            form=ReasonForm,
            run=lambda doing: box_cash_bank_refuse(banking=banking, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Refused. Nothing was booked."),
            danger=True,
            offered=asked,
        ),
        Deed(
            name="back",
            title=_("This was a mistake"),
            text=_("Nothing is deleted. If another officer agrees, a new entry takes it out again and names this one."),
            button=_("Ask to take it back"),
            form=ReasonForm,
            run=lambda doing: cash_take_back_ask(banking=banking, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Asked. Another officer decides."),
            danger=True,
            to=lambda ref: reverse("custodian_take_back", args=[ref]),
            offered=banking.status == BankingStatus.BOOKED and not open_wish,
        ),
    ]
    here = reverse("custodian_banking", args=[public_id])
    return deeds_page(
        request, context=banking_context(banking), deeds=deeds, here=here, wanted=wanted, target=public_id
    )


@desk_page
def custodian_take_back(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Decide, as another officer, whether cash was booked as banked by mistake."""
    found = CashTakeBack.objects.select_related(
        "banking__custodian", "banking__deposit__line", "asked_by", "decided_by"
    )
    wish = mine(request, found, public_id, "banking__custodian")
    open_for_me = wish.status == CashTakeBack.Status.ASKED and wish.asked_by_id != signed_in(request).pk
    deeds = [
        Deed(
            name="approve",
            title=_("Yes, take it back"),
            text=_("A new entry takes it out of the bank. The cash is in somebody’s hands again."),
            button=_("Agree"),
            form=CodeOnlyForm,
            run=lambda doing: cash_take_back_approve(wish=wish, actor=doing.actor, proof=doing.proof),
            thanks=_("Agreed. It is taken back."),
            offered=open_for_me,
        ),
        Deed(
            name="refuse",
            title=_("No, it came to the bank"),
            button=_("Refuse"),
            form=ReasonForm,
            run=lambda doing: cash_take_back_refuse(wish=wish, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Refused. It stays as it is."),
            danger=True,
            offered=open_for_me,
        ),
    ]
    here = reverse("custodian_take_back", args=[public_id])
    return deeds_page(request, context=wish_context(wish), deeds=deeds, here=here, wanted=wanted, target=public_id)


def _bank(custodian: Organisation, currency: str) -> Deed:
    held = cash_totals([each for each in box_states(custodian, currency) if each.confirmed], currency).total_minor

    def ask(doing: Doing) -> CashBanking:
        line = line_chosen(custodian, doing.data["line"])
        return box_cash_bank_ask(
            custodian=custodian,
            amount=amount_said(doing.data["amount"], line),
            actor=doing.actor,
            idempotency=doing.key,
            bank_reference=doing.data["bank_reference"],
            bank_line=doing.paper,
            line=line,
        )

    return Deed(
        name=f"bank-{currency.lower()}",
        title=_("Cash of our box came to the bank: %(currency)s") % {"currency": currency},
        text=_("A colleague looks at it and books it."),
        button=_("Write it down"),
        form=BoxBankedForm,
        arguments={"currency": currency, "lines": line_choices(lines_open(custodian, currency, held))},
        run=ask,
        thanks=_("Written down. Another officer books it."),
        paper=evidence_of(custodian),
        to=lambda ref: reverse("custodian_banking", args=[ref]),
        offered=held > 0,
    )


def _link(custodian: Organisation) -> Deed:
    unseen = list(unseen_bankings(custodian))
    lines = _lines_for(custodian, unseen)

    def link(doing: Doing) -> CashBanking:
        line = line_chosen(custodian, doing.data["line"])
        if line is None:
            raise InvalidInput(_("Please choose what this line is."), field="line")
        chosen = [each for each in unseen if each.public_id in doing.data["bankings"]]
        linked = cash_line_link(line=line, bankings=chosen, actor=doing.actor, proof=doing.proof, idempotency=doing.key)
        return linked[0]

    return Deed(
        name="link",
        title=_("I see it on the statement"),
        text=_("Several that were paid in together are one line."),
        button=_("It is this line"),
        form=LinkForm,
        arguments={
            "lines": line_choices(lines),
            "bankings": [
                (each.public_id, f"{source_of(each)} · {say(each.amount_minor, each.currency)} · {each.reference}")
                for each in unseen
            ],
        },
        run=link,
        thanks=_("Noted. It was seen on the statement."),
        offered=bool(unseen),
    )


def _lines_for(custodian: Organisation, unseen: list[CashBanking]) -> QuerySet[BankLine]:
    """Return the lines that could be some of these bankings."""
    if not unseen:
        return BankLine.objects.none()
    most = sum(each.amount_minor for each in unseen)
    return lines_open(custodian, unseen[0].currency, most)
