"""Django's admin shows the record of privileged acts."""

from __future__ import annotations

from django.contrib import admin

from birge.accounts.admin import ReadOnlyAdmin

from .models import AuditRecord


@admin.register(AuditRecord)
class AuditRecordAdmin(ReadOnlyAdmin):
    """Who did what, newest first."""

    list_display = ("at", "actor", "action", "object_type", "object_ref", "organisation_ref")
    list_filter = ("action", "object_type")
    search_fields = ("object_ref", "organisation_ref", "actor__public_id")
    list_select_related = ("actor",)
