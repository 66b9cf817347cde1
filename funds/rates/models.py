"""Rates as they came, and what became of them. Nothing of what came is ever changed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from birge import clock
from birge.ids import PublicIdField

from .states import Doubt, RateSource, RateStatus

PLACES = 6  # with at most 14 digits exact on SQLite too, which keeps fifteen


class Rate(models.Model):
    """What `nominal` units of a currency cost in som on a day, as `source` says. Kept even where it was refused.

    `valid_days` is for how long the Bank itself says it holds; it writes so beside what it sets once a week.
    """

    public_id = PublicIdField()
    currency = models.CharField(max_length=3)
    day = models.DateField()
    nominal = models.PositiveIntegerField()
    som = models.DecimalField(max_digits=14, decimal_places=PLACES)
    valid_days = models.PositiveSmallIntegerField(null=True, blank=True)
    source = models.CharField(max_length=12, choices=RateSource.choices)
    status = models.CharField(max_length=8, choices=RateStatus.choices)
    doubt = models.CharField(max_length=12, choices=Doubt.choices, blank=True)
    loaded_at = models.DateTimeField(default=clock.now)
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    factor_method = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["-day", "currency", "source", "-id"]
        indexes = [models.Index(fields=["currency", "status", "day"], name="rate_of_a_day")]
        constraints = [
            models.CheckConstraint(condition=Q(nominal__gt=0), name="rate_nominal_positive"),
            models.CheckConstraint(condition=Q(som__gt=0) | Q(status="refused"), name="rate_positive"),
            models.CheckConstraint(condition=Q(status__in=RateStatus.values), name="rate_status_known"),
            models.CheckConstraint(condition=Q(source__in=RateSource.values), name="rate_source_known"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(loaded_by__isnull=True) | ~Q(decided_by=F("loaded_by")),
                name="rate_two_persons",
            ),
            models.CheckConstraint(  # a person decided what was doubted, with a second factor, and said why
                condition=~Q(status="trusted")
                | Q(doubt="")
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(factor_method="") & ~Q(reason=""),
                name="rate_doubted_is_decided",
            ),
            models.UniqueConstraint(
                fields=["currency", "day", "source"], condition=Q(status="trusted"), name="rate_one_trusted"
            ),
            models.UniqueConstraint(fields=["currency", "day", "source", "nominal", "som"], name="rate_came_once"),
        ]

    def __str__(self) -> str:
        """Return what it says."""
        return f"{self.nominal} {self.currency} = {self.som_text} KGS, {self.day}"

    @property
    def per_unit(self) -> Fraction:
        """Return the som that one unit costs, exactly."""
        return Fraction(self.som) / self.nominal

    @property
    def som_text(self) -> str:
        """Return the som for `nominal` units as the Bank writes them: four places, more only where there are."""
        return som_text(self.som)


def som_text(som: Decimal) -> str:
    """Return som with four places, more only where they say something."""
    short = som.quantize(Decimal("0.0001")) if som == som.quantize(Decimal("0.0001")) else som.normalize()
    return f"{short:f}"
