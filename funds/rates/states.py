"""Where a rate stands, who says it, and why one is not taken at its word."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

HOME = "KGS"  # what all rates are told in


class RateStatus(models.TextChoices):
    """Only a trusted rate is ever reckoned with."""

    TRUSTED = "trusted", _("trusted")
    WAITING = "waiting", _("waits for a second person")
    REFUSED = "refused", _("refused")


# What is trusted is given up only for another rate of the same day, which a person has accepted.
RATE_ALLOWED: dict[RateStatus, frozenset[RateStatus]] = {
    RateStatus.WAITING: frozenset({RateStatus.TRUSTED, RateStatus.REFUSED}),
    RateStatus.TRUSTED: frozenset({RateStatus.REFUSED}),
    RateStatus.REFUSED: frozenset(),
}


class RateSource(models.TextChoices):
    """How it came to us. On the same day the first one counts."""

    NBKR = "nbkr", _("National Bank")
    NBKR_FILE = "nbkr-file", _("National Bank, from a file")


class Doubt(models.TextChoices):
    """What the machine found wrong with a rate; nothing where it was trusted at once."""

    NOT_POSITIVE = "not_positive", _("It is nothing or less than nothing.")
    FAR = "far", _("It is about ten times too large or too small.")
    JUMP = "jump", _("It moved more than it does from one day to the next.")
    FIRST = "first", _("It is the first of this currency and not of the size one would expect.")
    DIFFERS = "differs", _("Another rate of this day is trusted already.")
    AHEAD = "ahead", _("Its day lies far ahead.")
