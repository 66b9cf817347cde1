"""Organisations and their offices: who holds what, what was asked, and what will happen if it is agreed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge import clock
from birge.accounts.models import User
from birge.organisations.models import (
    ROLES_OF,
    OfficeRequest,
    Organisation,
    OrganisationKind,
    OrganisationStatus,
    RequestKind,
    RequestStatus,
    Role,
    Term,
    TermStatus,
)
from birge.organisations.permissions import Action, is_platform_administrator, may
from birge.organisations.selectors import holds_office, joins_waiting
from birge.organisations.services.rules import ONE_SEAT

from .facts import Fact, Link, day, facts, paper_fact, signed, who
from .rows import Row
from .tasks import Task
from .terms import terms_card
from .words import country_names, language, place_line

STATUS_TONE = {
    OrganisationStatus.DRAFT: "off",
    OrganisationStatus.SUBMITTED: "wait",
    OrganisationStatus.VERIFIED: "",
    OrganisationStatus.REFUSED: "bad",
    OrganisationStatus.SUSPENDED: "bad",
}
WITH_PAGE = frozenset({OrganisationKind.MIGRANT_ASSOCIATION, OrganisationKind.MATCHING_DONOR})
REQUEST_TONE = {RequestStatus.ASKED: "wait", RequestStatus.APPROVED: "", RequestStatus.REFUSED: "bad"}


@dataclass(frozen=True)
class Seat:
    """One office and who is in it. `value` names it in a form."""

    value: str
    label: str
    holders: list[str]


def kind_words() -> list[tuple[str, str, str]]:
    """Return each kind of organisation with what it does here, in one sentence."""
    return [
        (
            OrganisationKind.MIGRANT_ASSOCIATION,
            _("Migrant association"),
            _("Compatriots abroad. Its people sign from outside before money leaves for a project."),
        ),
        (
            OrganisationKind.VILLAGE_ADMINISTRATION,
            _("Village administration"),
            _("An ayil okmotu. It writes projects, builds them and shows the receipts."),
        ),
        (
            OrganisationKind.LOCAL_COUNCIL,
            _("Local council"),
            _("A kenesh. It adopts or declines the projects of its villages."),
        ),
        (
            OrganisationKind.CUSTODIAN,
            _("Custodian"),
            _("The legal entity whose account holds the money. It needs two officers at least."),
        ),
        (
            OrganisationKind.MATCHING_DONOR,
            _("Matching donor"),
            _("Gives beside others, by a published rule."),
        ),
    ]


def request_words(kind: str) -> tuple[str, str]:
    """Return the title of a kind of wish, and in plain words what happens when an administrator agrees."""
    words = {
        RequestKind.FIRST_SIGNATORIES: (
            _("The first people"),
            _("This person can act for the organisation from the day an administrator agrees. "
              "The administrator compares the name with the papers."),
        ),
        RequestKind.GRANT: (
            _("A new holder of an office"),
            _("This person gets the office on the day an administrator agrees, and may do all that it allows. "
              "Their colleagues are told."),
        ),
        RequestKind.HAND_OVER: (
            _("An office changes hands"),
            _("On the day an administrator agrees one person leaves the office and the other takes it. "
              "Both are told now. What was signed before stays valid."),
        ),
        RequestKind.LOST_FACTOR: (
            _("A lost phone or key"),
            _("When an administrator agrees, every authenticator and every session of this person ends at once. "
              "They set up a new one; for 48 hours it cannot sign. All who sign with them are told."),
        ),
        RequestKind.END_TERM: (
            _("A term ends"),
            _("On the day an administrator agrees this person loses the office. What they signed stays valid."),
        ),
    }  # fmt: skip
    return words[RequestKind(kind)]


def running_terms(organisation: Organisation) -> list[Term]:
    """Return the terms that count today or will, members apart, in the order of offices."""
    not_over = Q(ends__isnull=True) | Q(ends__gte=clock.today())
    terms = Term.objects.filter(not_over, office__organisation=organisation, status=TermStatus.ACTIVE)
    found = terms.exclude(office__role=Role.MEMBER).select_related("office", "user")
    return list(found.order_by("office__role", "office__seat", "acting", "id"))


def term_line(term: Term) -> str:
    """Return who holds the office, whether they stand in, and from when to when."""
    parts = [str(term.user)]
    if term.acting:
        parts.append(_("stands in"))
    parts.append(_("since %(day)s") % {"day": day(term.starts)})
    if term.ends:
        parts.append(_("until %(day)s") % {"day": day(term.ends)})
    return ", ".join(parts)


def office_label(role: str, seat: int) -> str:
    """Return the name of an office; its number from the second seat on."""
    name = capfirst(str(Role(role).label))
    return name if seat == 1 else _("%(office)s, seat %(seat)s") % {"office": name, "seat": seat}


def seats(organisation: Organisation) -> list[Seat]:
    """Return every office that exists, members apart, with its holders."""
    holders: dict[int, list[str]] = {}
    for term in running_terms(organisation):
        holders.setdefault(term.office_id, []).append(term_line(term))
    offices = organisation.offices.exclude(role=Role.MEMBER).order_by("role", "seat")
    return [
        Seat(f"{office.role}:{office.seat}", office_label(office.role, office.seat), holders.get(office.pk, []))
        for office in offices
    ]


def seats_to_fill(organisation: Organisation) -> list[tuple[str, str]]:
    """Return the choices for a new holder: every office there is, and one new seat where more are allowed."""
    known = {seat.value: seat for seat in seats(organisation)}
    empty = _("nobody holds it")
    choices = [(seat.value, f"{seat.label} ({'; '.join(seat.holders) or empty})") for seat in known.values()]
    for role in sorted(ROLES_OF[organisation.kind] - {Role.MEMBER}):
        taken = [int(value.split(":")[1]) for value in known if value.startswith(f"{role}:")]
        if not taken or role not in ONE_SEAT:
            number = max(taken, default=0) + 1
            choices.append((f"{role}:{number}", _("%(office)s (new)") % {"office": office_label(role, number)}))
    return choices


def seats_held(organisation: Organisation) -> list[tuple[str, str]]:
    """Return the offices that somebody holds."""
    return [(seat.value, f"{seat.label} ({'; '.join(seat.holders)})") for seat in seats(organisation) if seat.holders]


def holders(organisation: Organisation) -> list[tuple[str, str]]:
    """Return who holds what, as choices `role:seat:person`."""
    return [
        (
            f"{term.office.role}:{term.office.seat}:{term.user.public_id}",
            f"{office_label(term.office.role, term.office.seat)}: {term_line(term)}",
        )
        for term in running_terms(organisation)
    ]


def organisation_facts(organisation: Organisation) -> list[Fact]:
    """Return what is known of an organisation."""
    said = language()
    names = {organisation.name_ru, organisation.name_ky, organisation.name_en} - {"", organisation.name(said)}
    return facts(
        Fact(_("What it is"), capfirst(str(OrganisationKind(organisation.kind).label))),
        Fact(_("Other names"), "\n".join(sorted(names))),
        Fact(
            _("Where"),
            place_line(organisation.place)
            if organisation.place
            else country_names().get(organisation.country, organisation.country),
        ),
        Fact(_("Registration number"), organisation.registered_number),
        Fact(_("E-mail"), organisation.contact_email),
        Fact(_("What it does"), organisation.about),
        paper_fact(_("Papers"), organisation.papers),
        Fact(_("Handed in by"), signed(organisation.created_by, organisation.created_at)),
    )


def organisation_note(organisation: Organisation) -> tuple[str, str]:
    """Return what its state means for its people, and the tone."""
    notes = {
        OrganisationStatus.SUBMITTED: (
            _("An administrator looks at the papers. Until then it can do nothing here."), "warn",
        ),
        OrganisationStatus.REFUSED: (_("The papers were not enough. You may hand in others."), "bad"),
        OrganisationStatus.SUSPENDED: (_("It is stopped for now: none of its people can act."), "bad"),
    }  # fmt: skip
    return notes.get(OrganisationStatus(organisation.status), ("", ""))


def organisation_context(organisation: Organisation, user: User) -> dict[str, Any]:
    """Return an organisation's page for its own people."""
    note, tone = organisation_note(organisation)
    members = Term.objects.filter(
        office__organisation=organisation, office__role=Role.MEMBER, status=TermStatus.ACTIVE
    ).count()
    requests = organisation.requests.select_related("person", "asked_by").order_by("-id")[:20]
    return {
        "organisation": organisation,
        "title": organisation.name(language()),
        "status_label": OrganisationStatus(organisation.status).label,
        "status_tone": STATUS_TONE[OrganisationStatus(organisation.status)],
        "facts": organisation_facts(organisation),
        "note": note,
        "note_tone": tone,
        "seats": seats(organisation),
        "requests": [request_row(each) for each in requests],
        "wishes": [
            Link(reverse("office_request", args=[organisation.public_id, kind]), request_words(kind)[0])
            for kind in wishes(organisation, user)
        ],
        "members": ngettext("%(n)s member", "%(n)s members", members) % {"n": members} if members else "",
        "can_admit": may(user, Action.MEMBER_ADMIT, organisation)
        and organisation.kind == OrganisationKind.MIGRANT_ASSOCIATION,
        "belongs": holds_office(user, organisation, [Role.MEMBER]),
        "joins": joins_waiting(organisation).count(),
        "terms_card": terms_card(organisation, user),
        "public": reverse("association", args=[organisation.public_id]) if has_page(organisation) else "",
        "back": Link(reverse("desk"), _("My desk")),
    }


def has_page(organisation: Organisation) -> bool:
    """Say whether everyone can see a page of it."""
    seen = (OrganisationStatus.VERIFIED, OrganisationStatus.SUSPENDED)
    return organisation.kind in WITH_PAGE and organisation.status in seen


def wishes(organisation: Organisation, user: User) -> list[RequestKind]:
    """Return the kinds of wishes that this person may ask for here."""
    if may(user, Action.OFFICE_REQUEST, organisation) or is_platform_administrator(user):
        later = [RequestKind.GRANT, RequestKind.HAND_OVER, RequestKind.END_TERM, RequestKind.LOST_FACTOR]
        return later if running_terms(organisation) else [RequestKind.FIRST_SIGNATORIES]
    if organisation.created_by_id == user.pk:
        return [RequestKind.FIRST_SIGNATORIES]
    return []


def organisation_row(organisation: Organisation) -> Row:
    """Return an organisation as a line for administrators."""
    status = OrganisationStatus(organisation.status)
    return Row(
        title=organisation.name(language()),
        text=f"{OrganisationKind(organisation.kind).label} · {day(organisation.created_at)}",
        url=reverse("organisation_check", args=[organisation.public_id]),
        tag=str(status.label),
        tone=STATUS_TONE[status],
    )


def request_row(request: OfficeRequest) -> Row:
    """Return a wish as a line."""
    office = office_label(request.role, request.seat) if request.role else ""
    status = RequestStatus(request.status)
    return Row(
        title=f"{request_words(request.kind)[0]}: {request.person}",
        text=" · ".join(part for part in (office, who(request.asked_by), day(request.asked_at)) if part),
        url=reverse("office_decision", args=[request.public_id]),
        tag=str(status.label),
        tone=REQUEST_TONE[status],
    )


def request_context(request: OfficeRequest) -> dict[str, Any]:
    """Return a wish: what happens, who asked, who decided."""
    title, happens = request_words(request.kind)
    outcome = {
        RequestStatus.ASKED: (happens, "warn"),
        RequestStatus.APPROVED: (_("Agreed. %(reason)s") % {"reason": request.decision_reason}, ""),
        RequestStatus.REFUSED: (_("Refused: %(reason)s") % {"reason": request.decision_reason}, "bad"),
    }
    note, tone = outcome[RequestStatus(request.status)]
    home = Link(reverse("organisation", args=[request.organisation.public_id]), request.organisation.name(language()))
    return {
        "title": title,
        "facts": facts(
            Fact(_("Organisation"), home.text, home.url),
            Fact(_("Office"), office_label(request.role, request.seat) if request.role else ""),
            Fact(_("Who"), f"{request.person}\n{request.person.email or ''}".strip()),
            Fact(_("As"), _("stands in for the holder") if request.acting else ""),
            Fact(_("Last day"), day(request.ends)),
            Fact(_("Why"), request.reason),
            paper_fact(_("Paper"), request.papers),
            Fact(_("Asked by"), signed(request.asked_by, request.asked_at)),
            Fact(_("Decided by"), signed(request.decided_by, request.decided_at) if request.decided_by else ""),
        ),
        "note": note,
        "note_tone": tone,
        "back": home,
    }


def organisations_waiting() -> QuerySet[Organisation]:
    """Return the organisations whose papers wait, oldest first."""
    return Organisation.objects.filter(status=OrganisationStatus.SUBMITTED).order_by("created_at", "id")


def requests_waiting() -> QuerySet[OfficeRequest]:
    """Return the wishes that wait for a decision, oldest first."""
    asked = OfficeRequest.objects.filter(status=RequestStatus.ASKED)
    return asked.select_related("organisation", "person", "asked_by").order_by("asked_at", "id")


def administrator_tasks(user: User) -> Iterator[Task]:
    """Return what waits for a platform administrator."""
    if not is_platform_administrator(user):
        return
    for organisation in organisations_waiting().exclude(created_by=user)[:10]:
        yield Task(
            title=_("Check the papers of %(name)s") % {"name": organisation.name(language())},
            text=str(OrganisationKind(organisation.kind).label),
            url=reverse("organisation_check", args=[organisation.public_id]),
            waiting_since=organisation.created_at,
        )
    for request in requests_waiting().exclude(asked_by=user).exclude(person=user)[:10]:
        yield Task(
            title=request_words(request.kind)[0],
            text=f"{request.person}, {request.organisation.name(language())}",
            url=reverse("office_decision", args=[request.public_id]),
            waiting_since=request.asked_at,
        )
