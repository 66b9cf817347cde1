"""Do our books agree with the bank? The list, one thing of it, and the public figure."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from birge.organisations.models import Organisation, OrganisationKind, OrganisationStatus
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, deeds_page
from frontend.forms.custodian import CodeOnlyForm
from frontend.forms.parts import OnceForm
from frontend.forms.watching import NoteForm
from frontend.presenters.custodian.agreeing import agreeing_context, compared_row, difference_context, share_line
from frontend.presenters.words import language
from funds.reconciliation.models import Difference
from funds.reconciliation.selectors import differences_open, newest_reconciliation, newest_shares
from funds.reconciliation.services import (
    difference_agree,
    difference_explain,
    difference_note,
    difference_take,
    reconcile,
)

from .finding import custodian_for, mine


@desk_page
def custodian_agreeing(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """List what does not agree, with its age; compare the bank's side once more."""
    found = custodian_for(request, public_id)
    compare = Deed(
        name="compare",
        title=_("Compare now"),
        text=_("It is done once a day by itself. Do it now if you have just taken a statement in."),
        button=_("Compare"),
        form=OnceForm,
        run=lambda _doing: reconcile(found, ask_stripe=False).custodian,
        thanks=_("Compared."),
    )
    return deeds_page(
        request,
        context=agreeing_context(found),
        deeds=[compare],
        here=reverse("custodian_agreeing", args=[public_id]),
        wanted=wanted,
        target=public_id,
        template="custodian/agreeing.html",
    )


@desk_page
def custodian_difference(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Take one thing over, note what was found out; explain money from before, and agree to that."""
    found = mine(request, Difference.objects.select_related("custodian", "owner"), public_id)
    user = signed_in(request)
    waits = found.resolved_at is None
    old = waits and found.kind == "opening"
    deeds = [
        Deed(
            name="take",
            title=_("I look after it"),
            button=_("Take it over"),
            form=OnceForm,
            run=lambda doing: difference_take(difference=found, actor=doing.actor),
            thanks=_("It is yours now."),
            offered=waits and found.owner_id != user.pk,
        ),
        Deed(
            name="agree",
            title=_("That money is none of ours"),
            text=_("You have looked at it yourself, and the explanation is right."),
            button=_("Agree"),
            form=CodeOnlyForm,
            run=lambda doing: difference_agree(difference=found, actor=doing.actor, proof=doing.proof),
            thanks=_("Agreed."),
            offered=old and found.explained_by_id not in (None, user.pk),
        ),
        Deed(
            name="explain",
            title=_("I know whose money that was"),
            button=_("Explain"),
            form=NoteForm,
            run=lambda doing: difference_explain(difference=found, actor=doing.actor, note=doing.data["note"]),
            thanks=_("Written down. Another officer must agree."),
            offered=old,
        ),
        Deed(
            name="note",
            title=_("Write down what you found out"),
            button=_("Keep"),
            form=NoteForm,
            run=lambda doing: difference_note(difference=found, actor=doing.actor, note=doing.data["note"]),
            thanks=_("Written down."),
            offered=waits and not old,
        ),
    ]
    here = reverse("custodian_difference", args=[public_id])
    context = difference_context(found, user)
    return deeds_page(request, context=context, deeds=deeds, here=here, wanted=wanted, target=public_id)


@require_GET
def custodian_public(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show everybody how well a custodian's books agree with its banks. It names no line and no person."""
    custodians = Organisation.objects.filter(kind=OrganisationKind.CUSTODIAN, status=OrganisationStatus.VERIFIED)
    found = get_object_or_404(custodians, public_id=public_id)
    newest = newest_reconciliation(found)
    context = {
        "title": found.name(language()),
        "shares": [share_line(each) for each in newest_shares(found)],
        "compared": [compared_row(each) for each in newest],
        "compared_at": max((each.run_at for each in newest), default=None),
        "open_count": differences_open(found).count(),
    }
    return render(request, "custodian/public.html", context)
