"""What can go wrong, in words for people. Nothing here knows of HTTP; each door maps these to its own form."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _


class BirgeError(Exception):
    """A refusal with a stable `code`, a translated `message` and, where it applies, the `field` it belongs to."""

    code = "error"
    default_message: Any = _("Something is not right.")

    def __init__(self, message: Any = None, *, code: str = "", field: str = "", **data: Any) -> None:
        """Keep in `data` the facts behind the refusal (ids, minor units, states); doors may show them."""
        self.message = message if message is not None else self.default_message
        self.code = code or self.code
        self.field = field
        self.data = data
        super().__init__(str(self.message))

    def __str__(self) -> str:
        """Return the message in the active language."""
        return str(self.message)


class InvalidInput(BirgeError):
    """What was typed cannot be used; `field` names where."""

    code = "invalid"


class NotAllowed(BirgeError):
    """This person may not do this here."""

    code = "not_allowed"
    default_message = _("You may not do this.")


class SecondFactorRequired(NotAllowed):
    """A fresh code from the second factor is needed for this step."""

    code = "second_factor_required"
    default_message = _("Please confirm with the code from your authenticator.")


class NotFound(BirgeError):
    """There is no such thing, or not for this person: the two look the same from outside."""

    code = "not_found"
    default_message = _("We could not find this.")


class Conflict(BirgeError):
    """It clashes with what has happened since."""

    code = "conflict"


class RuleNotMet(Conflict):
    """A rule's condition does not hold (yet); the message says which and what would make it hold."""

    code = "rule_not_met"


class KeyReused(Conflict):
    """The idempotency key was used before with another request."""

    code = "key_reused"
    default_message = _("This request key was already used for something else.")


class InsufficientFunds(Conflict):
    """An account with a floor would go below it. `data`: account, wanted, available (minor units)."""

    code = "insufficient_funds"
    default_message = _("There is not enough money for this.")
