"""How cards after they have paid, and the reserve, look to the custodian's officers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.fields import MoneyField
from funds.payments.models import ReserveMove, StripePayout
from funds.payments.providers.stripe.models import Decision, QuarantineReason
from funds.payments.providers.stripe.models_after import DisputeStatus, PayoutStatus, RefundOrderStatus
from funds.payments.reserve_models import ReserveMoveKind, ReserveMoveStatus
from funds.settlement.services import payout_line


class DisputeOutput(serializers.Serializer[Any]):
    """A payer's bank wants a payment back. `evidence_due_by`: who has not answered at Stripe by then has lost."""

    id = serializers.CharField(source="public_id")
    custodian = serializers.CharField(source="account.custodian.public_id")
    project = serializers.CharField(source="attempt.project.public_id")
    payment = serializers.CharField(source="attempt.payment.public_id")
    amount = MoneyField("amount_minor")
    status = serializers.ChoiceField(choices=DisputeStatus.choices)
    reason = serializers.CharField()
    opened_at = serializers.DateTimeField()
    evidence_due_by = serializers.DateTimeField(allow_null=True)
    taken_entry = serializers.UUIDField(source="taken_entry_id", allow_null=True)
    back_entry = serializers.UUIDField(source="back_entry_id", allow_null=True)


class CardRefundOutput(serializers.Serializer[Any]):
    """A refund by card that was asked for, or ordered for a project that failed."""

    id = serializers.CharField(source="public_id")
    custodian = serializers.CharField(source="attempt.account.custodian.public_id")
    project = serializers.CharField(source="attempt.project.public_id")
    payment = serializers.CharField(source="attempt.payment.public_id")
    amount = MoneyField("amount_minor", "attempt.currency")
    status = serializers.ChoiceField(choices=RefundOrderStatus.choices)
    reason = serializers.CharField()
    asked_at = serializers.DateTimeField(source="made_at")
    agreed_at = serializers.DateTimeField(allow_null=True)
    refused_reason = serializers.CharField()


class PayoutOutput(serializers.Serializer[Any]):
    """What Stripe paid out to the bank. `line`: the bank's line that it is tied to."""

    id = serializers.CharField(source="public_id")
    custodian = serializers.CharField(source="account.custodian.public_id")
    amount = MoneyField("amount_minor")
    status = serializers.ChoiceField(choices=PayoutStatus.choices)
    automatic = serializers.BooleanField()
    arrives_on = serializers.DateField()
    entry = serializers.UUIDField(source="entry_id", allow_null=True)
    mirror_entry = serializers.UUIDField(source="mirror_entry_id", allow_null=True)
    line = serializers.SerializerMethodField()

    def get_line(self, payout: StripePayout) -> str | None:
        """Return the public id of its line of the statement."""
        line = payout_line(payout)
        return line.public_id if line is not None else None


class ReserveMoveOutput(serializers.Serializer[Any]):
    """What goes into the reserve (`fill`), or out of it into a project's shortfall (`cover`)."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=ReserveMoveKind.choices)
    custodian = serializers.CharField(source="custodian.public_id")
    project = serializers.SerializerMethodField()
    amount = MoneyField("amount_minor")
    status = serializers.ChoiceField(choices=ReserveMoveStatus.choices)
    reference = serializers.CharField()
    reason = serializers.CharField()
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    refused_reason = serializers.CharField()
    entry = serializers.UUIDField(source="entry_id", allow_null=True)

    def get_project(self, move: ReserveMove) -> str | None:
        """Return the public id of the project whose shortfall is covered."""
        return move.project.public_id if move.project is not None else None


class OddOutput(serializers.Serializer[Any]):
    """Something at Stripe that does not fit our record. `detail` has Stripe's figures and ours."""

    id = serializers.CharField(source="public_id")
    custodian = serializers.CharField(source="account.custodian.public_id")
    why = serializers.ChoiceField(source="reason", choices=QuarantineReason.choices)
    object = serializers.CharField(source="object_id")
    detail = serializers.CharField()
    found_at = serializers.DateTimeField()
    decision = serializers.ChoiceField(choices=Decision.choices)
    explanation = serializers.CharField()
    explained_at = serializers.DateTimeField(allow_null=True)
    agreed_at = serializers.DateTimeField(allow_null=True)
