"""The custodian's desk and its lists."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from birge.errors import NotAllowed
from birge.organisations.models import Organisation
from frontend.access import desk_page, signed_in
from frontend.presenters.custodian import desk as shown
from frontend.presenters.custodian import lists
from frontend.presenters.custodian.books import books_of
from frontend.presenters.custodian.returns import batch_rows
from frontend.presenters.custodian.subjects import back_to
from frontend.presenters.facts import Link
from frontend.presenters.rows import page_of, rows_of
from frontend.presenters.words import language
from funds.payments.models import Payment, PaymentMethod
from funds.payments.selectors import payments_to_confirm
from funds.releases.models import REFUND_ENDED, Refund
from projects.works.models import Project

from .finding import custodian_for, custodians_of


@require_GET
@desk_page
def custodian_home(request: HttpRequest) -> HttpResponse:
    """Lead to one's custodian; to a choice where somebody works for several."""
    mine = list(custodians_of(signed_in(request)))
    if not mine:
        raise NotAllowed(_("You hold no office at a custodian."))
    if len(mine) == 1:
        return redirect("custodian", public_id=mine[0].public_id)
    names = [Link(f"{each.public_id}/", each.name(language())) for each in mine]
    return render(request, "custodian/choice.html", {"custodians": names})


@require_GET
@desk_page
def custodian(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show what waits, and whether the accounts agree with what is owed."""
    found = custodian_for(request, public_id)
    return render(request, "custodian/desk.html", shown.custodian_context(found, signed_in(request)))


@require_GET
@desk_page
def custodian_balances(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show every account that holds something, project by project."""
    found = custodian_for(request, public_id)
    return render(request, "custodian/balances.html", {"books": books_of(found), "back": back_to(found)})


@require_GET
@desk_page
def custodian_payments(request: HttpRequest, public_id: str) -> HttpResponse:
    """List all payments, newest first."""
    found = custodian_for(request, public_id)
    payments = lists.with_pools(Payment.objects.filter(custodian=found).select_related("project", "recorded_by"))
    page = page_of(payments, request.GET.get("after", ""), lists.payment_row)
    return _list(request, found, _("All payments"), page)


@require_GET
@desk_page
def custodian_waiting(request: HttpRequest, public_id: str) -> HttpResponse:
    """List what was written down and waits for a second person."""
    found = custodian_for(request, public_id)
    user = signed_in(request)
    recorded = list(lists.with_pools(payments_to_confirm(found)))
    waiting = [lists.payment_row(each) for each in recorded if each.recorded_by_id != user.pk]
    own = [lists.payment_row(each) for each in recorded if each.recorded_by_id == user.pk]
    return _list(request, found, _("Payments to confirm"), {"rows": waiting, "own_rows": own})


@require_GET
@desk_page
def custodian_unknown_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """List the money of which nobody knows whose it is."""
    found = custodian_for(request, public_id)
    payments = shown.unidentified(found).select_related("project", "recorded_by").order_by("id")
    return _list(request, found, _("Money of unknown origin"), rows_of(payments, lists.payment_row))


@require_GET
@desk_page
def custodian_decisions(request: HttpRequest, public_id: str) -> HttpResponse:
    """List claims and corrections that wait for another officer."""
    found = custodian_for(request, public_id)
    rows = [
        *(lists.claim_row(each) for each in shown.claims_asked(found)),
        *(lists.correction_row(each) for each in shown.corrections_asked(found)),
    ]
    return _list(request, found, _("To decide"), {"rows": rows})


@require_GET
@desk_page
def custodian_refunds(request: HttpRequest, public_id: str) -> HttpResponse:
    """List what goes back: what is still to do first, then what is done."""
    found = custodian_for(request, public_id)
    refunds = Refund.objects.filter(custodian=found).select_related("project", "payment", "part")
    waiting = refunds.exclude(status__in=REFUND_ENDED).order_by("id")[: settings.RETURNS_MANY]
    done = page_of(refunds.filter(status__in=REFUND_ENDED), request.GET.get("after", ""), lists.refund_row)
    page = {
        **done,
        "rows": [lists.refund_row(each) for each in waiting],
        "done_rows": done["rows"],
        "batch_rows": batch_rows(found),
        "links": [
            Link(reverse("custodian_send_many", args=[public_id]), _("Mark many as sent, by the bank’s lines")),
            Link(reverse("custodian_confirm_many", args=[public_id]), _("Confirm many at once")),
            Link(reverse("custodian_sending_list", args=[public_id]), _("What is to be sent, as a table (CSV)")),
        ],
    }
    return _list(request, found, _("Money to go back"), page)


@require_GET
@desk_page
def custodian_pledges(request: HttpRequest, public_id: str) -> HttpResponse:
    """List the promises of callers that wait for a call back."""
    found = custodian_for(request, public_id)
    return _list(request, found, _("Donors to call back"), rows_of(shown.pledges_to_call(found), lists.pledge_row))


@require_GET
@desk_page
def custodian_projects(request: HttpRequest, public_id: str) -> HttpResponse:
    """List the projects whose money this custodian holds; each can be stopped from here."""
    found = custodian_for(request, public_id)
    kept = Project.objects.filter(custodian=found).select_related("administration")
    return _list(request, found, _("Projects"), page_of(kept, request.GET.get("after", ""), lists.project_row))


@require_GET
@desk_page
def custodian_ways(request: HttpRequest, public_id: str) -> HttpResponse:
    """List the ways to pay, today's first."""
    found = custodian_for(request, public_id)
    ways = PaymentMethod.objects.filter(custodian=found).select_related("custodian")
    today = ways.filter(valid_to=None).order_by("kind", "donor_country", "id")
    past = ways.filter(valid_to__isnull=False)
    page = page_of(past, request.GET.get("after", ""), lists.way_row)
    return _list(
        request,
        found,
        _("Ways to pay"),
        {**page, "rows": [lists.way_row(each) for each in today], "done_rows": page["rows"]},
    )


def _list(request: HttpRequest, found: Organisation, title: str, page: dict[str, object]) -> HttpResponse:
    return render(request, "custodian/list.html", {"title": title, "back": back_to(found), **page})
