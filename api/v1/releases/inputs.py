"""What is said about a release."""

from __future__ import annotations

from api.fields import PublicId, StrictSerializer, Text, WholeNumber
from api.v1.payments.inputs import FACTOR_CODE


class ReleaseInput(StrictSerializer):
    """Ask for the tranche of a milestone."""

    project = PublicId()
    milestone = WholeNumber(min_value=0, max_value=1000, help_text="Its position.")
    reason = Text(max_length=300)
    basis = PublicId(required=False, help_text="The contract or quote; needed for the first tranche.")


class ReleasePayInput(StrictSerializer):
    """The custodian's officer paid, and shows the bank's line."""

    bank_reference = Text(max_length=80)
    bank_line = PublicId(help_text="Document of kind `bank_line`.")
    code = Text(max_length=40, help_text=FACTOR_CODE)
