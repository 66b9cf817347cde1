"""How pools, gifts to them and money that came for them look."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import MoneyField, MoneyOutput, NamesField, NamesOutput, money_out
from api.v1.organisations.outputs import OrganisationRefOutput
from funds.cash.models import Kept
from funds.matching.models import RuleStatus
from funds.payments.models import ConfirmedHow, Payment, PaymentKind, PaymentStatus
from funds.pools.models import Pool, PoolGift
from funds.pools.selectors import GivenTo, PoolMoney, takes_money
from funds.pools.states import GiftStatus, PoolStatus, StandingStatus

from .facts import PoolFacts


class PoolOutput(serializers.Serializer[Any]):
    """A pool, and what the ledger says it holds: `held` is `free` and `set_aside` together."""

    id = serializers.CharField(source="public_id")
    name = NamesField("name")
    organisation = OrganisationRefOutput()
    custodian = OrganisationRefOutput(help_text="Who holds the money.")
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=PoolStatus.choices)
    takes_gifts = serializers.SerializerMethodField(help_text="It is open, and its last day has not passed.")
    purpose = serializers.CharField()
    budget = MoneyField("budget_minor", allow_null=True, help_text="What its owner means to bring.")
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True, help_text="The last day.")
    opened_at = serializers.DateTimeField()
    held = serializers.SerializerMethodField()
    free = serializers.SerializerMethodField(help_text="Not set aside for a matching rule.")
    set_aside = serializers.SerializerMethodField(help_text="For matching rules.")
    with_treasurer = serializers.SerializerMethodField(
        help_text="The part of `free` that is cash not yet taken to the bank; nothing is paid from it before."
    )
    bound = serializers.SerializerMethodField(
        help_text="Decided for, or on its way to, a pool at another custodian; nothing is paid from it."
    )

    def get_takes_gifts(self, pool: Pool) -> bool:
        """Say whether gifts can be announced now."""
        return takes_money(pool)

    @extend_schema_field(MoneyOutput)
    def get_held(self, pool: Pool) -> Any:
        """Return all that it holds."""
        return money_out(self.money(pool).held_minor, pool.currency)

    @extend_schema_field(MoneyOutput)
    def get_free(self, pool: Pool) -> Any:
        """Return what can be decided on."""
        return money_out(self.money(pool).free_minor, pool.currency)

    @extend_schema_field(MoneyOutput)
    def get_set_aside(self, pool: Pool) -> Any:
        """Return what is set aside for rules."""
        return money_out(self.money(pool).set_aside_minor, pool.currency)

    @extend_schema_field(MoneyOutput)
    def get_with_treasurer(self, pool: Pool) -> Any:
        """Return the cash that is not in the bank yet."""
        return money_out(self.money(pool).with_treasurer_minor, pool.currency)

    @extend_schema_field(MoneyOutput)
    def get_bound(self, pool: Pool) -> Any:
        """Return what transfers to other custodians bind."""
        return money_out(self.money(pool).bound_minor, pool.currency)

    def money(self, pool: Pool) -> PoolMoney:
        """Return what was asked from the ledger, for all of the page at once."""
        found: PoolMoney = self.context["money"][pool.public_id]
        return found


class PoolRuleRefOutput(serializers.Serializer[Any]):
    """A matching rule of the pool, by its newest version."""

    id = serializers.CharField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(choices=RuleStatus.choices)
    set_aside = MoneyField("set_aside_minor")


class PoolGivenOutput(serializers.Serializer[Any]):
    """What the pool gave to one project by its own decisions."""

    project = serializers.CharField(source="project.public_id")
    title = serializers.SerializerMethodField()
    given = MoneyField("given_minor", "project.currency")
    returned = MoneyField("returned_minor", "project.currency")
    last_on = serializers.DateField()

    @extend_schema_field(NamesOutput)
    def get_title(self, row: GivenTo) -> Any:
        """Return the project's title."""
        return NamesField("title").to_representation(row.project)


class PoolTotalsOutput(serializers.Serializer[Any]):
    """All that ever came and went; what came back is taken off."""

    gifts = serializers.IntegerField(help_text="How many gifts were paid. How many people that is, nobody is told.")
    received = MoneyField("received_minor", help_text="Gifts that were paid.")
    given = MoneyField("given_minor", help_text="To projects, by decisions.")
    matched = MoneyField("matched_minor", help_text="To projects, by matching rules.")


class PoolDetailOutput(PoolOutput):
    """A pool with its rules, its totals, whom it thanks and what it gave."""

    rules = serializers.SerializerMethodField()
    totals = serializers.SerializerMethodField()
    credit_lines = serializers.SerializerMethodField(help_text="The names that givers chose, each once.")
    given = serializers.SerializerMethodField()
    months = serializers.SerializerMethodField(help_text="For which there is a statement, newest first: `2026-11`.")

    @extend_schema_field(PoolRuleRefOutput(many=True))
    def get_rules(self, pool: Pool) -> Any:
        """Return its rules, those that match first."""
        return PoolRuleRefOutput(self.facts.rules, many=True).data

    @extend_schema_field(PoolTotalsOutput)
    def get_totals(self, pool: Pool) -> Any:
        """Return all that ever came and went."""
        return PoolTotalsOutput(self.facts.totals).data

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_credit_lines(self, pool: Pool) -> list[str]:
        """Return whom it thanks."""
        return self.facts.credit_lines

    @extend_schema_field(PoolGivenOutput(many=True))
    def get_given(self, pool: Pool) -> Any:
        """Return the projects it gave to, the newest first."""
        return PoolGivenOutput(self.facts.given, many=True).data

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_months(self, pool: Pool) -> list[str]:
        """Return the months that have a statement."""
        return self.facts.months

    @property
    def facts(self) -> PoolFacts:
        """Return what was asked for this pool."""
        found: PoolFacts = self.context["facts"]
        return found


class PoolGiftOutput(serializers.Serializer[Any]):
    """A gift, for the pool's own people and its custodian's officers: nothing of who gives but the chosen name."""

    id = serializers.CharField(source="public_id", help_text="To be written on the transfer.")
    pool = serializers.CharField(source="pool.public_id")
    amount = MoneyField("amount_minor", help_text="What was announced.")
    received = MoneyField("received_minor", allow_null=True, help_text="What came.")
    status = serializers.ChoiceField(choices=GiftStatus.choices)
    made_at = serializers.DateTimeField()
    credit_line = serializers.SerializerMethodField(help_text="Empty: the giver is not named.")
    monthly = serializers.SerializerMethodField(help_text="A monthly promise asked for it.")
    by_treasurer = serializers.SerializerMethodField(help_text="The treasurer wrote it down.")

    def get_credit_line(self, gift: PoolGift) -> str:
        """Return the name that is thanked."""
        giver = getattr(gift, "giver", None)
        return giver.credit_line if giver else ""

    def get_monthly(self, gift: PoolGift) -> bool:
        """Say whether a monthly promise asked for it."""
        return gift.standing_id is not None

    def get_by_treasurer(self, gift: PoolGift) -> bool:
        """Say whether somebody else than the giver wrote it down."""
        return gift.recorded_by_id is not None


class ReceiptRefOutput(serializers.Serializer[Any]):
    """The receipt for cash, named inside its payment."""

    id = serializers.CharField(source="public_id")
    number = serializers.CharField(source="label")
    kept = serializers.ChoiceField(choices=Kept.choices)


class PoolPaymentOutput(serializers.Serializer[Any]):
    """Money that came for a pool. What is `recorded` waits for the giver's yes, or another person's."""

    id = serializers.CharField(source="public_id")
    pool = serializers.CharField(source="pool_ref")
    gift = serializers.CharField(source="group")
    kind = serializers.ChoiceField(choices=PaymentKind.choices)
    amount = MoneyField("amount_minor")
    status = serializers.ChoiceField(choices=PaymentStatus.choices)
    received_on = serializers.DateField()
    reference = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    confirmed_how = serializers.ChoiceField(choices=[("", ""), *ConfirmedHow.choices])
    decided_at = serializers.DateTimeField(allow_null=True)
    refused_reason = serializers.CharField()
    entry = serializers.UUIDField(source="entry_id", allow_null=True)
    receipt = serializers.SerializerMethodField(help_text="For cash; else null.")

    @extend_schema_field(ReceiptRefOutput(allow_null=True))
    def get_receipt(self, payment: Payment) -> Any:
        """Return the receipt for cash."""
        found = getattr(payment, "cash_receipt", None)
        return None if found is None else ReceiptRefOutput(found).data


class CashBankOutput(serializers.Serializer[Any]):
    """Cash that was taken to the bank."""

    entry = serializers.UUIDField()
    amount = MoneyField("amount_minor")
    with_treasurer = MoneyField("cash_minor", help_text="What the treasurer still holds.")


class StandingOutput(serializers.Serializer[Any]):
    """One's own monthly promise."""

    id = serializers.CharField(source="public_id")
    pool = serializers.CharField(source="pool.public_id")
    amount = MoneyField("amount_minor", "pool.currency")
    day = serializers.IntegerField(help_text="Of the month.")
    status = serializers.ChoiceField(choices=StandingStatus.choices)
    language = serializers.CharField()
    started_on = serializers.DateField()
    reminded_on = serializers.DateField(allow_null=True, help_text="The last day for which a reminder went out.")
