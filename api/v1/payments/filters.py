"""Which payments to list."""

from __future__ import annotations

import django_filters

from api.filters import DayFilter, PublicIdFilter
from funds.payments.models import Payment, PaymentKind, PaymentStatus


class PaymentFilters(django_filters.FilterSet):
    """By custodian, project, pledge, kind, status and day."""

    custodian = PublicIdFilter(field_name="custodian__public_id")
    project = PublicIdFilter(field_name="project__public_id")
    pledge = PublicIdFilter(field_name="pledge_ref")
    kind = django_filters.ChoiceFilter(choices=PaymentKind.choices)
    status = django_filters.ChoiceFilter(choices=PaymentStatus.choices)
    received_from = DayFilter(field_name="received_on", lookup_expr="gte")
    received_to = DayFilter(field_name="received_on", lookup_expr="lte")

    class Meta:
        model = Payment
        fields: list[str] = []
