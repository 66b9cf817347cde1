"""The record of privileged acts. The database itself refuses to change it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from birge import clock


class AuditRecord(models.Model):
    """Who did what to what, for which organisation, when and why."""

    at = models.DateTimeField(default=clock.now, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    organisation_ref = models.CharField(max_length=16, blank=True, db_index=True)  # public id of whom they acted for
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_ref = models.CharField(max_length=40, db_index=True)
    reason = models.TextField(blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        """Return what was done to what."""
        return f"{self.action} {self.object_type} {self.object_ref}"
