"""Which pools, gifts and payments of pools to list."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from api.filters import PublicIdFilter, TextFilter, contains, names
from birge.money import EXPONENTS
from funds.payments.models import Payment, PaymentStatus
from funds.pools.models import Pool, PoolGift
from funds.pools.states import GiftStatus, PoolStatus


class PoolFilters(django_filters.FilterSet):
    """By whose it is, who holds it, currency, status and name."""

    organisation = PublicIdFilter(field_name="organisation__public_id")
    custodian = PublicIdFilter(field_name="custodian__public_id")
    currency = django_filters.ChoiceFilter(choices=[(code, code) for code in sorted(EXPONENTS)])
    status = django_filters.ChoiceFilter(choices=PoolStatus.choices)
    q = TextFilter(method="named", label="part of a name in any of the three languages")

    class Meta:
        model = Pool
        fields: list[str] = []

    def named(self, pools: QuerySet[Pool], name: str, value: str) -> QuerySet[Pool]:
        """Keep what contains the words."""
        return pools.filter(contains(value, *names("name")))


class PoolGiftFilters(django_filters.FilterSet):
    """By status."""

    status = django_filters.ChoiceFilter(choices=GiftStatus.choices)

    class Meta:
        model = PoolGift
        fields: list[str] = []


class CashFilters(django_filters.FilterSet):
    """By status."""

    status = django_filters.ChoiceFilter(choices=PaymentStatus.choices)

    class Meta:
        model = Payment
        fields: list[str] = []
