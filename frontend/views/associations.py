"""Associations and matching donors: the list, the page of each, and asking to join."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from birge.organisations.models import Organisation, OrganisationKind, OrganisationStatus
from birge.organisations.selectors import belongs
from birge.organisations.services import join_ask, join_withdraw
from frontend.access import page_actor, page_refusals
from frontend.deeds import Deed, Doing, deeds_page
from frontend.forms.offices import JoinForm, NothingForm
from frontend.presenters.associations import (
    association_page,
    association_rows,
    associations_listed,
    associations_shown,
)
from frontend.presenters.cash import organisation_red
from frontend.presenters.joining import JoinState, join_state

PAGE_SIZE = 30


@require_GET
def association_list(request: HttpRequest) -> HttpResponse:
    """List all verified associations and matching donors, by name, with what each gave."""
    found = associations_listed().order_by("name_ru", "id")
    after = request.GET.get("after", "")
    last = associations_listed().filter(public_id=after).first() if after else None
    if last is not None:
        found = found.filter(Q(name_ru__gt=last.name_ru) | Q(name_ru=last.name_ru, id__gt=last.pk))
    listed = list(found[: PAGE_SIZE + 1])
    context = {
        "rows": association_rows(listed[:PAGE_SIZE]),
        "cursor": last is not None,
        "next_cursor": listed[PAGE_SIZE - 1].public_id if len(listed) > PAGE_SIZE else "",
    }
    return render(request, "associations/list.html", context)


@page_refusals
def association(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show one to everyone; who is signed in may ask to join, and take that back."""
    found = associations_shown().filter(public_id=public_id).first()
    if found is None:
        raise Http404
    here, user = reverse("association", args=[public_id]), page_actor(request)
    if wanted and user is None:
        return redirect_to_login(here) if request.method == "POST" else redirect(here)
    state = join_state(found, user)
    takes = found.kind == OrganisationKind.MIGRANT_ASSOCIATION and found.status == OrganisationStatus.VERIFIED
    notes, red = organisation_red(found)
    context = {**association_page(found), "join": state if takes else None, "here": here, "cash_notes": notes}
    context["cash_red"] = red if belongs(user, found) else []
    if user is None:
        return render(request, "associations/detail.html", context)
    return deeds_page(
        request,
        template="associations/detail.html",
        context=context,
        deeds=_deeds(found, state, takes=takes),
        here=here,
        wanted=wanted,
        target=public_id,
    )


def _deeds(found: Organisation, state: JoinState, *, takes: bool) -> list[Deed]:
    def take_back(doing: Doing) -> Organisation:
        if state.request is None:
            raise Http404
        join_withdraw(request=state.request, actor=doing.actor)
        return found

    return [
        Deed(
            name="join",
            title=_("Become a member"),
            text=_("The chair sees your name and your address, and decides."),
            button=_("Ask to join"),
            form=JoinForm,
            run=lambda doing: join_ask(organisation=found, person=doing.actor, message=doing.data["message"]),
            thanks=_("Asked. The chair decides, and you get a message."),
            offered=takes and state.state in ("outside", "refused"),
        ),
        Deed(
            name="withdraw",
            title=_("Take it back"),
            button=_("Take it back"),
            form=NothingForm,
            run=take_back,
            thanks=_("Taken back."),
            danger=True,
            offered=takes and state.state == "asked",
        ),
    ]
