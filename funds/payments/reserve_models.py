"""A custodian's reserve against chargebacks: what it puts in of its own, and which shortfalls it covers from it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.ids import PublicIdField


class ReserveMoveKind(models.TextChoices):
    """What is done with the reserve."""

    FILL = "fill", _("own money set aside")
    COVER = "cover", _("a project’s shortfall covered")


class ReserveMoveStatus(models.TextChoices):
    """Where it stands."""

    ASKED = "asked", _("waits for a second officer")
    BOOKED = "booked", _("booked")
    REFUSED = "refused", _("refused")


class ReserveMove(models.Model):
    """Money into the reserve, or out of it into a project's shortfall: one officer asks, another books."""

    public_id = PublicIdField()
    kind = models.CharField(max_length=5, choices=ReserveMoveKind.choices)
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="reserve_moves")
    project = models.ForeignKey(
        "works.Project", on_delete=models.PROTECT, null=True, blank=True, related_name="reserve_moves"
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=80, blank=True)  # the bank's number, for own money
    reason = models.CharField(max_length=300)
    status = models.CharField(max_length=7, choices=ReserveMoveStatus.choices, default=ReserveMoveStatus.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    factor_method = models.CharField(max_length=20, blank=True)
    refused_reason = models.CharField(max_length=300, blank=True)
    entry_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="reserve_move_positive"),
            models.CheckConstraint(
                condition=Q(kind="fill", project__isnull=True) & ~Q(reference="")
                | Q(kind="cover", project__isnull=False),
                name="reserve_move_names_its_side",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="reserve_move_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(status="booked", entry_id__isnull=False) | ~Q(status="booked") & Q(entry_id__isnull=True),
                name="reserve_move_booked_is_booked",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)
