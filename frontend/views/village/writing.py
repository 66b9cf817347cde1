"""Writing a project down, one part a page. A part is saved by itself; one can stop at any time."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from birge.documents.services import photo_store
from birge.organisations.models import Organisation
from frontend.access import desk_page, signed_in
from frontend.forms.village.rows import plain_amount
from frontend.forms.village.writing import KeeperForm, NewProjectForm, PeopleForm, PictureForm, WordsForm
from frontend.presenters.words import language
from projects.works.models import Project
from projects.works.services import project_create, project_edit
from projects.works.services.writing import STILL_ON_PAPER
from projects.works.states import WORDS_CAN_CHANGE

from .common import form_page, my_administration, my_project, still, tried


@require_http_methods(["GET", "POST"])
@desk_page
def new(request: HttpRequest, administration: str) -> HttpResponse:
    """Ask for the little that a draft needs, and lead to its page."""
    owner = my_administration(request, administration)
    form = NewProjectForm(request.POST or None, administration=owner)
    if request.method == "POST" and form.is_valid():
        made = _made_before(owner, form) or _make(request, owner, form)
        if made is not None:
            messages.success(request, _("It is kept as a draft. Write on now or later."))
            return redirect("village_project", public_id=made.public_id)
    context = {"form": form, "administration_name": owner.name(language())}
    return render(request, "village/new.html", context, status=422 if form.errors else 200)


def _reference(form: NewProjectForm) -> str:
    return f"page:{form.cleaned_data['key']}"


def _made_before(owner: Organisation, form: NewProjectForm) -> Project | None:
    return Project.objects.filter(administration=owner, source_ref=_reference(form)).first()


def _make(request: HttpRequest, owner: Organisation, form: NewProjectForm) -> Project | None:
    """Make the draft. The form's key is unique among the administration's projects, so two taps make one."""
    made: list[Project] = []
    try:
        tried(
            request,
            form,
            lambda: made.append(
                project_create(
                    administration=owner, actor=signed_in(request), source_ref=_reference(form), **form.service_data()
                )
            ),
        )
    except IntegrityError:
        return _made_before(owner, form)
    return made[0] if made else None


@require_http_methods(["GET", "POST"])
@desk_page
def words(request: HttpRequest, public_id: str) -> HttpResponse:
    """Title and text, in up to three languages."""
    project = still(my_project(request, public_id), WORDS_CAN_CHANGE)
    form = WordsForm(request.POST or None, project=project)
    return _edit(request, project, form, heading=_("What is it?"), template="village/words.html")


@require_http_methods(["GET", "POST"])
@desk_page
def keeper(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who looks after it later."""
    project = still(my_project(request, public_id), STILL_ON_PAPER)
    yearly = project.upkeep_yearly_minor
    initial = {
        "keeper_name": project.keeper_name,
        "keeper_role": project.keeper_role,
        "upkeep_yearly_minor": plain_amount(yearly, project.currency) if yearly is not None else "",
    }
    form = KeeperForm(request.POST or None, initial=initial, currency=project.currency)
    return _edit(request, project, form, heading=_("Who looks after it later"))


@require_http_methods(["GET", "POST"])
@desk_page
def people(request: HttpRequest, public_id: str) -> HttpResponse:
    """How people were asked, and which permits there are."""
    project = still(my_project(request, public_id), STILL_ON_PAPER)
    initial = {"people_asked": project.people_asked, "permits": project.permits}
    form = PeopleForm(request.POST or None, initial=initial)
    return _edit(request, project, form, heading=_("People asked, permits"))


def _edit(
    request: HttpRequest, project: Project, form: KeeperForm | PeopleForm | WordsForm, **shown: str
) -> HttpResponse:
    """Save the words of a form, and lead back to the project's page."""
    if request.method == "POST" and form.is_valid():
        changes = form.service_data()
        if tried(request, form, lambda: project_edit(project=project, actor=signed_in(request), **changes)):
            messages.success(request, _("Saved."))
            return redirect("village_project", public_id=project.public_id)
    return form_page(request, project, form, button=_("Save"), **shown)


@require_http_methods(["GET", "POST"])
@desk_page
def picture(request: HttpRequest, public_id: str) -> HttpResponse:
    """One photo of the place."""
    project = still(my_project(request, public_id), STILL_ON_PAPER)
    form = PictureForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        actor, data = signed_in(request), form.cleaned_data

        def keep() -> None:
            photo = photo_store(
                file=data["paper"], title=data["title"], actor=actor, organisation=project.administration
            )
            project_edit(project=project, actor=actor, picture=photo)

        if tried(request, form, keep):
            messages.success(request, _("Saved."))
            return redirect("village_project", public_id=project.public_id)
    return form_page(
        request, project, form, heading=_("A picture"), button=_("Send it"), picture=project.picture,
        template="village/picture.html",
    )  # fmt: skip
