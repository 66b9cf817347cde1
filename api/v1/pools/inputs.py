"""What is said about a pool, a gift to it, and money that came."""

from __future__ import annotations

from rest_framework import serializers

from api.fields import LARGEST_MINOR, Day, MoneyInput, OneOf, PublicId, StrictSerializer, Text, WholeNumber
from api.v1.payments.inputs import FactorInput
from api.v1.pledges.inputs import ContactInput
from birge.money import EXPONENTS
from funds.cash.models import Kept
from funds.pools.models import CREDIT_LINE_LENGTH

LANGUAGES = ["ky", "ru", "en"]
CREDIT_LINE = "The name under which the gift is thanked, for everyone to read; empty or missing: none."


class PoolInput(StrictSerializer):
    """A new pool. `organisation` needs terms of reference in force."""

    organisation = PublicId(help_text="The association or matching donor whose pool it is.")
    custodian = PublicId(help_text="Who holds the money.")
    currency = OneOf(choices=sorted(EXPONENTS))
    name_ky = Text(max_length=160, required=False, allow_blank=True)
    name_ru = Text(max_length=160)
    name_en = Text(max_length=160, required=False, allow_blank=True)
    purpose = Text(max_length=2000, required=False, allow_blank=True, help_text="In your own words.")
    budget_minor = WholeNumber(
        min_value=1,
        max_value=LARGEST_MINOR,
        required=False,
        help_text="What you mean to bring, in minor units of `currency`. It says nothing of what is held.",
    )
    starts_on = Day(required=False)
    ends_on = Day(required=False, help_text="The last day.")


class PoolGiftInput(StrictSerializer):
    """So much will be paid. Without an account `contact` is needed."""

    amount = MoneyInput()
    contact = ContactInput(required=False)
    language = OneOf(choices=LANGUAGES)
    credit_line = Text(max_length=CREDIT_LINE_LENGTH, required=False, allow_blank=True, help_text=CREDIT_LINE)


class PoolPaymentInput(StrictSerializer):
    """Money that came to the custodian for a gift; it may differ from what was announced."""

    kind = OneOf(choices=["transfer", "cash"])
    amount = MoneyInput()
    received_on = Day()
    reference = Text(max_length=80, required=False, allow_blank=True, help_text="The bank's number, or the slip's.")
    payer_note = Text(max_length=300, required=False, allow_blank=True, help_text="Private.")
    evidence = PublicId(required=False, help_text="Document of kind `bank_line` or `receipt`.")


class PoolCashInput(StrictSerializer):
    """Cash that somebody handed to the treasurer. With `contact` they get a link and a code to say yes."""

    amount = MoneyInput()
    received_on = Day()
    reference = Text(
        max_length=80, required=False, allow_blank=True, help_text="The number of a slip of your own, if there is one."
    )
    kept = OneOf(
        choices=Kept.choices,
        required=False,
        help_text="`wallet`: on the treasurer's own phone. It is cash all the same.",
    )
    contact = ContactInput(required=False)
    credit_line = Text(max_length=CREDIT_LINE_LENGTH, required=False, allow_blank=True, help_text=CREDIT_LINE)
    language = OneOf(choices=LANGUAGES, required=False, help_text="Of the giver; else that of the request.")


class GiverCodeInput(StrictSerializer):
    """What the giver reads out from their message."""

    giver_code = Text(max_length=10, help_text="Six digits. After five wrong ones none is right for a day.")


class CashBankInput(FactorInput):
    """The treasurer's cash came to the bank."""

    amount = MoneyInput()
    line = PublicId(required=False, help_text="The statement's line. Its sum must be exactly this one.")
    receipts = serializers.ListField(
        child=PublicId(), required=False, min_length=1, max_length=500, help_text="Which receipts; else the eldest."
    )
    bank_reference = Text(
        max_length=80,
        required=False,
        allow_blank=True,
        help_text="The number of the bank's line, or of the slip. Not needed with `line`.",
    )
    bank_line = PublicId(required=False, help_text="Document of kind `bank_line` or `receipt`.")


class StandingChangeInput(StrictSerializer):
    """So much a month, on this day."""

    amount = MoneyInput()
    day = WholeNumber(min_value=1, max_value=28, help_text="Of the month.")


class StandingInput(StandingChangeInput):
    """A monthly promise: a reminder with the ways to pay. Nobody is charged by it."""

    language = OneOf(choices=LANGUAGES)
