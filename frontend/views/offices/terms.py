"""Terms of reference on the desk: one who leads writes them, others who sign agree."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.documents.models import Document, DocumentKind, Visibility
from birge.errors import NotFound, RuleNotMet
from birge.organisations.models import DecidedHow, Organisation, OrganisationKind, TermsOfReference
from birge.organisations.permissions import ALLOWED, Action, may
from birge.organisations.selectors import holds_office, signers, terms_agreements, terms_asked
from birge.organisations.services import terms_approve, terms_ask, terms_refuse
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, Doing, PaperStore, deeds_page
from frontend.forms.offices import TermsForm, WhyShortForm
from frontend.forms.parts import PaperForm
from frontend.forms.signing import SignForm
from frontend.presenters.terms import has_agreed, terms_desk, terms_initial
from frontend.presenters.words import language

from .organisations import organisation_for

WITH_POOLS = (OrganisationKind.MIGRANT_ASSOCIATION, OrganisationKind.MATCHING_DONOR)


@desk_page
def organisation_terms(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show what counts and what waits; write a new text, or decide on the one that waits."""
    user = signed_in(request)
    found = organisation_for(user, public_id)
    if found.kind not in WITH_POOLS:
        raise NotFound
    asked = terms_asked(found)
    return deeds_page(
        request,
        template="offices/terms.html",
        context=terms_desk(found, user),
        deeds=[*_decisions(found, asked, user), _writing(found, asked, user)],
        here=reverse("organisation_terms", args=[public_id]),
        wanted=wanted,
        target=public_id,
    )


def _writing(found: Organisation, asked: TermsOfReference | None, user: User) -> Deed:
    initial = terms_initial(found)
    again = "text" in initial
    return Deed(
        name="ask",
        title=_("Write a new version") if again else _("Write them"),
        text=_("Others who sign must agree. Older versions stay for everyone to read."),
        button=_("Ask for agreement"),
        form=TermsForm,
        arguments={"initial": initial, "voting": found.kind == OrganisationKind.MIGRANT_ASSOCIATION},
        run=lambda doing: _ask(doing, found),
        thanks=_("Written. It counts once enough of those who sign have agreed."),
        paper=_paper_of(found),
        offered=asked is None and may(user, Action.TERMS_ASK, found) and signers(found).exclude(pk=user.pk).exists(),
    )


def _ask(doing: Doing, found: Organisation) -> TermsOfReference:
    data: dict[str, Any] = doing.data
    return terms_ask(
        organisation=found,
        actor=doing.actor,
        text=data["text"],
        language=language(),
        how=data.get("how") or DecidedHow.SIGNATURES,
        threshold_minor=data["threshold"].minor,
        currency=data["threshold"].currency,
        needed_below=data["needed_below"],
        needed_above=data["needed_above"],
        days_to_decide=data["days"],
        paper=doing.paper,
    )


def _decisions(found: Organisation, asked: TermsOfReference | None, user: User) -> list[Deed]:
    mine = (
        asked is not None
        and asked.asked_by_id != user.pk
        and not has_agreed(asked, user)
        and holds_office(user, found, ALLOWED[Action.TERMS_APPROVE])
    )
    last = asked is not None and terms_agreements(asked) + 1 >= asked.agreements_needed
    return [
        Deed(
            name="approve",
            title=_("I agree"),
            text=_("From this moment it counts for every common fund of yours, and everyone can read it.")
            if last
            else _("When enough have agreed, it counts for every common fund of yours, and everyone can read it."),
            button=_("Agree"),
            form=SignForm,
            run=lambda doing: terms_approve(terms=_waiting(asked), actor=doing.actor, proof=doing.proof),
            thanks=_("Agreed. From now on it counts.") if last else _("Your yes counts. It waits for others."),
            offered=mine,
        ),
        Deed(
            name="refuse",
            title=_("I do not agree"),
            button=_("Refuse"),
            form=WhyShortForm,
            run=lambda doing: terms_refuse(terms=_waiting(asked), actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Refused. They read your reason."),
            danger=True,
            offered=mine,
        ),
    ]


def _waiting(asked: TermsOfReference | None) -> TermsOfReference:
    if asked is None:
        raise RuleNotMet(_("This is decided already."), code="transition")
    return asked


def _paper_of(organisation: Organisation) -> PaperStore:
    def store(form: PaperForm, actor: User) -> Document | None:
        return form.paper_document(
            kind=DocumentKind.TERMS_OF_REFERENCE, actor=actor, organisation=organisation, visibility=Visibility.PUBLIC
        )

    return store
