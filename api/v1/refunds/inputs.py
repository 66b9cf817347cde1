"""What the custodian's officers say about money that goes back."""

from __future__ import annotations

from api.fields import PublicId, StrictSerializer, Text
from api.v1.payments.inputs import FACTOR_CODE


class RefundSendInput(StrictSerializer):
    """It was sent back."""

    bank_reference = Text(max_length=80, help_text="The number of the bank's line, or of the slip.")
    bank_line = PublicId(required=False, help_text="Document of kind `bank_line` or `receipt`.")
    code = Text(max_length=40, help_text=FACTOR_CODE)
