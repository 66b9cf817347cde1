"""So much a month for a project, by anyone with a proven contact. Each month it becomes a promise of its own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.ids import PublicIdField
from birge.money import Money


class MonthlyStatus(models.TextChoices):
    """Whether it is asked for."""

    MADE = "made", _("made, contact not yet proven")
    ACTIVE = "active", _("active")
    PAUSED = "paused", _("paused")
    ENDED = "ended", _("ended")


class MonthlyPledge(models.Model):
    """A standing promise to one project. It names a person by a contact only; ended, it forgets it."""

    public_id = PublicIdField()
    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, related_name="monthly_pledges")
    donor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    contact_kind = models.CharField(max_length=5, blank=True)
    contact = models.CharField(max_length=254, blank=True, db_index=True)
    country = models.CharField(max_length=2)
    language = models.CharField(max_length=2)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    day = models.PositiveSmallIntegerField()  # of the month, 1 to 28
    status = models.CharField(max_length=6, choices=MonthlyStatus.choices, default=MonthlyStatus.MADE)
    terms_version = models.CharField(max_length=20)
    made_at = models.DateTimeField(default=clock.now)
    started_on = models.DateField(null=True, blank=True)  # when the contact was proven
    asked_for = models.DateField(null=True, blank=True)  # the day of the month that was last asked for, or announced
    ended_why = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="monthly_pledge_positive"),
            models.CheckConstraint(condition=Q(day__gte=1, day__lte=28), name="monthly_pledge_day_every_month_has"),
            models.UniqueConstraint(
                fields=["project", "contact"],
                condition=Q(status__in=["active", "paused"]),
                name="monthly_pledge_one_per_contact",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["made", "ended"]) | ~Q(contact="") & Q(started_on__isnull=False),
                name="monthly_pledge_active_is_proven",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)

    @property
    def amount(self) -> Money:
        """Return what is promised a month."""
        return Money(self.amount_minor, self.currency)


class Instalment(models.Model):
    """Which promise a month became."""

    monthly = models.ForeignKey(MonthlyPledge, on_delete=models.PROTECT, related_name="instalments")
    pledge = models.OneToOneField("pledges.Pledge", on_delete=models.PROTECT, related_name="instalment")
    asked_for = models.DateField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["monthly", "asked_for"], name="instalment_once_a_day")]

    def __str__(self) -> str:
        """Return the promise."""
        return str(self.pledge_id)
