"""How places look."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import NamesField
from birge.places.models import Place, PlaceKind
from birge.places.selectors import place_ancestors


class PlaceOutput(serializers.Serializer[Any]):
    """A place, in short. An empty Kyrgyz name is not known: show the Russian one, marked."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=PlaceKind.choices)
    soate = serializers.CharField(help_text="The national code; empty where none is known.")
    name = NamesField("name")
    parent = serializers.SerializerMethodField()  # type: ignore[assignment]  # ours, not that of the serializer itself
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)

    def get_parent(self, place: Place) -> str | None:
        """Return what it lies in."""
        return place.parent.public_id if place.parent else None


class PlaceLinkOutput(serializers.Serializer[Any]):
    """A step of lineage: places are merged, split and renamed."""

    kind = serializers.CharField(source="link.kind")
    on = serializers.DateField(source="link.on")
    place = PlaceOutput()


class PlaceDetailOutput(PlaceOutput):
    """A place with where it lies and what it was or became."""

    latitude = serializers.DecimalField(source="lat", max_digits=7, decimal_places=4, allow_null=True)
    longitude = serializers.DecimalField(source="lon", max_digits=7, decimal_places=4, allow_null=True)
    coordinates_source = serializers.CharField(source="coord_source")
    population = serializers.IntegerField(allow_null=True)
    ancestors = serializers.SerializerMethodField()
    predecessors = serializers.SerializerMethodField()
    successors = serializers.SerializerMethodField()

    @extend_schema_field(PlaceOutput(many=True))
    def get_ancestors(self, place: Place) -> Any:
        """Return what it lies in, the oblast first."""
        return PlaceOutput(place_ancestors(place)[::-1], many=True).data

    @extend_schema_field(PlaceLinkOutput(many=True))
    def get_predecessors(self, place: Place) -> Any:
        """Return what it came from."""
        links = place.origins.select_related("predecessor__parent")
        return PlaceLinkOutput([{"link": link, "place": link.predecessor} for link in links], many=True).data

    @extend_schema_field(PlaceLinkOutput(many=True))
    def get_successors(self, place: Place) -> Any:
        """Return what it became."""
        links = place.successions.select_related("successor__parent")
        return PlaceLinkOutput([{"link": link, "place": link.successor} for link in links], many=True).data
