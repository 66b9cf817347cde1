"""Which rates to list."""

from __future__ import annotations

import datetime as dt

import django_filters
from django.db.models import QuerySet

from api.filters import DayFilter
from funds.rates.models import Rate
from funds.rates.selectors import rates_used_on
from funds.rates.services import KEPT
from funds.rates.states import RateSource


class RateFilters(django_filters.FilterSet):
    """By currency, source and day; or those that count on a day."""

    currency = django_filters.ChoiceFilter(choices=[(code, code) for code in sorted(KEPT)])
    source = django_filters.ChoiceFilter(choices=RateSource.choices)
    day = DayFilter(label="rates said for exactly this day")
    date_from = DayFilter(field_name="day", lookup_expr="gte")
    date_to = DayFilter(field_name="day", lookup_expr="lte")
    used_on = DayFilter(
        method="counting_on",
        label="the one rate of each currency that counts on this day: the last one before or on it",
    )

    class Meta:
        model = Rate
        fields: list[str] = []

    def counting_on(self, rates: QuerySet[Rate], name: str, value: dt.date) -> QuerySet[Rate]:
        """Keep for each currency the last trusted one on or before the day."""
        return rates.filter(pk__in=rates_used_on(value).order_by().values("pk"))
