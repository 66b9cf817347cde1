"""Money on its way out, as the village sees it: ask for a stage, sign, show receipts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from birge.accounts.models import User
from birge.documents.models import Document, DocumentKind, Visibility
from birge.errors import BirgeError
from birge.organisations.permissions import Action, require
from frontend.access import desk_page, signed_in
from frontend.deeds import factor_proof
from frontend.forms.village.working import AskForm, ReceiptForm, RefuseForm, SignForm
from frontend.presenters.village.money import asking_page, receipts_page, release_page
from funds.releases.models import Expense, ExpenseStatus, Release, ReleaseStatus, Side
from funds.releases.services import expense_submit, release_ask, release_refuse, release_sign
from projects.works.models import Milestone, Project

from .common import form_page, my_project, refuse_beside, stage_at, tried


@require_http_methods(["GET", "POST"])
@desk_page
def ask(request: HttpRequest, public_id: str, position: int) -> HttpResponse:
    """Ask for the money of a stage; or read why it is too early."""
    project, actor = my_project(request, public_id), signed_in(request)
    stage = stage_at(project, position)
    if (asked := _asked(stage)) is not None:
        messages.success(request, _("The money of this stage is asked for."))
        return redirect("village_release", public_id=project.public_id, release=asked.public_id)
    require(actor, Action.RELEASE_ASK, project.administration)
    first = not project.milestones.filter(position__lt=stage.position).exists()
    form = AskForm(request.POST or None, request.FILES or None, first=first)
    if request.method == "POST" and form.is_valid():

        def run() -> None:
            basis = form.paper_document(
                kind=DocumentKind.CONTRACT,
                title=stage.text[:160],
                actor=actor,
                organisation=project.administration,
                visibility=Visibility.PUBLIC,
            )
            release_ask(milestone=stage, actor=actor, reason=form.cleaned_data["reason"], basis=basis)

        if tried(request, form, run) or _asked(stage) is not None:
            messages.success(request, _("Asked. Now the head signs, then the outside signatory."))
            return redirect("village_project", public_id=project.public_id)
    return form_page(request, project, form, template="village/ask.html", **asking_page(project, stage))


def _asked(stage: Milestone) -> Release | None:
    return stage.releases.exclude(status=ReleaseStatus.REFUSED).first()


def _release(project: Project, public_id: str) -> Release:
    found = project.releases.filter(public_id=public_id).select_related("milestone", "basis", "asked_by").first()
    if found is None:
        raise Http404
    found.project = project
    return found


@require_http_methods(["GET", "POST"])
@desk_page
def release(request: HttpRequest, public_id: str, release: str) -> HttpResponse:
    """One stage's money: what it is for, who has signed; the head signs here."""
    project, actor = my_project(request, public_id), signed_in(request)
    shown = _release(project, release)
    form = SignForm(request.POST or None)
    if request.method == "POST":
        if shown.signatures.filter(side=Side.VILLAGE, signer=actor).exists():
            return _signed(request, project)
        require(actor, Action.RELEASE_SIGN_VILLAGE, project.administration)
        done = form.is_valid() and tried(
            request, form, lambda: release_sign(release=shown, actor=actor, proof=factor_proof(request, form))
        )
        # A second tap finds its code used up; what counts is whether the signature is there.
        if done or shown.signatures.filter(side=Side.VILLAGE, signer=actor).exists():
            return _signed(request, project)
    return _release_page(request, project, shown, actor, sign_form=form)


def _signed(request: HttpRequest, project: Project) -> HttpResponse:
    messages.success(request, _("Signed. Thank you."))
    return redirect("village_project", public_id=project.public_id)


@require_POST
@desk_page
def release_no(request: HttpRequest, public_id: str, release: str) -> HttpResponse:
    """Refuse it, or take back what one asked for, with a reason."""
    project, actor = my_project(request, public_id), signed_in(request)
    shown = _release(project, release)
    form = RefuseForm(request.POST)

    def run() -> None:
        release_refuse(release=shown, actor=actor, reason=form.cleaned_data["reason"])

    if shown.status != ReleaseStatus.REFUSED and not (form.is_valid() and tried(request, form, run)):
        return _release_page(request, project, shown, actor, refuse_form=form)
    messages.success(request, _("It is taken back. Nothing is paid."))
    return redirect("village_project", public_id=project.public_id)


def _release_page(request: HttpRequest, project: Project, shown: Release, actor: User, **forms: Any) -> HttpResponse:
    sent = forms.get("sign_form") or forms["refuse_form"]
    context = {"sign_form": SignForm(), "refuse_form": RefuseForm(auto_id="no_%s"), **forms}
    page = release_page(project, shown, actor)
    return form_page(request, project, sent, template="village/release.html", **context, **page)


@require_GET
@desk_page
def receipts(request: HttpRequest, public_id: str) -> HttpResponse:
    """All receipts with what became of them, and what is still to be shown."""
    project = my_project(request, public_id)
    return form_page(request, project, None, template="village/receipts.html", **receipts_page(project))


@require_http_methods(["GET", "POST"])
@desk_page
def receipt_new(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one receipt. Its photo is kept even where something else is not right yet."""
    project, actor = my_project(request, public_id), signed_in(request)
    require(actor, Action.RECEIPT_SUBMIT, project.administration)
    paid = list(project.releases.filter(status=ReleaseStatus.PAID).select_related("milestone"))
    if not paid:
        messages.warning(request, _("Nothing was paid out yet, so there is nothing to show."))
        return redirect("village_receipts", public_id=project.public_id)
    form = ReceiptForm(request.POST or None, request.FILES or None, project=project, releases=paid)
    if request.method == "POST":
        valid = form.is_valid()
        paper = _receipt_kept(form, actor, project)
        if valid and not form.errors and _show(request, form, actor, paper):
            messages.success(request, _("Shown. The outside signatory checks it now."))
            return redirect("village_receipts", public_id=project.public_id)
    shown = {"heading": _("Show a receipt"), "button": _("Send it")}
    return form_page(request, project, form, **shown)


def _receipt_kept(form: ReceiptForm, actor: User, project: Project) -> Document | None:
    """Store the photo and let the parties see it: the custodian and the association that signs."""
    if "paper" in form.errors:
        return None
    parties = [each for each in (project.custodian, project.signatory_organisation) if each is not None]
    try:
        return form.receipt(
            actor=actor, organisation=project.administration, visibility=Visibility.PARTIES, parties=parties
        )
    except BirgeError as error:
        refuse_beside(form, error)
        return None


def _show(request: HttpRequest, form: ReceiptForm, actor: User, paper: Document | None) -> bool:
    """Show the receipt; say whether it is shown, be it by this tap or by an earlier one."""
    data = form.service_data()
    same = Expense.objects.exclude(status=ExpenseStatus.REFUSED).filter(
        submitted_by=actor,
        release=data["release"],
        budget_line=data["budget_line"],
        amount_minor=data["amount"].minor,
        supplier=" ".join(data["supplier"].split()),
        number=data["number"].strip(),
    )
    return (
        same.exists()
        or tried(request, form, lambda: expense_submit(receipt=paper, actor=actor, **data))
        or same.exists()
    )
