"""What the village's share does for each pledge."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReservationStatus(models.TextChoices):
    """Where a reserved match stands."""

    RESERVED = "reserved", _("reserved")
    GIVEN = "given", _("paid by the village")
    RELEASED = "released", _("released")


class Reservation(models.Model):
    """A part of the village's share set aside for one pledge, until that pledge's horizon."""

    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, related_name="reservations")
    pledge_ref = models.CharField(max_length=16, db_index=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    entry_id = models.UUIDField(unique=True)  # of its match.reserved
    status = models.CharField(max_length=8, choices=ReservationStatus.choices, default=ReservationStatus.RESERVED)
    until = models.DateField()
    group = models.CharField(max_length=16, blank=True)
    reserved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="reservation_positive"),
            models.CheckConstraint(
                condition=Q(status="reserved", ended_at__isnull=True)
                | (~Q(status="reserved") & Q(ended_at__isnull=False)),
                name="reservation_ended_iff_not_reserved",
            ),
            models.UniqueConstraint(
                fields=["pledge_ref"], condition=Q(status="reserved"), name="reservation_one_live_per_pledge"
            ),
        ]

    def __str__(self) -> str:
        """Return whom it is for and how much."""
        return f"{self.pledge_ref}: {self.amount_minor} {self.currency}"
