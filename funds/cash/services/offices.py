"""The lock of an organisation's cash. In the order of the house it stands beside the custodian: before the ledger."""

from __future__ import annotations

from birge.organisations.models import Organisation

from ..models import CashOffice


def office_lock(organisation: Organisation) -> CashOffice:
    """Return the organisation's cash office, made at its first cash, locked until the transaction ends."""
    CashOffice.objects.get_or_create(organisation=organisation)
    return (
        CashOffice.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation")
        .get(organisation=organisation)
    )
