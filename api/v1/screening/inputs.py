"""What is said about block lists."""

from __future__ import annotations

from rest_framework import serializers

from api.fields import Day, OneOf, PublicId, StrictSerializer, Text
from api.v1.payments.inputs import FACTOR_CODE
from funds.screening.services.looking import BY_HAND
from funds.screening.states import PartyKind, Verdict


class BlockListInput(StrictSerializer):
    """A list, whole (multipart/form-data)."""

    source = Text(max_length=40, help_text="Who gives it out.")  # type: ignore[assignment]
    version = Day(help_text="Of which day it is.")
    file = serializers.FileField(help_text="CSV in UTF-8, see docs/security.md.")
    code = Text(max_length=40, help_text=FACTOR_CODE)


class LookUpInput(StrictSerializer):
    """A bank, person or firm to look up."""

    custodian = PublicId()
    subject = OneOf(choices=[each.value for each in BY_HAND])
    kind = OneOf(choices=PartyKind.choices)
    name = Text(max_length=200)
    ref = Text(max_length=50, help_text="The number of the account, or what the payee is known by.")
    numbers = Text(max_length=200, required=False, allow_blank=True, help_text="BIC or account numbers, with spaces.")


class VerdictInput(StrictSerializer):
    """What a person decides about all likenesses of a record."""

    verdict = OneOf(choices=Verdict.choices)
    reason = Text(max_length=500)
    code = Text(max_length=40, help_text=FACTOR_CODE)
