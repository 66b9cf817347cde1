"""What is kept of Stripe: accounts without their keys, our attempts, their events, and what a person must look at."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from birge import clock, randomness
from birge.ids import PublicIdField


def new_command_id() -> uuid.UUID:
    """Return an identifier for a command of ours."""
    return randomness.new_uuid()


class StripeAccount(models.Model):
    """A custodian's account at Stripe. Its keys are in the environment, named by `label`, never here."""

    custodian = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, related_name="stripe_accounts"
    )
    label = models.SlugField(max_length=40, unique=True)  # names its keys and the address of its webhooks
    currency = models.CharField(max_length=3)  # of its balance; what is charged in another is not offered
    livemode = models.BooleanField()  # False: Stripe's test mode, for the demonstration only
    active = models.BooleanField(default=True)
    swept_until = models.DateTimeField(null=True, blank=True)  # what happened before is known

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["custodian"], condition=Q(active=True), name="stripe_one_active_account")
        ]

    def __str__(self) -> str:
        """Return the label."""
        return self.label


class AttemptStatus(models.TextChoices):
    """What we know of a payment that we asked Stripe to take."""

    UNKNOWN = "unknown", _("unknown: Stripe has not answered")
    OPEN = "open", _("open: the donor may pay")
    SUCCEEDED = "succeeded", _("paid")
    FAILED = "failed", _("ended without a payment")
    REFUNDED = "refunded", _("given back")


WAITING = (AttemptStatus.UNKNOWN, AttemptStatus.OPEN)


class StripeAttempt(models.Model):
    """One payment that we ask Stripe to take. Written before the call, so that a kill in between is found again.

    `command_id` is the idempotency key and stands in Stripe's metadata: it outlives Stripe's memory of keys.
    """

    public_id = PublicIdField()
    command_id = models.UUIDField(unique=True, default=new_command_id, editable=False)
    account = models.ForeignKey(StripeAccount, on_delete=models.PROTECT, related_name="attempts")
    project = models.ForeignKey(  # empty: for a pool
        "works.Project", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    pool_ref = models.CharField(max_length=16, blank=True)
    charge = models.ForeignKey(  # from a saved card, without the donor being there
        "payments.CardCharge", on_delete=models.PROTECT, null=True, blank=True, related_name="attempts"
    )
    pledge_ref = models.CharField(max_length=16, db_index=True)  # the promise, or the gift to a pool, that it pays
    group = models.CharField(max_length=16, blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=2)
    session_id = models.CharField(max_length=100, blank=True)
    intent_id = models.CharField(max_length=100, blank=True)
    movement_id = models.CharField(max_length=100, blank=True)  # what told the fee; empty: not known yet
    status = models.CharField(max_length=10, choices=AttemptStatus.choices, default=AttemptStatus.UNKNOWN)
    failure = models.CharField(max_length=40, blank=True)  # why the bank said no to a saved card
    made_at = models.DateTimeField(default=clock.now)
    payment = models.OneToOneField(
        "payments.Payment", on_delete=models.PROTECT, null=True, blank=True, related_name="stripe_attempt"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="stripe_attempt_positive"),
            models.UniqueConstraint(
                fields=["pledge_ref"], condition=Q(status__in=["unknown", "open"]), name="stripe_one_waiting_attempt"
            ),
            models.UniqueConstraint(fields=["intent_id"], condition=~Q(intent_id=""), name="stripe_intent_once"),
            models.CheckConstraint(
                condition=Q(status__in=["succeeded", "refunded"], payment__isnull=False)
                | Q(status__in=["unknown", "open", "failed"], payment__isnull=True),
                name="stripe_paid_is_booked",
            ),
            models.CheckConstraint(
                condition=Q(project__isnull=False, pool_ref="") | Q(project__isnull=True) & ~Q(pool_ref=""),
                name="stripe_attempt_one_purpose",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)


class StripeRefund(models.Model):
    """Money that Stripe sent back, and the entry that says so."""

    refund_id = models.CharField(max_length=100, unique=True)
    attempt = models.ForeignKey(StripeAttempt, on_delete=models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField()
    entry_id = models.UUIDField()
    seen_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="stripe_refund_positive")]

    def __str__(self) -> str:
        """Return Stripe's identifier."""
        return self.refund_id


class EventOutcome(models.TextChoices):
    """What came of an event."""

    SETTLED = "settled", _("looked up and booked as it stands")
    IGNORED = "ignored", _("nothing to do")
    QUARANTINED = "quarantined", _("a person must look")


class StripeEvent(models.Model):
    """What Stripe told us, word for word. Kept first, acted on afterwards."""

    event_id = models.CharField(max_length=100, unique=True)
    account = models.ForeignKey(StripeAccount, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=60)
    body = models.TextField()
    signed_by = models.CharField(max_length=12, blank=True)  # of which secret, as a hash; empty: found by the sweep
    received_at = models.DateTimeField(default=clock.now)
    processed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=11, choices=EventOutcome.choices, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["account", "processed_at"], name="stripe_event_waiting")]

    def __str__(self) -> str:
        """Return Stripe's identifier and kind."""
        return f"{self.event_id} {self.kind}"


class QuarantineReason(models.TextChoices):
    """Why something at Stripe was not booked by itself."""

    AMOUNT = "amount", _("another amount than we asked for")
    CURRENCY = "currency", _("another currency than we asked for")
    METADATA = "metadata", _("it does not name our promise")
    MODE = "mode", _("test mode and real money are mixed")
    UNKNOWN = "unknown", _("a payment that we did not ask for")
    EXCHANGED = "exchanged", _("Stripe changed it into another currency")
    FEE = "fee", _("its fee could not be charged to anybody")
    REFUND = "refund", _("a refund that did not go through or does not fit")
    PART = "part", _("a part of a gift was given back: look at the promise")
    DISPUTE = "dispute", _("the payer’s bank disputes a payment")
    PAYOUT = "payout", _("a payout that does not fit")


class Decision(models.TextChoices):
    """What two officers decided on something that did not fit."""

    LEAVE = "leave", _("explained: nothing to book")
    BOOK = "book", _("booked as money of unknown origin")
    SENT_BACK = "sent_back", _("it was sent back at Stripe")


class StripeQuarantine(models.Model):
    """Something at Stripe that does not fit our record: one officer says what to do about it, another agrees."""

    public_id = PublicIdField()
    account = models.ForeignKey(StripeAccount, on_delete=models.PROTECT, related_name="quarantined")
    attempt = models.ForeignKey(StripeAttempt, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    object_id = models.CharField(max_length=100)
    reason = models.CharField(max_length=10, choices=QuarantineReason.choices)
    detail = models.CharField(max_length=300, blank=True)  # ours and theirs, as figures
    found_at = models.DateTimeField(default=clock.now)
    decision = models.CharField(max_length=9, choices=Decision.choices, default=Decision.LEAVE)
    explanation = models.CharField(max_length=300, blank=True)
    explained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    explained_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    factor_method = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "object_id", "reason"], name="stripe_quarantined_once"),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True)
                | Q(explained_by__isnull=False) & ~Q(agreed_by=F("explained_by")) & ~Q(explanation=""),
                name="stripe_explained_by_two",
            ),
        ]

    def __str__(self) -> str:
        """Return what it is about and why it stands here."""
        return f"{self.object_id}: {self.reason}"
