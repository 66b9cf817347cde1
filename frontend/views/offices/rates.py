"""A rate that waits: an administrator who did not load it trusts or refuses it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.errors import NotAllowed, NotFound
from birge.organisations.permissions import is_platform_administrator
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, Doing, deeds_page
from frontend.forms.offices import DecideForm
from frontend.forms.rates import RateRefuseForm
from frontend.presenters.rates import rate_context
from funds.rates.models import Rate
from funds.rates.services import rate_decide
from funds.rates.states import RateStatus


@desk_page
def rate_decision(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show what is odd about a rate beside the one before, and decide."""
    user = signed_in(request)
    if not is_platform_administrator(user):
        raise NotAllowed(_("This is for administrators of the platform."))
    rate = Rate.objects.select_related("loaded_by", "decided_by").filter(public_id=public_id).first()
    if rate is None:
        raise NotFound
    mine = rate.loaded_by_id == user.pk
    return deeds_page(
        request,
        context=rate_context(rate, mine=mine),
        deeds=_decisions(rate, offered=rate.status == RateStatus.WAITING and not mine),
        here=reverse("rate_decision", args=[public_id]),
        wanted=wanted,
        target=public_id,
    )


def _decisions(rate: Rate, *, offered: bool) -> list[Deed]:
    def decide(doing: Doing, accept: bool) -> Rate:
        return rate_decide(rate=rate, actor=doing.actor, proof=doing.proof, accept=accept, reason=doing.data["reason"])

    return [
        Deed(
            name="accept",
            title=_("The rate is right"),
            text=_("From this moment it is used for its day and until the next one."),
            button=_("Trust it"),
            form=DecideForm,
            run=lambda doing: decide(doing, True),
            thanks=_("Trusted."),
            offered=offered,
        ),
        Deed(
            name="refuse",
            title=_("The rate is wrong"),
            text=_("It stays in the table as refused and is never used."),
            button=_("Refuse"),
            form=RateRefuseForm,
            run=lambda doing: decide(doing, False),
            thanks=_("Refused."),
            danger=True,
            offered=offered,
        ),
    ]
