"""Which proposals to list."""

from __future__ import annotations

import django_filters

from api.filters import PublicIdFilter
from funds.pools.models import Proposal
from funds.pools.states import ProposalKind, ProposalStatus


class ProposalFilters(django_filters.FilterSet):
    """By kind, status and project."""

    kind = django_filters.ChoiceFilter(choices=ProposalKind.choices)
    status = django_filters.ChoiceFilter(choices=ProposalStatus.choices)
    project = PublicIdFilter(field_name="project__public_id")

    class Meta:
        model = Proposal
        fields: list[str] = []


class WaitingFilters(django_filters.FilterSet):
    """By pool and kind."""

    pool = PublicIdFilter(field_name="pool__public_id")
    kind = django_filters.ChoiceFilter(choices=ProposalKind.choices)

    class Meta:
        model = Proposal
        fields: list[str] = []
