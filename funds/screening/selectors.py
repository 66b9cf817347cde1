"""What the lists and those who decided say about something now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Max, QuerySet

from birge.organisations.models import Organisation

from .matching import Hit, Party, hits_of, lists_now
from .models import BlockList, ScreeningRecord
from .states import Outcome, Verdict

SeenAs = tuple[str, str, tuple[str, ...]]
Seen = Collection[SeenAs]


@dataclass(frozen=True)
class Standing:
    """How something stands: `open` likenesses wait for a person, `blocked` was decided once and stays."""

    open: tuple[Hit, ...] = ()
    blocked: str = ""  # the reason of whoever blocked it

    @property
    def clear(self) -> bool:
        """Say whether nothing stands in the way."""
        return not self.open and not self.blocked


def standing(subject: str, ref: str, parties: Sequence[Party], countries: Iterable[str] = ()) -> Standing:
    """Return how something stands by the lists of today and all that was ever decided about it."""
    decided = list(records_of(subject, ref).filter(decision__isnull=False).select_related("decision"))
    blocked = next((each.decision.reason for each in decided if each.decision.verdict == Verdict.BLOCKED), "")
    other, allowed = (
        {hit["key"] for each in decided if each.decision.verdict == verdict for hit in each.hits}
        for verdict in (Verdict.OTHER, Verdict.ALLOWED)
    )
    found = hits_of(parties, countries=countries)
    still = [hit for hit in found if hit.key not in other and (hit.binding or hit.key not in allowed)]
    return Standing(tuple(still), blocked)


def records_of(subject: str, ref: str) -> QuerySet[ScreeningRecord]:
    """Return every look into the lists for this, newest first."""
    return ScreeningRecord.objects.filter(subject=subject, subject_ref=ref).order_by("-id")


def undecided(organisations: Collection[Organisation] | None = None) -> QuerySet[ScreeningRecord]:
    """Return likenesses that wait for a person, oldest first: of these custodians, or (None) the platform's own.

    Of several looks for the same thing only the newest waits.
    """
    waiting = ScreeningRecord.objects.filter(outcome=Outcome.HIT, decision__isnull=True)
    if organisations is None:
        waiting = waiting.filter(organisation__isnull=True)
    else:
        waiting = waiting.filter(organisation__in=organisations)
    newest: dict[tuple[str, str], int] = {}
    listed = ScreeningRecord.objects.filter(subject_ref__in=waiting.values("subject_ref"))
    for pk, subject, ref in listed.order_by("id").values_list("pk", "subject", "subject_ref"):
        newest[subject, ref] = pk
    return waiting.filter(pk__in=newest.values()).select_related("organisation").order_by("id")


def seen_now() -> Seen:
    """Return who was looked up in the very lists that count now, under the names of their newest look."""
    now = set(lists_now().values_list("public_id", flat=True))
    newest = ScreeningRecord.objects.values("subject", "subject_ref").annotate(newest=Max("pk")).values("newest")
    return {
        seen_as(each.subject, each.subject_ref, [party["name"] for party in each.parties])
        for each in ScreeningRecord.objects.filter(pk__in=newest).order_by().iterator()
        if {listed["id"] for listed in each.lists} == now
    }


def seen_as(subject: str, ref: str, names: Iterable[str]) -> SeenAs:
    """Return by what somebody is known in what `seen_now` returns."""
    return str(subject), ref, tuple(sorted(names))


def lists_kept() -> QuerySet[BlockList]:
    """Return every version of every list, the newest first. None ever goes."""
    return BlockList.objects.select_related("loaded_by").order_by("-version", "-id")
