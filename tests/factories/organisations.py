"""Organisations on their way to being verified, offices asked for, and the administrators who decide."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from birge import clock
from birge.accounts.models import User
from birge.audit.models import AuditRecord
from birge.documents.models import Document
from birge.documents.services import document_store
from birge.notifications.models import Notice
from birge.organisations.models import (
    ROLES_OF,
    Office,
    OfficeRequest,
    Organisation,
    OrganisationKind,
    RequestKind,
    Role,
    Term,
)
from birge.organisations.services import office_request, office_request_approve, organisation_apply
from tests.factories.funds import PDF, aimak_and_village, factor, organisation, person

_numbers = itertools.count(1)
KIND_OF = {role: OrganisationKind(kind) for kind, roles in ROLES_OF.items() for role in roles}


def administrator(*, factor_enrolled: bool = True) -> User:
    """Return a new platform administrator, with a second factor unless told otherwise."""
    user = person(factor_enrolled=factor_enrolled)
    user.is_staff = True
    user.save()
    return user


def papers(author: User, owner: Organisation | None = None) -> Document:
    """Return papers that `author` has uploaded."""
    file = SimpleUploadedFile("papers.pdf", PDF + f"papers {next(_numbers)}".encode(), "application/pdf")
    return document_store(file=file, kind="papers", actor=author, organisation=owner, visibility="private")


def applied(kind: str = "village_administration", *, actor: User | None = None, **changes: Any) -> Organisation:
    """Return an organisation that has just handed in its papers."""
    applicant = actor or person()
    request: dict[str, Any] = {
        "kind": kind,
        "name_ru": f"Организация {next(_numbers)}",
        "actor": applicant,
        "place": aimak_and_village()[0],
        "papers": papers(applicant),
    }
    return organisation_apply(**(request | changes))


def acting_for(role: Role, **place: Any) -> Organisation:
    """Return a new verified organisation in which this role exists."""
    kind = KIND_OF[role]
    local = kind in (OrganisationKind.VILLAGE_ADMINISTRATION, OrganisationKind.LOCAL_COUNCIL)
    return organisation(kind, place.get("place") or (aimak_and_village()[0] if local else None))


def seated(where: Organisation, role: Role, *, who: User | None = None, seat: int = 1, **changes: Any) -> Term:
    """Return the term of somebody who sits there, since yesterday unless told otherwise."""
    office, _made = Office.objects.get_or_create(organisation=where, role=role, seat=seat)
    facts = {"user": who or person(factor_enrolled=True), "starts": clock.today() - dt.timedelta(days=1)}
    return Term.objects.create(office=office, **(facts | changes))


def asked(where: Organisation, **changes: Any) -> OfficeRequest:
    """Return a request: a new treasurer, head or whoever comes first there, asked for by an officer of theirs."""
    role = sorted(ROLES_OF[where.kind] - {Role.MEMBER})[0]
    request: dict[str, Any] = {
        "kind": RequestKind.GRANT,
        "organisation": where,
        "role": role,
        "person": changes.get("person") or person(),
        "reason": "The meeting of 3 May chose them.",
    }
    if "actor" not in changes:
        request["actor"] = seated(where, sorted(ROLES_OF[where.kind] - {Role.MEMBER})[-1], seat=90).user
    return office_request(**(request | changes))


def approved(request: OfficeRequest, by: User | None = None) -> OfficeRequest:
    """Let an administrator from outside approve it."""
    decider = by or administrator()
    return office_request_approve(request=request, actor=decider, proof=factor(decider))


def everything_kept() -> dict[str, list[Any]]:
    """Return all that a refusal must leave alone, to compare before and after."""
    return {
        "organisations": list(Organisation.objects.order_by("pk").values()),
        "offices": list(Office.objects.order_by("pk").values()),
        "terms": list(Term.objects.order_by("pk").values()),
        "requests": list(OfficeRequest.objects.order_by("pk").values()),
        "records": list(AuditRecord.objects.order_by("pk").values_list("pk")),
        "messages": list(Notice.objects.order_by("pk").values_list("pk")),
        "people": list(User.objects.order_by("pk").values()),
    }
