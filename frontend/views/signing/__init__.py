"""The desk of outside signatories: nothing leaves for a project without one of them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from birge.accounts.models import User
from birge.errors import NotAllowed, NotFound
from birge.organisations.models import Role
from birge.organisations.selectors import holds_office
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, deeds_page
from frontend.forms.custodian import ReasonForm
from frontend.forms.signing import ReportForm, SeenForm, SignatoryForm, SignForm
from frontend.presenters import signing as shown
from funds.releases.models import Expense, ExpenseStatus, Release, ReleaseStatus, Side
from funds.releases.services import expense_accept, expense_refuse, release_refuse, release_sign
from projects.works.models import Milestone, MilestoneStatus, Project
from projects.works.selectors import is_outside_signer
from projects.works.services import milestone_accept, project_close, signatory_change_ask
from projects.works.states import ProjectStatus


@require_GET
@desk_page
def signing(request: HttpRequest) -> HttpResponse:
    """List what waits for me."""
    return render(request, "signing/list.html", shown.signing_context(signed_in(request)))


@desk_page
def signing_release(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Sign a tranche or refuse it, after reading what the village has shown."""
    releases = Release.objects.select_related(
        "project__village__parent", "project__administration", "project__custodian",
        "project__signatory_organisation", "milestone", "basis", "asked_by", "paid_by",
    )  # fmt: skip
    release = releases.filter(public_id=public_id).first()
    if release is None:
        raise NotFound
    _signer(request, release.project)
    unsigned = not release.signatures.filter(side=Side.OUTSIDE).exists()
    deeds = [
        Deed(
            name="sign",
            title=_("I sign"),
            text=_("With your signature and that of the village’s head the custodian may pay it out."),
            button=_("Sign"),
            form=SignForm,
            run=lambda doing: release_sign(release=release, actor=doing.actor, proof=doing.proof),
            thanks=_("Signed."),
            offered=release.status == ReleaseStatus.ASKED and unsigned,
        ),
        Deed(
            name="refuse",
            title=_("I do not sign"),
            text=_("Everyone will read why."),
            button=_("Refuse"),
            form=ReasonForm,
            run=lambda doing: release_refuse(release=release, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Refused. The village reads your reason."),
            danger=True,
            offered=release.status in (ReleaseStatus.ASKED, ReleaseStatus.SIGNED),
        ),
    ]
    return deeds_page(
        request,
        template="signing/release.html",
        context=shown.release_context(release),
        deeds=deeds,
        here=reverse("signing_release", args=[public_id]),
        wanted=wanted,
        target=public_id,
    )


@desk_page
def signing_stage(request: HttpRequest, public_id: str, position: int, wanted: str = "") -> HttpResponse:
    """Look at the photos of a reported stage and say whether it is done."""
    stages = Milestone.objects.select_related(
        "project__administration", "project__signatory_organisation", "reported_by", "accepted_by"
    )
    stage = stages.filter(project__public_id=public_id, position=position).first()
    if stage is None:
        raise NotFound
    _signer(request, stage.project)
    deed = Deed(
        name="accept",
        title=_("Is it done?"),
        text=_("Say yes only if you saw it, or somebody you trust did. The next money depends on it."),
        button=_("Yes, it is done"),
        form=SeenForm,
        run=lambda doing: milestone_accept(milestone=stage, actor=doing.actor),
        thanks=_("Accepted."),
        offered=stage.status == MilestoneStatus.REPORTED,
    )
    return deeds_page(
        request,
        template="signing/stage.html",
        context=shown.stage_context(stage),
        deeds=[deed],
        here=reverse("signing_stage", args=[public_id, position]),
        wanted=wanted,
        target=f"{public_id}:{position}",
    )


@desk_page
def signing_receipt(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Check a receipt against its line of the budget."""
    expenses = Expense.objects.select_related(
        "project__signatory_organisation", "release__milestone", "budget_line", "receipt", "submitted_by"
    )
    expense = expenses.filter(public_id=public_id).first()
    if expense is None:
        raise NotFound
    _signer(request, expense.project)
    waits = expense.status == ExpenseStatus.SUBMITTED
    deeds = [
        Deed(
            name="accept",
            title=_("The receipt is right"),
            button=_("Accept"),
            form=SeenForm,
            run=lambda doing: expense_accept(expense=expense, actor=doing.actor),
            thanks=_("Accepted. It is in the books."),
            offered=waits,
        ),
        Deed(
            name="refuse",
            title=_("Something is wrong with it"),
            button=_("Send it back"),
            form=ReasonForm,
            run=lambda doing: expense_refuse(expense=expense, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Sent back, with your reason."),
            danger=True,
            offered=waits,
        ),
    ]
    return deeds_page(
        request,
        template="signing/receipt.html",
        context=shown.expense_context(expense),
        deeds=deeds,
        here=reverse("signing_receipt", args=[public_id]),
        wanted=wanted,
        target=public_id,
    )


@desk_page
def signing_project(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show a project one signs for; ask for another signatory; close it a year after it was built."""
    projects = Project.objects.select_related(
        "administration", "custodian", "signatory_organisation", "outside_signatory", "outside_substitute"
    )
    project = projects.filter(public_id=public_id).first()
    if project is None:
        raise NotFound
    _signer(request, project)
    deeds = _signing_deeds(project)
    return deeds_page(
        request,
        template="signing/project.html",
        context=shown.project_context(project),
        deeds=deeds,
        here=reverse("signing_project", args=[public_id]),
        wanted=wanted,
        target=public_id,
    )


def _signing_deeds(project: Project) -> list[Deed]:
    """Return what an outside signatory can ask for or report."""
    people = {
        each.public_id: each
        for each in User.objects.filter(public_id__in=[ref for ref, _n in shown.could_sign(project)])
    }
    return [
        Deed(
            name="close",
            title=_("A year later: how is it?"),
            text=_("Your report closes the project. It can come a year after the work was completed."),
            button=_("Send my report"),
            form=ReportForm,
            run=lambda doing: project_close(project=project, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Thank you. The project is closed."),
            offered=project.status == ProjectStatus.COMPLETED,
        ),
        Deed(
            name="signatory",
            title=_("Somebody else shall sign"),
            text=_("You ask; the village’s head agrees or refuses. Until then everything stays as it is."),
            button=_("Ask"),
            form=SignatoryForm,
            arguments={"people": shown.could_sign(project)},
            run=lambda doing: signatory_change_ask(
                project=project,
                actor=doing.actor,
                person=people[doing.data["person"]],
                substitute=doing.data["substitute"],
                reason=doing.data["reason"],
            ),
            thanks=_("Asked. The village’s head decides."),
            danger=True,
            offered=project.status not in (ProjectStatus.CLOSED, ProjectStatus.EXPIRED, ProjectStatus.CANCELLED),
        ),
    ]


def _signer(request: HttpRequest, project: Project) -> None:
    """Let the named signatory and who stands in pass. Colleagues may not; for all others it does not exist."""
    user = signed_in(request)
    if is_outside_signer(user, project):
        return
    association = project.signatory_organisation
    if association is not None and holds_office(user, association, list(Role)):
        raise NotAllowed(_("For this project somebody else of your association signs."))
    raise NotFound
