"""One thing on a page of its own: a payment, a claim, a correction, a refund, a tranche, a promise. As facts."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.organisations.models import Organisation
from frontend.presenters.facts import Fact, Link, day, entry_fact, facts, paper_fact, say, signed, who
from frontend.presenters.words import language, place_line
from funds.banking.models import BankLine
from funds.banking.services import reference_for
from funds.payments.models import Identification, Payment, PaymentKind, PaymentStatus
from funds.pledges.contacts import contact_of
from funds.pledges.models import CreditChoice, Pledge, PledgeCredit
from funds.pledges.states import PledgeStatus
from funds.pools.models import Pool
from funds.releases.models import REFUND_ENDED, Correction, Refund, RefundStatus, Release, Side
from funds.settlement.exchange_words import difference_text, payment_counts, pledge_counts
from funds.settlement.services.refunds import refund_money
from projects.works.models import Project


def back_to(custodian: Organisation, name: str = "custodian", text: str = "") -> Link:
    """Return the way back to the custodian's desk, or to one of its lists."""
    return Link(reverse(name, args=[custodian.public_id]), text or custodian.name(language()))


def project_fact(project: Project | None) -> Fact:
    """Return which project it is about."""
    if project is None:
        return Fact(_("For"), _("nobody knows yet"))
    return Fact(_("For"), project.title(language()), reverse("project", args=[project.public_id]))


def purpose_fact(payment: Payment) -> Fact:
    """Return what a payment is for: a project, a pool, or nobody knows."""
    pool = Pool.objects.filter(public_id=payment.pool_ref).first() if payment.project_id is None else None
    if pool is None:
        return project_fact(payment.project)
    return Fact(_("For"), pool.name(language()), reverse("pool", args=[pool.public_id]))


def pledge_fact(pledge_ref: str) -> Fact | None:
    """Return which promise it is for."""
    if not pledge_ref:
        return None
    return Fact(_("Promise"), pledge_ref, reverse("custodian_pledge", args=[pledge_ref]), css="mono")


def payment_facts(payment: Payment) -> list[Fact]:
    """Return what was written down about a payment."""
    how = payment.get_confirmed_how_display() if payment.confirmed_how else ""
    decided = _("%(how)s: %(who)s") % {"how": how, "who": signed(payment.confirmed_by, payment.decided_at)}
    return facts(
        Fact(_("How much"), say(payment.amount_minor, payment.currency), css="big"),
        Fact(_("Counts"), payment_counts(payment)),
        Fact(_("Difference"), difference_text(payment)),
        Fact(_("How"), str(PaymentKind(payment.kind).label)),
        purpose_fact(payment),
        pledge_fact(payment.pledge_ref),
        Fact(_("Day"), day(payment.received_on)),
        Fact(_("Number"), payment.reference, css="mono"),
        Fact(_("Note"), payment.payer_note),
        paper_fact(_("Picture"), payment.evidence),
        Fact(_("Written down by"), signed(payment.recorded_by, payment.recorded_at)),
        Fact(_("Confirmed by"), decided if how else ""),
        *entry_fact(payment.entry_id),
    )


def payment_context(payment: Payment, user: User) -> dict[str, Any]:
    """Return the page of one payment."""
    status = PaymentStatus(payment.status)
    note, tone = "", ""
    if status == PaymentStatus.RECORDED:
        note, tone = _("It is not in the books yet. A second person must confirm it."), "warn"
        if payment.recorded_by_id == user.pk:
            note = _(
                "It is not in the books yet. You wrote it down, so another officer, or the payer, must confirm it."
            )
    elif status == PaymentStatus.REFUSED:
        note, tone = _("Refused: %(reason)s") % {"reason": payment.refused_reason}, "bad"
    elif status == PaymentStatus.REVERSED:
        note, tone = _("It was written down by mistake and taken out again."), "bad"
        if payment.kind == PaymentKind.STRIPE:
            note = _("The payment provider gave all of it back.")
    elif payment.unidentified:
        note, tone = _("Nobody knows whose money this is. It is counted, and belongs to no project."), "warn"
    return {
        "title": _("Payment"),
        "facts": payment_facts(payment),
        "note": note,
        "note_tone": tone,
        "back": back_to(payment.custodian),
        "waiting": _waiting(payment),
    }


def _waiting(payment: Payment) -> list[Link]:
    claims = payment.identifications.filter(status=Identification.Status.ASKED)
    wishes = payment.corrections.filter(status=Correction.Status.ASKED)
    return [
        *(Link(reverse("custodian_claim", args=[each.public_id]), _("Somebody knows whose it is")) for each in claims),
        *_unknown(payment),
        *(
            Link(reverse("bank_line", args=[each.public_id]), _("The bank’s line"))
            for each in BankLine.objects.filter(payment_ref=payment.public_id)
        ),
        *(
            Link(reverse("custodian_correction", args=[each.public_id]), _("Somebody wants it taken back"))
            for each in wishes
        ),
    ]


def _unknown(payment: Payment) -> list[Link]:
    if not payment.unidentified or payment.status != PaymentStatus.CONFIRMED:
        return []
    return [Link(reverse("custodian_return", args=[payment.public_id]), _("Send it back to who sent it"))]


def claim_context(claim: Identification, user: User) -> dict[str, Any]:
    """Return the page of a claim on money of unknown origin."""
    payment = claim.payment
    return {
        "title": _("Whose money is it?"),
        "facts": facts(
            Fact(_("How much"), say(payment.amount_minor, payment.currency), css="big"),
            Fact(_("Came on"), day(payment.received_on)),
            Fact(_("Number"), payment.reference, reverse("custodian_payment", args=[payment.public_id]), css="mono"),
            project_fact(claim.project),
            pledge_fact(claim.pledge_ref),
            paper_fact(_("Proof"), claim.proof),
            Fact(_("Note"), claim.note),
            Fact(_("Asked by"), signed(claim.asked_by, claim.asked_at)),
            Fact(_("Decided by"), signed(claim.decided_by, claim.decided_at) if claim.decided_by else ""),
            *entry_fact(claim.entry_id),
        ),
        **_outcome(claim.status, claim.reason, mine=claim.asked_by_id == user.pk),
        "back": back_to(payment.custodian, "custodian_decisions", _("To decide")),
    }


def correction_context(correction: Correction, user: User) -> dict[str, Any]:
    """Return the page of a wish to take a payment back."""
    payment = correction.payment
    return {
        "title": _("Written down by mistake?"),
        "facts": [
            *facts(
                Fact(_("Why"), correction.reason),
                Fact(_("Asked by"), signed(correction.asked_by, correction.asked_at)),
                Fact(
                    _("Decided by"),
                    signed(correction.decided_by, correction.decided_at) if correction.decided_by else "",
                ),
            ),
            *payment_facts(payment),
        ],
        **_outcome(correction.status, correction.refused_reason, mine=correction.asked_by_id == user.pk),
        "back": back_to(payment.custodian, "custodian_decisions", _("To decide")),
    }


def _outcome(status: str, reason: str, *, mine: bool) -> dict[str, str]:
    if status == "approved":
        return {"note": _("Agreed."), "note_tone": ""}
    if status == "refused":
        return {"note": _("Refused: %(reason)s") % {"reason": reason}, "note_tone": "bad"}
    if mine:
        return {"note": _("You asked, so another officer decides."), "note_tone": "warn"}
    return {"note": _("A colleague asked. Look at the papers, then decide."), "note_tone": "warn"}


def refund_context(refund: Refund) -> dict[str, Any]:
    """Return the page of money that goes back. Here the officer needs to reach the donor, so the contact shows."""
    payment = refund.payment
    notes = {
        RefundStatus.DUE: (_("This has to go back to whoever paid it, the way it came."), "warn"),
        RefundStatus.SENT: (_("It was sent. Another officer looks at the statement and confirms."), "warn"),
        RefundStatus.PAID: (_("It went back and is in the books."), ""),
        RefundStatus.MOVED: (_("It went on to another project, as the donor chose."), ""),
    }
    note, tone = notes[RefundStatus(refund.status)]
    return {
        "title": _("Money to go back"),
        "facts": facts(
            Fact(_("How much"), say(refund.amount_minor, refund.currency), css="big"),
            Fact(_("To be sent"), _sent_text(refund)),
            project_fact(refund.project),
            Fact(_("It came as"), f"{PaymentKind(payment.kind).label}, {day(payment.received_on)}"),
            Fact(
                _("Number then"), payment.reference, reverse("custodian_payment", args=[payment.public_id]), css="mono"
            ),
            Fact(_("Note"), payment.payer_note),
            Fact(_("The donor"), _contact_text(payment) if refund.status not in REFUND_ENDED else ""),
            Fact(_("Sent by"), signed(refund.sent_by, refund.sent_at) if refund.sent_by else ""),
            Fact(_("Number"), refund.bank_reference, css="mono"),
            paper_fact(_("Bank line"), refund.bank_line) if refund.sent_by else None,
            Fact(_("Confirmed by"), signed(refund.confirmed_by, refund.confirmed_at) if refund.confirmed_by else ""),
            *entry_fact(refund.entry_id),
        ),
        "note": note,
        "note_tone": tone,
        "back": back_to(refund.custodian, "custodian_refunds", _("Money to go back")),
    }


def _sent_text(refund: Refund) -> str:
    """Return in which currency it goes back, where the payment came in another one than the plan's."""
    if not refund.payment.exchanged:
        return ""
    sent = refund_money(refund)
    if sent.currency == refund.currency:
        return _("%(amount)s; their bank exchanges it") % {"amount": say(sent.minor, sent.currency)}
    return _("%(amount)s, by the rate of the day on which it came") % {"amount": say(sent.minor, sent.currency)}


def _contact_text(payment: Payment) -> str:
    pledge = Pledge.objects.filter(group=payment.group).order_by("id").first() if payment.group else None
    contact = contact_of(pledge) if pledge is not None else None
    return contact.value if contact is not None else _("no contact is left")


def release_facts(release: Release) -> list[Fact]:
    """Return a tranche: what for, how much, who asked and who signed."""
    signatures = {signature.side: signature for signature in release.signatures.select_related("signer")}
    return facts(
        Fact(_("How much"), say(release.amount_minor, release.currency), css="big"),
        project_fact(release.project),
        Fact(_("Where"), place_line(release.project.village)),
        Fact(_("Stage"), release.milestone.text),
        Fact(_("Why"), release.reason),
        paper_fact(_("Contract or quote"), release.basis),
        Fact(_("Asked by"), signed(release.asked_by, release.asked_at)),
        *(
            Fact(
                capfirst(str(side.label)),
                signed(signatures[side].signer, signatures[side].at) if side in signatures else _("not signed yet"),
            )
            for side in Side
        ),
        Fact(_("Paid by"), signed(release.paid_by, release.paid_at) if release.paid_by else ""),
        Fact(_("Number"), release.bank_reference, css="mono"),
        *entry_fact(release.entry_id),
    )


def pledge_context(pledge: Pledge) -> dict[str, Any]:
    """Return a promise for the custodian's officers. The contact shows only while they must call."""
    status = PledgeStatus(pledge.status)
    contact = contact_of(pledge) if status == PledgeStatus.MADE else None
    credit = PledgeCredit.objects.filter(pledge=pledge).first()
    note, tone = "", ""
    if status == PledgeStatus.MADE:
        note, tone = _("The contact is not proven yet, so this does not count as a promise."), "warn"
    return {
        "title": _("Promise %(reference)s") % {"reference": pledge.public_id},
        "facts": facts(
            Fact(_("How much"), say(pledge.amount_minor, pledge.currency), css="big"),
            Fact(_("Counts"), pledge_counts(pledge)),
            project_fact(pledge.project),
            Fact(_("Reference"), reference_for(pledge.group), css="mono"),
            Fact(_("How far"), str(status.label)),
            Fact(_("Made on"), day(pledge.made_at)),
            Fact(_("Written down by"), who(pledge.made_by) if pledge.made_by else ""),
            Fact(_("Stands until"), day(pledge.horizon)),
            Fact(
                _("Came for it"),
                say(pledge.collected_minor, pledge.project.currency) if pledge.collected_minor else "",
            ),
            Fact(_("Contact"), contact.value if contact else ""),
            Fact(_("Thanked as"), credit.line if credit else str(CreditChoice.NOBODY.label)),
            *entry_fact(pledge.entry_id),
        ),
        "note": note,
        "note_tone": tone,
        "back": back_to(pledge.custodian),
    }
