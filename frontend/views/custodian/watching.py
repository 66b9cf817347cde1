"""What looks like abuse: the officers' queue, and one matter of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, deeds_page
from frontend.forms.custodian import CodeOnlyForm, ReasonForm
from frontend.forms.watching import DecisionForm
from frontend.presenters.custodian.subjects import back_to
from frontend.presenters.custodian.watching import flag_context, flag_row
from frontend.presenters.rows import page_of
from funds.settlement.services import flag_agree, flag_decide, flag_disagree
from funds.watch.models import FITTING, Flag, FlagKind, FlagStatus
from funds.watch.selectors import flags_waiting

from .finding import custodian_for, mine


@require_GET
@desk_page
def custodian_watch(request: HttpRequest, public_id: str) -> HttpResponse:
    """List what waits to be looked at, and what was decided."""
    found = custodian_for(request, public_id)
    done = Flag.objects.filter(custodian=found, status=FlagStatus.DECIDED).select_related("project")
    page = page_of(done, request.GET.get("after", ""), flag_row)
    rows = [flag_row(each) for each in flags_waiting(found)]
    shown = {**page, "rows": rows, "done_rows": page["rows"]}
    return render(request, "custodian/list.html", {"title": _("What looks wrong"), "back": back_to(found), **shown})


@desk_page
def custodian_flag(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Decide what it is; agree, or not, as another officer where a match would be taken away."""
    flags = Flag.objects.select_related("custodian", "project", "decided_by")
    flag = mine(request, flags, public_id)
    user = signed_in(request)
    another = flag.status == FlagStatus.ASKED and flag.decided_by_id != user.pk
    fitting = FITTING[FlagKind(flag.kind)]
    decisions = [(each.value, each.label) for each in type(next(iter(fitting))) if each in fitting]
    deeds = [
        Deed(
            name="agree",
            title=_("I agree"),
            text=_("What was added to these promises is taken away, and their donors are told."),
            button=_("Agree"),
            form=CodeOnlyForm,
            run=lambda doing: flag_agree(flag=flag, actor=doing.actor, proof=doing.proof),
            thanks=_("Agreed. The donors are told."),
            offered=another,
        ),
        Deed(
            name="disagree",
            title=_("I do not agree"),
            button=_("It is not so"),
            form=ReasonForm,
            run=lambda doing: flag_disagree(flag=flag, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Written down. It is open again."),
            offered=another,
        ),
        Deed(
            name="decide",
            title=_("Decide"),
            text=_("What takes something away from a donor needs another officer."),
            button=_("Decide"),
            form=DecisionForm,
            arguments={"decisions": decisions},
            run=lambda doing: flag_decide(
                flag=flag, actor=doing.actor, decision=doing.data["decision"], reason=doing.data["reason"]
            ),
            thanks=_("Written down."),
            offered=flag.status == FlagStatus.OPEN,
        ),
    ]
    here = reverse("custodian_flag", args=[public_id])
    context = flag_context(flag, user)
    page = "custodian/flag.html"
    return deeds_page(request, context=context, deeds=deeds, here=here, wanted=wanted, target=public_id, template=page)
