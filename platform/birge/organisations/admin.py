"""Django's admin shows organisations and offices. They change by services only: two persons, a reason, a trace."""

from __future__ import annotations

from django.contrib import admin

from birge.accounts.admin import ReadOnlyAdmin

from .models import Office, OfficeRequest, Organisation, Term


@admin.register(Organisation)
class OrganisationAdmin(ReadOnlyAdmin):
    """Organisations."""

    list_display = ("public_id", "name_ru", "kind", "place", "country", "status", "created_at")
    list_filter = ("kind", "status", "country")
    search_fields = ("public_id", "name_ky", "name_ru", "name_en", "registered_number")
    list_select_related = ("place",)


@admin.register(Office)
class OfficeAdmin(ReadOnlyAdmin):
    """Seats."""

    list_display = ("organisation", "role", "seat")
    list_filter = ("role",)
    search_fields = ("organisation__public_id", "organisation__name_ru")
    list_select_related = ("organisation",)


@admin.register(Term)
class TermAdmin(ReadOnlyAdmin):
    """Who held what, and when."""

    list_display = ("office", "user", "acting", "starts", "ends", "status", "requested_by", "granted_by")
    list_filter = ("status", "acting", "office__role")
    search_fields = ("user__public_id", "user__name", "office__organisation__name_ru")
    list_select_related = ("office__organisation", "user", "requested_by", "granted_by")


@admin.register(OfficeRequest)
class OfficeRequestAdmin(ReadOnlyAdmin):
    """What was asked, and who decided."""

    list_display = ("public_id", "kind", "organisation", "role", "person", "asked_by", "status", "decided_by")
    list_filter = ("kind", "status")
    search_fields = ("public_id", "person__public_id", "organisation__name_ru")
    list_select_related = ("organisation", "person", "asked_by", "decided_by")
