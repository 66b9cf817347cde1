"""Who asks to join an association, and who belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.organisations.models import JoinRequest, Organisation, RequestStatus, Role, Term, TermsOfReference
from birge.organisations.permissions import Action, may
from birge.organisations.selectors import join_last, terms_today

from .facts import Link, day, who
from .rows import Row
from .words import language

MOST_WAITING = 20


@dataclass(frozen=True)
class JoinState:
    """Where somebody stands with an association: `state` is guest, outside, asked, refused or inside."""

    state: str
    note: str = ""
    tone: str = ""
    request: JoinRequest | None = None


def join_state(organisation: Organisation, user: User | None) -> JoinState:
    """Say where this reader stands."""
    if user is None:
        return JoinState("guest")
    if may(user, Action.POOL_READ, organisation):
        return JoinState("inside", _("You belong to it."))
    last = join_last(organisation, user)
    if last is not None and last.status == JoinRequest.Status.ASKED:
        waits = _("Your request to join waits for the chair, since %(day)s") % {"day": day(last.asked_at)}
        return JoinState("asked", waits, "warn", last)
    if last is not None and last.status == JoinRequest.Status.REFUSED:
        return JoinState("refused", _("The chair did not admit you: %(reason)s") % {"reason": last.reason}, "bad", last)
    return JoinState("outside")


def members_held(organisation: Organisation) -> QuerySet[Term]:
    """Return the members' terms of today."""
    held = terms_today().filter(office__organisation=organisation, office__role=Role.MEMBER)
    return held.select_related("user")


def member_row(term: Term) -> Row:
    """Return a member as a line."""
    return Row(title=who(term.user), text=_("since %(day)s") % {"day": day(term.starts)}, url="")


def member_choices(organisation: Organisation) -> list[tuple[str, str]]:
    """Return the members as choices of a form."""
    terms = members_held(organisation).order_by("user__name", "pk")
    return [(term.user.public_id, f"{who(term.user)} ({term.user.email or ''})") for term in terms]


def request_text(request: JoinRequest) -> str:
    """Return what somebody who asks has said, and when."""
    said = [request.person.email or "", _("asked on %(day)s") % {"day": day(request.asked_at)}]
    if request.message:
        said.insert(0, _("“%(words)s”") % {"words": request.message})
    return " · ".join(part for part in said if part)


def members_context(organisation: Organisation) -> dict[str, Any]:
    """Return the frame of the page of members."""
    return {
        "title": _("Members"),
        "organisation_name": organisation.name(language()),
        "back": Link(reverse("organisation", args=[organisation.public_id]), organisation.name(language())),
    }


def waiting_rows() -> list[Row]:
    """Return what waits inside associations and matching donors, oldest first, for administrators to know."""
    texts = TermsOfReference.objects.filter(status=RequestStatus.ASKED).select_related("organisation")
    joins = JoinRequest.objects.filter(status=JoinRequest.Status.ASKED).select_related("organisation")
    found = [
        *((each.asked_at, each.organisation, _("terms of reference")) for each in texts.order_by("pk")[:MOST_WAITING]),
        *((each.asked_at, each.organisation, _("a new member")) for each in joins.order_by("pk")[:MOST_WAITING]),
    ]
    return [
        Row(
            title=where.name(language()),
            text=_("since %(day)s") % {"day": day(at)},
            url=reverse("organisation_check", args=[where.public_id]),
            tag=what,
            tone="wait",
        )
        for at, where, what in sorted(found, key=lambda row: row[0])[:MOST_WAITING]
    ]
