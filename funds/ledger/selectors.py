"""Reading entries with all that belongs to them."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from .models import Entry, Posting


def entries_with_postings() -> QuerySet[Entry]:
    """Return entries with their postings and accounts, read in three queries whatever their number."""
    postings = Posting.objects.select_related("account").order_by("k")
    return Entry.objects.prefetch_related(Prefetch("postings", queryset=postings))


def entries_for(purpose_ref: str) -> QuerySet[Entry]:
    """Return the entries that touch an account of this purpose (a project's public id), in the order written."""
    touched = Posting.objects.filter(account__purpose_ref=purpose_ref).values("entry_id")
    return entries_with_postings().filter(pk__in=touched).order_by("command_id", "n")
