"""Which organisations to list."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from api.filters import PublicIdFilter, TextFilter, contains, names
from birge.organisations.models import Organisation, OrganisationKind


class OrganisationFilters(django_filters.FilterSet):
    """By kind, place, country and name."""

    kind = django_filters.ChoiceFilter(choices=OrganisationKind.choices)
    place = PublicIdFilter(field_name="place__public_id", label="public identifier of the ayil aimak or town")
    country = django_filters.CharFilter(max_length=2, min_length=2, label="ISO 3166, two letters")
    q = TextFilter(method="named", label="part of a name in any of the three languages")

    class Meta:
        model = Organisation
        fields: list[str] = []

    def named(self, organisations: QuerySet[Organisation], name: str, value: str) -> QuerySet[Organisation]:
        """Keep what contains the words."""
        return organisations.filter(contains(value, *names("name")))
