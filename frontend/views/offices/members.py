"""Members of an association: who asks to join, who belongs, who leaves."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.organisations.models import JoinRequest, Organisation, Role, Term
from birge.organisations.permissions import Action, may
from birge.organisations.selectors import holds_office, joins_waiting
from birge.organisations.services import join_approve, join_refuse, member_admit, member_leave, member_remove
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, Doing, deeds_page
from frontend.forms.offices import MemberForm, NothingForm, RemoveForm, WhyShortForm
from frontend.presenters import joining as shown
from frontend.presenters.facts import who
from frontend.presenters.rows import page_of

from .organisations import organisation_for


@desk_page
def organisation_members(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Let the chair decide who joins, admit and remove; let a member leave. Names are for the chair."""
    user = signed_in(request)
    found = organisation_for(user, public_id)
    chairs = may(user, Action.MEMBER_ADMIT, found)
    context = shown.members_context(found)
    if chairs:
        context |= page_of(shown.members_held(found), request.GET.get("after", ""), shown.member_row)
    deeds = _removing(found, user, chairs=chairs)
    # Also one that was just decided: a second tap on its old form finds what the first one did.
    asked = joins_waiting(found)[: shown.MOST_WAITING] if chairs or wanted else []
    if wanted.partition("-")[0] in ("yes", "no"):
        asked = [*asked, *JoinRequest.objects.filter(organisation=found, public_id=wanted.partition("-")[2])]
    deeds[:0] = [deed for one in asked for deed in _deciding(one, chairs=chairs)]
    return deeds_page(
        request,
        template="offices/members.html",
        context=context,
        deeds=deeds,
        here=reverse("organisation_members", args=[public_id]),
        wanted=wanted,
        target=public_id,
    )


def _deciding(asked: JoinRequest, *, chairs: bool) -> list[Deed]:
    name = who(asked.person)
    offered = chairs and asked.status == JoinRequest.Status.ASKED
    return [
        Deed(
            name=f"yes-{asked.public_id}",
            title=_("%(name)s asks to join") % {"name": name},
            text=shown.request_text(asked),
            button=_("Admit"),
            form=NothingForm,
            run=lambda doing: join_approve(request=asked, actor=doing.actor),
            thanks=_("Admitted. They get a message."),
            offered=offered,
        ),
        Deed(
            name=f"no-{asked.public_id}",
            title=_("Do not admit %(name)s") % {"name": name},
            button=_("Refuse"),
            form=WhyShortForm,
            run=lambda doing: join_refuse(request=asked, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Refused. They read your reason."),
            danger=True,
            offered=offered,
        ),
    ]


def _removing(found: Organisation, user: User, *, chairs: bool) -> list[Deed]:
    people = shown.member_choices(found) if chairs else []

    def remove(doing: Doing) -> Term:
        person = User.objects.filter(public_id=doing.data["person"]).first()
        if person is None:
            raise Http404
        return member_remove(organisation=found, person=person, actor=doing.actor, reason=doing.data["reason"])

    return [
        Deed(
            name="admit",
            title=_("A new member"),
            text=_("Members belong to the association. They sign nothing and need no second factor."),
            button=_("Admit"),
            form=MemberForm,
            run=lambda doing: member_admit(organisation=found, person=doing.data["person"], actor=doing.actor),
            thanks=_("Admitted. They get a message."),
            offered=chairs,
        ),
        Deed(
            name="remove",
            title=_("End a membership"),
            text=_("They read your reason. What they decided before stays."),
            button=_("End it"),
            form=RemoveForm,
            arguments={"people": people},
            run=remove,
            thanks=_("Ended. They get a message."),
            danger=True,
            offered=bool(people),
        ),
        Deed(
            name="leave",
            title=_("Leave the association"),
            text=_("The chair gets a message. You may ask to join again."),
            button=_("Leave"),
            form=NothingForm,
            run=lambda doing: member_leave(organisation=found, person=doing.actor),
            thanks=_("You have left."),
            danger=True,
            offered=holds_office(user, found, [Role.MEMBER]),
            to=lambda _ref: reverse("association", args=[found.public_id]),
        ),
    ]
