"""What the village's pages share: whose project it is, trying a service, steps that a second tap does not repeat."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from birge.accounts.factors import factor_enrolled
from birge.accounts.models import User
from birge.errors import BirgeError, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.organisations.models import Organisation, OrganisationKind
from birge.organisations.selectors import offices_of, organisations_of
from frontend.access import signed_in
from frontend.presenters.words import language
from frontend.refusals import refuse_in_form
from projects.works.models import Milestone, Project

PARTS = (
    "village__parent",
    "administration__place",
    "custodian",
    "picture",
    "resolution",
    "outside_signatory",
    "outside_substitute",
    "signatory_organisation",
)


def my_administrations(user: User) -> list[Organisation]:
    """Return the village administrations that this person holds an office in."""
    mine = organisations_of(user).filter(kind=OrganisationKind.VILLAGE_ADMINISTRATION)
    return list(mine.select_related("place"))


def my_administration(request: HttpRequest, public_id: str) -> Organisation:
    """Return one of them, by its public id. Else 404."""
    mine = organisations_of(signed_in(request)).filter(kind=OrganisationKind.VILLAGE_ADMINISTRATION)
    found = mine.filter(public_id=public_id).select_related("place").first()
    if found is None:
        raise Http404
    return found


def my_project(request: HttpRequest, public_id: str) -> Project:
    """Return a project of an administration that this person holds an office in, in any state. Else 404."""
    mine = organisations_of(signed_in(request))
    found = Project.objects.filter(public_id=public_id, administration__in=mine).select_related(*PARTS).first()
    if found is None:
        raise Http404
    return found


def still(project: Project, states: Collection[str]) -> Project:
    """Return the project if it is in one of these states. Else RuleNotMet, before anybody types in vain."""
    if project.status not in states:
        raise RuleNotMet(_("This cannot be changed any more: the council has it, or decided on it."), code="fixed")
    return project


def still_public(project: Project, states: Collection[str]) -> Project:
    """Return the project if it is in one of these states. Else RuleNotMet: there is nothing to report yet."""
    if project.status not in states:
        raise RuleNotMet(_("News can be published once the council has adopted the project."), code="not_public")
    return project


def stage_at(project: Project, position: int) -> Milestone:
    """Return a stage of the project by its place in the order. Else 404."""
    found = project.milestones.filter(position=position).first()
    if found is None:
        raise Http404
    found.project = project
    return found


def roles_in(user: User, administration: Organisation) -> frozenset[str]:
    """Return the offices that this person holds there today."""
    return frozenset(
        offices_of(user).filter(office__organisation=administration).values_list("office__role", flat=True)
    )


def tried(request: HttpRequest, form: forms.Form, run: Callable[[], object]) -> bool:
    """Call a service. What it refuses is put beside the field, and False returned.

    NotAllowed goes on to a page of its own, and so does a second factor that was never set up.
    """
    try:
        run()
    except SecondFactorRequired as error:
        if not factor_enrolled(signed_in(request)):
            raise
        refuse_beside(form, error)
        return False
    except NotAllowed:
        raise
    except BirgeError as error:
        refuse_beside(form, error)
        return False
    return True


def refuse_beside(form: forms.Form, error: BirgeError) -> None:
    """Put a refusal beside the field it is about, whatever the service calls it."""
    aliases: dict[str, str] = getattr(form, "aliases", {})
    if error.field not in form.fields:
        error.field = aliases.get(error.field, error.field)
    refuse_in_form(form, error)


def step(
    request: HttpRequest, project: Project, run: Callable[[], object], *, reached: Collection[str], thanks: str
) -> HttpResponse:
    """Take one step of a project's life and lead back to its page.

    Where an earlier tap has brought it to one of the states `reached`, say thanks again and change nothing.
    """
    try:
        if project.status not in reached:
            run()
        messages.success(request, thanks)
    except RuleNotMet as error:
        project.refresh_from_db(fields=["status"])
        if project.status in reached:
            messages.success(request, thanks)
        else:
            messages.error(request, str(error))
    return redirect("village_project", public_id=project.public_id)


def form_page(request: HttpRequest, project: Project, form: Any, **shown: Any) -> HttpResponse:
    """Show a small page with one form. `shown`: heading, lead, button, and what its template needs."""
    template = shown.pop("template", "village/form.html")
    context = {"project": project, "project_title": project.title(language()), "form": form, **shown}
    sent = request.method == "POST" and not shown.get("quiet")
    return render(request, template, context, status=422 if sent else 200)
