"""The village speaks: news from the site, answers to questions, and who signs from outside from now on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from birge.organisations.permissions import Action, require
from frontend.access import desk_page, signed_in
from frontend.deeds import factor_proof
from frontend.forms.village.working import AnswerForm, NewsForm, RefuseForm, SignForm
from frontend.presenters.village.talking import question_shown, questions_page, signer_page
from projects.questions.services import question_answer
from projects.updates.services import REPORTS_IN, update_publish
from projects.works.models import MilestoneStatus, SignatoryChange
from projects.works.services import signatory_change_approve, signatory_change_refuse

from .common import form_page, my_project, still_public, tried


@require_http_methods(["GET", "POST"])
@desk_page
def news(request: HttpRequest, public_id: str) -> HttpResponse:
    """Publish a photo and two sentences from the site."""
    project = still_public(my_project(request, public_id), REPORTS_IN)
    stages = list(project.milestones.all())
    now = next((stage.position for stage in stages if stage.status != MilestoneStatus.ACCEPTED), "")
    initial = {"milestone": request.GET.get("stage", now)}
    form = NewsForm(request.POST or None, request.FILES or None, stages=stages, initial=initial)
    if request.method == "POST" and form.is_valid():
        actor = signed_in(request)
        if tried(request, form, lambda: update_publish(project=project, actor=actor, **form.service_data())):
            messages.success(request, _("Published. Everyone can see it."))
            return redirect("village_project", public_id=project.public_id)
    return form_page(request, project, form, heading=_("News from the site"), button=_("Publish it"))


@require_GET
@desk_page
def questions(request: HttpRequest, public_id: str) -> HttpResponse:
    """All questions, those that wait first."""
    project = my_project(request, public_id)
    return form_page(request, project, None, template="village/questions.html", **questions_page(project))


@require_http_methods(["GET", "POST"])
@desk_page
def answer(request: HttpRequest, public_id: str, question: str) -> HttpResponse:
    """Answer one question."""
    project = my_project(request, public_id)
    asked = project.questions.filter(public_id=question, hidden_reason="").first()
    if asked is None:
        raise Http404
    asked.project = project
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actor, text = signed_in(request), form.cleaned_data["text"]
        if tried(request, form, lambda: question_answer(question=asked, actor=actor, text=text)):
            messages.success(request, _("Your answer is public now."))
            return redirect("village_questions", public_id=project.public_id)
    return form_page(request, project, form, template="village/answer.html", **question_shown(asked))


@require_http_methods(["GET", "POST"])
@desk_page
def signer(request: HttpRequest, public_id: str, change: str) -> HttpResponse:
    """Let the head agree, with a code, that another person signs from outside; or refuse."""
    project, actor = my_project(request, public_id), signed_in(request)
    asked = project.signatory_changes.filter(public_id=change).select_related("person", "asked_by").first()
    if asked is None:
        raise Http404
    asked.project = project
    if asked.status != SignatoryChange.Status.ASKED:
        messages.success(request, _("This is decided."))
        return redirect("village_project", public_id=project.public_id)
    require(actor, Action.RELEASE_SIGN_VILLAGE, project.administration)
    no = request.method == "POST" and "no" in request.POST
    forms: dict[str, Any] = {
        "sign_form": SignForm(request.POST if request.method == "POST" and not no else None),
        "refuse_form": RefuseForm(request.POST if no else None, auto_id="no_%s"),
    }
    sent = forms["refuse_form" if no else "sign_form"]

    def run() -> None:
        if no:
            signatory_change_refuse(change=asked, actor=actor, reason=sent.cleaned_data["reason"])
        else:
            signatory_change_approve(change=asked, actor=actor, proof=factor_proof(request, sent))

    if request.method == "POST" and sent.is_valid() and tried(request, sent, run):
        messages.success(request, _("Refused.") if no else _("Agreed. From now on this person signs."))
        return redirect("village_project", public_id=project.public_id)
    return form_page(request, project, sent, template="village/signer.html", **forms, **signer_page(asked))
