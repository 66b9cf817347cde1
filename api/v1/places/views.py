"""Places: list and one."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.pagination import NamePages
from api.views import ApiView, ListView
from birge.places.models import Place

from .filters import PlaceFilters
from .outputs import PlaceDetailOutput, PlaceOutput


@extend_schema(summary="List places")
class PlaceListView(ListView):
    """Oblasts, districts, ayil aimaks, towns and villages, by Russian name."""

    queryset = Place.objects.select_related("parent")
    serializer_class = PlaceOutput
    filterset_class = PlaceFilters
    pagination_class = NamePages


class PlaceDetailView(ApiView):
    """One place."""

    @extend_schema(summary="One place with its ancestors and lineage", responses=PlaceDetailOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return the place."""
        place = get_object_or_404(Place.objects.select_related("parent"), public_id=public_id)
        return Response(PlaceDetailOutput(place).data)
