"""What may be said about a pledge."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from api.fields import MoneyInput, OneOf, PublicId, StrictSerializer, Text, Truth, WholeNumber
from funds.pledges.conditions import MOST_OTHERS, OTHERS, PLAN_WHOLE, VILLAGE_PAID
from funds.pledges.models import CreditChoice, Party, PledgeContact, RelatedKind


class ContactInput(StrictSerializer):
    """Where the donor can be reached; kept apart and erasable."""

    kind = OneOf(choices=PledgeContact.Kind.choices)
    value = Text(max_length=254, help_text="An e-mail address, or a phone number (with or without its country).")


class ConditionInput(StrictSerializer):
    """What must hold before the money is asked for."""

    kind = OneOf(choices=[PLAN_WHOLE, VILLAGE_PAID, OTHERS])
    count = WholeNumber(min_value=1, max_value=MOST_OTHERS, required=False, help_text="Only with `others`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Tie the count to its kind."""
        if ("count" in attrs) != (attrs["kind"] == OTHERS):
            raise serializers.ValidationError({"count": [_("A count goes with “others”, and only with it.")]})
        return attrs


class PledgeInput(StrictSerializer):
    """A promise. Without an account `contact` is needed; nothing is promised before it is proven."""

    project = PublicId()
    amount = MoneyInput()
    contact = ContactInput(required=False)
    country = Text(min_length=2, max_length=2, help_text="Where the donor lives: ISO 3166, two letters.")
    credit_choice = OneOf(choices=CreditChoice.choices, required=False)
    credit_line = Text(max_length=80, required=False, allow_blank=True)
    language = OneOf(choices=["ky", "ru", "en"])
    terms_version = Text(max_length=20, help_text="The version of the terms that the donor has read.")
    conditions: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=ConditionInput(), required=False, max_length=5
    )
    party = OneOf(choices=Party.choices, required=False)
    related = OneOf(
        choices=RelatedKind.choices,
        required=False,
        help_text="Who gives, or their firm, sells to the project, works for it or signs for it. Nothing follows it.",
    )
    related_words = Text(max_length=200, required=False, help_text="With `related`: who, and what for. Private.")
    on_behalf = Truth(
        required=False,
        help_text="The custodian's officer writes it for somebody on the phone or at the desk. No message is sent; "
        "it counts once it was confirmed by a call. The answer holds no token.",
    )


class ObjectInput(StrictSerializer):
    """A donor objects to a decision about their promise."""

    words = Text(max_length=300, help_text="Why it is wrong. The custodian's officers read it.")


class ConfirmInput(StrictSerializer):
    """The proof of the contact: the code of the message, or the token of its link."""

    code = Text(max_length=10, required=False)
    link_token = Text(max_length=40, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one."""
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Please send either the code or the link's token."))
        return attrs


class CallBackInput(StrictSerializer):
    """An officer called the donor back."""

    reason = Text(max_length=300, help_text="Whom you reached, on which number, when.")


class CreditInput(StrictSerializer):
    """Under which name the gift is thanked, from now on."""

    credit_choice = OneOf(choices=CreditChoice.choices)
    credit_line = Text(max_length=80, required=False, allow_blank=True)


class CardInput(StrictSerializer):
    """The donor's yes to what `card_consent` says, word for word."""

    agreed = Truth(help_text="Must be true.")


class WithdrawInput(StrictSerializer):
    """A promise is taken back. The reason is optional and is kept with the pledge."""

    reason = Text(max_length=300, required=False, allow_blank=True)
