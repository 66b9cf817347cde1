"""Money goes out: a stage that both sides have signed, and what goes back to who gave it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.documents.models import Document, DocumentKind, Visibility
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, PaperStore, deeds_page
from frontend.forms.custodian import BankLineForm, CodeOnlyForm, ReasonForm, RefundForm
from frontend.forms.parts import PaperForm
from frontend.presenters.custodian.returns import account_facts
from frontend.presenters.custodian.subjects import back_to, refund_context, release_facts
from funds.releases.models import Refund, RefundStatus, Release, ReleaseStatus
from funds.releases.services import release_pay, release_refuse
from funds.settlement.services import refund_confirm, refund_not_sent, refund_send
from funds.settlement.services.returning.byhand import by_officers, with_provider

from .finding import mine
from .recording import evidence_of


@desk_page
def custodian_release(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Pay out a stage, with the bank's line and a second factor; or refuse to."""
    releases = Release.objects.select_related(
        "custodian", "project__village__parent", "project__administration", "project__signatory_organisation",
        "milestone", "basis", "asked_by", "paid_by",
    )  # fmt: skip
    release = mine(request, releases, public_id)
    status = ReleaseStatus(release.status)
    deeds = _release_deeds(release, status)
    notes = {
        ReleaseStatus.ASKED: (_("Both sides have not signed yet. Pay nothing."), "warn"),
        ReleaseStatus.SIGNED: (_("Both sides have signed. You are none of the three persons before you."), ""),
        ReleaseStatus.PAID: (_("It is paid and in the books."), ""),
        ReleaseStatus.REFUSED: (_("Refused: %(reason)s") % {"reason": release.refused_reason}, "bad"),
    }
    context = {
        "title": _("A stage to be paid"),
        "facts": release_facts(release),
        "note": notes[status][0],
        "note_tone": notes[status][1],
        "back": back_to(release.custodian),
    }
    here = reverse("custodian_release", args=[public_id])
    return deeds_page(request, context=context, deeds=deeds, here=here, wanted=wanted, target=public_id)


def _release_deeds(release: Release, status: ReleaseStatus) -> list[Deed]:
    """Return what a custodian can do with the money of a stage."""
    return [
        Deed(
            name="pay",
            title=_("I have paid it"),
            text=_("Pay it to the village’s account first. Then write down the bank’s line here."),
            button=_("It is paid"),
            form=BankLineForm,
            run=lambda doing: release_pay(
                release=release,
                actor=doing.actor,
                bank_reference=doing.data["bank_reference"],
                bank_line=doing.paper,
                proof=doing.proof,
            ),
            thanks=_("It is in the books. Receipts must follow now."),
            paper=_line_of(release),
            offered=status == ReleaseStatus.SIGNED,
        ),
        Deed(
            name="refuse",
            title=_("This must not be paid"),
            button=_("Refuse"),
            form=ReasonForm,
            run=lambda doing: release_refuse(release=release, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Refused. The village reads your reason."),
            danger=True,
            offered=status in (ReleaseStatus.ASKED, ReleaseStatus.SIGNED),
        ),
    ]


@desk_page
def custodian_refund(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Send money back; as another officer, confirm that it went or say that it did not."""
    refunds = Refund.objects.select_related("custodian", "project", "payment", "sent_by", "confirmed_by", "bank_line")
    refund = mine(request, refunds, public_id)
    sent = refund.status == RefundStatus.SENT
    deeds = [
        Deed(
            name="send",
            title=_("I have sent it"),
            button=_("It is sent"),
            form=RefundForm,
            run=lambda doing: refund_send(
                refund=refund,
                actor=doing.actor,
                bank_reference=doing.data["bank_reference"],
                bank_line=doing.paper,
                proof=doing.proof,
            ),
            thanks=_("Written down. Another officer confirms it."),
            paper=evidence_of(refund.custodian),
            offered=refund.status == RefundStatus.DUE and by_officers(refund),
        ),
        Deed(
            name="confirm",
            title=_("It left the account"),
            text=_("You see it on the statement. From now on it is in the books."),
            button=_("Confirm"),
            form=CodeOnlyForm,
            run=lambda doing: refund_confirm(refund=refund, actor=doing.actor, proof=doing.proof),
            thanks=_("Confirmed. The donor is told."),
            offered=sent and refund.sent_by_id != signed_in(request).pk,
        ),
        Deed(
            name="not-sent",
            title=_("It did not go, or it came back"),
            button=_("It has to be sent again"),
            form=ReasonForm,
            run=lambda doing: refund_not_sent(refund=refund, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Noted. It is due again."),
            danger=True,
            offered=sent or (refund.status == RefundStatus.DUE and with_provider(refund)),
        ),
    ]
    here = reverse("custodian_refund", args=[public_id])
    context = refund_context(refund)
    context["facts"] += account_facts(refund)
    return deeds_page(request, context=context, deeds=deeds, here=here, wanted=wanted, target=public_id)


def _line_of(release: Release) -> PaperStore:
    """Return how the bank's line is kept: the village and the outside signatory may see it too."""
    project = release.project
    sides = [each for each in (project.administration, project.signatory_organisation) if each is not None]

    def store(form: PaperForm, actor: User) -> Document | None:
        return form.paper_document(
            kind=DocumentKind.BANK_LINE,
            actor=actor,
            organisation=release.custodian,
            visibility=Visibility.PARTIES,
            parties=sides,
        )

    return store
