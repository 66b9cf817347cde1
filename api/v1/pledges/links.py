"""Pledges by the token of their signed link: proving, following, prolonging, taking back, being forgotten."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import device, requester
from api.throttling import PledgeThrottle
from api.v1.projects.inputs import EmptyInput
from api.views import ApiView
from birge.errors import NotFound
from funds.payments.models import Payment
from funds.pledges.models import ConfirmedHow, Pledge
from funds.pledges.selectors import pledge_open_in_group
from funds.pledges.services import confirmation_resend, pledge_credit_change, pledge_erase_person
from funds.pledges.tokens import pledge_by_token
from funds.settlement.services import (
    flag_object,
    payment_confirm_by_payer,
    payment_refuse_by_payer,
    pledge_confirm_and_match,
    pledge_prolong,
    pledge_withdraw_and_release,
)

from .inputs import ConfirmInput, CreditInput, ObjectInput, WithdrawInput
from .outputs import GiftPaymentOutput, PledgeMadeOutput, PledgeOutput, PledgeStoryOutput


class PledgeView(ApiView):
    """One pledge by the token of its signed link."""

    @extend_schema(summary="Where is my money", responses=PledgeStoryOutput)
    def get(self, request: Request, token: str) -> Response:
        """Return the pledge and its story so far."""
        return Response(PledgeStoryOutput(pledge_by_token(token)).data)


class PledgeConfirmView(ApiView):
    """The contact is proven."""

    throttle_classes = [PledgeThrottle, *ApiView.throttle_classes]

    @extend_schema(
        summary="Confirm a pledge",
        description="With the code or the link's token that the contact received. Once confirmed, it stays confirmed.",
        request=ConfirmInput,
        responses=PledgeMadeOutput,
    )
    def post(self, request: Request, token: str) -> Response:
        """Book the promise and reserve its match."""
        pledge = pledge_by_token(token)
        body = self.read(ConfirmInput)
        how = ConfirmedHow.CODE if "code" in body else ConfirmedHow.LINK
        confirmed = pledge_confirm_and_match(
            pledge=pledge,
            how=how,
            code=body.get("code", ""),
            token=body.get("link_token", ""),
            actor=requester(request),
        )
        return Response(PledgeMadeOutput(confirmed).data)


class PledgeResendView(ApiView):
    """The message is sent once more."""

    throttle_classes = [PledgeThrottle, *ApiView.throttle_classes]

    @extend_schema(summary="Send the code once more", request=EmptyInput, responses={202: None})
    def post(self, request: Request, token: str) -> Response:
        """Send a new code; the one before stops working."""
        self.read(EmptyInput)
        confirmation_resend(pledge=pledge_by_token(token))
        return Response(status=status.HTTP_202_ACCEPTED)


class PledgeObjectView(ApiView):
    """A decision about the promise is wrong."""

    throttle_classes = [PledgeThrottle, *ApiView.throttle_classes]

    @extend_schema(
        summary="Object to a decision about a pledge",
        description="Officers of the custodian look at it again. What was decided holds until they say otherwise.",
        request=ObjectInput,
        responses={202: None},
    )
    def post(self, request: Request, token: str) -> Response:
        """Open it again, with the donor's words."""
        flag_object(token=token, words=self.read(ObjectInput)["words"])
        return Response(status=status.HTTP_202_ACCEPTED)


class PledgeWithdrawView(ApiView):
    """The promise is taken back."""

    @extend_schema(
        summary="Take a pledge back",
        description="Until its money came. Taken back twice is taken back once.",
        request=WithdrawInput,
        responses=PledgeOutput,
    )
    def post(self, request: Request, token: str) -> Response:
        """Release what still waits for its money, and its match."""
        pledge = live_pledge(token)
        body = self.read(WithdrawInput)
        withdrawn = pledge_withdraw_and_release(
            pledge=pledge, token=token, actor=requester(request), reason=body.get("reason", "")
        )
        return Response(PledgeOutput(withdrawn).data)


class PledgeProlongView(ApiView):
    """The promise stands longer."""

    @extend_schema(
        summary="Prolong a pledge",
        description="For 90 days more, once its donor was asked.",
        request=EmptyInput,
        responses=PledgeOutput,
    )
    def post(self, request: Request, token: str) -> Response:
        """Let it and its match stand."""
        pledge = live_pledge(token)
        self.read(EmptyInput)
        return Response(PledgeOutput(pledge_prolong(pledge=pledge, token=token)).data)


class PledgeCreditView(ApiView):
    """The words of thanks."""

    @extend_schema(summary="Change the words of thanks", request=CreditInput, responses={204: None})
    def put(self, request: Request, token: str) -> Response:
        """Thank under another name, or none, from now on."""
        pledge = pledge_by_token(token)
        body = self.read(CreditInput)
        pledge_credit_change(pledge=pledge, choice=body["credit_choice"], line=body.get("credit_line", ""))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PledgeForgetView(ApiView):
    """The person behind it is forgotten."""

    @extend_schema(
        summary="Forget who made a pledge",
        description="Contact, words of thanks and account are deleted; the link stops working. The money stays.",
        request=EmptyInput,
        responses={204: None},
    )
    def post(self, request: Request, token: str) -> Response:
        """Forget them, for good."""
        pledge = pledge_by_token(token)
        self.read(EmptyInput)
        pledge_erase_person(pledge=pledge)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PayerConfirmView(ApiView):
    """The payer says that they paid."""

    @extend_schema(
        summary="Confirm one's own payment",
        description="Instead of a second officer. Once confirmed, it stays confirmed.",
        request=EmptyInput,
        responses=GiftPaymentOutput,
    )
    def post(self, request: Request, token: str, public_id: str) -> Response:
        """Book it at the payer's word."""
        payment = payment_of(token, public_id)
        self.read(EmptyInput)
        confirmed = payment_confirm_by_payer(payment=payment, token=token, device=device(request))
        return Response(GiftPaymentOutput(confirmed).data)


class PayerRefuseView(ApiView):
    """The payer says that they did not pay."""

    @extend_schema(summary="Deny a payment", request=EmptyInput, responses=GiftPaymentOutput)
    def post(self, request: Request, token: str, public_id: str) -> Response:
        """Refuse it at the payer's word."""
        payment = payment_of(token, public_id)
        self.read(EmptyInput)
        return Response(GiftPaymentOutput(payment_refuse_by_payer(payment=payment, token=token)).data)


def live_pledge(token: str) -> Pledge:
    """Return what of this link's promise still waits for its money; where nothing does, the promise itself."""
    pledge = pledge_by_token(token)
    return pledge_open_in_group(pledge.group) or pledge


def payment_of(token: str, public_id: str) -> Payment:
    """Return a payment for this link's promise. Raises NotFound."""
    payment = Payment.objects.filter(public_id=public_id, group=pledge_by_token(token).group).first()
    if payment is None:
        raise NotFound
    return payment
