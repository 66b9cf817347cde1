"""How a pledge looks to its own donor, and to nobody else."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import MoneyField, NamesField
from api.v1.organisations.outputs import OrganisationRefOutput
from birge import clock
from funds.matching.selectors import match_of
from funds.payments.models import PaymentKind
from funds.payments.selectors import payment_methods_for
from funds.pledges.models import CreditChoice, Party, Pledge
from funds.pledges.states import PledgeStatus
from funds.pledges.tokens import pledge_token
from funds.settlement.selectors import pledge_story


class PledgeOutput(serializers.Serializer[Any]):
    """A pledge, for who made it. `token` opens it without an account: keep it like a key."""

    id = serializers.CharField(source="public_id")
    token = serializers.SerializerMethodField()
    project = serializers.CharField(source="project.public_id")
    custodian = OrganisationRefOutput()
    party = serializers.ChoiceField(choices=Party.choices)
    amount = MoneyField("amount_minor")
    collected = MoneyField("collected_minor", allow_null=True)
    status = serializers.ChoiceField(choices=PledgeStatus.choices)
    horizon = serializers.DateField(help_text="The last day of the promise.")
    conditions = serializers.SerializerMethodField()
    terms_version = serializers.CharField()
    made_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)

    def get_token(self, pledge: Pledge) -> str:
        """Return what stands in the signed link."""
        return pledge_token(pledge)

    @extend_schema_field(
        {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"kind": {"type": "string"}, "count": {"type": "integer"}},
                "required": ["kind"],
            },
        }
    )
    def get_conditions(self, pledge: Pledge) -> Any:
        """Return what must hold before the money is asked for."""
        return pledge.conditions


class StepOutput(serializers.Serializer[Any]):
    """One step of the money's way. `on` is empty while it has not happened."""

    code = serializers.CharField()
    done = serializers.BooleanField()
    on = serializers.DateField(allow_null=True)
    text = serializers.CharField(help_text="In the language asked for.")


class PaymentMethodOutput(serializers.Serializer[Any]):
    """A way to pay, and whether it works today."""

    kind = serializers.ChoiceField(choices=PaymentKind.choices)
    works = serializers.BooleanField()
    note = NamesField("note")
    details = serializers.DictField(child=serializers.CharField())


class PledgeStoryOutput(PledgeOutput):
    """Where the money is."""

    match = serializers.SerializerMethodField()
    credit_choice = serializers.SerializerMethodField()
    credit_line = serializers.SerializerMethodField()
    payment_methods = serializers.SerializerMethodField()
    story = serializers.SerializerMethodField()

    def get_match(self, pledge: Pledge) -> int:
        """Return what the village's share adds (minor units)."""
        return match_of(pledge.public_id)

    @extend_schema_field(serializers.ChoiceField(choices=CreditChoice.choices))
    def get_credit_choice(self, pledge: Pledge) -> str:
        """Return how the gift is thanked."""
        credit = getattr(pledge, "credit", None)
        return credit.choice if credit else CreditChoice.NOBODY.value

    def get_credit_line(self, pledge: Pledge) -> str:
        """Return the name that is thanked."""
        credit = getattr(pledge, "credit", None)
        return credit.line if credit else ""

    @extend_schema_field(PaymentMethodOutput(many=True))
    def get_payment_methods(self, pledge: Pledge) -> Any:
        """Return the ways to pay, the most useful first."""
        methods = payment_methods_for(pledge.custodian, pledge.country, clock.today())
        return PaymentMethodOutput(methods, many=True).data

    @extend_schema_field(StepOutput(many=True))
    def get_story(self, pledge: Pledge) -> Any:
        """Return the steps in their order."""
        return StepOutput(pledge_story(pledge), many=True, context={"language": get_language()}).data
