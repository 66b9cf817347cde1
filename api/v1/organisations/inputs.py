"""What is said about terms of reference, and by who wants to join."""

from __future__ import annotations

from api.fields import LARGEST_MINOR, OneOf, PublicId, StrictSerializer, Text, WholeNumber
from birge.money import EXPONENTS
from birge.organisations.models import DecidedHow


class JoinInput(StrictSerializer):
    """Somebody wants to be a member."""

    message = Text(max_length=300, required=False, allow_blank=True, help_text="A few words to the chair. Private.")


class TermsInput(StrictSerializer):
    """A new text with its rule. Whoever proposes something never counts among those who agree to it."""

    text = Text(max_length=20_000)
    language = OneOf(choices=["ky", "ru", "en"])
    how = OneOf(choices=DecidedHow.choices)
    threshold_minor = WholeNumber(
        min_value=0, max_value=LARGEST_MINOR, help_text="Up to this sum `needed_below` agree, above it `needed_above`."
    )
    currency = OneOf(choices=sorted(EXPONENTS))
    needed_below = WholeNumber(min_value=1, max_value=999)
    needed_above = WholeNumber(min_value=1, max_value=999)
    days_to_decide = WholeNumber(min_value=1, max_value=60, required=False)
    paper = PublicId(required=False, help_text="Document of kind `terms_of_reference`.")
