"""What a custodian exchanged at its bank: one officer writes it down, another agrees."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from birge.ids import PublicIdField
from birge.money import Money


class ExchangeStatus(models.TextChoices):
    """Where it stands."""

    ASKED = "asked", _("written down, waits for another officer")
    BOOKED = "booked", _("in the books")
    REFUSED = "refused", _("refused")


EXCHANGE_ALLOWED: dict[ExchangeStatus, frozenset[ExchangeStatus]] = {
    ExchangeStatus.ASKED: frozenset({ExchangeStatus.BOOKED, ExchangeStatus.REFUSED}),
    ExchangeStatus.BOOKED: frozenset(),
    ExchangeStatus.REFUSED: frozenset(),
}


class Place(models.TextChoices):
    """Where the money lay, or lies."""

    BANK = "bank", _("in the bank")
    CASH = "cash", _("in the cash box")


class Exchange(models.Model):
    """So much of one currency was given for so much of another. `rate` is the National Bank's of that day, to compare.

    `official_minor` is what the Bank's rate would have made of it; empty where no rate was known.
    """

    public_id = PublicIdField()
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="exchanges")
    gave_minor = models.BigIntegerField()
    gave_currency = models.CharField(max_length=3)
    gave_from = models.CharField(max_length=4, choices=Place.choices, default=Place.BANK)
    got_minor = models.BigIntegerField()
    got_currency = models.CharField(max_length=3)
    got_to = models.CharField(max_length=4, choices=Place.choices, default=Place.BANK)
    done_on = models.DateField()
    reference = models.CharField(max_length=80, blank=True)  # the bank's number
    paper = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    gave_line = models.ForeignKey("banking.BankLine", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    got_line = models.ForeignKey("banking.BankLine", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    official_minor = models.BigIntegerField(null=True, blank=True)
    rate = models.DecimalField(max_digits=18, decimal_places=8, null=True, blank=True)
    rate_source = models.CharField(max_length=40, blank=True)
    rate_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=7, choices=ExchangeStatus.choices, default=ExchangeStatus.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    factor_method = models.CharField(max_length=20, blank=True)
    refused_reason = models.CharField(max_length=300, blank=True)
    entry_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["custodian", "status"], name="exchange_by_custodian")]
        constraints = [
            models.CheckConstraint(condition=Q(gave_minor__gt=0, got_minor__gt=0), name="exchange_positive"),
            models.CheckConstraint(condition=~Q(gave_currency=F("got_currency")), name="exchange_two_currencies"),
            models.CheckConstraint(condition=Q(status__in=ExchangeStatus.values), name="exchange_status_known"),
            models.CheckConstraint(
                condition=Q(status="booked", entry_id__isnull=False, decided_by__isnull=False) & ~Q(factor_method="")
                | ~Q(status="booked") & Q(entry_id__isnull=True),
                name="exchange_booked_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")) | Q(status="refused"),
                name="exchange_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(refused_reason=""), name="exchange_refused_has_reason"
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)

    @property
    def gave(self) -> Money:
        """Return what was given away."""
        return Money(self.gave_minor, self.gave_currency)

    @property
    def got(self) -> Money:
        """Return what came for it."""
        return Money(self.got_minor, self.got_currency)

    @property
    def difference(self) -> Money | None:
        """Return what it brought more (or less) than the National Bank's rate; None where that was not known."""
        if self.official_minor is None:
            return None
        return Money(self.got_minor - self.official_minor, self.got_currency)
