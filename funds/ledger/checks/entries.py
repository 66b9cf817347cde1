"""Whether each entry is whole: its sums, its leaf, its shape, and what it says of others."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Prefetch, Q, Sum

from birge_engine.leaf import LeafError, leaf_decode

from ..commitments import Opening, commitment_of
from ..drafts import link_faults, shape_faults
from ..kinds import OPENS, EntryKind
from ..models import DonorOpening, Entry, Posting
from ..posting import leaf_content, written
from .faults import Fault

AT_ONCE = 500


def entries_balance() -> Iterator[Fault]:
    """Find entries that do not add up to zero in each currency, with all their postings, in one book."""
    sums = Posting.objects.values("entry_id", "currency").annotate(total=Sum("amount"))
    for row in sums.exclude(total=0).order_by():
        yield Fault("balance", str(row["entry_id"]), f"is off by {row['total']} {row['currency']}")
    for entry in Entry.objects.annotate(count=Count("postings")).exclude(count=F("n_postings")):
        yield Fault("balance", str(entry.pk), "has not as many postings as it was sealed with")
    wrong = Posting.objects.filter(~Q(currency=F("account__currency")) | ~Q(entry__book=F("account__book")))
    for posting in wrong:
        yield Fault("balance", str(posting.entry_id), "uses an account of another currency or book")


def entries_hold() -> Iterator[Fault]:
    """Read every entry once, with what it names and who names it, and look at each by itself."""
    postings = Prefetch("postings", queryset=Posting.objects.select_related("account"))
    entries = Entry.objects.select_related(
        "resolves", "reverses", "reversed_by", "resolved_by__reversed_by", "opening"
    ).prefetch_related(
        postings, Prefetch("resolves__postings", postings.queryset), Prefetch("reverses__postings", postings.queryset)
    )
    for entry in entries.order_by("pk").iterator(chunk_size=AT_ONCE):
        for check in (_leaf, _shape, _links, _ending, _opening):
            for text in check(entry):
                yield Fault(check.__name__.strip("_"), str(entry.pk), text)


def _leaf(entry: Entry) -> Iterator[str]:
    """Compare the bytes kept with it to what its rows say."""
    try:
        kept = leaf_decode(_bytes(entry.leaf))
    except LeafError as error:
        yield str(error)
        return
    documents = [(each["sha256"], each["type"]) for each in kept["documents"]]
    postings = sorted(entry.postings.all(), key=lambda posting: posting.k)
    rows = leaf_content(entry, postings, documents, kept.get("rule"))
    if {key: value for key, value in rows.items() if value not in (None, "")} != kept:
        yield "its rows differ from its leaf"


def _shape(entry: Entry) -> Iterator[str]:
    """Ask whether the books know such an entry."""
    if entry.kind not in EntryKind.values:
        yield f"there is no kind {entry.kind}"
        return
    yield from shape_faults(EntryKind(entry.kind), written(entry).legs)


def _links(entry: Entry) -> Iterator[str]:
    """Ask whether it undoes or ends exactly what it names."""
    if entry.kind not in EntryKind.values or next(_shape(entry), None):
        return  # said already
    resolved, undone = (written(named) if named else None for named in (entry.resolves, entry.reverses))
    yield from link_faults(EntryKind(entry.kind), written(entry).legs, resolved, undone)


def _ending(entry: Entry) -> Iterator[str]:
    """Ask whether it was ended once: by what resolves it or by a correction, not by both."""
    resolution: Entry | None = getattr(entry, "resolved_by", None)
    undone = hasattr(entry, "reversed_by")
    if resolution is None:
        return
    if undone and not hasattr(resolution, "reversed_by"):
        yield "was ended twice: resolved, and reversed"
    if not undone and hasattr(resolution, "reversed_by") and entry.kind in OPENS:
        yield "stands open though it was ended: what ended it was undone without it"


def _opening(entry: Entry) -> Iterator[str]:
    """Try whether what was kept to open its commitment opens it."""
    kept: DonorOpening | None = getattr(entry, "opening", None)
    if kept is None:
        return
    if commitment_of(Opening(kept.label, kept.subject_ref, _bytes(kept.r))) != entry.commitment:
        yield "its commitment is not opened by what was kept for it"


def _bytes(value: object) -> bytes:
    """Return what stands in a column of bytes; SQLite lets somebody put text there."""
    return value.encode() if isinstance(value, str) else bytes(value)  # type: ignore[call-overload]
