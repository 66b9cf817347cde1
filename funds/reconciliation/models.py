"""Each comparison of our books with a bank or a provider, and each thing that does not agree yet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.ids import PublicIdField


class AccountKind(models.TextChoices):
    """Where the money lies that is compared."""

    BANK = "bank", _("at the bank")
    STRIPE = "stripe", _("at Stripe")
    CASH = "cash", _("cash")


class Outcome(models.TextChoices):
    """What one comparison came to."""

    AGREES = "agrees", _("agrees")
    DIFFERS = "differs", _("does not agree")
    NO_STATEMENT = "no_statement", _("no statement yet")
    NO_ANSWER = "no_answer", _("no answer")
    SHOWN = "shown", _("nobody to compare with")  # cash


class Reconciliation(models.Model):
    """One currency of one custodian in one kind of account, compared once (minor units). Never changed.

    `ours` and `theirs` are balances at the end of `as_of`. `explained` is what of their difference is no mistake:
    booked on another day, on its way, or none of our money. `theirs` − `ours` − `explained` is what nothing explains.
    """

    public_id = PublicIdField()
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    run_at = models.DateTimeField()
    kind = models.CharField(max_length=6, choices=AccountKind.choices)
    currency = models.CharField(max_length=3)
    ours_minor = models.BigIntegerField()
    theirs_minor = models.BigIntegerField(null=True, blank=True)  # empty: they did not say
    explained_minor = models.BigIntegerField(default=0)
    as_of = models.DateField(null=True, blank=True)
    since = models.DateField(null=True, blank=True)  # of cash: the day of the oldest of it
    outcome = models.CharField(max_length=12, choices=Outcome.choices)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["custodian", "kind", "currency", "-id"], name="reconciliation_newest")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="agrees") | Q(theirs_minor__isnull=False), name="reconciliation_agrees_with_some"
            )
        ]

    def __str__(self) -> str:
        """Return what was compared and how it came out."""
        return f"{self.kind} {self.currency}: {self.outcome}"

    @property
    def difference_minor(self) -> int | None:
        """Return how much more they have than we (minor units), or None where they did not say."""
        return None if self.theirs_minor is None else self.theirs_minor - self.ours_minor


class DifferenceKind(models.TextChoices):
    """What does not agree."""

    LINE = "line", _("a line of the bank that nothing explains")
    BOOKED = "booked", _("booked, and the bank does not show it")
    AMOUNT = "amount", _("booked with another sum than the bank shows")
    OPENING = "opening", _("money that lay in the account before")
    SUM = "sum", _("the balances differ")
    NO_STATEMENT = "no_statement", _("no statement of the bank")
    ITEM = "item", _("put aside at Stripe, and not explained")


class Difference(models.Model):
    """One thing that does not agree. It is over by itself once it agrees; only money from before needs a word.

    `amount_minor`: what they have more than we, below zero where we have more.
    """

    public_id = PublicIdField()
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    account_kind = models.CharField(max_length=6, choices=AccountKind.choices)
    kind = models.CharField(max_length=12, choices=DifferenceKind.choices)
    key = models.CharField(max_length=80)  # what it is about, once for each custodian
    ref = models.CharField(max_length=40, blank=True)  # the bank's line, or the payment, tranche, refund
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    day = models.DateField()  # since when: the bank's day, or the day it was booked
    found_at = models.DateTimeField(default=clock.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)  # the newest; all of them stand in the steps
    explained_by = models.ForeignKey(  # of money from before: who says what it is
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["custodian", "resolved_at"], name="difference_open")]
        constraints = [
            models.UniqueConstraint(fields=["custodian", "key"], name="difference_once"),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True)
                | Q(explained_by__isnull=False, kind="opening") & ~Q(agreed_by=F("explained_by")),
                name="difference_two_persons",
            ),
        ]

    def __str__(self) -> str:
        """Return what it is."""
        return f"{self.kind} {self.ref}"

    @property
    def age_days(self) -> int:
        """Return for how many days it has stood."""
        return max(0, (clock.today() - self.day).days)


class Step(models.TextChoices):
    """What happened to a difference."""

    FOUND = "found", _("found")
    TAKEN = "taken", _("taken over")
    NOTED = "noted", _("noted")
    EXPLAINED = "explained", _("explained")
    AGREED = "agreed", _("agreed to")
    RESOLVED = "resolved", _("agrees now")
    REOPENED = "reopened", _("does not agree again")


class DifferenceStep(models.Model):
    """History of a difference. Never changed."""

    difference = models.ForeignKey(Difference, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=9, choices=Step.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(  # empty: the comparison
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)
    amount_minor = models.BigIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        """Return the step."""
        return self.step


class ExplainedShare(models.Model):
    """How much of the money that moved was explained in time, as it was computed on one day. Public; never changed.

    See `share.explained_share` and docs/money.md for what is counted.
    """

    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    first_day = models.DateField()
    last_day = models.DateField()
    moved_minor = models.BigIntegerField()
    explained_minor = models.BigIntegerField()
    set_aside_minor = models.BigIntegerField(default=0)  # lines that are none of ours; counted in neither
    statements_until = models.DateField(null=True, blank=True)  # empty: no statement of a bank yet

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["custodian", "currency", "-id"], name="explained_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(explained_minor__gte=0, explained_minor__lte=F("moved_minor")), name="explained_no_more"
            )
        ]

    def __str__(self) -> str:
        """Return the share."""
        return f"{self.explained_minor}/{self.moved_minor} {self.currency}"

    @property
    def permille(self) -> int | None:
        """Return the share in thousandths, rounded down; None where nothing moved or no statement tells."""
        if self.moved_minor == 0 or self.statements_until is None:
            return None
        return self.explained_minor * 1000 // self.moved_minor
