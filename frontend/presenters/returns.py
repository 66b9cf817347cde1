"""What a donor chose for the case that the project fails, where money goes back to, and the receipts on paper."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.accounts.models import User
from frontend.forms.returns import AccountForm, WishForm
from frontend.presenters.facts import day, say
from frontend.presenters.words import language
from funds.payments.models import Payment, PaymentStatus
from funds.pledges.models import Pledge, PledgeContact
from funds.pledges.tokens import pledge_link
from funds.releases.models import GiftBack, Refund, RefundStatus
from funds.returns.models import BackAccount, MoveOffer, PartStatus, RefundPart, Wish, WishChoice
from funds.returns.selectors import progress_of_project
from funds.settlement.papers import years_of
from funds.settlement.services.returning.moving import looks_until
from projects.works.models import Project
from projects.works.states import ProjectStatus

ENDED = frozenset({ProjectStatus.EXPIRED, ProjectStatus.CANCELLED})
FEW = 5  # groups smaller than this are not broken down in public


@dataclass(frozen=True)
class PaperLink:
    """A receipt that can be taken along."""

    text: str
    url: str


def returns_part(pledge: Pledge, token: str) -> dict[str, Any]:
    """Return what the donor's own page shows about money that goes back or on."""
    group = pledge.group
    parts = list(
        RefundPart.objects.filter(refund__payment__group=group).select_related("batch", "refund").order_by("id")
    )
    wish = Wish.objects.filter(group=group).first()
    choice = wish.choice if wish is not None else WishChoice.BACK
    known = PledgeContact.objects.filter(pledge__group=group).exists()
    account = BackAccount.objects.filter(group=group).first()
    given = {"holder": account.holder, "bank": account.bank, "account": account.account} if account else {}
    owed = [part for part in parts if part.refund is not None and part.refund.status == RefundStatus.DUE]
    return {
        "can_wish": not parts and not pledge.pool_ref and pledge.status != "refunded",
        "wish_text": str(WishChoice(choice).label),
        "wish_form": WishForm(initial={"choice": choice}),
        "moving": _moving(parts),
        "moved": _moved(parts),
        "wants_account": bool(owed) and known,
        "account_form": AccountForm(initial=given),
        "papers": papers_of(group, token),
    }


def _moving(parts: list[RefundPart]) -> list[str]:
    """Return a sentence for each part that waits for another project, or is about to go there."""
    said = []
    for part in parts:
        if part.status != PartStatus.OFFERED or part.refund is None:
            continue
        words = {"amount": say(part.refund.amount_minor, part.refund.currency), "day": day(looks_until(part))}
        offer = part.offers.filter(status=MoveOffer.Status.OPEN).select_related("project").first()
        if offer is None:
            said.append(_("%(amount)s waits for another project of the village until %(day)s.") % words)
            continue
        words |= {"project": offer.project.title(language()), "day": day(offer.moves_on)}
        said.append(_("Your %(amount)s goes to “%(project)s” on %(day)s unless you say no.") % words)
    return said


def _moved(parts: list[RefundPart]) -> list[PaperLink]:
    """Return a link to each gift that this one became."""
    offers = MoveOffer.objects.filter(part__in=parts, status=MoveOffer.Status.MOVED)
    links = []
    for offer in offers.select_related("project", "payment").order_by("id"):
        new = Pledge.objects.filter(group=offer.payment.group).first() if offer.payment is not None else None
        if new is not None:
            links.append(PaperLink(offer.project.title(language()), pledge_link(new)))
    return links


def papers_of(group: str, token: str) -> list[PaperLink]:
    """Return the receipts of a gift and of what went back of it."""
    links = [
        PaperLink(
            _("%(amount)s, %(day)s") % {"amount": say(each.amount_minor, each.currency), "day": day(each.received_on)},
            reverse("receipt_pdf", args=[token, each.public_id]),
        )
        for each in Payment.objects.filter(group=group, status=PaymentStatus.CONFIRMED).order_by("id")
    ]
    backs: list[tuple[Refund | GiftBack, dt.datetime | None]] = [
        (each, each.confirmed_at) for each in Refund.objects.filter(payment__group=group, entry_id__isnull=False)
    ]
    backs += [(each, each.decided_at) for each in GiftBack.objects.filter(payment__group=group, status="paid")]
    for back, at in backs:
        words = {"amount": say(back.amount_minor, back.currency), "day": day(at)}
        text = _("Gone back: %(amount)s, %(day)s") % words
        links.append(PaperLink(text, reverse("back_receipt_pdf", args=[token, back.public_id])))
    return links


def pool_papers(payments: list[Payment], token: str) -> list[PaperLink]:
    """Return the receipts of what came for a gift to a pool."""
    return [
        PaperLink(
            _("%(amount)s, %(day)s") % {"amount": say(each.amount_minor, each.currency), "day": day(each.received_on)},
            reverse("pool_receipt_pdf", args=[token, each.public_id]),
        )
        for each in payments
        if each.status == PaymentStatus.CONFIRMED
    ]


def year_links(user: User) -> list[PaperLink]:
    """Return the years that a signed-in donor can take along on paper."""
    return [
        PaperLink(_("My gifts in %(year)s") % {"year": year}, reverse("my_year_pdf", args=[year]))
        for year in years_of(user)
    ]


def project_returns(project: Project) -> str:
    """Return how far a project's money has gone back, as a sentence for everyone; empty where nothing goes back."""
    found = progress_of_project(project)
    if found is None:
        return ""
    words = {
        "back": say(found.back_minor, project.currency),
        "total": say(found.total_minor, project.currency),
        "n": found.back,
        "parts": found.parts,
        "officer": found.officer,
    }
    text = _("Of %(total)s to go back, %(back)s has gone.") % words
    if found.parts < FEW:
        return text
    counted = ngettext("%(n)s of %(parts)s gifts is back", "%(n)s of %(parts)s gifts are back", found.back) % words
    waits = ngettext("%(officer)s waits for an officer", "%(officer)s wait for an officer", found.officer) % words
    return f"{text} {counted}; {waits}." if found.officer else f"{text} {counted}."
