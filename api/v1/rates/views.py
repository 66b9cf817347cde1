"""Exchange rates for everyone."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema

from api.pagination import CursorPages
from api.views import ListView
from funds.rates.models import Rate
from funds.rates.states import RateStatus

from .filters import RateFilters
from .outputs import RateOutput


class RatePages(CursorPages):
    """By day, the newest first."""

    ordering = ("-day", "-id")


@extend_schema(summary="List exchange rates")
class RateListView(ListView):
    """Trusted rates of the National Bank, by day. What waits for a second person or was refused is not among them."""

    queryset = Rate.objects.filter(status=RateStatus.TRUSTED)
    serializer_class = RateOutput
    filterset_class = RateFilters
    pagination_class = RatePages
