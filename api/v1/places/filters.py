"""Which places to list."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from api.filters import DayFilter, PublicIdFilter, TextFilter, contains, names
from birge.places.models import Place, PlaceKind


class PlaceFilters(django_filters.FilterSet):
    """By kind, by what it lies in, by name, by code, by the day on which it existed."""

    kind = django_filters.ChoiceFilter(choices=PlaceKind.choices)
    parent = PublicIdFilter(field_name="parent__public_id", label="public identifier of what it lies in directly")
    soate = TextFilter(label="the whole national code")
    on = DayFilter(method="existing_on", label="only places that existed on this day")
    q = TextFilter(method="named", label="part of a name in any of the three languages")

    class Meta:
        model = Place
        fields: list[str] = []

    def existing_on(self, places: QuerySet[Place], name: str, value: Any) -> QuerySet[Place]:
        """Keep what was valid on the day."""
        return places.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=value), valid_from__lte=value)

    def named(self, places: QuerySet[Place], name: str, value: str) -> QuerySet[Place]:
        """Keep what contains the words."""
        return places.filter(contains(value, *names("name")))
