"""What is said about a mistake."""

from __future__ import annotations

from api.fields import PublicId, StrictSerializer, Text


class CorrectionInput(StrictSerializer):
    """A confirmed payment was written down by mistake."""

    payment = PublicId()
    reason = Text(max_length=300)
