"""Which of one's own gifts to list."""

from __future__ import annotations

import django_filters

from api.filters import PublicIdFilter
from funds.pools.models import PoolGift
from funds.pools.states import GiftStatus


class MyPoolGiftFilters(django_filters.FilterSet):
    """By pool and status."""

    pool = PublicIdFilter(field_name="pool__public_id")
    status = django_filters.ChoiceFilter(choices=GiftStatus.choices)

    class Meta:
        model = PoolGift
        fields: list[str] = []
