"""Which rules to list."""

from __future__ import annotations

import django_filters

from api.filters import PublicIdFilter
from funds.matching.models import Rule, RuleStatus


class RuleFilters(django_filters.FilterSet):
    """By pool, custodian and status."""

    pool = PublicIdFilter(field_name="pool_ref", label="public identifier of the pool")
    custodian = PublicIdFilter(field_name="custodian__public_id")
    status = django_filters.ChoiceFilter(choices=RuleStatus.choices)

    class Meta:
        model = Rule
        fields: list[str] = []
