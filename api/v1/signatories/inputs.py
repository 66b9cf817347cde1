"""What is said about another signatory."""

from __future__ import annotations

from api.fields import PublicId, StrictSerializer, Text, Truth


class SignatoryChangeInput(StrictSerializer):
    """Somebody else of the association is to sign."""

    project = PublicId()
    person = PublicId(help_text="As listed among the association's signatories.")
    substitute = Truth(required=False, help_text="It is the substitute who changes.")
    reason = Text(max_length=300)
