"""The saved card of a pledge, by the token of its signed link."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import MoneyOutput, money_out
from api.throttling import PledgeThrottle
from api.v1.projects.inputs import EmptyInput
from api.views import ApiView
from birge import clock
from funds.payments.models import CardCharge, SavedCard
from funds.payments.providers.stripe.models_cards import CardPurpose, ChargeStatus
from funds.payments.providers.stripe.saving import card_of
from funds.pledges.models import Pledge
from funds.pledges.tokens import pledge_by_token
from funds.settlement.services import card_consent, pledge_card_offered, pledge_card_save, pledge_card_stop

from .inputs import CardInput
from .links import live_pledge


class SavedCardOutput(serializers.Serializer[Any]):
    """A card that can be charged for this pledge, as its holder knows it."""

    brand = serializers.CharField()
    last4 = serializers.CharField()
    expires_on = serializers.DateField()
    consent = serializers.CharField(source="consent_text", help_text="What was agreed to, as it was shown.")
    consent_on = serializers.DateField()
    next_charge_on = serializers.SerializerMethodField()
    amount = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_next_charge_on(self, card: SavedCard) -> Any:
        """Return the day on which money is taken, once it is known."""
        planned = CardCharge.objects.filter(card=card, status=ChargeStatus.PLANNED).order_by("id").last()
        return None if planned is None else max(planned.next_on, clock.today())

    @extend_schema_field(MoneyOutput)
    def get_amount(self, card: SavedCard) -> Any:
        """Return what was agreed to."""
        return money_out(card.amount_minor, card.currency)


class CardOutput(serializers.Serializer[Any]):
    """The saved card, and what can be agreed to now."""

    card = serializers.SerializerMethodField()
    card_consent = serializers.SerializerMethodField()

    @extend_schema_field(SavedCardOutput(allow_null=True))
    def get_card(self, pledge: Pledge) -> Any:
        """Return the card, or nothing."""
        card = card_of(CardPurpose.PLEDGE, pledge.group) if pledge.is_open else None
        return None if card is None else SavedCardOutput(card).data

    @extend_schema_field(serializers.CharField(allow_blank=True))
    def get_card_consent(self, pledge: Pledge) -> str:
        """Return what is agreed to by saving a card; empty where none can be saved now."""
        return card_consent(pledge) if pledge_card_offered(pledge) else ""


class CardPageOutput(serializers.Serializer[Any]):
    """Where the donor goes on. Nothing is charged there."""

    url = serializers.URLField(allow_blank=True, help_text="Stripe's page; empty: the card is saved already.")


class CardSaveView(ApiView):
    """A card is saved and charged later, once."""

    throttle_classes = [PledgeThrottle, *ApiView.throttle_classes]

    @extend_schema(summary="The saved card of a pledge", responses=CardOutput)
    def get(self, request: Request, token: str) -> Response:
        """Return it, and what can be agreed to."""
        return Response(CardOutput(live_pledge(token)).data)

    @extend_schema(
        summary="Save a card for a pledge",
        description="Leads to a page of Stripe. Asked again, it leads to the same page. The card is charged once, when "
        "the pledge is due, and its holder is told the day before.",
        request=CardInput,
        responses=CardPageOutput,
    )
    def post(self, request: Request, token: str) -> Response:
        """Write down the yes, and return the page."""
        body = self.read(CardInput)
        step = pledge_card_save(pledge=live_pledge(token), agreed=body["agreed"], token=token)
        return Response(CardPageOutput({"url": step.url}).data)


class CardStopView(ApiView):
    """The card is not charged."""

    @extend_schema(
        summary="Take nothing from the saved card",
        description="It is deleted at Stripe too. The pledge stands. Stopped twice is stopped once.",
        request=EmptyInput,
        responses={204: None},
    )
    def post(self, request: Request, token: str) -> Response:
        """Stop it."""
        self.read(EmptyInput)
        pledge_card_stop(pledge=pledge_by_token(token), token=token)
        return Response(status=status.HTTP_204_NO_CONTENT)
