"""So much a month for a project: promised by anyone, then by the token of the link that the contact received."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import project_named, requester
from api.fields import MoneyField, MoneyInput, OneOf, PublicId, StrictSerializer, Text, WholeNumber
from api.idempotency import PARAMETER, idempotency
from api.throttling import PledgeThrottle
from api.v1.projects.inputs import EmptyInput
from api.views import ApiView
from birge.errors import InvalidInput
from birge.notifications.services import Contact
from funds.pledges.models import MonthlyPledge
from funds.pledges.models_monthly import MonthlyStatus
from funds.pledges.services.monthly import (
    monthly_by_token,
    monthly_change,
    monthly_make,
    monthly_pause,
    monthly_resume,
    monthly_start,
)
from funds.settlement.services import (
    monthly_card,
    monthly_card_offered,
    monthly_card_save,
    monthly_card_stop,
    monthly_consent,
    monthly_end_and_forget,
)

from .inputs import CardInput, ContactInput
from .saved_cards import CardPageOutput, SavedCardOutput


class MonthlyInput(StrictSerializer):
    """So much a month. Its contact receives the link that starts it; the answer does not hold it."""

    project = PublicId()
    amount = MoneyInput()
    day = WholeNumber(min_value=1, max_value=28, help_text="Of the month.")
    contact = ContactInput(required=False)
    country = Text(min_length=2, max_length=2, help_text="Where the donor lives: ISO 3166, two letters.")
    language = OneOf(choices=["ky", "ru", "en"])
    terms_version = Text(max_length=20, help_text="The version of the terms that the donor has read.")


class MonthlyChangeInput(StrictSerializer):
    """Another sum, or another day."""

    amount = MoneyInput()
    day = WholeNumber(min_value=1, max_value=28)


class MonthlyMadeOutput(serializers.Serializer[Any]):
    """What was written down. Whoever made it need not be whose contact it is: the link is in the message."""

    status = serializers.ChoiceField(choices=MonthlyStatus.choices)
    amount = MoneyField("amount_minor", "currency")
    day = serializers.IntegerField()


class MonthlyOutput(MonthlyMadeOutput):
    """A monthly promise, for whoever holds its link."""

    project = serializers.CharField(source="project.public_id")
    started_on = serializers.DateField(allow_null=True)
    asked_for = serializers.DateField(allow_null=True, help_text="The last day that was asked for.")
    card = serializers.SerializerMethodField()
    card_consent = serializers.SerializerMethodField()

    @extend_schema_field(SavedCardOutput(allow_null=True))
    def get_card(self, monthly: MonthlyPledge) -> Any:
        """Return the saved card, or nothing."""
        card = monthly_card(monthly)
        return None if card is None else SavedCardOutput(card).data

    @extend_schema_field(serializers.CharField(allow_blank=True))
    def get_card_consent(self, monthly: MonthlyPledge) -> str:
        """Return what is agreed to by saving a card; empty where none can be saved now."""
        return monthly_consent(monthly) if monthly_card_offered(monthly) else ""


class MonthlyListView(ApiView):
    """A new one, with or without an account."""

    throttle_classes = [PledgeThrottle, *ApiView.throttle_classes]

    @extend_schema(
        summary="Promise a project something each month",
        description="Sends a link to the contact. Nothing is asked for before it is used (`start/`).",
        request=MonthlyInput,
        responses={201: MonthlyMadeOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Write it down, and have the contact asked."""
        key = idempotency(request)
        body = self.read(MonthlyInput)
        user, contact = requester(request), body.pop("contact", None)
        made = monthly_make(
            **body | {"project": project_named(user, body["project"])},
            contact=Contact(contact["kind"], contact["value"]) if contact else None,
            idempotency=key,
            actor=user,
        )
        return Response(MonthlyMadeOutput(made).data, status=status.HTTP_201_CREATED)


class MonthlyView(ApiView):
    """One of them."""

    @extend_schema(summary="My monthly promise to a project", responses=MonthlyOutput)
    def get(self, request: Request, token: str) -> Response:
        """Return it."""
        return Response(MonthlyOutput(monthly_by_token(token)).data)


class _Step(ApiView):
    """What the steps share: done twice is done once."""

    def step(self, token: str, run: Callable[..., object]) -> Response:
        """Do it and return the promise as it is then."""
        self.read(EmptyInput)
        run(token=token)
        return Response(MonthlyOutput(monthly_by_token(token)).data)


class MonthlyStartView(_Step):
    """The contact is proven."""

    @extend_schema(summary="Start a monthly promise", request=EmptyInput, responses=MonthlyOutput)
    def post(self, request: Request, token: str) -> Response:
        """Start it."""
        return self.step(token, monthly_start)


class MonthlyPauseView(_Step):
    """Nothing is asked for."""

    @extend_schema(summary="Pause a monthly promise to a project", request=EmptyInput, responses=MonthlyOutput)
    def post(self, request: Request, token: str) -> Response:
        """Let it rest."""
        return self.step(token, monthly_pause)


class MonthlyResumeView(_Step):
    """It is asked for again."""

    @extend_schema(summary="Resume a monthly promise to a project", request=EmptyInput, responses=MonthlyOutput)
    def post(self, request: Request, token: str) -> Response:
        """Go on; what was missed is not asked for."""
        return self.step(token, monthly_resume)


class MonthlyEndView(_Step):
    """It is over."""

    @extend_schema(
        summary="End a monthly promise to a project",
        description="Its contact and its card are forgotten.",
        request=EmptyInput,
        responses=MonthlyOutput,
    )
    def post(self, request: Request, token: str) -> Response:
        """End it."""
        return self.step(token, monthly_end_and_forget)


class MonthlyChangeView(ApiView):
    """Another sum, or another day."""

    @extend_schema(summary="Change a monthly promise to a project", request=MonthlyChangeInput, responses=MonthlyOutput)
    def post(self, request: Request, token: str) -> Response:
        """Promise it from now on."""
        body = self.read(MonthlyChangeInput)
        if body["amount"].currency != monthly_by_token(token).currency:
            raise InvalidInput(field="amount", code="currency")
        monthly_change(token=token, amount_minor=body["amount"].minor, day=body["day"])
        return Response(MonthlyOutput(monthly_by_token(token)).data)


class MonthlyCardView(ApiView):
    """A card is charged each month."""

    throttle_classes = [PledgeThrottle, *ApiView.throttle_classes]

    @extend_schema(
        summary="Save a card for a monthly promise to a project", request=CardInput, responses=CardPageOutput
    )
    def post(self, request: Request, token: str) -> Response:
        """Write down the yes, and return the page."""
        step = monthly_card_save(token=token, agreed=self.read(CardInput)["agreed"])
        return Response(CardPageOutput({"url": step.url}).data)


class MonthlyCardStopView(ApiView):
    """Nothing is taken from the card."""

    @extend_schema(
        summary="Take nothing from the card of a monthly promise to a project",
        request=EmptyInput,
        responses={204: None},
    )
    def post(self, request: Request, token: str) -> Response:
        """Stop it."""
        self.read(EmptyInput)
        monthly_card_stop(token=token)
        return Response(status=status.HTTP_204_NO_CONTENT)
