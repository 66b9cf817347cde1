"""How a gift to a pool looks to its own giver, and to nobody else."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.v1.pledges.outputs import GiftPaymentOutput, PaymentMethodOutput
from api.v1.pools.outputs import PoolGiftOutput
from birge import clock
from funds.banking.services import reference_for
from funds.payments.models import Payment
from funds.payments.selectors import payment_methods_for
from funds.pools.models import PoolGift
from funds.pools.tokens import pool_gift_token


class MyPoolGiftOutput(PoolGiftOutput):
    """A gift, for who gives. `token` opens it without an account: keep it like a key."""

    token = serializers.SerializerMethodField()

    def get_token(self, gift: PoolGift) -> str:
        """Return what stands in the signed link."""
        return pool_gift_token(gift)


class PoolGiftStoryOutput(MyPoolGiftOutput):
    """Where the money is, and where to pay what has not come."""

    payments = serializers.SerializerMethodField()
    payment_reference = serializers.SerializerMethodField(help_text="Write it with a transfer.")
    payment_methods = serializers.SerializerMethodField()

    @extend_schema_field(GiftPaymentOutput(many=True))
    def get_payments(self, gift: PoolGift) -> Any:
        """Return what came for it, the oldest first."""
        came = Payment.objects.filter(group=gift.public_id, pool_ref=gift.pool.public_id).order_by("id")
        return GiftPaymentOutput(came, many=True).data

    def get_payment_reference(self, gift: PoolGift) -> str:
        """Return the gift's reference."""
        return reference_for(gift.public_id)

    @extend_schema_field(PaymentMethodOutput(many=True))
    def get_payment_methods(self, gift: PoolGift) -> Any:
        """Return the ways to pay, the most useful first."""
        pool = gift.pool
        methods = payment_methods_for(pool.custodian, pool.organisation.country, clock.today())
        return PaymentMethodOutput(methods, many=True).data
