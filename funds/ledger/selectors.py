"""Reading entries: newest first, cut by key and never counted."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from .models import Entry, Outbox, Posting


@dataclass(frozen=True)
class EntryPage:
    """Some entries; `next_cursor` is empty on the last page. `after` says whether this is not the first one."""

    entries: list[Entry]
    next_cursor: str
    after: bool


def entries_with_postings() -> QuerySet[Entry]:
    """Return entries with their postings and accounts, read in three queries whatever their number."""
    postings = Posting.objects.select_related("account").order_by("k")
    return Entry.objects.prefetch_related(Prefetch("postings", queryset=postings))


def entries_for(purpose_ref: str) -> QuerySet[Entry]:
    """Return the entries that touch an account of this purpose (a project's public id), in the order written."""
    touched = Posting.objects.filter(account__purpose_ref=purpose_ref).values("entry_id")
    return entries_with_postings().filter(pk__in=touched).order_by("outbox__id")


def entries_page(*, purpose_ref: str = "", after: str = "", size: int = 50) -> EntryPage:
    """Return up to `size` entries, newest first, after the cursor. A cursor that means nothing starts at the top.

    The order is that of the outbox: the order in which this database wrote them.
    """
    rows = Outbox.objects.order_by("-id")
    if purpose_ref:
        rows = rows.filter(entry__in=Posting.objects.filter(account__purpose_ref=purpose_ref).values("entry_id"))
    started = after.isdigit() and len(after) < 19
    if started:
        rows = rows.filter(id__lt=int(after))
    listed = list(rows.values_list("id", "entry_id")[: size + 1])
    found = {entry.pk: entry for entry in entries_with_postings().filter(pk__in=[pk for _id, pk in listed[:size]])}
    return EntryPage(
        entries=[found[pk] for _id, pk in listed[:size]],
        next_cursor=str(listed[size - 1][0]) if len(listed) > size else "",
        after=started,
    )
