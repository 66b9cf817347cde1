"""The reference of what somebody is about to pay, and what a reference stands for."""

from __future__ import annotations

from ..models import PaymentReference
from ..references import number_of, reference_of, references_in


def reference_for(group: str) -> str:
    """Return the reference (`AK7-4821-6`) of a pledge's or gift's group, given out once and kept for ever."""
    kept, _made = PaymentReference.objects.get_or_create(group=group)
    return reference_of(kept.pk)


def group_of(text: str) -> str:
    """Return the group whose reference stands in `text`, in any spelling; empty where none or several stand there."""
    found = references_in(text)
    if len(found) != 1:
        return ""
    kept = PaymentReference.objects.filter(pk=number_of(found[0])).first()
    return kept.group if kept is not None else ""
