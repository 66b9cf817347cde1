"""Money that nobody can place: what a payer says about it, and that it was sent back to its sender."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.ids import PublicIdField
from birge.money import Money


class PayerClaim(models.Model):
    """“I have paid and you do not see it”: said behind the link of a promise or gift, with a picture of the slip."""

    class Status(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", _("asked")
        FOUND = "found", _("found")
        ANSWERED = "answered", _("answered")

    public_id = PublicIdField()
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=16, db_index=True)  # of the pledge, or the gift to a pool
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    paid_on = models.DateField()
    bank = models.CharField(max_length=120, blank=True)  # private; erasable
    note = models.CharField(max_length=300, blank=True)  # private; erasable
    slip = models.ForeignKey(  # empty once the payer is forgotten
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ASKED)
    made_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    payment = models.ForeignKey(  # the money that it turned out to be
        "payments.Payment", on_delete=models.PROTECT, null=True, blank=True, related_name="payer_claims"
    )

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["custodian", "status"], name="payer_claim_by_custodian")]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payer_claim_positive"),
            models.UniqueConstraint(fields=["group"], condition=Q(status="asked"), name="payer_claim_one_waits"),
            models.CheckConstraint(
                condition=Q(status="asked", decided_by__isnull=True, payment__isnull=True)
                | Q(status="found", decided_by__isnull=False, payment__isnull=False)
                | (Q(status="answered", decided_by__isnull=False, payment__isnull=True) & ~Q(answer="")),
                name="payer_claim_decided_has_outcome",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)

    @property
    def amount(self) -> Money:
        """Return what they say they paid."""
        return Money(self.amount_minor, self.currency)


class StrayReturn(models.Model):
    """Money of unknown origin on its way back to its sender: one officer sent it, another confirms that it left."""

    class Status(models.TextChoices):
        """Where it stands."""

        SENT = "sent", _("sent, waits for a second officer")
        PAID = "paid", _("paid back")
        DROPPED = "dropped", _("not sent after all")

    public_id = PublicIdField()
    payment = models.ForeignKey("payments.Payment", on_delete=models.PROTECT, related_name="stray_returns")
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.SENT)
    bank_reference = models.CharField(max_length=80)
    bank_line = models.ForeignKey("banking.BankLine", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    factor_method = models.CharField(max_length=20, blank=True)
    entry_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment"], condition=Q(status__in=["sent", "paid"]), name="stray_return_once"
            ),
            models.CheckConstraint(
                condition=Q(status="paid", entry_id__isnull=False, decided_by__isnull=False)
                & ~Q(decided_by=F("sent_by"))
                | Q(status__in=["sent", "dropped"], entry_id__isnull=True),
                name="stray_return_paid_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(status="dropped") | ~Q(reason=""), name="stray_return_dropped_has_reason"
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)
