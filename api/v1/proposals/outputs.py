"""How a proposal looks: to everyone once it is decided, with its ballots to those who decide on it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import MoneyField
from birge.organisations.models import DecidedHow, Role
from funds.pools.models import Proposal
from funds.pools.states import ProposalKind, ProposalStatus


class ProposalOutput(serializers.Serializer[Any]):
    """A proposal. `content` is what people agree to, `digest` its SHA-256; exactly that is booked, and nothing else."""

    id = serializers.CharField(source="public_id")
    pool = serializers.CharField(source="pool.public_id")
    kind = serializers.ChoiceField(choices=ProposalKind.choices)
    status = serializers.ChoiceField(choices=ProposalStatus.choices)
    amount = MoneyField("amount_minor", help_text="What leaves the pool's free money by it.")
    project = serializers.CharField(source="project.public_id", default=None, allow_null=True)
    to_pool = serializers.CharField(source="to_pool.public_id", default=None, allow_null=True)
    content = serializers.SerializerMethodField(help_text="Plain data: ids, and amounts in minor units.")
    digest = serializers.CharField(help_text="To be sent along with a yes or a no.")
    reason = serializers.CharField()
    how = serializers.ChoiceField(choices=DecidedHow.choices, help_text="Who decides.")
    needed = serializers.IntegerField(help_text="So many yes.")
    entitled = serializers.IntegerField(help_text="Of so many people, its author not counted.")
    yes = serializers.IntegerField(source="said_yes")
    no = serializers.IntegerField(source="said_no")
    terms_version = serializers.IntegerField(help_text="Of the terms of reference by which it is decided.")
    deadline = serializers.DateField(help_text="The last day.")
    made_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    booked_at = serializers.DateTimeField(allow_null=True)
    entry = serializers.UUIDField(source="entry_id", allow_null=True, help_text="The first entry, where money moved.")

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_content(self, proposal: Proposal) -> Any:
        """Return what people agree to."""
        return proposal.content


class BallotOutput(serializers.Serializer[Any]):
    """One answer."""

    person = serializers.CharField(source="person.public_id")
    role = serializers.ChoiceField(choices=Role.choices, help_text="The office in which they decided.")
    yes = serializers.BooleanField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    factor_method = serializers.CharField(help_text="Empty where no second factor was needed.")


class ProposalStepOutput(serializers.Serializer[Any]):
    """One change of its status. `person` is empty where time or a ballot made it."""

    before = serializers.CharField(source="from_status")
    after = serializers.ChoiceField(choices=ProposalStatus.choices, source="to_status")
    at = serializers.DateTimeField()
    person = serializers.CharField(source="actor.public_id", default=None, allow_null=True)
    reason = serializers.CharField()


class ProposalDetailOutput(ProposalOutput):
    """A proposal with its ballots and its history. Both, and its author, are null for whoever does not belong."""

    made_by = serializers.SerializerMethodField()
    ballots = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()

    def get_made_by(self, proposal: Proposal) -> str | None:
        """Return its author."""
        return proposal.made_by.public_id if self.context["inside"] else None

    @extend_schema_field(BallotOutput(many=True, allow_null=True))
    def get_ballots(self, proposal: Proposal) -> Any:
        """Return who said what, in order."""
        if not self.context["inside"]:
            return None
        return BallotOutput(proposal.ballots.select_related("person").order_by("id"), many=True).data

    @extend_schema_field(ProposalStepOutput(many=True, allow_null=True))
    def get_steps(self, proposal: Proposal) -> Any:
        """Return what became of it, in order."""
        if not self.context["inside"]:
            return None
        return ProposalStepOutput(proposal.steps.select_related("actor").order_by("id"), many=True).data
