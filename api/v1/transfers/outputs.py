"""How a transfer looks: to everyone, and with its banks to the officers of its sender."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import MoneyField
from api.v1.organisations.outputs import OrganisationRefOutput
from funds.transfers.models import Transfer
from funds.transfers.selectors import is_late
from funds.transfers.states import TransferStatus

ROUTE = ("sender_bank", "sender_bic", "receiver_bank", "receiver_bic", "receiver_account", "via_bank", "via_bic")


class RouteOutput(serializers.Serializer[Any]):
    """By which banks it goes."""

    sender_bank = serializers.CharField()
    sender_bic = serializers.CharField()
    receiver_bank = serializers.CharField()
    receiver_bic = serializers.CharField()
    receiver_account = serializers.CharField()
    via_bank = serializers.CharField()
    via_bic = serializers.CharField()


class TransferOutput(serializers.Serializer[Any]):
    """One sum from one custodian to another. While it is on the way the sender owes it, and nobody can spend it."""

    id = serializers.CharField(source="public_id")
    sender = OrganisationRefOutput()
    receiver = OrganisationRefOutput()
    from_pool = serializers.CharField(source="from_pool_ref")
    to_pool = serializers.CharField(source="to_pool_ref")
    proposal = serializers.CharField(source="proposal_ref", help_text="The decision of the pool's people.")
    amount = MoneyField("amount_minor", help_text="What was decided on, and left.")
    received = MoneyField("received_minor", allow_null=True, help_text="What arrived.")
    fee = MoneyField("fee_minor", help_text="What banks kept on the way. The pool that sent it bore that.")
    reason = serializers.CharField()
    status = serializers.ChoiceField(choices=TransferStatus.choices)
    late = serializers.SerializerMethodField(help_text="It has been on its way too long.")
    asked_at = serializers.DateTimeField()
    sent_on = serializers.DateField(allow_null=True)
    received_on = serializers.DateField(allow_null=True)
    ended_because = serializers.SerializerMethodField(help_text="Why it was not sent, came back or is lost.")
    sent_entry = serializers.UUIDField(source="sent_entry_id", allow_null=True)
    received_entry = serializers.UUIDField(source="received_entry_id", allow_null=True)
    fee_entry = serializers.UUIDField(source="fee_entry_id", allow_null=True)
    route = serializers.SerializerMethodField(help_text="Only officers of the sender see it.")

    def get_late(self, transfer: Transfer) -> bool:
        """Say whether it takes too long."""
        return is_late(transfer)

    def get_ended_because(self, transfer: Transfer) -> str:
        """Return why it did not arrive, as officers wrote it."""
        return transfer.refused_reason or transfer.closing_reason

    @extend_schema_field(RouteOutput(allow_null=True))
    def get_route(self, transfer: Transfer) -> Any:
        """Return the banks to those who may see them."""
        if transfer.sender_id not in self.context.get("senders", ()):
            return None
        return {name: getattr(transfer, name) for name in ROUTE}
