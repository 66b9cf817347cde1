"""Money of a pool on its way to a pool at another custodian: who decided, sent and received it, and every step."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from birge.ids import PublicIdField
from birge.money import Money

from .states import ClosedHow, TransferStatus

BANK_LENGTH = 160


def _person() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )


def _paper() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+")


class Transfer(models.Model):
    """One sum from one custodian to another. It stays owed by the sender until the receiver says that it is there.

    Two transfers in opposite directions are two: custodians are never netted.
    """

    public_id = PublicIdField()
    sender = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="transfers_out")
    receiver = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="transfers_in")
    from_pool_ref = models.CharField(max_length=16, db_index=True)
    to_pool_ref = models.CharField(max_length=16, db_index=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    proposal_ref = models.CharField(max_length=16, unique=True)  # the decision of the pool's people
    reason = models.CharField(max_length=600)
    status = models.CharField(max_length=9, choices=TransferStatus.choices, default=TransferStatus.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    # By which banks: private, looked up in the block lists.
    sender_bank = models.CharField(max_length=BANK_LENGTH, blank=True)
    sender_bic = models.CharField(max_length=11, blank=True)
    via_bank = models.CharField(max_length=BANK_LENGTH, blank=True)
    via_bic = models.CharField(max_length=11, blank=True)
    receiver_bank = models.CharField(max_length=BANK_LENGTH, blank=True)
    receiver_bic = models.CharField(max_length=11, blank=True)
    receiver_account = models.CharField(max_length=64, blank=True)
    paper = _paper()
    prepared_by, prepared_at = _person(), models.DateTimeField(null=True, blank=True)

    approved_by, approved_at = _person(), models.DateTimeField(null=True, blank=True)
    approved_factor = models.CharField(max_length=20, blank=True)

    sent_by, sent_at = _person(), models.DateTimeField(null=True, blank=True)
    sent_on = models.DateField(null=True, blank=True)
    sent_factor = models.CharField(max_length=20, blank=True)
    sent_reference = models.CharField(max_length=80, blank=True)
    sent_paper = _paper()
    sent_entry_id = models.UUIDField(null=True, blank=True, unique=True)
    alarmed_on = models.DateField(null=True, blank=True)  # when both custodians were told that it takes too long

    received_by, received_at = _person(), models.DateTimeField(null=True, blank=True)
    received_on = models.DateField(null=True, blank=True)
    received_factor = models.CharField(max_length=20, blank=True)
    received_reference = models.CharField(max_length=80, blank=True)
    received_paper = _paper()
    received_minor = models.BigIntegerField(null=True, blank=True)  # the rest of the sum was a bank's fee
    received_entry_id = models.UUIDField(null=True, blank=True, unique=True)
    fee_entry_id = models.UUIDField(null=True, blank=True, unique=True)

    closed_how = models.CharField(max_length=9, choices=ClosedHow.choices, blank=True)
    closing_reason = models.CharField(max_length=300, blank=True)
    closing_by, closing_at = _person(), models.DateTimeField(null=True, blank=True)
    closed_by, closed_at = _person(), models.DateTimeField(null=True, blank=True)
    closed_factor = models.CharField(max_length=20, blank=True)
    refused_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["sender", "status"], name="transfer_by_sender"),
            models.Index(fields=["receiver", "status"], name="transfer_by_receiver"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="transfer_positive"),
            models.CheckConstraint(condition=Q(status__in=TransferStatus.values), name="transfer_status_known"),
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="transfer_between_two"),
            models.CheckConstraint(condition=~Q(from_pool_ref=F("to_pool_ref")), name="transfer_to_another_pool"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | ~Q(approved_by=F("prepared_by")) & ~Q(approved_by=F("asked_by")),
                name="transfer_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(received_by__isnull=True)
                | ~Q(received_by=F("sent_by")) & ~Q(received_by=F("approved_by")) & ~Q(received_by=F("prepared_by")),
                name="transfer_received_by_another",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("closing_by")), name="transfer_closed_by_two"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "prepared", "approved", "refused"], sent_entry_id__isnull=True)
                | Q(status__in=["sent", "closing", "received", "came_back", "lost"], sent_entry_id__isnull=False),
                name="transfer_sent_is_booked",
            ),
            models.CheckConstraint(
                condition=Q(status="received", received_entry_id__isnull=False, received_minor__gt=0)
                & Q(received_minor__lte=F("amount_minor"))
                | ~Q(status="received") & Q(received_entry_id__isnull=True, received_minor__isnull=True),
                name="transfer_received_is_booked",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["came_back", "lost"], closed_by__isnull=False)
                | ~Q(status__in=["came_back", "lost"]) & Q(closed_by__isnull=True),
                name="transfer_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)

    @property
    def amount(self) -> Money:
        """Return what was decided on, and what leaves the sender's account."""
        return Money(self.amount_minor, self.currency)

    @property
    def fee_minor(self) -> int:
        """Return what banks kept on the way, once it has arrived."""
        return self.amount_minor - self.received_minor if self.received_minor is not None else 0


class TransferStep(models.Model):
    """History: each change of a transfer, who made it, when and why. Never changed, never removed."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="steps")
    from_status = models.CharField(max_length=9, blank=True)
    to_status = models.CharField(max_length=9)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=600, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        """Return the change in one line."""
        return f"{self.from_status}→{self.to_status}"
