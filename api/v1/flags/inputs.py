"""What officers say about what looks like abuse."""

from __future__ import annotations

from api.fields import OneOf, StrictSerializer, Text
from funds.watch.models import Decision


class DecisionInput(StrictSerializer):
    """What it is, and why one thinks so."""

    decision = OneOf(choices=Decision.choices)
    reason = Text(max_length=300)
