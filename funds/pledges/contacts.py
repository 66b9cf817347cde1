"""Where donors can be reached."""

from __future__ import annotations

from birge.notifications.contacts import Contact, contact_clean, fingerprint

from .models import Pledge, PledgeContact

__all__ = ["contact_clean", "contact_of", "fingerprint"]


def contact_of(pledge: Pledge) -> Contact | None:
    """Return where this pledge's donor can be reached, or None (erased, or never given)."""
    row = PledgeContact.objects.filter(pledge=pledge).first()
    return None if row is None else Contact(row.kind, row.value)
