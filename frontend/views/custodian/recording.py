"""Money came: find the promise it is for, or say that it is the village's, or that nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from birge.accounts.models import User
from birge.documents.models import Document, DocumentKind, Visibility
from birge.organisations.models import Organisation
from frontend.access import desk_page
from frontend.deeds import Deed, Doing, PaperStore, deeds_page
from frontend.forms.custodian import ArrivedForm, FindForm, PaymentForm, VillagePaymentForm
from frontend.forms.parts import PaperForm
from frontend.presenters.custodian.lists import pledge_row, pledges_found
from frontend.presenters.custodian.subjects import back_to, pledge_context
from frontend.presenters.facts import Link
from frontend.presenters.pools.custodian import gift_row, gifts_found
from frontend.presenters.rows import Row
from frontend.presenters.words import language
from funds.payments.models import Payment
from funds.pledges.models import Pledge
from funds.settlement.services import pledge_payment_record, unidentified_payment_record, village_payment_record
from funds.settlement.services.payments import VILLAGE_PAYS_IN
from projects.works.models import Party, Project

from .finding import acting, custodian_for, mine


@require_GET
@desk_page
def custodian_money(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask what the officer knows of the promise, and show those that fit."""
    found = custodian_for(request, public_id)
    form = FindForm(request.GET if "q" in request.GET else None)
    text = form.cleaned_data["q"].strip() if form.is_bound and form.is_valid() else ""
    context = {
        "custodian": found,
        "form": form,
        "searched": bool(text),
        "rows": _found(found, text) if text else [],
        "back": back_to(found),
    }
    return render(request, "custodian/money.html", context)


def _found(custodian: Organisation, text: str) -> list[Row]:
    """Return the promises to projects and the gifts to pools that fit."""
    pledges = [pledge_row(each) for each in pledges_found(custodian, text)]
    return [*pledges, *(gift_row(each) for each in gifts_found(custodian, text))]


@desk_page
def custodian_record(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Write down money that came for one promise."""
    pledge = mine(request, Pledge.objects.select_related("project", "custodian"), public_id)
    custodian = acting(pledge.custodian)
    deed = _recording(
        custodian,
        PaymentForm,
        {"currency": pledge.currency, "plan": pledge.project.currency},
        lambda doing: pledge_payment_record(pledge=pledge, **_by_hand(doing)),
    )
    context = pledge_context(pledge) | {"title": _("Money came for a promise"), "back": _back(custodian)}
    here = reverse("custodian_record", args=[public_id])
    return deeds_page(request, context=context, deeds=[deed], here=here, wanted=wanted, target=public_id)


@desk_page
def custodian_village(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Write down that a village paid its share."""
    custodian = custodian_for(request, public_id)
    kept = Project.objects.filter(custodian=custodian, status__in=sorted(VILLAGE_PAYS_IN), shares__party=Party.VILLAGE)
    projects = {project.public_id: project for project in kept.order_by("-id")}
    chosen = projects.get(request.POST.get("project", ""))
    arguments = {
        "currency": chosen.currency if chosen else "KGS",
        "projects": [(ref, project.title(language())) for ref, project in projects.items()],
    }
    deed = _recording(
        custodian,
        VillagePaymentForm,
        arguments,
        lambda doing: village_payment_record(project=projects[doing.data["project"]], **_came(doing)),
        offered=bool(projects),
    )
    context = {
        "title": _("The village paid its share"),
        "note": "" if projects else _("No project waits for its village’s money now."),
        "back": _back(custodian),
    }
    here = reverse("custodian_village", args=[public_id])
    return deeds_page(request, context=context, deeds=[deed], here=here, wanted=wanted, target=public_id)


@desk_page
def custodian_unknown(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Write down money of which nobody knows whose it is."""
    custodian = custodian_for(request, public_id)
    deed = _recording(
        custodian,
        PaymentForm,
        {"currency": "KGS"},
        lambda doing: unidentified_payment_record(custodian=custodian, **_by_hand(doing)),
    )
    context = {
        "title": _("Nobody knows whose it is"),
        "note": _("It shows in public as money of unknown origin. It goes to no project until somebody proves it."),
        "back": _back(custodian),
    }
    here = reverse("custodian_unknown", args=[public_id])
    return deeds_page(request, context=context, deeds=[deed], here=here, wanted=wanted, target=public_id)


def evidence_of(custodian: Organisation) -> PaperStore:
    """Return how a form's paper is stored as this custodian's evidence: for its officers, nobody else."""

    def store(form: PaperForm, actor: User) -> Document | None:
        return form.paper_document(
            kind=DocumentKind.BANK_LINE, actor=actor, organisation=custodian, visibility=Visibility.PRIVATE
        )

    return store


def _recording(
    custodian: Organisation,
    form: type[ArrivedForm],
    arguments: dict[str, Any],
    run: Callable[[Doing], Payment],
    *,
    offered: bool = True,
) -> Deed:
    return Deed(
        name="record",
        title=_("What came?"),
        button=_("Write it down"),
        form=form,
        arguments=arguments,
        run=run,
        thanks=_("Written down. It is in the books when a second person confirms it."),
        paper=evidence_of(custodian),
        to=lambda ref: reverse("custodian_payment", args=[ref]),
        offered=offered,
    )


def _came(doing: Doing, *more: str) -> dict[str, Any]:
    said = {name: doing.data[name] for name in ("amount", "received_on", "reference", *more)}
    return said | {"evidence": doing.paper, "actor": doing.actor, "idempotency": doing.key}


def _by_hand(doing: Doing) -> dict[str, Any]:
    """Return what came for a promise, or of unknown origin: it may be cash, so the device counts."""
    return _came(doing, "kind", "payer_note") | {"device": doing.device}


def _back(custodian: Organisation) -> Link:
    return back_to(custodian, "custodian_money", _("Money came"))
