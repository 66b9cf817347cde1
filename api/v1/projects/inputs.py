"""What may be said about a project. Shapes only: whether it is right, the services decide."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.fields import Day, OneOf, PublicId, Quantity, ShareMoneyInput, StrictSerializer, Text, Truth, WholeNumber
from projects.works.models import Category, Party

LONG = 5000
LINES = 200


class ProjectEditInput(StrictSerializer):
    """The words of a project; what is left out stays as it is."""

    category = OneOf(choices=Category.choices, required=False)
    title_ky = Text(max_length=200, required=False, allow_blank=True)
    title_ru = Text(max_length=200, required=False, allow_blank=True)
    title_en = Text(max_length=200, required=False, allow_blank=True)
    summary_ky = Text(max_length=LONG, required=False, allow_blank=True)
    summary_ru = Text(max_length=LONG, required=False, allow_blank=True)
    summary_en = Text(max_length=LONG, required=False, allow_blank=True)
    people_asked = Text(
        max_length=LONG, required=False, allow_blank=True, help_text="How people were asked; empty: they were not."
    )
    permits = Text(max_length=LONG, required=False, allow_blank=True)
    keeper_name = Text(max_length=120, required=False, allow_blank=True)
    keeper_role = Text(max_length=120, required=False, allow_blank=True)
    upkeep_yearly_minor = WholeNumber(min_value=0, max_value=10**15, required=False)
    village_pays_first = Truth(required=False)
    picture = PublicId(required=False, allow_null=True, help_text="Document of kind `photo`.")


class ProjectInput(ProjectEditInput):
    """A new draft."""

    village = PublicId(help_text="The lead settlement.")
    administration = PublicId()
    category = OneOf(choices=Category.choices)
    language = OneOf(choices=["ky", "ru", "en"], help_text="The language it was written in.")


class BudgetLineInput(StrictSerializer):
    """What is bought: quantity × unit price, rounded half up."""

    text = Text(max_length=200)
    quantity = Quantity()
    unit = Text(max_length=30)
    unit_price_minor = WholeNumber(min_value=0, max_value=10**15)
    quote = PublicId(required=False, help_text="Document of kind `quote`.")


class ShareInput(StrictSerializer):
    """Who is to bring how much."""

    party = OneOf(choices=Party.choices)
    amount = ShareMoneyInput()
    organisation = PublicId(required=False, help_text="For `matching`: the matching donor.")
    note = Text(max_length=300, required=False, allow_blank=True)


class MilestoneInput(StrictSerializer):
    """A stage and the part of the money that is tied to it."""

    text = Text(max_length=300)
    due_on = Day(required=False, allow_null=True)
    tranche = ShareMoneyInput()


class PlanInput(StrictSerializer):
    """Budget, shares and milestones; each list that is given replaces the one there was."""

    budget_lines: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=BudgetLineInput(), required=False, max_length=LINES
    )
    shares: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=ShareInput(), required=False, max_length=len(Party.choices)
    )
    milestones: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=MilestoneInput(), required=False, max_length=LINES
    )


class QuoteInput(StrictSerializer):
    """The paper behind a line's price."""

    quote = PublicId(help_text="Document of kind `quote` or `contract`.")


class ReasonInput(StrictSerializer):
    """Why; shown in public where the step is public."""

    reason = Text(max_length=300)


class CloseInput(StrictSerializer):
    """How it is kept a year later; shown in public."""

    report = Text(max_length=LONG)


class AdoptInput(StrictSerializer):
    """The council's resolution."""

    resolution = PublicId(help_text="Document of kind `resolution`.")
    number = Text(max_length=60)
    date = Day()


class OpenInput(StrictSerializer):
    """What must be named before money is raised."""

    deadline = Day()
    custodian = PublicId(help_text="The organisation that holds the money.")
    signatory_organisation = PublicId(help_text="The association whose people sign from outside.")
    outside_signatory = PublicId(help_text="The person who signs.")
    outside_substitute = PublicId(help_text="Who signs in their place.")


class EmptyInput(StrictSerializer):
    """Nothing to say: send `{}`."""
