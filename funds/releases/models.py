"""Money that leaves: tranches with their two signatures, the receipts that document them, and refunds."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.ids import PublicIdField


class ReleaseStatus(models.TextChoices):
    """Where a tranche stands."""

    ASKED = "asked", _("asked for")
    SIGNED = "signed", _("signed from both sides")
    PAID = "paid", _("paid out")
    REFUSED = "refused", _("refused")


RELEASE_ALLOWED: dict[ReleaseStatus, frozenset[ReleaseStatus]] = {
    ReleaseStatus.ASKED: frozenset({ReleaseStatus.SIGNED, ReleaseStatus.REFUSED}),
    ReleaseStatus.SIGNED: frozenset({ReleaseStatus.PAID, ReleaseStatus.REFUSED}),
    ReleaseStatus.PAID: frozenset(),
    ReleaseStatus.REFUSED: frozenset(),
}


class Side(models.TextChoices):
    """The two sides that must both sign."""

    VILLAGE = "village", _("the village’s head")
    OUTSIDE = "outside", _("the outside signatory")


class Release(models.Model):
    """The part of a project's money that is tied to one milestone, on its way out."""

    public_id = PublicIdField()
    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, related_name="releases")
    milestone = models.ForeignKey("works.Milestone", on_delete=models.PROTECT, related_name="releases")
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=8, choices=ReleaseStatus.choices, default=ReleaseStatus.ASKED)
    reason = models.CharField(max_length=300)
    basis = models.ForeignKey(  # the contract or quote
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    refused_reason = models.CharField(max_length=300, blank=True)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    paid_at = models.DateTimeField(null=True, blank=True)
    factor_method = models.CharField(max_length=20, blank=True)
    bank_reference = models.CharField(max_length=80, blank=True)
    bank_line = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    entry_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["project", "status"], name="release_by_project")]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="release_positive"),
            models.CheckConstraint(condition=Q(status__in=ReleaseStatus.values), name="release_status_known"),
            models.UniqueConstraint(
                fields=["milestone"], condition=~Q(status="refused"), name="release_one_live_per_milestone"
            ),
            models.CheckConstraint(
                condition=Q(
                    status="paid",
                    entry_id__isnull=False,
                    paid_by__isnull=False,
                    paid_at__isnull=False,
                    bank_line__isnull=False,
                )
                | ~Q(status="paid") & Q(entry_id__isnull=True, paid_by__isnull=True),
                name="release_paid_is_booked",
            ),
            models.CheckConstraint(
                condition=Q(paid_by__isnull=True) | ~Q(paid_by=F("asked_by")), name="release_asker_does_not_pay"
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(refused_reason=""), name="release_refused_has_reason"
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)


class Signature(models.Model):
    """One side's signature. The database refuses to change it."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=7, choices=Side.choices)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    factor_method = models.CharField(max_length=20)

    class Meta:
        ordering = ["release_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["release", "side"], name="signature_once_per_side"),
            models.UniqueConstraint(fields=["release", "signer"], name="signature_two_persons"),
            models.CheckConstraint(condition=~Q(factor_method=""), name="signature_with_second_factor"),
        ]

    def __str__(self) -> str:
        """Return release and side."""
        return f"{self.release_id} {self.side}"


class ExpenseStatus(models.TextChoices):
    """Where a receipt stands."""

    SUBMITTED = "submitted", _("shown, waits for a check")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")


EXPENSE_ALLOWED: dict[ExpenseStatus, frozenset[ExpenseStatus]] = {
    ExpenseStatus.SUBMITTED: frozenset({ExpenseStatus.ACCEPTED, ExpenseStatus.REFUSED}),
    ExpenseStatus.ACCEPTED: frozenset(),
    ExpenseStatus.REFUSED: frozenset(),
}


class Expense(models.Model):
    """A receipt for a part of what was released, for one line of the budget."""

    public_id = PublicIdField()
    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, related_name="expenses")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="expenses")
    budget_line = models.ForeignKey("works.BudgetLine", on_delete=models.PROTECT, related_name="expenses")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    supplier = models.CharField(max_length=200)
    number = models.CharField(max_length=60)
    spent_on = models.DateField()
    receipt = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=9, choices=ExpenseStatus.choices, default=ExpenseStatus.SUBMITTED)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    refused_reason = models.CharField(max_length=300, blank=True)
    entry_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["project", "status"], name="expense_by_project")]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="expense_positive"),
            models.UniqueConstraint(
                fields=["receipt"], condition=~Q(status="refused"), name="expense_each_receipt_once"
            ),
            models.UniqueConstraint(
                fields=["project", "supplier", "number"],
                condition=~Q(status="refused"),
                name="expense_number_once_per_supplier",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("submitted_by")), name="expense_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(status="accepted", entry_id__isnull=False)
                | ~Q(status="accepted") & Q(entry_id__isnull=True),
                name="expense_accepted_is_booked",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)


class RefundStatus(models.TextChoices):
    """Where money on its way back stands."""

    DUE = "due", _("to be paid back")
    SENT = "sent", _("sent, waits for a second officer")
    PAID = "paid", _("paid back")
    MOVED = "moved", _("moved to another project, as the donor chose")


REFUND_ALLOWED: dict[RefundStatus, frozenset[RefundStatus]] = {
    RefundStatus.DUE: frozenset({RefundStatus.SENT, RefundStatus.MOVED}),
    RefundStatus.SENT: frozenset({RefundStatus.PAID, RefundStatus.DUE}),
    RefundStatus.PAID: frozenset(),
    RefundStatus.MOVED: frozenset(),
}
REFUND_ENDED = (RefundStatus.PAID, RefundStatus.MOVED)


class Refund(models.Model):
    """What goes back for one payment, of a project that failed or has money left: its part of what is still held."""

    public_id = PublicIdField()
    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, related_name="refunds")
    payment = models.OneToOneField("payments.Payment", on_delete=models.PROTECT, related_name="refund")
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=5, choices=RefundStatus.choices, default=RefundStatus.DUE)
    due_at = models.DateTimeField(default=clock.now)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    bank_reference = models.CharField(max_length=80, blank=True)
    bank_line = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    entry_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["custodian", "status"], name="refund_by_custodian")]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_positive"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("sent_by")), name="refund_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(status="paid", entry_id__isnull=False)
                & (Q(confirmed_by__isnull=False) | Q(sent_at__isnull=True))  # what went back to a pool nobody sent
                | Q(status="moved", entry_id__isnull=False, confirmed_by__isnull=True)
                | Q(status__in=["due", "sent"], entry_id__isnull=True, confirmed_by__isnull=True),
                name="refund_paid_is_booked",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)


class Correction(models.Model):
    """An officer's mistake with a payment: one officer asks to take it back, another agrees."""

    class Status(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", _("asked")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    public_id = PublicIdField()
    payment = models.ForeignKey("payments.Payment", on_delete=models.PROTECT, related_name="corrections")
    reason = models.CharField(max_length=300)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    refused_reason = models.CharField(max_length=300, blank=True)
    factor_method = models.CharField(max_length=20, blank=True)
    entry_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment"], condition=Q(status__in=["asked", "approved"]), name="correction_one_live"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="correction_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(status="approved", entry_id__isnull=False)
                | ~Q(status="approved") & Q(entry_id__isnull=True),
                name="correction_approved_is_booked",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)


class GiftBack(models.Model):
    """A gift, or a part of it, is given back while its project is built: one officer asks, another pays."""

    class Status(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", _("asked")
        PAID = "paid", _("paid back")
        REFUSED = "refused", _("refused")

    public_id = PublicIdField()
    payment = models.ForeignKey("payments.Payment", on_delete=models.PROTECT, related_name="gifts_back")
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=300)
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    refused_reason = models.CharField(max_length=300, blank=True)
    factor_method = models.CharField(max_length=20, blank=True)
    bank_reference = models.CharField(max_length=80, blank=True)
    bank_line = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    from_held_minor = models.BigIntegerField(default=0)  # of the gift's own part of what is still held
    from_reserve_minor = models.BigIntegerField(default=0)
    claim_minor = models.BigIntegerField(default=0)  # what it used up of the gift's claim on what is held
    entry_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["payment"], condition=Q(status="asked"), name="gift_back_one_live"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="gift_back_positive"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="gift_back_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(status="paid", entry_id__isnull=False)
                & Q(amount_minor=F("from_held_minor") + F("from_reserve_minor"))
                | ~Q(status="paid") & Q(entry_id__isnull=True, from_held_minor=0, from_reserve_minor=0),
                name="gift_back_paid_is_booked",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)
