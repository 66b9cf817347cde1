"""An organisation applies and hands in papers; its people see who holds which office."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from birge.accounts.models import User
from birge.documents.models import Document, DocumentKind, Visibility
from birge.errors import InvalidInput, NotFound
from birge.organisations.models import Organisation, OrganisationKind, OrganisationStatus
from birge.organisations.permissions import Action, is_platform_administrator, may
from birge.organisations.selectors import organisations_of
from birge.organisations.services import organisation_apply as apply_organisation
from birge.organisations.services import organisation_papers_attach
from birge.organisations.services.verifying import LOCAL, SELF_GOVERNED
from birge.places.models import Place
from birge.places.selectors import places_current, places_search
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, Doing, PaperStore, deeds_page
from frontend.forms.offices import ApplyForm, PapersForm, PlaceForm
from frontend.forms.parts import PaperForm
from frontend.presenters import offices as shown
from frontend.presenters.facts import Fact, Link
from frontend.presenters.words import language, place_line

MOST_PLACES = 20
TAKES_PAPERS = frozenset({OrganisationStatus.SUBMITTED, OrganisationStatus.REFUSED})


@require_GET
@desk_page
def organisation_apply(request: HttpRequest) -> HttpResponse:
    """Ask what kind of organisation it is, each with what it does here."""
    mine = organisations_of(signed_in(request)) | Organisation.objects.filter(created_by=signed_in(request))
    context = {
        "kinds": shown.kind_words(),
        "mine": [
            Link(reverse("organisation", args=[each.public_id]), each.name(language())) for each in mine.distinct()
        ],
    }
    return render(request, "offices/kinds.html", context)


@desk_page
def organisation_new(request: HttpRequest, kind: str, place: str = "", wanted: str = "") -> HttpResponse:
    """Take an application: for a local organisation first the place, then the words and papers."""
    if kind not in OrganisationKind.values:
        raise NotFound
    local = kind in LOCAL
    found = places_current().filter(public_id=place, kind__in=SELF_GOVERNED).first() if place else None
    if place and found is None:
        raise NotFound
    if local and found is None:
        return _place_page(request, kind)
    deed = Deed(
        name="apply",
        title=_("What is it called?"),
        button=_("Hand it in"),
        form=ApplyForm,
        arguments={"local": local},
        run=lambda doing: _apply(doing, kind, found),
        thanks=_("Handed in. We look at the papers and write to you."),
        paper=_papers_of(None),
        to=lambda made: reverse("organisation", args=[made]),
    )
    here = reverse("organisation_new_in", args=[kind, place]) if place else reverse("organisation_new", args=[kind])
    context = {
        "title": _kind_title(kind),
        "facts": [Fact(_("Where"), place_line(found))] if found else [],
        "back": Link(reverse("organisation_apply"), _("What kind of organisation?")),
    }
    return deeds_page(request, context=context, deeds=[deed], here=here, wanted=wanted, target=f"{kind}:{place}")


def _apply(doing: Doing, kind: str, place: Place | None) -> Organisation:
    names = ("name_ru", "name_ky", "name_en", "registered_number", "contact_email", "about")
    return apply_organisation(
        kind=kind,
        actor=doing.actor,
        place=place,
        country=doing.data.get("country") or "KG",
        papers=doing.paper,
        **{name: doing.data[name] for name in names},
    )


def _place_page(request: HttpRequest, kind: str) -> HttpResponse:
    form = PlaceForm(request.GET if "q" in request.GET else None)
    text = form.cleaned_data["q"].strip() if form.is_bound and form.is_valid() else ""
    found = places_search(text, SELF_GOVERNED).select_related("parent__parent__parent")[:MOST_PLACES] if text else []
    context = {
        "title": _kind_title(kind),
        "form": form,
        "searched": bool(text),
        "places": [
            Link(reverse("organisation_new_in", args=[kind, place.public_id]), place_line(place)) for place in found
        ],
        "back": Link(reverse("organisation_apply"), _("What kind of organisation?")),
    }
    return render(request, "offices/place.html", context)


def _kind_title(kind: str) -> str:
    return next(title for value, title, _text in shown.kind_words() if value == kind)


@desk_page
def organisation(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show an organisation to its own people: offices, wishes, papers."""
    user = signed_in(request)
    found = organisation_for(user, public_id)
    applicant = found.created_by_id == user.pk or may(user, Action.OFFICE_REQUEST, found)

    def attach(doing: Doing) -> Organisation:
        if doing.paper is None:
            raise InvalidInput(_("Please attach the papers."), field="papers")
        return organisation_papers_attach(organisation=found, actor=doing.actor, papers=doing.paper)

    deed = Deed(
        name="papers",
        title=_("Hand in papers"),
        text=_("Charter, decision, or written rules. Better ones replace those from before."),
        button=_("Hand in"),
        form=PapersForm,
        run=attach,
        thanks=_("Handed in. We look at them and write to you."),
        paper=_papers_of(found),
        offered=applicant and found.status in TAKES_PAPERS,
    )
    return deeds_page(
        request,
        template="offices/organisation.html",
        context=shown.organisation_context(found, user),
        deeds=[deed],
        here=reverse("organisation", args=[public_id]),
        wanted=wanted,
        target=public_id,
    )


def organisation_for(user: User, public_id: str) -> Organisation:
    """Return an organisation for its people, its applicant, and administrators. Raises NotFound for others."""
    found = Organisation.objects.select_related("place", "created_by", "papers").filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    theirs = organisations_of(user).filter(pk=found.pk).exists() or found.created_by_id == user.pk
    if not theirs and not is_platform_administrator(user):
        raise NotFound
    return found


def _papers_of(found: Organisation | None) -> PaperStore:
    def store(form: PaperForm, actor: User) -> Document | None:
        return form.paper_document(
            kind=DocumentKind.PAPERS, actor=actor, organisation=found, visibility=Visibility.PRIVATE
        )

    return store
