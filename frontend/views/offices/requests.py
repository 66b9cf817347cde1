"""Wishes about offices: each kind has a page of its own that says what will happen; an administrator decides."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.documents.models import Document, DocumentKind, Visibility
from birge.errors import InvalidInput, NotAllowed, NotFound
from birge.organisations.models import OfficeRequest, Organisation, RequestKind, RequestStatus
from birge.organisations.permissions import is_platform_administrator
from birge.organisations.selectors import organisations_of
from birge.organisations.services import office_request, office_request_approve, office_request_refuse
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, Doing, PaperStore, deeds_page
from frontend.forms.offices import AgreeForm, FirstForm, GrantForm, HandOverForm, HolderForm, RequestForm, WhyForm
from frontend.forms.parts import PaperForm
from frontend.presenters import offices as shown
from frontend.presenters.facts import Link
from frontend.presenters.words import language

from .organisations import organisation_for

FORMS: dict[RequestKind, type[RequestForm]] = {
    RequestKind.FIRST_SIGNATORIES: FirstForm,
    RequestKind.GRANT: GrantForm,
    RequestKind.HAND_OVER: HandOverForm,
    RequestKind.END_TERM: HolderForm,
    RequestKind.LOST_FACTOR: HolderForm,
}


@desk_page
def office_request_page(request: HttpRequest, public_id: str, kind: str, wanted: str = "") -> HttpResponse:
    """Ask for one change of office; the page says in plain words what it leads to."""
    if kind not in RequestKind.values:
        raise NotFound
    user, wish = signed_in(request), RequestKind(kind)
    organisation = organisation_for(user, public_id)
    own_phone = wish == RequestKind.LOST_FACTOR and organisations_of(user).filter(pk=organisation.pk).exists()
    if wish not in shown.wishes(organisation, user) and not own_phone:
        raise NotAllowed(_("You may not ask for this here."))
    title, happens = shown.request_words(wish)
    deed = Deed(
        name="ask",
        title=_("What do you ask for?"),
        button=_("Ask"),
        form=FORMS[wish],
        arguments={"offices": _choices(organisation, wish, user)},
        run=lambda doing: _ask(doing, organisation, wish),
        thanks=_("Asked. An administrator decides, and writes to you."),
        paper=_paper_of(organisation),
        to=lambda ref: reverse("office_decision", args=[ref]),
    )
    context = {
        "title": title,
        "note": happens,
        "back": Link(reverse("organisation", args=[public_id]), organisation.name(language())),
    }
    here = reverse("office_request", args=[public_id, kind])
    return deeds_page(request, context=context, deeds=[deed], here=here, wanted=wanted, target=f"{public_id}:{kind}")


def _choices(organisation: Organisation, wish: RequestKind, user: User) -> list[tuple[str, str]]:
    if wish == RequestKind.HAND_OVER:
        return shown.seats_held(organisation)
    if wish in (RequestKind.GRANT, RequestKind.FIRST_SIGNATORIES):
        return shown.seats_to_fill(organisation)
    everyone = shown.holders(organisation)
    if wish in shown.wishes(organisation, user):
        return everyone
    return [(value, words) for value, words in everyone if value.endswith(f":{user.public_id}")]


def _ask(doing: Doing, organisation: Organisation, wish: RequestKind) -> OfficeRequest:
    """Take the choice `role:seat[:person]` apart."""
    role, seat, *person = doing.data["office"].split(":")
    about = doing.data.get("person") or User.objects.filter(public_id="".join(person)).first()
    if about is None:
        raise InvalidInput(_("Please choose a person."), field="person")
    what: dict[str, Any] = {"role": role, "seat": int(seat)} if wish != RequestKind.LOST_FACTOR else {}
    return office_request(
        kind=wish,
        organisation=organisation,
        person=about,
        actor=doing.actor,
        reason=doing.data["reason"],
        papers=doing.paper,
        acting=doing.data.get("acting", False),
        ends=doing.data.get("ends"),
        **what,
    )


@desk_page
def office_decision(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show a wish to whom it concerns; an administrator agrees or refuses."""
    user = signed_in(request)
    wishes = OfficeRequest.objects.select_related("organisation", "person", "asked_by", "decided_by", "papers")
    wish = wishes.filter(public_id=public_id).first()
    if wish is None or not _concerned(user, wish):
        raise NotFound
    mine = is_platform_administrator(user) and user.pk not in (wish.asked_by_id, wish.person_id)
    waits = wish.status == RequestStatus.ASKED
    deeds = [
        Deed(
            name="approve",
            title=_("I agree"),
            text=_("It happens at once. You are a person from outside and hold no office yourself."),
            button=_("Agree"),
            form=AgreeForm,
            run=lambda doing: office_request_approve(
                request=wish, actor=doing.actor, proof=doing.proof, reason=doing.data["reason"]
            ),
            thanks=_("Agreed. All concerned get a message."),
            offered=waits and mine,
        ),
        Deed(
            name="refuse",
            title=_("I do not agree"),
            button=_("Refuse"),
            form=WhyForm,
            run=lambda doing: office_request_refuse(request=wish, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Refused. They read your reason."),
            danger=True,
            offered=waits and mine,
        ),
    ]
    here = reverse("office_decision", args=[public_id])
    return deeds_page(
        request, context=shown.request_context(wish), deeds=deeds, here=here, wanted=wanted, target=public_id
    )


def _concerned(user: User, wish: OfficeRequest) -> bool:
    return (
        is_platform_administrator(user)
        or user.pk in (wish.asked_by_id, wish.person_id)
        or organisations_of(user).filter(pk=wish.organisation_id).exists()
    )


def _paper_of(organisation: Organisation) -> PaperStore:
    def store(form: PaperForm, actor: User) -> Document | None:
        return form.paper_document(
            kind=DocumentKind.PAPERS, actor=actor, organisation=organisation, visibility=Visibility.PRIVATE
        )

    return store
