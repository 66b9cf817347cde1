"""Gifts to pools: one's own, and each by the token of its signed link."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import device, requester
from api.throttling import PledgeThrottle
from api.v1.pledges.outputs import GiftPaymentOutput
from api.v1.projects.inputs import EmptyInput
from api.views import ApiView, ListView, SignedIn, WriteView
from birge.errors import NotFound
from funds.payments.models import Payment
from funds.pools.models import PoolGift
from funds.pools.services import gift_credit_change, gift_forget, gift_withdraw
from funds.pools.tokens import pool_gift_by_token
from funds.settlement.services import pool_cash_confirm_by_payer, pool_payment_refuse_by_payer

from .filters import MyPoolGiftFilters
from .inputs import PoolCreditInput
from .outputs import MyPoolGiftOutput, PoolGiftStoryOutput


@extend_schema(summary="List one's own gifts to pools")
class MyPoolGiftListView(ListView, WriteView):
    """What one announced or paid into pools, newest first."""

    queryset = PoolGift.objects.none()
    serializer_class = MyPoolGiftOutput
    filterset_class = MyPoolGiftFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[PoolGift]:
        """Return one's own."""
        return PoolGift.objects.filter(giver__user=self.actor).select_related("pool", "giver")


class PoolGiftView(ApiView):
    """One gift by the token of its signed link."""

    @extend_schema(summary="Where is my gift to a pool", responses=PoolGiftStoryOutput)
    def get(self, request: Request, token: str) -> Response:
        """Return it, what came for it, and how to pay."""
        return Response(PoolGiftStoryOutput(pool_gift_by_token(token)).data)


class PoolGiftWithdrawView(ApiView):
    """It will not be paid."""

    throttle_classes = [PledgeThrottle, *ApiView.throttle_classes]

    @extend_schema(
        summary="Take a gift to a pool back",
        description="Until its money came. Taken back twice is taken back once.",
        request=EmptyInput,
        responses=PoolGiftStoryOutput,
    )
    def post(self, request: Request, token: str) -> Response:
        """Take back what was announced."""
        gift = pool_gift_by_token(token)
        self.read(EmptyInput)
        gift_withdraw(gift=gift, token=token)
        return Response(PoolGiftStoryOutput(pool_gift_by_token(token)).data)


class PoolGiftCreditView(ApiView):
    """The words of thanks."""

    @extend_schema(
        summary="Change the words of thanks for a gift to a pool", request=PoolCreditInput, responses={204: None}
    )
    def put(self, request: Request, token: str) -> Response:
        """Thank under another name, or none, from now on."""
        gift, body = pool_gift_by_token(token), self.read(PoolCreditInput)
        gift_credit_change(gift=gift, credit_line=body["credit_line"], token=token)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PoolGiftForgetView(ApiView):
    """The person behind it is forgotten."""

    @extend_schema(
        summary="Forget who gave to a pool",
        description="Contact, words of thanks and account are deleted; the link stops working. The money stays.",
        request=EmptyInput,
        responses={204: None},
    )
    def post(self, request: Request, token: str) -> Response:
        """Forget them, for good."""
        gift = pool_gift_by_token(token)
        self.read(EmptyInput)
        gift_forget(gift=gift, token=token)
        return Response(status=status.HTTP_204_NO_CONTENT)


class GiverConfirmView(ApiView):
    """The giver says that they paid."""

    @extend_schema(
        summary="Confirm one's own payment to a pool",
        description="Cash handed to the treasurer, or money that the custodian wrote down. Once confirmed, it stays "
        "confirmed. Whoever wrote it down cannot, while signed in.",
        request=EmptyInput,
        responses=GiftPaymentOutput,
    )
    def post(self, request: Request, token: str, payment_id: str) -> Response:
        """Book it at the giver's word."""
        payment = payment_of(token, payment_id)
        self.read(EmptyInput)
        confirmed = pool_cash_confirm_by_payer(
            payment=payment, token=token, actor=requester(request), device=device(request)
        )
        return Response(GiftPaymentOutput(confirmed).data)


class GiverRefuseView(ApiView):
    """The giver says that they did not pay."""

    @extend_schema(summary="Deny a payment to a pool", request=EmptyInput, responses=GiftPaymentOutput)
    def post(self, request: Request, token: str, payment_id: str) -> Response:
        """Refuse it at the giver's word."""
        payment = payment_of(token, payment_id)
        self.read(EmptyInput)
        return Response(GiftPaymentOutput(pool_payment_refuse_by_payer(payment=payment, token=token)).data)


def payment_of(token: str, payment_id: str) -> Payment:
    """Return a payment for this link's gift. Raises NotFound."""
    gift = pool_gift_by_token(token)
    came = Payment.objects.filter(public_id=payment_id, group=gift.public_id, pool_ref=gift.pool.public_id)
    payment = came.select_related("recorded_by").first()
    if payment is None:
        raise NotFound
    return payment
