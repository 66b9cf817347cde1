"""What is kept of what happens after a card has paid: disputes, payouts, and what we ask Stripe to give back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.ids import PublicIdField

from .models import StripeAccount, StripeAttempt, new_command_id


class DisputeStatus(models.TextChoices):
    """Where a dispute stands, in Stripe's own words."""

    WARNING_NEEDS_RESPONSE = "warning_needs_response", _("the bank asks, and waits for an answer")
    WARNING_UNDER_REVIEW = "warning_under_review", _("the bank asks, and has our answer")
    WARNING_CLOSED = "warning_closed", _("the bank asked, and nothing came of it")
    NEEDS_RESPONSE = "needs_response", _("waits for our answer")
    UNDER_REVIEW = "under_review", _("the bank decides")
    WON = "won", _("won: the money stays")
    LOST = "lost", _("lost: the bank took the money back")
    PREVENTED = "prevented", _("ended by a refund")


DISPUTE_OPEN = (
    DisputeStatus.WARNING_NEEDS_RESPONSE,
    DisputeStatus.WARNING_UNDER_REVIEW,
    DisputeStatus.NEEDS_RESPONSE,
    DisputeStatus.UNDER_REVIEW,
)
WAITS_FOR_US = (DisputeStatus.WARNING_NEEDS_RESPONSE, DisputeStatus.NEEDS_RESPONSE)


class StripeDispute(models.Model):
    """A payer's bank wants a payment back. What it took, and gave back, are entries of their own."""

    public_id = PublicIdField()
    dispute_id = models.CharField(max_length=100, unique=True)
    account = models.ForeignKey(StripeAccount, on_delete=models.PROTECT, related_name="disputes")
    attempt = models.ForeignKey(StripeAttempt, on_delete=models.PROTECT, related_name="disputes")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=60, blank=True)  # Stripe's word for what the payer says
    status = models.CharField(max_length=30, choices=DisputeStatus.choices)
    evidence_due_by = models.DateTimeField(null=True, blank=True)  # who has not answered by then has lost
    opened_at = models.DateTimeField()
    taken_id = models.CharField(max_length=100, blank=True)  # the movement of the balance that took it
    taken_entry_id = models.UUIDField(null=True, blank=True, unique=True)
    fee_minor = models.BigIntegerField(default=0)
    back_id = models.CharField(max_length=100, blank=True)  # the movement that brought it back
    back_entry_id = models.UUIDField(null=True, blank=True, unique=True)
    settled_at = models.DateTimeField(null=True, blank=True)  # nothing more follows from it

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="stripe_dispute_positive"),
            models.CheckConstraint(
                condition=Q(back_entry_id__isnull=True) | Q(taken_entry_id__isnull=False),
                name="stripe_dispute_back_after_taken",
            ),
        ]

    def __str__(self) -> str:
        """Return Stripe's identifier and status."""
        return f"{self.dispute_id} {self.status}"

    @property
    def is_open(self) -> bool:
        """Say whether the bank has not decided yet."""
        return self.status in DISPUTE_OPEN

    @property
    def taken(self) -> bool:
        """Say whether the money is away now."""
        return self.taken_entry_id is not None and self.back_entry_id is None


class PayoutStatus(models.TextChoices):
    """Where a payout stands, in Stripe's own words."""

    PENDING = "pending", _("on its way")
    IN_TRANSIT = "in_transit", _("at the bank’s door")
    PAID = "paid", _("at the bank")
    FAILED = "failed", _("the bank sent it back")
    CANCELED = "canceled", _("called off")


PAYOUT_UNDER_WAY = (PayoutStatus.PENDING, PayoutStatus.IN_TRANSIT)


class StripePayout(models.Model):
    """What Stripe pays out to the custodian's bank. Booked when Stripe says paid; a failed one is mirrored."""

    public_id = PublicIdField()
    payout_id = models.CharField(max_length=100, unique=True)
    account = models.ForeignKey(StripeAccount, on_delete=models.PROTECT, related_name="payouts")
    amount_minor = models.BigIntegerField()  # below zero: Stripe takes what its balance lacks from the bank
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=PayoutStatus.choices)
    automatic = models.BooleanField(default=True)  # by hand: Stripe cannot say which payments are inside
    arrives_on = models.DateField()
    made_at = models.DateTimeField()
    entry_id = models.UUIDField(null=True, blank=True, unique=True)
    mirror_entry_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="stripe_payout_of_something"),
            models.CheckConstraint(
                condition=Q(mirror_entry_id__isnull=True) | Q(entry_id__isnull=False),
                name="stripe_payout_mirror_after_entry",
            ),
        ]

    def __str__(self) -> str:
        """Return Stripe's identifier and status."""
        return f"{self.payout_id} {self.status}"


class RefundOrderStatus(models.TextChoices):
    """What we know of a refund that we ask Stripe for."""

    ASKED = "asked", _("waits for a second officer")
    TURNED_DOWN = "turned_down", _("a second officer said no")
    ORDERED = "ordered", _("ordered: Stripe has not answered")
    MADE = "made", _("Stripe sends it back")
    REFUSED = "refused", _("Stripe said no")


LIVE_ORDERS = (RefundOrderStatus.ASKED, RefundOrderStatus.ORDERED, RefundOrderStatus.MADE)


class StripeRefundOrder(models.Model):
    """A refund that we ask Stripe for. Written before the call, so that a kill in between is found again.

    `command_id` is the idempotency key and stands in Stripe's metadata. `key` tells orders of one payment apart: the
    officer's, or the batch's that empties a project which failed.
    """

    public_id = PublicIdField()
    command_id = models.UUIDField(unique=True, default=new_command_id, editable=False)
    attempt = models.ForeignKey(StripeAttempt, on_delete=models.PROTECT, related_name="refund_orders")
    key = models.CharField(max_length=80)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=12, choices=RefundOrderStatus.choices, default=RefundOrderStatus.ORDERED)
    refund_id = models.CharField(max_length=100, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    ordered_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    factor_method = models.CharField(max_length=20, blank=True)
    refused_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="stripe_order_positive"),
            models.UniqueConstraint(
                fields=["attempt", "key"],
                condition=Q(status__in=["asked", "ordered", "made"]),
                name="stripe_order_one_live_per_key",
            ),
            models.UniqueConstraint(
                fields=["refund_id"], condition=~Q(refund_id=""), name="stripe_order_one_per_refund"
            ),
            models.CheckConstraint(
                condition=Q(asked_by__isnull=True)  # the batch of a failed project has its own two officers
                | Q(agreed_by__isnull=True, status="asked")
                | Q(agreed_by__isnull=False) & ~Q(agreed_by=F("asked_by")),
                name="stripe_order_two_persons",
            ),
            models.CheckConstraint(condition=~Q(status="made") | ~Q(refund_id=""), name="stripe_order_made_has_refund"),
        ]

    def __str__(self) -> str:
        """Return the public identifier and status."""
        return f"{self.public_id} {self.status}"
