"""Money on its way back: one batch for each time it is divided, its parts, and what donors want done with theirs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.ids import PublicIdField

ACCOUNT_LENGTH, NAME_LENGTH = 64, 120


class BatchReason(models.TextChoices):
    """Why money is divided."""

    FAILED = "failed", _("the project did not happen")
    SURPLUS = "surplus", _("money was left over")


class RefundBatch(models.Model):
    """One division of what a project holds, written once. It is worked off part by part, and may be killed anywhere."""

    public_id = PublicIdField()
    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, related_name="refund_batches")
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=7, choices=BatchReason.choices)
    total_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    made_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)  # when the last part had come to its end

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["custodian", "finished_at"], name="batch_by_custodian")]
        constraints = [
            models.CheckConstraint(condition=Q(total_minor__gt=0), name="batch_positive"),
            models.CheckConstraint(condition=Q(reason__in=BatchReason.values), name="batch_reason_known"),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)


class PartStatus(models.TextChoices):
    """Where one part of a batch stands."""

    WAITING = "waiting", _("not begun yet")
    OFFERED = "offered", _("for another project of the village, if there is one")
    PROVIDER = "provider", _("with the payment provider")
    OFFICER = "officer", _("waits for an officer")
    DONE = "done", _("back")


PART_ALLOWED: dict[PartStatus, frozenset[PartStatus]] = {
    PartStatus.WAITING: frozenset(
        {PartStatus.OFFERED, PartStatus.PROVIDER, PartStatus.OFFICER, PartStatus.DONE},
    ),
    PartStatus.OFFERED: frozenset({PartStatus.PROVIDER, PartStatus.OFFICER, PartStatus.DONE}),
    PartStatus.PROVIDER: frozenset({PartStatus.OFFICER, PartStatus.DONE}),
    # A donor's bank or Stripe's own page may send it back before our officer does.
    PartStatus.OFFICER: frozenset({PartStatus.DONE}),
    PartStatus.DONE: frozenset(),
}


class RefundPart(models.Model):
    """What of a batch belongs to one thing that brought money: a payment (with its refund), or a match of a pool."""

    batch = models.ForeignKey(RefundBatch, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveIntegerField()
    refund = models.OneToOneField(
        "releases.Refund", on_delete=models.PROTECT, null=True, blank=True, related_name="part"
    )
    given = models.ForeignKey("matching.Given", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    amount_minor = models.BigIntegerField()
    status = models.CharField(max_length=8, choices=PartStatus.choices, default=PartStatus.WAITING)
    asked_at = models.DateTimeField(null=True, blank=True)  # when the provider was last asked
    answered_at = models.DateTimeField(null=True, blank=True)  # when it said that it has sent the money
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)  # of the last attempt
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["batch_id", "position"]
        indexes = [models.Index(fields=["batch", "status"], name="part_by_status")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="part_position_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="part_positive"),
            models.CheckConstraint(condition=Q(status__in=PartStatus.values), name="part_status_known"),
            models.CheckConstraint(
                condition=Q(refund__isnull=False, given__isnull=True) | Q(refund__isnull=True, given__isnull=False),
                name="part_of_one_source",
            ),
            models.CheckConstraint(
                condition=Q(status="done", done_at__isnull=False) | ~Q(status="done") & Q(done_at__isnull=True),
                name="part_done_when",
            ),
        ]

    def __str__(self) -> str:
        """Return batch and position."""
        return f"{self.batch_id}/{self.position}"


class MoveOffer(models.Model):
    """A gift is to go to another project of the village on a day, unless its donor says no before."""

    class Status(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("the donor may say no")
        MOVED = "moved", _("moved")
        REFUSED = "refused", _("the donor wants it back")
        GONE = "gone", _("the project does not take it any more")

    public_id = PublicIdField()
    part = models.ForeignKey(RefundPart, on_delete=models.PROTECT, related_name="offers")
    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, related_name="+")
    moves_on = models.DateField()  # the first day on which it is moved; until the day before, no is no
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.OPEN)
    made_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    payment = models.OneToOneField(  # what came of it, at the other project
        "payments.Payment", on_delete=models.PROTECT, null=True, blank=True, related_name="moved_by"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["part"], condition=Q(status="open"), name="offer_one_open"),
            models.UniqueConstraint(fields=["part"], condition=Q(status="moved"), name="offer_moved_once"),
            models.CheckConstraint(
                condition=Q(status="moved", payment__isnull=False) | ~Q(status="moved") & Q(payment__isnull=True),
                name="offer_moved_is_booked",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)


class WishChoice(models.TextChoices):
    """What is to become of a gift whose project does not happen, or of what is left over of it."""

    BACK = "back", _("Give it back to me")
    VILLAGE = "village", _("Let it go to another project of this village")


class Wish(models.Model):
    """What a donor chose beforehand for a gift (its group). No row means: give it back."""

    group = models.CharField(max_length=16, unique=True)
    choice = models.CharField(max_length=7, choices=WishChoice.choices)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(choice__in=WishChoice.values), name="wish_choice_known")]

    def __str__(self) -> str:
        """Return the gift and the choice."""
        return f"{self.group}: {self.choice}"


class BackAccount(models.Model):
    """Where a donor wants money sent back to. Personal: it goes with the donor's contact, or once the money went."""

    contact = models.OneToOneField("pledges.PledgeContact", on_delete=models.CASCADE, related_name="back_account")
    group = models.CharField(max_length=16, unique=True)
    holder = models.CharField(max_length=NAME_LENGTH)
    bank = models.CharField(max_length=NAME_LENGTH, blank=True)
    account = models.CharField(max_length=ACCOUNT_LENGTH)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        """Return the gift, not the account: this ends up in logs."""
        return f"account for {self.group}"
