"""What at Stripe does not fit our record, as rows and as a page. Formats; decides nothing."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from frontend.presenters.facts import Fact, day, facts, signed
from frontend.presenters.rows import Row
from funds.payments.models import StripeQuarantine

from .subjects import back_to, pledge_fact, project_fact


def quarantine_row(item: StripeQuarantine) -> Row:
    """Return an item as a line: why it stands here, and since when."""
    return Row(
        title=str(item.get_reason_display()),
        text=" · ".join(part for part in (day(item.found_at), item.object_id, item.explanation) if part),
        url=reverse("custodian_stripe_item", args=[item.public_id]),
        tag=_("explained") if item.explained_by_id else "",
        tone="wait",
    )


def quarantine_context(item: StripeQuarantine, user: User) -> dict[str, Any]:
    """Return the page of one item."""
    attempt = item.attempt
    note, tone = _("Nothing was booked. Look at Stripe, and say what it is."), "warn"
    if item.agreed_by_id:
        note, tone = _("Explained and agreed to: %(decision)s") % {"decision": item.get_decision_display()}, ""
    elif item.explained_by_id == user.pk:
        note = _("You have explained it. Another officer must agree.")
    return {
        "title": str(item.get_reason_display()),
        "back": back_to(item.account.custodian, "custodian_stripe", _("At Stripe")),
        "note": note,
        "note_tone": tone,
        "facts": facts(
            Fact(_("Number at Stripe"), item.object_id, css="mono"),
            Fact(_("Stripe’s figures and ours"), item.detail),
            project_fact(attempt.project) if attempt is not None else None,
            pledge_fact(attempt.pledge_ref) if attempt is not None else None,
            Fact(_("Found"), day(item.found_at)),
            Fact(_("What is to be done"), str(item.get_decision_display()) if item.explained_by_id else ""),
            Fact(_("Explanation"), item.explanation),
            Fact(_("Explained by"), signed(item.explained_by, item.explained_at) if item.explained_by else ""),
            Fact(_("Agreed by"), signed(item.agreed_by, item.agreed_at) if item.agreed_by else ""),
        ),
    }
