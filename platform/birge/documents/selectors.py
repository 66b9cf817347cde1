"""Who may see a document."""

from __future__ import annotations

from birge.accounts.models import User
from birge.organisations.models import OrganisationStatus
from birge.organisations.selectors import organisations_of

from .models import Document, Visibility


def document_open_for(user: User | None, document: Document) -> bool:
    """Say whether this person may open it. Doors answer 404 where not, as if it did not exist."""
    if document.visibility == Visibility.PUBLIC:
        return True
    if user is None or not user.is_active:
        return False
    if user.is_staff or document.uploaded_by_id == user.pk:
        return True
    mine = organisations_of(user)
    if document.organisation_id is not None and mine.filter(pk=document.organisation_id).exists():
        return True
    if document.visibility != Visibility.PARTIES:
        return False
    return mine.filter(status=OrganisationStatus.VERIFIED, pk__in=document.parties.values("pk")).exists()
