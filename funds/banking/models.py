"""Accounts at banks, the files that banks gave of them, and each line once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.ids import PublicIdField
from birge.money import Money

from .reading import FORMATS


class BankAccount(models.Model):
    """An account of a custodian. Its number is as the bank writes it, without spaces."""

    public_id = PublicIdField()
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="bank_accounts")
    number = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    name = models.CharField(max_length=120)
    opened_on = models.DateField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["number", "currency"], name="bank_account_once")]

    def __str__(self) -> str:
        """Return what its people call it."""
        return f"{self.name} ({self.currency})"


class StatementFile(models.Model):
    """A statement that was taken in. One that was refused leaves nothing."""

    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="files")
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=10)
    opening_minor = models.BigIntegerField(null=True, blank=True)
    closing_minor = models.BigIntegerField(null=True, blank=True)
    first_day = models.DateField()
    last_day = models.DateField()
    line_count = models.PositiveIntegerField()
    new_count = models.PositiveIntegerField()
    uploaded_by = models.ForeignKey(  # empty: from a shell
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "sha256"], name="statement_file_once"),
            models.CheckConstraint(condition=Q(last_day__gte=models.F("first_day")), name="statement_period_forward"),
            models.CheckConstraint(condition=Q(format__in=FORMATS), name="statement_format_known"),
        ]

    def __str__(self) -> str:
        """Return its format and days."""
        return f"{self.format} {self.first_day}–{self.last_day}"


class BankLine(models.Model):
    """What the bank says came or went, once, whichever files told it."""

    class Status(models.TextChoices):
        """What is known of it."""

        NEW = "new", _("not looked at yet")
        MATCHED = "matched", _("matched")
        SUGGESTED = "suggested", _("suggested")
        UNIDENTIFIED = "unidentified", _("unidentified")
        IGNORED = "ignored", _("set aside")

    public_id = PublicIdField()
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="lines")
    file = models.ForeignKey(StatementFile, on_delete=models.PROTECT, related_name="lines")
    day = models.DateField()
    amount_minor = models.BigIntegerField()  # what went is negative
    currency = models.CharField(max_length=3)
    bank_reference = models.CharField(max_length=64, blank=True)  # the bank's own id
    number = models.CharField(max_length=64, blank=True)  # what the payer numbered it
    text = models.TextField(blank=True)
    other_name = models.CharField(max_length=200, blank=True)  # private
    other_account = models.CharField(max_length=64, blank=True)  # private
    ordinal = models.PositiveIntegerField(default=0)  # among true twins
    identity = models.CharField(max_length=80)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.NEW)
    expected_ref = models.CharField(max_length=16, blank=True)  # the pledge or gift that its reference names
    # What it is in our books: a payment, a tranche, a refund, a transfer, cash that was banked. See `line_explain`.
    payment_ref = models.CharField(max_length=16, blank=True, db_index=True)
    explained_at = models.DateTimeField(null=True, blank=True)
    taken = models.PositiveIntegerField(default=0)  # how often it was taken into the books: a refused payment frees it
    # Set aside, as nothing of our books: one officer says why, another agrees (then the status is `ignored`).
    aside_reason = models.CharField(max_length=300, blank=True)
    aside_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    aside_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["account", "day", "id"]
        indexes = [models.Index(fields=["account", "status"], name="bank_line_by_status")]
        constraints = [
            models.UniqueConstraint(fields=["account", "identity"], name="bank_line_once"),
            models.CheckConstraint(
                condition=Q(status__in=["new", "matched", "suggested", "unidentified", "ignored"]),
                name="bank_line_status_known",
            ),
            models.CheckConstraint(
                condition=Q(payment_ref="", explained_at__isnull=True)
                | (~Q(payment_ref="") & Q(explained_at__isnull=False)),
                name="bank_line_explained_once",
            ),
            models.CheckConstraint(
                condition=Q(status="ignored", aside_by__isnull=False, aside_agreed_by__isnull=False, payment_ref="")
                & ~Q(aside_reason="")
                & ~Q(aside_by=models.F("aside_agreed_by"))
                | ~Q(status="ignored") & Q(aside_agreed_by__isnull=True),
                name="bank_line_set_aside_by_two",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)

    @property
    def amount(self) -> Money:
        """Return what came (above zero) or went (below)."""
        return Money(self.amount_minor, self.currency)

    @property
    def waits(self) -> bool:
        """Say whether nobody has said yet what it is."""
        return not self.payment_ref and self.status != self.Status.IGNORED


class PaymentReference(models.Model):
    """The number behind the reference that a payer writes: one for each group of a pledge or of a gift to a pool."""

    group = models.CharField(max_length=16, unique=True)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        """Return whose it is."""
        return self.group


class ColumnMapping(models.Model):
    """Which column is what in the tables of this account's bank, as an officer saved it."""

    account = models.OneToOneField(BankAccount, on_delete=models.CASCADE, related_name="column_mapping")
    columns = models.JSONField(default=dict)

    def __str__(self) -> str:
        """Return whose it is."""
        return f"{self.account_id}"


class PayPicture(models.Model):
    """The bank's own QR picture for one way to pay: an officer puts it there, donors see it once another agrees.

    It belongs to custodian, kind and country, not to one dated record of `payments.PaymentMethod`: switching a way off
    and on leaves it as it is.
    """

    public_id = PublicIdField()
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    donor_country = models.CharField(max_length=2, blank=True)
    picture = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    put_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    put_at = models.DateTimeField(default=clock.now)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    factor_method = models.CharField(max_length=20, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # replaced or taken away

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["custodian", "kind", "donor_country"],
                condition=Q(ended_at__isnull=True, agreed_at__isnull=False),
                name="pay_picture_one_shown",
            ),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True, agreed_at__isnull=True)
                | Q(agreed_by__isnull=False, agreed_at__isnull=False) & ~Q(agreed_by=models.F("put_by")),
                name="pay_picture_two_persons",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)
