"""What at Stripe does not fit our record: the list, and one item that two officers explain."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, deeds_page
from frontend.forms.after import DecisionForm
from frontend.forms.custodian import CodeOnlyForm
from frontend.presenters.custodian.stripe import quarantine_context, quarantine_row
from frontend.presenters.custodian.subjects import back_to
from frontend.presenters.rows import page_of
from funds.payments.models import StripeQuarantine
from funds.payments.providers.stripe.booking_after_all import decisions_for
from funds.payments.providers.stripe.models import Decision
from funds.payments.providers.stripe.quarantine import quarantine_agree, quarantine_explain, quarantined

from .after import after_sections
from .finding import custodian_for, mine


@require_GET
@desk_page
def custodian_stripe(request: HttpRequest, public_id: str) -> HttpResponse:
    """List what waits to be explained, and what was."""
    found = custodian_for(request, public_id)
    done = StripeQuarantine.objects.filter(account__custodian=found, agreed_by__isnull=False).select_related("account")
    page = page_of(done, request.GET.get("after", ""), quarantine_row)
    rows = [quarantine_row(each) for each in quarantined(found)]
    shown = {**page, "rows": rows, "done_rows": page["rows"], "custodian": found, **after_sections(found)}
    return render(request, "custodian/stripe.html", {"title": _("At Stripe"), "back": back_to(found), **shown})


@desk_page
def custodian_stripe_item(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Explain an item, or agree as another officer to what is to be done."""
    items = StripeQuarantine.objects.select_related(
        "account__custodian", "attempt__project", "explained_by", "agreed_by"
    )
    item = mine(request, items, public_id, "account__custodian")
    user = signed_in(request)
    waits = item.agreed_by_id is None
    deeds = [
        Deed(
            name="agree",
            title=_("Yes: %(decision)s") % {"decision": item.get_decision_display()},
            text=_("You have looked at it yourself, and the explanation is right."),
            button=_("Agree"),
            form=CodeOnlyForm,
            run=lambda doing: quarantine_agree(item=item, actor=doing.actor, proof=doing.proof),
            thanks=_("Agreed. Nothing is booked.") if item.decision == Decision.LEAVE else _("Agreed. It is done."),
            offered=waits and item.explained_by_id not in (None, user.pk),
        ),
        Deed(
            name="explain",
            title=_("I know what this is"),
            text=_("Say what it is and what is to be done. Another officer must agree."),
            button=_("Explain"),
            form=DecisionForm,
            arguments={"choices": [(each.value, each.label) for each in decisions_for(item)]},
            run=lambda doing: quarantine_explain(
                item=item, actor=doing.actor, explanation=doing.data["reason"], decision=doing.data["decision"]
            ),
            thanks=_("Written down. Another officer must agree."),
            offered=waits,
        ),
    ]
    here = reverse("custodian_stripe_item", args=[public_id])
    context = quarantine_context(item, user)
    return deeds_page(request, context=context, deeds=deeds, here=here, wanted=wanted, target=public_id)
