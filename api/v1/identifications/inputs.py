"""What is said about money of unknown origin."""

from __future__ import annotations

from api.fields import PublicId, StrictSerializer, Text


class IdentificationInput(StrictSerializer):
    """A payment of unknown origin is for a pledge."""

    payment = PublicId()
    pledge = PublicId()
    proof = PublicId(help_text="A document that shows it.")
    note = Text(max_length=300, required=False, allow_blank=True, help_text="Private.")
