"""Money that came in: how it can come, and each time it came."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from birge.ids import PublicIdField
from birge.money import Money

from .providers.stripe.models import StripeAccount, StripeAttempt, StripeEvent, StripeQuarantine, StripeRefund
from .providers.stripe.models_after import StripeDispute, StripePayout, StripeRefundOrder
from .providers.stripe.models_cards import CardCharge, SavedCard
from .reserve_models import ReserveMove

__all__ = [
    "ALLOWED",
    "CardCharge",
    "ConfirmedHow",
    "Identification",
    "Payment",
    "PaymentKind",
    "PaymentMethod",
    "PaymentStatus",
    "ReserveMove",
    "SavedCard",
    "StripeAccount",
    "StripeAttempt",
    "StripeDispute",
    "StripeEvent",
    "StripePayout",
    "StripeQuarantine",
    "StripeRefund",
    "StripeRefundOrder",
]


class PaymentKind(models.TextChoices):
    """By which way money came."""

    TRANSFER = "transfer", _("bank transfer")
    CASH = "cash", _("cash")
    SANDBOX = "sandbox", _("play money")
    VILLAGE = "village", _("the village's budget")
    POOL = "pool", _("from a pool")
    POOL_CASH = "pool_cash", _("cash, with a pool’s treasurer")
    STRIPE = "stripe", _("card")
    MOVED = "moved", _("moved from another project")


class PaymentStatus(models.TextChoices):
    """Where a payment stands."""

    RECORDED = "recorded", _("recorded, waits for confirmation")
    CONFIRMED = "confirmed", _("confirmed")
    REFUSED = "refused", _("refused")
    REVERSED = "reversed", _("reversed")


_S = PaymentStatus
ALLOWED: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    _S.RECORDED: frozenset({_S.CONFIRMED, _S.REFUSED}),
    _S.CONFIRMED: frozenset({_S.REVERSED}),
    _S.REFUSED: frozenset(),
    _S.REVERSED: frozenset(),
}


class ConfirmedHow(models.TextChoices):
    """Who said that the money is really there."""

    SECOND_OFFICER = "second_officer", _("a second officer")
    PAYER = "payer", _("the payer")
    PROVIDER = "provider", _("the payment provider")
    DECISION = "decision", _("those who decide on the pool")


class PaymentMethod(models.Model):
    """A dated record: this custodian takes money this way from this country. Rails break overnight."""

    custodian = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, related_name="payment_methods"
    )
    kind = models.CharField(max_length=10, choices=PaymentKind.choices)
    donor_country = models.CharField(max_length=2, blank=True)  # empty: any country
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)  # the last day
    works = models.BooleanField(default=True)  # False: shown with its note, not offered
    note_ky = models.CharField(max_length=300, blank=True)
    note_ru = models.CharField(max_length=300, blank=True)
    note_en = models.CharField(max_length=300, blank=True)
    details = models.JSONField(default=dict)  # holder, account, bank, address…: what the payer must write

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="method_period_forward"
            )
        ]

    def __str__(self) -> str:
        """Return what it is and for which country."""
        return f"{self.kind} {self.donor_country or '*'}"

    def note(self, language: str) -> str:
        """Return the public note in `language`, else in whichever language it was written."""
        notes = {"ky": self.note_ky, "ru": self.note_ru, "en": self.note_en}
        return notes.get(language, "") or self.note_ru or self.note_ky or self.note_en


class Payment(models.Model):
    """Money said to have come (recorded) and known to have come (confirmed)."""

    public_id = PublicIdField()
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="payments")
    project = models.ForeignKey(  # empty: for a pool, or nobody knows yet what it is for
        "works.Project", on_delete=models.PROTECT, null=True, blank=True, related_name="payments"
    )
    pledge_ref = models.CharField(max_length=16, blank=True, db_index=True)
    pool_ref = models.CharField(max_length=16, blank=True, db_index=True)  # the pool it comes to, or (POOL) from
    kind = models.CharField(max_length=10, choices=PaymentKind.choices)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=PaymentStatus.choices, default=PaymentStatus.RECORDED)
    received_on = models.DateField()
    reference = models.CharField(max_length=80, blank=True)  # the bank's number, or the cash slip's
    payer_note = models.CharField(max_length=300, blank=True)  # private: may name the payer
    evidence = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    group = models.CharField(max_length=16, blank=True)
    # What it counts in the plan's currency, and by which rate; empty where it came in that currency.
    plan_amount_minor = models.BigIntegerField(null=True, blank=True)
    rate = models.DecimalField(max_digits=18, decimal_places=8, null=True, blank=True)
    rate_source = models.CharField(max_length=40, blank=True)
    rate_on = models.DateField(null=True, blank=True)
    # Where it or its promise is in another currency: what the part of the promise that it kept counted in the plan.
    kept_minor = models.BigIntegerField(null=True, blank=True)
    recorded_by = models.ForeignKey(  # empty: a provider told us
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_how = models.CharField(max_length=15, choices=ConfirmedHow.choices, blank=True)
    factor_method = models.CharField(max_length=20, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    refused_reason = models.CharField(max_length=300, blank=True)
    entry_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["custodian", "status"], name="payment_by_custodian"),
            models.Index(fields=["project", "status"], name="payment_by_project"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_positive"),
            models.CheckConstraint(condition=Q(status__in=PaymentStatus.values), name="payment_status_known"),
            models.CheckConstraint(
                condition=Q(status__in=["confirmed", "reversed"], decided_at__isnull=False)
                & ~Q(confirmed_how="")
                & Q(entry_id__isnull=False)
                | Q(status__in=["recorded", "refused"], entry_id__isnull=True, confirmed_how=""),
                name="payment_confirmed_is_booked",
            ),
            models.CheckConstraint(
                condition=~Q(confirmed_how="second_officer")
                | Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("recorded_by")),
                name="payment_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(refused_reason=""), name="payment_refused_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(pool_ref="") | Q(project__isnull=True) | Q(kind="pool"), name="payment_for_one_purpose"
            ),
            models.CheckConstraint(
                condition=Q(plan_amount_minor__isnull=True, rate__isnull=True, rate_on__isnull=True, rate_source="")
                | Q(plan_amount_minor__gt=0, rate__gt=0, rate_on__isnull=False) & ~Q(rate_source=""),
                name="payment_exchanged_whole",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)

    @property
    def unidentified(self) -> bool:
        """Say whether nobody knows yet what it is for."""
        return self.project_id is None and not self.pool_ref

    @property
    def amount(self) -> Money:
        """Return what came, gross."""
        return Money(self.amount_minor, self.currency)

    @property
    def exchanged(self) -> bool:
        """Say whether it came in another currency than the plan's and counts by a rate."""
        return self.plan_amount_minor is not None

    @property
    def difference_minor(self) -> int | None:
        """Return what the exchange gave (more than 0) or took since the promise, in the plan's currency.

        None where nothing was exchanged.
        """
        return None if self.kept_minor is None else self.plan_minor - self.kept_minor

    @property
    def plan_minor(self) -> int:
        """Return what it counts in the plan's currency (minor units)."""
        return self.amount_minor if self.plan_amount_minor is None else self.plan_amount_minor


class Identification(models.Model):
    """A claim that unidentified money belongs to a pledge, with proof; a second officer decides."""

    class Status(models.TextChoices):
        """Where the claim stands."""

        ASKED = "asked", _("asked")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    public_id = PublicIdField()
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="identifications")
    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, related_name="+")
    pledge_ref = models.CharField(max_length=16)
    proof = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    entry_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment"], condition=Q(status__in=["asked", "approved"]), name="identification_one_live"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="identification_two_persons"
            ),
        ]

    def __str__(self) -> str:
        """Return which payment it claims."""
        return f"{self.payment_id} → {self.pledge_ref}"
