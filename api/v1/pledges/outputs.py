"""How a pledge looks to its own donor, and to nobody else."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.exchange import ExchangeRateField
from api.fields import MoneyField, MoneyOutput, NamesField, money_out
from api.v1.organisations.outputs import OrganisationRefOutput
from birge import clock
from funds.banking.services import reference_for
from funds.matching.selectors import match_of
from funds.payments.models import Payment, PaymentKind, PaymentStatus
from funds.payments.selectors import payment_methods_for
from funds.pledges.models import CreditChoice, Party, Pledge, RelatedKind
from funds.pledges.selectors import pledge_open_in_group
from funds.pledges.similar import similar_before, similar_promise
from funds.pledges.states import PledgeStatus
from funds.pledges.tokens import pledge_link, pledge_token
from funds.settlement.matched import MatchPart, match_parts, part_words
from funds.settlement.selectors import StoryStep, pledge_story


class HeldPledgeOutput(serializers.Serializer[Any]):
    """A pledge, for the officers of its custodian: what they need to find it, and nothing of who made it."""

    id = serializers.CharField(source="public_id")
    project = serializers.CharField(source="project.public_id")
    custodian = OrganisationRefOutput()
    party = serializers.ChoiceField(choices=Party.choices)
    amount = MoneyField("amount_minor")
    plan_amount = MoneyField("plan_amount_minor", "project.currency", help_text="What it counts in the plan.")
    exchange = ExchangeRateField(help_text="By which rate; null where it is in the plan's currency.")
    collected = MoneyField(
        "collected_minor", "project.currency", allow_null=True, help_text="What came for it, in the plan's currency."
    )
    status = serializers.ChoiceField(choices=PledgeStatus.choices)
    related = serializers.ChoiceField(choices=RelatedKind.choices, allow_blank=True)
    horizon = serializers.DateField(help_text="The last day of the promise.")
    conditions = serializers.SerializerMethodField()
    terms_version = serializers.CharField()
    made_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)

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


class PledgeOutput(HeldPledgeOutput):
    """A pledge, for who made it. `token` opens it without an account: keep it like a key.

    It is null where an officer wrote the pledge down for somebody: the link is the donor's alone.
    """

    token = serializers.SerializerMethodField()

    def get_token(self, pledge: Pledge) -> str | None:
        """Return what stands in the signed link."""
        return None if pledge.made_by_id else pledge_token(pledge)


class SimilarOutput(serializers.Serializer[Any]):
    """A promise like this one that the same donor made within a day. Nothing was refused."""

    code = serializers.ChoiceField(choices=["similar_pledge"])
    pledge = serializers.CharField(help_text="The promise that was made before.")
    amount = MoneyField("amount_minor")
    made_at = serializers.DateTimeField()


class PledgeMadeOutput(PledgeOutput):
    """A pledge that was just made or confirmed, with a warning where it is like another one of the same donor.

    Only their own account, or who has proven the contact, is told of it.
    """

    warning = serializers.SerializerMethodField()

    @extend_schema_field(SimilarOutput(allow_null=True))
    def get_warning(self, pledge: Pledge) -> Any:
        """Return the promise that was made before, or nothing."""
        if pledge.made_by_id is None and pledge.confirmed_at is not None:
            similar = similar_before(pledge)
        elif pledge.donor is not None:
            similar = similar_promise(
                project=pledge.project, amount_minor=pledge.plan_amount_minor, contact="", donor=pledge.donor,
                apart=pledge.group,
            )  # fmt: skip
        else:
            similar = None
        if similar is None:
            return None
        said = {"code": "similar_pledge", "pledge": similar.public_id, "made_at": similar.made_at}
        return SimilarOutput(said | {"amount_minor": similar.amount_minor, "currency": similar.currency}).data


class StepOutput(serializers.Serializer[Any]):
    """One step of the money's way. `on` is empty while it has not happened."""

    code = serializers.CharField()
    done = serializers.BooleanField()
    on = serializers.DateField(allow_null=True)
    text = serializers.CharField(help_text="In the language asked for.")
    entry = serializers.SerializerMethodField(help_text="The entry of the ledger that proves it.")
    photos = serializers.BooleanField(help_text="There are photos of it among the project's updates.")

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_entry(self, step: StoryStep) -> str | None:
        """Return the entry's identifier, if one proves this step."""
        return step.entry or None


class GiftPaymentOutput(serializers.Serializer[Any]):
    """Money that came for a pledge. What is `recorded` waits for the payer's yes or no, or a second officer's."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=PaymentKind.choices)
    amount = MoneyField("amount_minor")
    plan_amount = MoneyField(
        "plan_amount_minor",
        "project.currency",
        allow_null=True,
        help_text="What it counts in the plan; null where it came in the plan's currency.",
    )
    exchange = ExchangeRateField(help_text="By which rate; null where it came in the plan's currency.")
    difference = MoneyField(
        "difference_minor",
        "project.currency",
        allow_null=True,
        help_text="What the exchange gave or took since the promise; null where nothing was exchanged.",
    )
    status = serializers.ChoiceField(choices=PaymentStatus.choices)
    received_on = serializers.DateField()


class RemainderOutput(serializers.Serializer[Any]):
    """What of the promise still waits for its money, after a payment that fell short."""

    id = serializers.CharField(source="public_id", help_text="To be written on the transfer.")
    amount = MoneyField("amount_minor")
    plan_amount = MoneyField("plan_amount_minor", "project.currency", help_text="What it counts in the plan.")
    status = serializers.ChoiceField(choices=PledgeStatus.choices)
    horizon = serializers.DateField()


class PaymentMethodOutput(serializers.Serializer[Any]):
    """A way to pay, and whether it works today."""

    kind = serializers.ChoiceField(choices=PaymentKind.choices)
    works = serializers.BooleanField()
    note = NamesField("note")
    details = serializers.DictField(child=serializers.CharField())


class MatchPartOutput(serializers.Serializer[Any]):
    """One part of what follows a gift. Of a round nothing is certain before it is settled: its amount is then zero.

    `settled`: the amount is what the round gave to the whole project.
    """

    source = serializers.ChoiceField(choices=["village", "pool"])  # type: ignore[assignment]
    status = serializers.ChoiceField(choices=["reserved", "given", "taken_back", "round", "settled"])
    amount = MoneyField("amount_minor")
    pool = serializers.SerializerMethodField(help_text="Public identifier of the pool.")
    rule = serializers.SerializerMethodField(help_text="The rule and its version, as entries of the ledger name it.")
    entry = serializers.SerializerMethodField(help_text="The entry of the ledger that proves it.")
    until = serializers.DateField(allow_null=True, help_text="The last day on which it waits, or of the round.")
    text = serializers.SerializerMethodField(help_text="In the language asked for.")

    def get_pool(self, part: MatchPart) -> str | None:
        """Return the pool, if it is one's."""
        return None if part.version is None else part.version.rule.pool_ref

    def get_rule(self, part: MatchPart) -> str | None:
        """Return the rule by which it follows."""
        return None if part.version is None else part.version.ref

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_entry(self, part: MatchPart) -> str | None:
        """Return the entry's identifier."""
        return part.entry or None

    def get_text(self, part: MatchPart) -> str:
        """Return the part as a sentence."""
        return part_words(part)


class PledgeStoryOutput(PledgeOutput):
    """Where the money is. `matches` tells part by part what follows the gift, `match` only of the village's share."""

    match = serializers.SerializerMethodField()
    matches = serializers.SerializerMethodField()
    payments = serializers.SerializerMethodField()
    remainder = serializers.SerializerMethodField()
    credit_choice = serializers.SerializerMethodField()
    credit_line = serializers.SerializerMethodField()
    payment_reference = serializers.SerializerMethodField(help_text="Write it with a transfer.")
    payment_methods = serializers.SerializerMethodField()
    card_payment_link = serializers.SerializerMethodField(
        help_text="The donor's own page, where they can pay by card now; null where that is not offered."
    )
    story = serializers.SerializerMethodField()

    @extend_schema_field(MoneyOutput)
    def get_match(self, pledge: Pledge) -> Any:
        """Return what the village's share adds."""
        return money_out(match_of(pledge.public_id), pledge.project.currency)

    @extend_schema_field(MatchPartOutput(many=True))
    def get_matches(self, pledge: Pledge) -> Any:
        """Return the village's part first, then those of pools, rule by rule."""
        return MatchPartOutput(match_parts(pledge), many=True).data

    @extend_schema_field(GiftPaymentOutput(many=True))
    def get_payments(self, pledge: Pledge) -> Any:
        """Return what came for it and its remainders, the oldest first."""
        return GiftPaymentOutput(Payment.objects.filter(group=pledge.group).order_by("id"), many=True).data

    @extend_schema_field(RemainderOutput(allow_null=True))
    def get_remainder(self, pledge: Pledge) -> Any:
        """Return the pledge that stands for what is still to come, where that is another one."""
        live = pledge_open_in_group(pledge.group)
        return None if live is None or live.pk == pledge.pk else RemainderOutput(live).data

    @extend_schema_field(serializers.ChoiceField(choices=CreditChoice.choices))
    def get_credit_choice(self, pledge: Pledge) -> str:
        """Return how the gift is thanked."""
        credit = getattr(pledge, "credit", None)
        return credit.choice if credit else CreditChoice.NOBODY.value

    def get_credit_line(self, pledge: Pledge) -> str:
        """Return the name that is thanked."""
        credit = getattr(pledge, "credit", None)
        return credit.line if credit else ""

    def get_payment_reference(self, pledge: Pledge) -> str:
        """Return the reference of the pledge and its remainders."""
        return reference_for(pledge.group)

    @extend_schema_field(PaymentMethodOutput(many=True))
    def get_payment_methods(self, pledge: Pledge) -> Any:
        """Return the ways to pay, the most useful first."""
        methods = payment_methods_for(pledge.custodian, pledge.country, clock.today(), cards_in=pledge.currency)
        return PaymentMethodOutput(methods, many=True).data

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_card_payment_link(self, pledge: Pledge) -> str | None:
        """Return the page behind the donor's link. It is not given where an officer wrote the pledge down."""
        if pledge.made_by_id or not pledge.is_open:
            return None
        methods = payment_methods_for(pledge.custodian, pledge.country, clock.today(), cards_in=pledge.currency)
        offered = any(method.kind == PaymentKind.STRIPE and method.works for method in methods)
        return pledge_link(pledge) if offered else None

    @extend_schema_field(StepOutput(many=True))
    def get_story(self, pledge: Pledge) -> Any:
        """Return the steps in their order."""
        return StepOutput(pledge_story(pledge), many=True).data
