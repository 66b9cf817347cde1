"""The desk of platform administrators: papers to check, wishes to decide, the record of acts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from birge.accounts.models import User
from birge.audit.models import AuditRecord
from birge.errors import NotAllowed, NotFound
from birge.organisations.models import Organisation, OrganisationStatus
from birge.organisations.permissions import is_platform_administrator
from birge.organisations.services import (
    organisation_refuse,
    organisation_resume,
    organisation_suspend,
    organisation_verify,
)
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, deeds_page
from frontend.forms.offices import DecideForm, WhyForm
from frontend.presenters import offices as shown
from frontend.presenters.audit import audit_lines
from frontend.presenters.facts import Link
from frontend.presenters.joining import waiting_rows
from frontend.presenters.rates import rates_to_decide
from frontend.presenters.rows import page_of
from frontend.presenters.words import language

_S = OrganisationStatus


@require_GET
@desk_page
def administration(request: HttpRequest) -> HttpResponse:
    """List what waits for an administrator, and all organisations."""
    _administrator(request)
    everyone = Organisation.objects.exclude(status=_S.SUBMITTED)
    page = page_of(everyone, request.GET.get("after", ""), shown.organisation_row)
    context = {
        **page,
        "waiting": [shown.organisation_row(each) for each in shown.organisations_waiting()],
        "requests": [shown.request_row(each) for each in shown.requests_waiting()],
        "inside": waiting_rows(),
        "rates": rates_to_decide(),
    }
    return render(request, "offices/administration.html", context)


@desk_page
def organisation_check(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Look at an organisation's papers and decide; stop one that acts, or let it act again."""
    user = _administrator(request)
    found = Organisation.objects.select_related("place", "created_by", "papers").filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    status, other = OrganisationStatus(found.status), found.created_by_id != user.pk
    note, tone = shown.organisation_note(found)
    if status == _S.SUBMITTED:
        note, tone = _("Compare the papers with what is written here. You decide whether its people may act."), "warn"
    if not other:
        note, tone = _("You applied for it, so another administrator decides."), "warn"
    context = {
        "title": found.name(language()),
        "facts": shown.organisation_facts(found),
        "note": note,
        "note_tone": tone,
        "seats": shown.seats(found),
        "organisation": found,
        "status_label": status.label,
        "status_tone": shown.STATUS_TONE[status],
        "back": Link(reverse("administration"), _("Administration")),
    }
    return deeds_page(
        request,
        template="offices/check.html",
        context=context,
        deeds=_decisions(found, status, other=other),
        here=reverse("organisation_check", args=[public_id]),
        wanted=wanted,
        target=public_id,
    )


def _decisions(found: Organisation, status: OrganisationStatus, *, other: bool) -> list[Deed]:
    return [
        Deed(
            name="verify",
            title=_("The papers are right"),
            text=_("From now on its people can act, each within their office."),
            button=_("Verify"),
            form=DecideForm,
            run=lambda doing: organisation_verify(
                organisation=found, actor=doing.actor, proof=doing.proof, reason=doing.data["reason"]
            ),
            thanks=_("Verified. Its people get a message."),
            offered=other and status == _S.SUBMITTED,
        ),
        Deed(
            name="refuse",
            title=_("The papers are not enough"),
            button=_("Refuse"),
            form=WhyForm,
            run=lambda doing: organisation_refuse(organisation=found, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Refused. They may hand in others."),
            danger=True,
            offered=other and status == _S.SUBMITTED,
        ),
        Deed(
            name="suspend",
            title=_("Stop it for now"),
            text=_("None of its people can act from this moment."),
            button=_("Stop it"),
            form=DecideForm,
            run=lambda doing: organisation_suspend(
                organisation=found, actor=doing.actor, proof=doing.proof, reason=doing.data["reason"]
            ),
            thanks=_("Stopped."),
            danger=True,
            offered=other and status == _S.VERIFIED,
        ),
        Deed(
            name="resume",
            title=_("Let it act again"),
            button=_("Let it act again"),
            form=DecideForm,
            run=lambda doing: organisation_resume(
                organisation=found, actor=doing.actor, proof=doing.proof, reason=doing.data["reason"]
            ),
            thanks=_("It may act again."),
            offered=other and status == _S.SUSPENDED,
        ),
    ]


@require_GET
@desk_page
def audit(request: HttpRequest) -> HttpResponse:
    """Show the record of acts, newest first. The database itself refuses to change it."""
    _administrator(request)
    records = AuditRecord.objects.select_related("actor")
    if ref := request.GET.get("about", "").strip()[:40]:
        records = records.filter(object_ref=ref)
    page = page_of(records, request.GET.get("after", ""), lambda record: record, size=50)
    return render(request, "offices/audit.html", {**page, "lines": audit_lines(page["rows"]), "about": ref})


def _administrator(request: HttpRequest) -> User:
    user = signed_in(request)
    if not is_platform_administrator(user):
        raise NotAllowed(_("This is for administrators of the platform."))
    return user
