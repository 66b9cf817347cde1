"""The log as files for other programs, whole or in part: see docs/exports.md."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from birge.organisations.models import Organisation, OrganisationKind, OrganisationStatus
from birge.places.models import Place
from funds.ledger.exporting import (
    FORMATS,
    Selection,
    journal,
    known,
    of_custodian,
    of_pool,
    of_purposes,
    size_signed,
)
from projects.works.selectors import projects_public

from .views import SHORTLY

REF = re.compile("[A-Za-z0-9]{1,16}")
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
CUSTODIANS = (OrganisationStatus.VERIFIED, OrganisationStatus.SUSPENDED)


class Refused(ValueError):
    """A parameter that means nothing, with a sentence that says so."""


@require_safe
def download(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return the entries that were asked for as a file in one of the FORMATS. Nothing is made for a HEAD request."""
    size = size_signed()
    try:
        given = _given(request)
        selection = _selection(given, size)
    except Refused as refusal:
        return _refused(str(refusal), 400)
    if not size:
        return _refused("Nothing has been signed yet.", 404)
    pieces: Iterable[str] = () if request.method == "HEAD" else journal(name, selection)
    response = StreamingHttpResponse(pieces, content_type=FORMATS[name].content_type)
    response["Content-Disposition"] = f'attachment; filename="{_file_name(given, size)}.{FORMATS[name].ending}"'
    response["Cache-Control"] = SHORTLY
    return response


def _given(request: HttpRequest) -> dict[str, str]:
    """Return the parameters in our own order. Raises Refused for one that is unknown, empty, or given twice."""
    given = {}
    for name, values in request.GET.lists():
        if name not in PARAMETERS:
            raise Refused(f"There is no parameter {name!r:.40}: there are {', '.join(PARAMETERS)}.")
        if len(values) != 1 or not values[0]:
            raise Refused(f"Give {name} once and with a value, or leave it out.")
        given[name] = values[0]
    return {name: given[name] for name in PARAMETERS if name in given}


def _selection(given: dict[str, str], size: int) -> Selection:
    """Return what was asked for. Raises Refused."""
    first, last = _day(given, "from"), _day(given, "to")
    if first and last and first > last:
        raise Refused("from is a later day than to.")
    return Selection(size, tuple(find(given[name]) for name, find in CONDITIONS.items() if name in given), first, last)


def _project(ref: str) -> Q:
    if not _is_ref(ref) or not projects_public().filter(public_id=ref).exists():
        raise Refused(f"There is no project {ref!r:.40}.")
    return of_purposes([ref])


def _village(ref: str) -> Q:
    place = Place.objects.filter(public_id=ref).first() if _is_ref(ref) else None
    if place is None:
        raise Refused(f"There is no place {ref!r:.40}.")
    served = projects_public().filter(Q(village=place) | Q(also_serves=place))
    return of_purposes(served.order_by().distinct().values_list("public_id", flat=True))


def _pool(ref: str) -> Q:
    if not _is_ref(ref) or not known(of_pool(ref)):
        raise Refused(f"There is no pool {ref!r:.40}.")
    return of_pool(ref)


def _custodian(ref: str) -> Q:
    there = Organisation.objects.filter(kind=OrganisationKind.CUSTODIAN, status__in=CUSTODIANS)
    if not _is_ref(ref) or not there.filter(public_id=ref).exists():
        raise Refused(f"There is no custodian {ref!r:.40}.")
    return of_custodian(ref)


CONDITIONS: dict[str, Callable[[str], Q]] = {
    "project": _project,
    "village": _village,
    "pool": _pool,
    "custodian": _custodian,
}
PARAMETERS = (*CONDITIONS, "from", "to")


def _is_ref(text: str) -> bool:
    return REF.fullmatch(text) is not None


def _day(given: dict[str, str], name: str) -> dt.date | None:
    if name not in given:
        return None
    try:
        return dt.date.fromisoformat(given[name] if DAY.fullmatch(given[name]) else "")
    except ValueError as error:
        raise Refused(f"{name} is a day, written as 2026-11-24.") from error


def _file_name(given: dict[str, str], size: int) -> str:
    """Return a name that says what is in the file: letters, digits and hyphens only, for all was checked."""
    return "-".join(["birge", *(f"{name}-{value}" for name, value in given.items()), f"at-{size}"])


def _refused(why: str, status: int) -> HttpResponse:
    return HttpResponse(f"{why}\n", status=status, content_type="text/plain; charset=utf-8")
