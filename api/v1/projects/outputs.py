"""How a project looks. Persons appear by their office only."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import MoneyField, MoneyOutput, NamesField, money_out
from api.v1.documents.outputs import PictureOutput
from api.v1.organisations.outputs import OrganisationRefOutput
from api.v1.places.outputs import PlaceOutput
from birge.places.selectors import place_ancestors
from funds.pledges.models import RelatedKind
from funds.settlement.selectors import project_progress
from funds.watch.selectors import related_kinds
from projects.works.models import Category, MilestoneStatus, Party, Project
from projects.works.states import ProjectStatus


class ProjectOutput(serializers.Serializer[Any]):
    """A project, in short."""

    id = serializers.CharField(source="public_id")
    status = serializers.ChoiceField(choices=ProjectStatus.choices)
    category = serializers.ChoiceField(choices=Category.choices)
    title = NamesField("title")
    language = serializers.CharField(help_text="The language it was written in.")
    village = PlaceOutput()
    administration = OrganisationRefOutput()
    custodian = OrganisationRefOutput(allow_null=True)
    currency = serializers.CharField()
    deadline = serializers.DateField(allow_null=True)
    created_at = serializers.DateTimeField()
    opened_at = serializers.DateTimeField(allow_null=True)


class ProjectListOutput(ProjectOutput):
    """A project in a list, with what came for it so far. Promises are not in `received`."""

    received = serializers.SerializerMethodField()
    goal = serializers.SerializerMethodField(help_text="All money that the plan asks for.")

    @extend_schema_field(MoneyOutput)
    def get_received(self, project: Project) -> Any:
        """Return what came in money."""
        return money_out(self.context["money"][project.public_id].received_minor, project.currency)

    @extend_schema_field(MoneyOutput)
    def get_goal(self, project: Project) -> Any:
        """Return what the plan asks for in money."""
        return money_out(self.context["money"][project.public_id].goal_minor, project.currency)


class BudgetLineOutput(serializers.Serializer[Any]):
    """What is bought."""

    position = serializers.IntegerField()
    text = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=12, decimal_places=3)
    unit = serializers.CharField()
    unit_price = MoneyField("unit_price_minor", "project.currency")
    total = MoneyField("total_minor", "project.currency")
    quote = serializers.SerializerMethodField()

    def get_quote(self, line: Any) -> str | None:
        """Return the document that shows the price."""
        return line.quote.public_id if line.quote else None


class ShareOutput(serializers.Serializer[Any]):
    """Who is to bring how much."""

    party = serializers.ChoiceField(choices=Party.choices)
    amount = MoneyField("amount_minor", "project.currency")
    organisation = OrganisationRefOutput(allow_null=True)
    note = serializers.CharField()


class MilestoneOutput(serializers.Serializer[Any]):
    """A stage."""

    position = serializers.IntegerField()
    text = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    tranche = MoneyField("tranche_minor", "project.currency")
    status = serializers.ChoiceField(choices=MilestoneStatus.choices)
    reported_at = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)


class TransitionOutput(serializers.Serializer[Any]):
    """One step of the project's life, with its reason."""

    from_status = serializers.CharField()
    to_status = serializers.CharField()
    at = serializers.DateTimeField()
    reason = serializers.CharField()


class PartyProgressOutput(serializers.Serializer[Any]):
    """How far one party has come."""

    party = serializers.ChoiceField(choices=Party.choices)
    goal = MoneyField("goal_minor")
    promised = MoneyField("promised_minor")
    received = MoneyField("received_minor")


class ProgressOutput(serializers.Serializer[Any]):
    """What is promised, held, released and spent. Money held never includes promises."""

    parties = PartyProgressOutput(many=True)
    held = MoneyField("held_minor")
    released = MoneyField("released_minor")
    spent = MoneyField("spent_minor")
    in_kind = MoneyField("in_kind_minor")
    shortfall = MoneyField("shortfall_minor")
    disputed = MoneyField("disputed_minor")


class ResolutionOutput(serializers.Serializer[Any]):
    """The council's act."""

    number = serializers.CharField(source="resolution_number")
    date = serializers.DateField(source="resolution_date")
    document = serializers.CharField(source="resolution.public_id")


class SignersOutput(serializers.Serializer[Any]):
    """Whose two signatures a tranche needs, and who holds the money."""

    village = OrganisationRefOutput()
    outside = OrganisationRefOutput(allow_null=True)
    holder = OrganisationRefOutput(allow_null=True)


class ProjectDetailOutput(ProjectOutput):
    """A project with its plan, its progress and its history."""

    summary = NamesField("summary")
    ancestors = serializers.SerializerMethodField()
    also_serves = PlaceOutput(many=True)
    people_asked = serializers.CharField(help_text="Empty: people were not asked.")
    permits = serializers.CharField()
    keeper_role = serializers.CharField()
    upkeep_yearly = MoneyField("upkeep_yearly_minor")
    grace_until = serializers.DateField(allow_null=True)
    village_pays_first = serializers.BooleanField()
    picture = PictureOutput(allow_null=True)
    resolution = serializers.SerializerMethodField()
    budget_lines = BudgetLineOutput(many=True)
    shares = ShareOutput(many=True)
    milestones = MilestoneOutput(many=True)
    signers = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    history = TransitionOutput(source="transitions", many=True)
    related_parties = serializers.SerializerMethodField(
        help_text="Kinds of related parties that promised money to it: no counts, no sums. Nothing is added to theirs."
    )

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=RelatedKind.choices)))
    def get_related_parties(self, project: Project) -> list[str]:
        """Return the kinds only."""
        return related_kinds(project)

    @extend_schema_field(PlaceOutput(many=True))
    def get_ancestors(self, project: Project) -> Any:
        """Return what the village lies in, the oblast first."""
        return PlaceOutput(place_ancestors(project.village)[::-1], many=True).data

    @extend_schema_field(ResolutionOutput(allow_null=True))
    def get_resolution(self, project: Project) -> Any:
        """Return the council's act, once there is one."""
        return ResolutionOutput(project).data if project.resolution else None

    @extend_schema_field(SignersOutput)
    def get_signers(self, project: Project) -> Any:
        """Return the organisations that sign and that hold."""
        parties = {
            "village": project.administration,
            "outside": project.signatory_organisation,
            "holder": project.custodian,
        }
        return SignersOutput(parties).data

    @extend_schema_field(ProgressOutput)
    def get_progress(self, project: Project) -> Any:
        """Return what came together so far."""
        return ProgressOutput(project_progress(project)).data
