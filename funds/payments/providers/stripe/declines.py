"""What a bank's no means: try again on a stated day, let the donor confirm, or ask for another card."""

from __future__ import annotations

import enum

from .gateway_cards import CONFIRM

# https://docs.stripe.com/declines/codes. What is not known here is not tried again: the donor gets a link.
SOFT = frozenset({
    "approve_with_id", "card_velocity_exceeded", "insufficient_funds", "issuer_not_available", "processing_error",
    "reenter_transaction", "try_again_later", "withdrawal_count_limit_exceeded",
})  # fmt: skip
CONFIRMED_BY_DONOR = frozenset({CONFIRM, "authentication_not_handled", "incorrect_pin", "offline_pin_required"})


class Decline(enum.StrEnum):
    """How a no goes on."""

    SOFT = "soft"  # another day it may work
    CONFIRM = "confirm"  # the bank wants to see the donor
    HARD = "hard"  # this card will not pay


def decline_of(code: str) -> Decline:
    """Return what this code of Stripe's means for us."""
    if code in SOFT:
        return Decline.SOFT
    return Decline.CONFIRM if code in CONFIRMED_BY_DONOR else Decline.HARD
