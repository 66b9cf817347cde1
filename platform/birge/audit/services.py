"""The one way to write the audit record."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from birge.accounts.models import User

from .models import AuditRecord


def audit_record(
    *, actor: User | None, action: str, obj: Model, organisation: Any = None, reason: str = "", **details: Any
) -> AuditRecord:
    """Write one record in the caller's transaction, so that the act and its trace stand or fall together.

    `organisation` is whom the actor acted for; `details` must be plain JSON and hold nothing personal.
    """
    return AuditRecord.objects.create(
        actor=actor,
        action=str(action),
        object_type=obj._meta.label_lower,
        object_ref=str(getattr(obj, "public_id", obj.pk)),
        organisation_ref=organisation.public_id if organisation is not None else "",
        reason=reason,
        details=details,
    )
