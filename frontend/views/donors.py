"""A matching donor's manager promises the share that a plan counts on."""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.errors import NotFound, RuleNotMet
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, Doing, deeds_page
from frontend.forms.donors import SharePromiseForm
from frontend.presenters.donors import could_be_promised, share_context, shares_of
from frontend.presenters.words import language
from funds.pledges.models import ConfirmedHow, CreditChoice, Party, Pledge
from funds.pledges.selectors import plan_rest
from funds.pledges.services import pledge_make
from funds.pledges.tokens import pledge_token
from funds.settlement.services import pledge_confirm_and_match
from projects.works.models import Share


@desk_page
def share_promise(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Promise one's organisation's share of a project. It is paid like any other promise."""
    share = shares_of(signed_in(request)).filter(project__public_id=public_id).first()
    if share is None:
        raise NotFound
    project = share.project
    deed = Deed(
        name="promise",
        title=_("Promise it"),
        text=_("You pay when every share is promised. Until you have paid you may take it back."),
        button=_("Promise"),
        form=SharePromiseForm,
        arguments={"currency": project.currency, "rest": could_be_promised(project)},
        run=lambda doing: _promise(doing, share),
        thanks=_("Thank you. Your promise is written down."),
        to=lambda ref: reverse("pledge_code", args=[pledge_token(Pledge.objects.get(public_id=ref))]),
        offered=plan_rest(project, Party.MATCHING) > 0,
    )
    here = reverse("share_promise", args=[public_id])
    return deeds_page(request, context=share_context(share), deeds=[deed], here=here, wanted=wanted, target=public_id)


def _promise(doing: Doing, share: Share) -> Pledge:
    """Make the pledge; confirm it at once where the manager's address is verified, else a code is on its way."""
    organisation = share.organisation
    pledge = pledge_make(
        project=share.project,
        amount=doing.data["amount"],
        contact=None,
        country=organisation.country if organisation else "KG",
        credit_choice=CreditChoice.GROUP,
        credit_line=organisation.name(language())[:80] if organisation else "",
        language=language(),
        terms_version=settings.TERMS_VERSION,
        idempotency=doing.key,
        actor=doing.actor,
        party=Party.MATCHING,
    )
    with suppress(RuleNotMet):
        pledge_confirm_and_match(pledge=pledge, how=ConfirmedHow.SIGNED_IN, actor=doing.actor)
    return pledge
