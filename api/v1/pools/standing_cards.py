"""The saved card of one's own monthly promise to a pool."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.pledges.inputs import CardInput
from api.v1.pledges.saved_cards import CardPageOutput, SavedCardOutput
from api.v1.projects.inputs import EmptyInput
from api.views import WriteView
from funds.pools.models import StandingPromise
from funds.settlement.services import (
    standing_agreed,
    standing_card,
    standing_card_offered,
    standing_card_save,
    standing_card_stop,
    standing_consent,
)

from .finding import standing_for


class StandingCardOutput(serializers.Serializer[Any]):
    """The saved card, whether its holder agreed to the present sum, and what can be agreed to now."""

    card = serializers.SerializerMethodField()
    agreed = serializers.SerializerMethodField(help_text="False: another sum was agreed to; nothing is taken.")
    card_consent = serializers.SerializerMethodField()

    @extend_schema_field(SavedCardOutput(allow_null=True))
    def get_card(self, standing: StandingPromise) -> Any:
        """Return the card, or nothing."""
        card = standing_card(standing)
        return None if card is None else SavedCardOutput(card).data

    @extend_schema_field(serializers.BooleanField())
    def get_agreed(self, standing: StandingPromise) -> bool:
        """Say whether it is charged on the next day."""
        return standing_agreed(standing, standing_card(standing))

    @extend_schema_field(serializers.CharField(allow_blank=True))
    def get_card_consent(self, standing: StandingPromise) -> str:
        """Return what is agreed to; empty where no card can be saved now."""
        return standing_consent(standing) if standing_card_offered(standing) else ""


class StandingCardView(WriteView):
    """A card is charged each month, and its holder told before and after."""

    @extend_schema(summary="The saved card of a monthly promise", responses=StandingCardOutput)
    def get(self, request: Request, standing_id: str) -> Response:
        """Return it, and what can be agreed to."""
        return Response(StandingCardOutput(standing_for(self.actor, standing_id)).data)

    @extend_schema(
        summary="Save a card for a monthly promise",
        description="Leads to a page of Stripe. Where a card is saved and the sum has changed, this is the new yes.",
        request=CardInput,
        responses=CardPageOutput,
    )
    def post(self, request: Request, standing_id: str) -> Response:
        """Write down the yes, and return the page."""
        body = self.read(CardInput)
        standing = standing_for(self.actor, standing_id)
        step = standing_card_save(standing=standing, agreed=body["agreed"], actor=self.actor)
        return Response(CardPageOutput({"url": step.url if step is not None else ""}).data)


class StandingCardStopView(WriteView):
    """Nothing is taken from the card any more."""

    @extend_schema(
        summary="Take nothing from the card of a monthly promise",
        description="It is deleted at Stripe too; reminders go on. Stopped twice is stopped once.",
        request=EmptyInput,
        responses={204: None},
    )
    def post(self, request: Request, standing_id: str) -> Response:
        """Stop it."""
        self.read(EmptyInput)
        standing_card_stop(standing=standing_for(self.actor, standing_id), actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)
