"""Which payments to list."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from api.filters import DayFilter, PublicIdFilter
from funds.payments.models import Payment, PaymentKind, PaymentStatus


class PaymentFilters(django_filters.FilterSet):
    """By custodian, project, pledge, kind, status and day."""

    custodian = PublicIdFilter(field_name="custodian__public_id")
    project = PublicIdFilter(field_name="project__public_id")
    pledge = PublicIdFilter(field_name="pledge_ref")
    kind = django_filters.ChoiceFilter(choices=PaymentKind.choices)
    status = django_filters.ChoiceFilter(choices=PaymentStatus.choices)
    unidentified = django_filters.ChoiceFilter(
        method="of_unknown_origin", choices=[("yes", "yes"), ("no", "no")], label="money of which nobody knows whose"
    )
    received_from = DayFilter(field_name="received_on", lookup_expr="gte")
    received_to = DayFilter(field_name="received_on", lookup_expr="lte")

    class Meta:
        model = Payment
        fields: list[str] = []

    def of_unknown_origin(self, payments: QuerySet[Payment], name: str, value: str) -> QuerySet[Payment]:
        """Keep what belongs to no project and no pool yet, or the others."""
        unknown = Q(project__isnull=True, pool_ref="")
        return payments.filter(unknown if value == "yes" else ~unknown)
