"""Promises by phone: written down for a caller, counted once somebody called back."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.notifications.services import Contact
from frontend.access import desk_page
from frontend.deeds import Deed, Doing, deeds_page
from frontend.forms.custodian import CallBackForm, CallerPledgeForm, ReasonForm
from frontend.presenters.custodian.subjects import back_to, pledge_context
from frontend.presenters.words import language
from funds.pledges.models import ConfirmedHow, Pledge
from funds.pledges.services import pledge_make
from funds.pledges.states import PledgeStatus
from funds.settlement.services import pledge_confirm_and_match, pledge_withdraw_and_release
from projects.works.models import Project
from projects.works.states import ProjectStatus

from .finding import custodian_for, mine

TAKES_BACK = frozenset({PledgeStatus.MADE, PledgeStatus.CONFIRMED, PledgeStatus.DUE})


@desk_page
def custodian_promise(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Write down a promise for somebody on the phone or at the desk."""
    custodian = custodian_for(request, public_id)
    projects = list(Project.objects.filter(custodian=custodian, status=ProjectStatus.OPEN).order_by("-id"))
    deed = Deed(
        name="make",
        title=_("What do they promise?"),
        text=_("Read them the terms first. They can take it back until they have paid."),
        button=_("Write it down"),
        form=CallerPledgeForm,
        arguments={
            "projects": projects,
            "titles": [(project.public_id, project.title(language())) for project in projects],
        },
        run=lambda doing: _make(doing, {project.public_id: project for project in projects}),
        thanks=_("Written down. It counts once somebody called back."),
        to=lambda ref: reverse("custodian_pledge", args=[ref]),
        offered=bool(projects),
    )
    context = {
        "title": _("Somebody calls to give"),
        "note": "" if projects else _("No project of yours takes promises now."),
        "back": back_to(custodian),
    }
    here = reverse("custodian_promise", args=[public_id])
    return deeds_page(request, context=context, deeds=[deed], here=here, wanted=wanted, target=public_id)


def _make(doing: Doing, projects: dict[str, Project]) -> Pledge:
    data = doing.data
    contact = data["contact"].strip()
    return pledge_make(
        project=projects[data["project"]],
        amount=data["amount"],
        contact=Contact("email" if "@" in contact else "sms", contact) if contact else None,
        country=data["country"],
        credit_choice=data["credit_choice"],
        credit_line=data["credit_line"],
        language=language(),
        terms_version=settings.TERMS_VERSION,
        idempotency=doing.key,
        actor=doing.actor,
        on_behalf=True,
    )


@desk_page
def custodian_pledge(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show a promise; call the donor back, or take it back for them."""
    pledge = mine(request, Pledge.objects.select_related("project", "custodian", "made_by"), public_id)
    deeds = [
        Deed(
            name="call-back",
            title=_("I called back"),
            text=_("Only after you reached the donor on their own number, and they said yes."),
            button=_("They confirmed it"),
            form=CallBackForm,
            run=lambda doing: pledge_confirm_and_match(
                pledge=pledge, how=ConfirmedHow.CALL_BACK, actor=doing.actor, reason=doing.data["reason"]
            ),
            thanks=_("Confirmed. The promise stands."),
            offered=pledge.status == PledgeStatus.MADE,
        ),
        Deed(
            name="withdraw",
            title=_("They called to take it back"),
            button=_("Take it back for them"),
            form=ReasonForm,
            run=lambda doing: pledge_withdraw_and_release(
                pledge=pledge, actor=doing.actor, reason=doing.data["reason"]
            ),
            thanks=_("The promise is taken back."),
            danger=True,
            offered=pledge.status in TAKES_BACK,
        ),
    ]
    record = reverse("custodian_record", args=[public_id]) if pledge.is_open else ""
    here = reverse("custodian_pledge", args=[public_id])
    return deeds_page(
        request,
        template="custodian/pledge.html",
        context=pledge_context(pledge) | {"record_url": record},
        deeds=deeds,
        here=here,
        wanted=wanted,
        target=public_id,
    )
