"""A way to pay is switched on or off, and a project is stopped or goes on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from birge.errors import NotFound
from birge.organisations.permissions import is_platform_administrator
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, deeds_page
from frontend.forms.custodian import ReasonForm, WayForm
from frontend.presenters.custodian.lists import country
from frontend.presenters.custodian.subjects import back_to
from frontend.presenters.facts import Fact, Link, day, facts, say
from frontend.presenters.money import detail_name
from frontend.presenters.words import language
from funds.payments.models import PaymentKind, PaymentMethod
from funds.payments.services import payment_method_set
from funds.settlement.facts import held_minor
from projects.works.models import Project
from projects.works.services import project_resume, project_suspend
from projects.works.states import ALLOWED, ProjectStatus

from .finding import custodian_for, custodians_of


@desk_page
def custodian_way(request: HttpRequest, public_id: str, number: int, wanted: str = "") -> HttpResponse:
    """Switch one way to pay on or off, with the words that donors read."""
    custodian = custodian_for(request, public_id)
    method = PaymentMethod.objects.filter(custodian=custodian, pk=number).first()
    if method is None:
        raise NotFound
    deed = Deed(
        name="set",
        title=_("From today"),
        button=_("Save"),
        form=WayForm,
        arguments={
            "initial": {
                "works": "yes" if method.works else "no",
                "note_ky": method.note_ky,
                "note_ru": method.note_ru,
                "note_en": method.note_en,
            }
        },
        run=lambda doing: payment_method_set(
            method=method,
            actor=doing.actor,
            **{name: doing.data[name] for name in ("works", "note_ky", "note_ru", "note_en")},
        ),
        thanks=_("Saved. Donors see it from now on."),
        to=lambda _ref: reverse("custodian_ways", args=[public_id]),
        offered=method.valid_to is None,
    )
    context = {
        "title": capfirst(str(PaymentKind(method.kind).label)),
        "facts": facts(
            Fact(_("For donors in"), country(method.donor_country)),
            Fact(_("Since"), day(method.valid_from)),
            Fact(_("Until"), day(method.valid_to)),
            *(Fact(detail_name(name), str(value), css="mono") for name, value in method.details.items()),
            Fact(
                _("The bank’s QR picture"), _("look and change"), reverse("custodian_picture", args=[public_id, number])
            )
            if method.kind == PaymentKind.TRANSFER
            else None,
        ),
        "back": back_to(custodian, "custodian_ways", _("Ways to pay")),
    }
    here = reverse("custodian_way", args=[public_id, number])
    return deeds_page(request, context=context, deeds=[deed], here=here, wanted=wanted, target=str(number))


@desk_page
def project_stop(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Stop a project for now, or let it go on: for the custodian who holds its money, and for administrators."""
    user = signed_in(request)
    found = Project.objects.select_related("custodian", "administration").filter(public_id=public_id)
    if not is_platform_administrator(user):
        found = found.filter(custodian__in=custodians_of(user))
    project = found.first()
    if project is None or project.custodian is None:
        raise NotFound
    status = ProjectStatus(project.status)
    stopped = status == ProjectStatus.SUSPENDED
    deeds = [
        Deed(
            name="stop",
            title=_("Stop it for now"),
            text=_("No money leaves and nobody can promise. Everyone reads your reason on the project’s page."),
            button=_("Stop it"),
            form=ReasonForm,
            run=lambda doing: project_suspend(project=project, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Stopped."),
            offered=ProjectStatus.SUSPENDED in ALLOWED[status],
        ),
        Deed(
            name="resume",
            title=_("Let it go on"),
            text=_("It goes on where it stood. The days it was stopped are added to its deadlines."),
            button=_("Let it go on"),
            form=ReasonForm,
            run=lambda doing: project_resume(project=project, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("It goes on."),
            offered=stopped,
        ),
    ]
    mine = custodians_of(user).filter(pk=project.custodian.pk).exists()
    back = (
        back_to(project.custodian, "custodian_projects", _("Projects")) if mine else Link(reverse("desk"), _("My desk"))
    )
    context = {
        "title": project.title(language()),
        "facts": facts(
            Fact(_("How far"), str(status.label), reverse("project", args=[public_id])),
            Fact(_("Held now"), say(held_minor(project), project.currency), css="big"),
            Fact(_("Who builds"), project.administration.name(language())),
        ),
        "back": back,
    }
    here = reverse("project_stop", args=[public_id])
    return deeds_page(request, context=context, deeds=deeds, here=here, wanted=wanted, target=public_id)
