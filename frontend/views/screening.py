"""Block lists on the desk: custodians look somebody up, administrators load lists, and people decide on likenesses."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.errors import NotAllowed, NotFound
from birge.organisations.permissions import Action, is_platform_administrator, may
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, deeds_page
from frontend.forms.screening import BlockListForm, LookUpForm, VerdictForm
from frontend.presenters.custodian.subjects import back_to
from frontend.presenters.rows import page_of
from frontend.presenters.screening import lists_context, record_context, record_row
from funds.screening.models import ScreeningRecord
from funds.screening.selectors import undecided
from funds.screening.services import blocklist_load, screening_ask, screening_decide
from funds.screening.states import Outcome

from .custodian.finding import custodian_for, custodians_of


@desk_page
def custodian_screening(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """List what waits for a decision and what was looked up; look somebody up."""
    custodian = custodian_for(request, public_id)
    looked = ScreeningRecord.objects.filter(organisation=custodian).select_related("decision", "screened_by")
    page = page_of(looked, request.GET.get("after", ""), record_row)
    context = {
        **page,
        "title": _("Block lists"),
        "back": back_to(custodian),
        "waiting": [record_row(each) for each in undecided([custodian]).select_related("screened_by")],
    }
    deed = Deed(
        name="look-up",
        title=_("Look somebody up"),
        text=_("A bank before you open an account there, or somebody before you pay them."),
        button=_("Look up"),
        form=LookUpForm,
        run=lambda doing: screening_ask(
            custodian=custodian,
            actor=doing.actor,
            **{name: doing.data[name] for name in ("subject", "kind", "name", "ref", "numbers")},
        ),
        thanks=_("Looked up. Here is what the lists say."),
        to=lambda ref: reverse("screening_record", args=[ref]),
    )
    here = reverse("custodian_screening", args=[public_id])
    template = "screening/custodian.html"
    return deeds_page(
        request, context=context, deeds=[deed], here=here, wanted=wanted, target=public_id, template=template
    )


@desk_page
def screening_record(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show one look into the lists, and decide about its likenesses."""
    user = signed_in(request)
    record = _record_for(user, public_id)
    decides = may(user, Action.SCREENING_DECIDE, record.organisation) if record.organisation else True
    waits = record.outcome == Outcome.HIT and not hasattr(record, "decision")
    deed = Deed(
        name="decide",
        title=_("Decide"),
        text=_("Your name, your words and the version of the list are kept for ever."),
        button=_("Decide"),
        form=VerdictForm,
        run=lambda doing: screening_decide(
            record=record,
            actor=doing.actor,
            verdict=doing.data["verdict"],
            reason=doing.data["reason"],
            proof=doing.proof,
        ),
        thanks=_("Decided."),
        offered=waits and decides and record.screened_by_id != user.pk,
    )
    return deeds_page(
        request,
        context=record_context(record, user),
        deeds=[deed],
        here=reverse("screening_record", args=[public_id]),
        wanted=wanted,
        target=public_id,
        template="screening/record.html",
    )


@desk_page
def block_lists(request: HttpRequest, wanted: str = "") -> HttpResponse:
    """Load a list, see every version that was ever loaded, and what waits for an administrator."""
    if not is_platform_administrator(signed_in(request)):
        raise NotAllowed(_("This is for administrators of the platform."))
    deed = Deed(
        name="load",
        title=_("Load a list"),
        text=_("It counts at once, and what is open is soon looked up again. Older versions stay."),
        button=_("Load it"),
        form=BlockListForm,
        run=lambda doing: blocklist_load(
            data=doing.data["file"].read(),
            source=doing.data["source"],
            version=doing.data["version"],
            actor=doing.actor,
            proof=doing.proof,
        ),
        thanks=_("Loaded."),
    )
    return deeds_page(
        request,
        context=lists_context(),
        deeds=[deed],
        here=reverse("block_lists"),
        wanted=wanted,
        target="block-lists",
        template="screening/lists.html",
    )


def _record_for(user: User, public_id: str) -> ScreeningRecord:
    """Return a look of this officer's custodian, or one of the platform's for an administrator. Raises NotFound."""
    parts = ("organisation", "screened_by", "decision__decided_by")
    record = ScreeningRecord.objects.select_related(*parts).filter(public_id=public_id).first()
    if record is None:
        raise NotFound
    if record.organisation is None:
        seen = is_platform_administrator(user)
    else:
        seen = custodians_of(user).filter(pk=record.organisation.pk).exists()
    if not seen:
        raise NotFound
    return record
