"""Opening a pool: the chair or the donor's manager says who holds the money and what it is for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.errors import InvalidInput, NotAllowed, NotFound
from birge.organisations.models import Organisation, OrganisationKind
from birge.organisations.permissions import Action
from birge.organisations.selectors import organisations_verified, terms_now
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, Doing, deeds_page
from frontend.forms.pools.opening import OpenPoolForm
from frontend.presenters.facts import Link
from frontend.presenters.pools.public import how_decided
from frontend.presenters.words import language
from funds.pools.models import Pool
from funds.pools.services import pool_open

from .finding import holds, inside_check


@desk_page
def pool_new(request: HttpRequest, organisation: str, wanted: str = "") -> HttpResponse:
    """Open a pool, once it is agreed in writing how one decides."""
    found = Organisation.objects.filter(public_id=organisation).first()
    if found is None:
        raise NotFound
    inside_check(signed_in(request), found)
    if not holds(signed_in(request), Action.POOL_OPEN, found):
        raise NotAllowed(_("The chair, or the donor’s manager, opens a pool."))
    custodians = {
        each.public_id: each for each in organisations_verified(OrganisationKind.CUSTODIAN).order_by("name_ru", "id")
    }
    has_terms = terms_now(found) is not None
    deed = Deed(
        name="open",
        title=_("What is it called, and who holds the money?"),
        button=_("Open it"),
        form=OpenPoolForm,
        arguments={"custodians": [(ref, each.name(language())) for ref, each in custodians.items()]},
        run=lambda doing: _open(found, custodians, doing),
        thanks=_("Open. Now people can pay in."),
        to=lambda ref: reverse("desk_pool", args=[ref]),
        offered=has_terms and bool(custodians),
    )
    note, tone = how_decided(found), ""
    if not has_terms:
        note, tone = _("First agree in writing on how you decide: the terms of reference."), "warn"
    elif not custodians:
        note, tone = _("There is no checked custodian yet who could hold the money."), "warn"
    context = {
        "title": _("Open a common fund"),
        "note": note,
        "note_tone": tone,
        "back": Link(reverse("desk_pools", args=[organisation]), found.name(language())),
        "next_link": None if has_terms else Link(reverse("organisation_terms", args=[organisation]), _("Write them")),
    }
    return deeds_page(
        request,
        template="pools/open.html",
        context=context,
        deeds=[deed],
        here=reverse("pool_new", args=[organisation]),
        wanted=wanted,
        target=organisation,
    )


def _open(organisation: Organisation, custodians: dict[str, Organisation], doing: Doing) -> Pool:
    data = doing.data
    custodian = custodians.get(data["custodian"])
    if custodian is None:
        raise InvalidInput(_("Please choose a custodian whose papers were checked."), field="custodian")
    names = ("currency", "name_ky", "name_ru", "name_en", "purpose", "starts_on", "ends_on")
    budget = data["budget"]
    return pool_open(
        organisation=organisation,
        custodian=custodian,
        actor=doing.actor,
        budget_minor=budget.minor if budget else None,
        **{name: data[name] for name in names},
    )
