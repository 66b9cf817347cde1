"""Django's admin shows places and changes none: the file of places does, see `data/SOURCE.md`."""

from __future__ import annotations

from django.contrib import admin

from birge.accounts.admin import ReadOnlyAdmin

from .models import Place, PlaceLink


@admin.register(Place)
class PlaceAdmin(ReadOnlyAdmin):
    """Units with their period."""

    list_display = ("soate", "kind", "name_ru", "name_ky", "name_en", "parent", "valid_from", "valid_to")
    list_filter = ("kind",)
    list_select_related = ("parent",)
    search_fields = ("public_id", "soate", "name_ru", "name_ky", "name_en")
    ordering = ("soate", "valid_from")


@admin.register(PlaceLink)
class PlaceLinkAdmin(ReadOnlyAdmin):
    """What became of units that ended."""

    list_display = ("on", "kind", "predecessor", "successor")
    list_filter = ("kind",)
    list_select_related = ("predecessor", "successor")
    search_fields = ("predecessor__soate", "predecessor__name_ru", "successor__soate", "successor__name_ru")
