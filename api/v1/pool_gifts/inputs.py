"""What the giver says about a gift to a pool."""

from __future__ import annotations

from api.fields import StrictSerializer, Text
from funds.pools.models import CREDIT_LINE_LENGTH


class PoolCreditInput(StrictSerializer):
    """Under which name the gift is thanked, from now on."""

    credit_line = Text(max_length=CREDIT_LINE_LENGTH, allow_blank=True, help_text="Empty: do not name me.")
