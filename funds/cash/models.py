"""Cash in somebody's hands: a numbered receipt for each gift, and how it came to the bank."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.ids import PublicIdField
from birge.money import Money


class Kept(models.TextChoices):
    """Where whoever took it has it."""

    HAND = "hand", _("in hand")
    WALLET = "wallet", _("in a wallet on the treasurer’s phone")


class BankingStatus(models.TextChoices):
    """Whether cash is known to have come to the bank."""

    ASKED = "asked", _("waits for another officer")
    BOOKED = "booked", _("at the bank")
    REFUSED = "refused", _("refused")
    TAKEN_BACK = "taken_back", _("taken back")


_S = BankingStatus
BANKING_ALLOWED: dict[BankingStatus, frozenset[BankingStatus]] = {
    _S.ASKED: frozenset({_S.BOOKED, _S.REFUSED}),
    _S.BOOKED: frozenset({_S.TAKEN_BACK}),
    _S.REFUSED: frozenset(),
    _S.TAKEN_BACK: frozenset(),
}


class CashOffice(models.Model):
    """Whose people take cash. Its row is the lock of its receipts, of its cash and of its ceiling."""

    organisation = models.OneToOneField(
        "organisations.Organisation", on_delete=models.PROTECT, related_name="cash_office"
    )

    def __str__(self) -> str:
        """Return whose it is."""
        return str(self.organisation)


class CashCeiling(models.Model):
    """How much one treasurer there may have in hand at most. The newest counts. Never changed, never removed."""

    public_id = PublicIdField()
    office = models.ForeignKey(CashOffice, on_delete=models.PROTECT, related_name="ceilings")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gte=0), name="cash_ceiling_not_negative")]

    def __str__(self) -> str:
        """Return whose and how much."""
        return f"{self.office}: {self.amount_minor} {self.currency}"


class CashReceipt(models.Model):
    """The number under which cash was written down: one after the other for each office and year, without a gap.

    Sum, day and what became of it are the payment's. What was refused keeps its number and is void.
    """

    public_id = PublicIdField()
    office = models.ForeignKey(CashOffice, on_delete=models.PROTECT, related_name="receipts")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    payment = models.OneToOneField("payments.Payment", on_delete=models.PROTECT, related_name="cash_receipt")
    kept = models.CharField(max_length=6, choices=Kept.choices, default=Kept.HAND)
    written_at = models.DateTimeField(default=clock.now)
    told_waiting_on = models.DateField(null=True, blank=True)  # that nobody has confirmed it
    told_old_on = models.DateField(null=True, blank=True)  # that it is not banked

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["office", "year", "number"], name="cash_receipt_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="cash_receipt_counts_from_one"),
        ]

    def __str__(self) -> str:
        """Return its number as people write it."""
        return self.label

    @property
    def label(self) -> str:
        """Return its number as people write it: `2026-0017`."""
        return f"{self.year}-{self.number:04d}"


class CashDeposit(models.Model):
    """One line of a statement that is cash of ours: that of one banking, or of several that were paid in together."""

    public_id = PublicIdField()
    line = models.ForeignKey("banking.BankLine", on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(undone_at__isnull=True), name="cash_line_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="cash_deposit_positive"),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)


class CashBanking(models.Model):
    """So much cash came to the bank. A pool's is booked by an officer who never had it, the office's own by two."""

    public_id = PublicIdField()
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="cash_bankings")
    pool_ref = models.CharField(max_length=16, blank=True, db_index=True)  # empty: the custodian's own box
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=80, blank=True)
    paper = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    deposit = models.ForeignKey(  # empty: not yet seen on a statement
        CashDeposit, on_delete=models.PROTECT, null=True, blank=True, related_name="bankings"
    )
    status = models.CharField(max_length=10, choices=BankingStatus.choices)
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
        indexes = [models.Index(fields=["custodian", "status"], name="cash_banking_by_custodian")]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="cash_banking_positive"),
            models.CheckConstraint(condition=Q(status__in=BankingStatus.values), name="cash_banking_status_known"),
            models.CheckConstraint(
                condition=Q(status__in=["booked", "taken_back"], entry_id__isnull=False)
                | Q(status__in=["asked", "refused"], entry_id__isnull=True),
                name="cash_banking_booked_has_entry",
            ),
            models.CheckConstraint(
                condition=~Q(pool_ref="")
                | Q(status__in=["asked", "refused"])  # who asked may take their own word back
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="cash_banking_two_persons",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)

    @property
    def amount(self) -> Money:
        """Return how much came to the bank."""
        return Money(self.amount_minor, self.currency)


class CashPart(models.Model):
    """So much of this receipt was in that banking. It counts while that is booked. Never changed, never removed."""

    banking = models.ForeignKey(CashBanking, on_delete=models.PROTECT, related_name="parts")
    receipt = models.ForeignKey(CashReceipt, on_delete=models.PROTECT, related_name="parts")
    amount_minor = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["banking", "receipt"], name="cash_part_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="cash_part_positive"),
        ]

    def __str__(self) -> str:
        """Return what is in what."""
        return f"{self.receipt_id} in {self.banking_id}"


class CashTakeBack(models.Model):
    """One officer asks to take a banking back because it was booked by mistake; another agrees."""

    class Status(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", _("asked")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    public_id = PublicIdField()
    banking = models.ForeignKey(CashBanking, on_delete=models.PROTECT, related_name="take_backs")
    reason = models.CharField(max_length=300)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ASKED)
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
            models.UniqueConstraint(
                fields=["banking"], condition=Q(status__in=["asked", "approved"]), name="cash_take_back_one_live"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="cash_take_back_two_persons"
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)
