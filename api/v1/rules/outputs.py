"""How matching rules look: the data that the machine reckons with, and the same in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import MoneyField, MoneyOutput, money_out
from api.v1.organisations.outputs import OrganisationRefOutput
from funds.matching.models import Rule, RuleStatus, RuleVersion, Run
from funds.matching.rule_selectors import rule_money
from funds.matching.wording import rule_words


class RuleOutput(serializers.Serializer[Any]):
    """A matching rule of a pool. Where several match one project, the one of the smallest `position` comes first."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    pool = serializers.CharField(source="pool_ref", help_text="Public identifier of the pool.")
    custodian = OrganisationRefOutput()
    currency = serializers.CharField()
    position = serializers.IntegerField()
    status = serializers.ChoiceField(choices=RuleStatus.choices)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class RuleVersionOutput(serializers.Serializer[Any]):
    """One published text of a rule. It is never changed; `digest` is the SHA-256 of the canonical JSON of `data`."""

    number = serializers.IntegerField()
    ref = serializers.CharField(help_text="As entries of the ledger name it.")
    digest = serializers.CharField()
    data = serializers.SerializerMethodField()  # type: ignore[assignment]
    words = serializers.SerializerMethodField(help_text="The same in sentences, in the language asked for.")
    proposal = serializers.CharField(source="proposal_ref", help_text="The proposal that decided on it.")
    published_at = serializers.DateTimeField()
    superseded_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_data(self, version: RuleVersion) -> Any:
        """Return the rule as the engine reads it."""
        return version.data

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_words(self, version: RuleVersion) -> list[str]:
        """Return the sentences."""
        return rule_words(version.data, (get_language() or "en")[:2])


class RunOutput(serializers.Serializer[Any]):
    """The settlement of a round. `digest` is the SHA-256 of its report, and stands in each entry of the run."""

    id = serializers.CharField(source="public_id")
    version = serializers.IntegerField(source="version.number")
    at = serializers.DateTimeField()
    digest = serializers.CharField()
    input_digest = serializers.CharField(help_text="SHA-256 of the report without its results.")
    total = MoneyField("total_minor", currency="version.rule.currency")


class RunReportOutput(RunOutput):
    """A run with its report: canonical JSON as text, which has to be hashed as it stands."""

    report = serializers.CharField()


class RuleMoneyOutput(serializers.Serializer[Any]):
    """What became of a rule's money."""

    offered = MoneyOutput(help_text="Free to match.")
    reserved = MoneyOutput(help_text="Waits for promises.")
    given = MoneyOutput(help_text="Given, less what came back.")


class RuleDetailOutput(RuleOutput):
    """A rule with all its versions, its money and its runs."""

    money = serializers.SerializerMethodField()
    versions = serializers.SerializerMethodField()
    runs = serializers.SerializerMethodField()

    @extend_schema_field(RuleMoneyOutput)
    def get_money(self, rule: Rule) -> Any:
        """Return its sums."""
        money = rule_money(rule)
        return {name: money_out(getattr(money, name), rule.currency) for name in ("offered", "reserved", "given")}

    @extend_schema_field(RuleVersionOutput(many=True))
    def get_versions(self, rule: Rule) -> Any:
        """Return the newest first."""
        return RuleVersionOutput(rule.versions.order_by("-number"), many=True).data

    @extend_schema_field(RunOutput(many=True))
    def get_runs(self, rule: Rule) -> Any:
        """Return the settlements, the newest first."""
        runs = Run.objects.filter(version__rule=rule).select_related("version__rule")
        return RunOutput(runs, many=True).data
