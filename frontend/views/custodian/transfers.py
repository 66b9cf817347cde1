"""Money to and from other custodians: prepared, approved, sent, received, or closed by the word of two."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from birge.accounts.models import User
from birge.documents.models import Document, DocumentKind, Visibility
from birge.errors import InvalidInput, NotFound
from birge.organisations.models import Organisation
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, Doing, PaperStore, deeds_page
from frontend.forms.custodian import CodeOnlyForm, ReasonForm
from frontend.forms.parts import PaperForm
from frontend.forms.transfers import ClosingForm, RouteForm, SentForm, TransferArrivedForm
from frontend.presenters.custodian.subjects import back_to
from frontend.presenters.custodian.transfers import (
    lines_in,
    lines_out,
    route_known,
    transfer_context,
    transfer_row,
)
from frontend.presenters.rows import page_of
from funds.banking.models import BankLine
from funds.settlement.services import transfer_close_confirm, transfer_receive, transfer_refuse, transfer_send
from funds.transfers.models import Transfer
from funds.transfers.selectors import transfers_of
from funds.transfers.services import (
    Route,
    transfer_approve,
    transfer_close_ask,
    transfer_close_refuse,
    transfer_prepare,
)
from funds.transfers.states import BEFORE, ON_THE_WAY, OPEN, TransferStatus

from .finding import acting, custodian_for, custodians_of

ROUTE = ("sender_bank", "sender_bic", "receiver_bank", "receiver_bic", "receiver_account", "via_bank", "via_bic")
_S = TransferStatus


@require_GET
@desk_page
def custodian_transfers(request: HttpRequest, public_id: str) -> HttpResponse:
    """List what is not finished first, then what is."""
    found = custodian_for(request, public_id)
    mine = transfers_of(found)
    page = page_of(mine.exclude(status__in=OPEN), request.GET.get("after", ""), transfer_row)
    waiting = [transfer_row(each) for each in mine.filter(status__in=OPEN).order_by("id")]
    begins = _(
        "A transfer begins when a pool decides to pass money on to a pool at another custodian. Then it stands here."
    )
    context = {**page, "rows": waiting, "done_rows": page["rows"], "intro": begins}
    context["title"] = _("To and from other custodians")
    return render(request, "custodian/list.html", {**context, "back": back_to(found)})


@desk_page
def custodian_transfer(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Do the next step of a transfer, as far as it is this person's."""
    user = signed_in(request)
    transfer, custodian = _find(user, public_id)
    deeds = [*_arriving(transfer, user), *_before(transfer, user), *_leaving(transfer, user), *_after(transfer, user)]
    return deeds_page(
        request,
        context=transfer_context(transfer, user, custodian),
        deeds=deeds,
        here=reverse("custodian_transfer", args=[public_id]),
        wanted=wanted,
        target=public_id,
        template="custodian/transfer.html",
    )


def _find(user: User, public_id: str) -> tuple[Transfer, Organisation]:
    """Return the transfer and the end for which this person acts: the sender first, if they act for both."""
    mine = list(custodians_of(user))
    parts = ("sender", "receiver", "asked_by", "prepared_by", "approved_by", "sent_by", "paper")
    found = Transfer.objects.select_related(*parts).filter(Q(sender__in=mine) | Q(receiver__in=mine))
    transfer = found.filter(public_id=public_id).first()
    if transfer is None:
        raise NotFound
    ends = [each for each in mine if each.pk in (transfer.sender_id, transfer.receiver_id)]
    ends.sort(key=lambda each: each.pk != transfer.sender_id)
    return transfer, acting(ends[0])


def _sends(transfer: Transfer, user: User) -> bool:
    return custodians_of(user).filter(pk=transfer.sender_id).exists()


def _before(transfer: Transfer, user: User) -> list[Deed]:
    """Return what the sender's officers agree on before money leaves."""
    sends, status = _sends(transfer, user), _S(transfer.status)
    return [
        Deed(
            name="approve",
            title=_("I approve it"),
            text=_("You have compared the account with the receiver’s own paper, not with a message."),
            button=_("Approve"),
            form=CodeOnlyForm,
            run=lambda doing: transfer_approve(transfer=transfer, actor=doing.actor, proof=doing.proof),
            thanks=_("Approved. Now it can be sent."),
            offered=sends and status == _S.PREPARED and transfer.prepared_by_id != user.pk,
        ),
        Deed(
            name="prepare",
            title=_("By which banks?"),
            text=_("All of them are looked up in the block lists."),
            button=_("Write it down"),
            form=RouteForm,
            run=lambda doing: transfer_prepare(
                transfer=transfer,
                actor=doing.actor,
                route=Route(**{name: doing.data[name] for name in ROUTE}),
                paper=doing.paper,
            ),
            thanks=_("Written down. Another officer approves."),
            paper=_paper_of(transfer, DocumentKind.CONTRACT),
            arguments={"known": route_known(transfer)},
            offered=sends and status in (_S.ASKED, _S.PREPARED),
        ),
    ]


def _leaving(transfer: Transfer, user: User) -> list[Deed]:
    """Return how money leaves, or does not."""
    sends, status = _sends(transfer, user), _S(transfer.status)
    return [
        Deed(
            name="send",
            title=_("It has left"),
            text=_("Send it at the bank first. Then write down the bank’s line here."),
            button=_("It is sent"),
            form=SentForm,
            run=lambda doing: transfer_send(
                transfer=transfer,
                actor=doing.actor,
                sent_on=doing.data["sent_on"],
                bank_reference=doing.data["bank_reference"],
                proof=doing.proof,
                paper=doing.paper,
                line=_line(doing, transfer.sender),
            ),
            thanks=_("It is in the books as on its way. The receiver says when it is there."),
            paper=_paper_of(transfer, DocumentKind.BANK_LINE),
            arguments={"lines": lines_out(transfer)},
            offered=sends and status == _S.APPROVED,
        ),
        Deed(
            name="refuse",
            title=_("It must not be sent"),
            button=_("Do not send it"),
            form=ReasonForm,
            run=lambda doing: transfer_refuse(transfer=transfer, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Not sent. Everyone can read your reason; the pool’s people decide on the money again."),
            danger=True,
            offered=sends and status in BEFORE,
        ),
    ]


def _after(transfer: Transfer, user: User) -> list[Deed]:
    """Return what the sender says about money that does not arrive."""
    sends, closing = _sends(transfer, user), transfer.status == _S.CLOSING
    return [
        Deed(
            name="close-confirm",
            title=_("It is so"),
            text=_("You have looked at the statement, or at the bank’s letter, yourself. It is booked by this."),
            button=_("Confirm"),
            form=CodeOnlyForm,
            run=lambda doing: transfer_close_confirm(transfer=transfer, actor=doing.actor, proof=doing.proof),
            thanks=_("Booked. The pool’s people are told."),
            offered=sends and closing and transfer.closing_by_id != user.pk,
        ),
        Deed(
            name="close-refuse",
            title=_("It is not so"),
            button=_("It is on its way still"),
            form=ReasonForm,
            run=lambda doing: transfer_close_refuse(transfer=transfer, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Noted. It is on its way."),
            offered=sends and closing,
        ),
        Deed(
            name="close",
            title=_("It came back, or is lost"),
            text=_("Another officer has to confirm it before anything is booked."),
            button=_("Say so"),
            form=ClosingForm,
            run=lambda doing: transfer_close_ask(
                transfer=transfer, actor=doing.actor, how=doing.data["how"], reason=doing.data["reason"]
            ),
            thanks=_("Written down. Another officer confirms it."),
            danger=True,
            offered=sends and transfer.status == _S.SENT,
        ),
    ]


def _arriving(transfer: Transfer, user: User) -> list[Deed]:
    """Return what the receiver says."""
    receives = custodians_of(user).filter(pk=transfer.receiver_id).exists()
    on_way = receives and transfer.status in ON_THE_WAY
    return [
        Deed(
            name="receive",
            title=_("It has arrived"),
            text=_("You see it on your own statement. From now on you owe it to the pool."),
            button=_("It is there"),
            form=TransferArrivedForm,
            run=lambda doing: transfer_receive(
                transfer=transfer,
                actor=doing.actor,
                amount=doing.data["amount"],
                received_on=doing.data["received_on"],
                bank_reference=doing.data["bank_reference"],
                rest_is_fee=doing.data["rest_is_fee"],
                proof=doing.proof,
                paper=doing.paper,
                line=_line(doing, transfer.receiver),
            ),
            thanks=_("It is in your books. The people of both pools are told."),
            paper=_paper_of(transfer, DocumentKind.BANK_LINE, receiver=True),
            arguments={"currency": transfer.currency, "lines": lines_in(transfer) if on_way else []},
            offered=on_way,
        )
    ]


def _line(doing: Doing, custodian: Organisation) -> BankLine | None:
    ref = doing.data.get("line", "")
    if not ref:
        return None
    line = BankLine.objects.select_related("account").filter(public_id=ref, account__custodian=custodian).first()
    if line is None:
        raise InvalidInput(_("This line is of another account."), field="line")
    return line


def _paper_of(transfer: Transfer, kind: str, *, receiver: bool = False) -> PaperStore:
    """Return how a paper is kept: for the officers of both ends."""
    owner, other = (transfer.receiver, transfer.sender) if receiver else (transfer.sender, transfer.receiver)

    def store(form: PaperForm, actor: User) -> Document | None:
        return form.paper_document(
            kind=kind, actor=actor, organisation=owner, visibility=Visibility.PARTIES, parties=[other]
        )

    return store
