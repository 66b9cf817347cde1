"""“I have paid and you do not see it”: what its payer reads, and what everyone reads of money of unknown origin."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from frontend.presenters.facts import day, say
from frontend.presenters.words import language
from funds.payments.models import Identification
from funds.strays.models import PayerClaim
from funds.strays.selectors import claim_of, strays_public


def missing_part(group: str, *, awaited: bool) -> dict[str, Any]:
    """Return what came of what this payer told, and whether they may tell now."""
    claim = claim_of(group)
    waits = claim is not None and claim.status == PayerClaim.Status.ASKED
    return {"missing_line": _line(claim) if claim is not None and awaited else "", "may_tell": awaited and not waits}


def _line(claim: PayerClaim) -> str:
    words = {"amount": say(claim.amount_minor, claim.currency), "day": day(claim.made_at)}
    if claim.status == PayerClaim.Status.ASKED:
        return _("On %(day)s you told us that you paid %(amount)s. An officer looks for it.") % words
    if claim.status == PayerClaim.Status.ANSWERED:
        words["answer"] = claim.answer
        return _("About the %(amount)s that you paid, an officer writes: %(answer)s") % words
    refused = (
        claim.payment is not None
        and claim.payment.identifications.filter(pledge_ref__gt="", status=Identification.Status.REFUSED).exists()
    )
    if refused and claim.payment is not None and claim.payment.group != claim.group:
        return _("What an officer took for your money was another’s. Please write to us, or tell us once more.")
    return _("An officer has found money that may be yours. A second person checks it.")


def unknown_page() -> dict[str, Any]:
    """Return what each custodian holds of unknown origin, in total, and when it goes back."""
    return {
        "rows": [(each.custodian.name(language()), say(each.minor, each.currency)) for each in strays_public()],
        "days": settings.UNIDENTIFIED_RETURN_DAYS,
    }
