"""The reference of what somebody is about to pay, and what a reference stands for."""

from __future__ import annotations

from collections.abc import Iterable

from ..models import PaymentReference
from ..references import number_of, reference_of, references_in


def reference_for(group: str) -> str:
    """Return the reference (`AK7-4821-6`) of a pledge's or gift's group, given out once and kept for ever."""
    kept, _made = PaymentReference.objects.get_or_create(group=group)
    return reference_of(kept.pk)


def references_of(groups: Iterable[str]) -> dict[str, str]:
    """Return the references of those groups that were given one, in one question to the database."""
    kept = PaymentReference.objects.filter(group__in=list(groups))
    return {each.group: reference_of(each.pk) for each in kept}


def group_of(text: str) -> str:
    """Return the group whose reference stands in `text`, in any spelling; empty where none or several stand there."""
    found = references_in(text)
    if len(found) != 1:
        return ""
    kept = PaymentReference.objects.filter(pk=number_of(found[0])).first()
    return kept.group if kept is not None else ""
