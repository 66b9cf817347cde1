"""Cards that donors let us keep at Stripe, and what is to be taken from them: told beforehand, never by surprise."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.ids import PublicIdField
from birge.money import Money

from .models import StripeAccount, new_command_id


class CardPurpose(models.TextChoices):
    """What a card was saved for. It serves nothing else."""

    PLEDGE = "pledge", _("one promise")
    MONTHLY = "monthly", _("a monthly promise")


class CardStatus(models.TextChoices):
    """Where a saved card stands."""

    ASKED = "asked", _("the page at Stripe waits")
    ACTIVE = "active", _("saved")
    ENDED = "ended", _("not used any more")


class SavedCard(models.Model):
    """A card at Stripe, what its holder agreed to, and no more of the person than that. Erasable.

    `owner` is the group of a pledge, or the public id of a monthly promise. Once it has ended, customer and card are
    deleted at Stripe, and then here.
    """

    public_id = PublicIdField()
    command_id = models.UUIDField(unique=True, default=new_command_id, editable=False)
    account = models.ForeignKey(StripeAccount, on_delete=models.PROTECT, related_name="saved_cards")
    purpose = models.CharField(max_length=7, choices=CardPurpose.choices)
    owner = models.CharField(max_length=16, db_index=True)
    status = models.CharField(max_length=6, choices=CardStatus.choices, default=CardStatus.ASKED)
    amount_minor = models.BigIntegerField()  # what was agreed to: another sum needs a new yes
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=2)
    consent_text = models.TextField()  # as it was shown
    consent_version = models.CharField(max_length=20)
    consent_on = models.DateField()
    session_id = models.CharField(max_length=100, blank=True)
    customer_id = models.CharField(max_length=100, blank=True)
    method_id = models.CharField(max_length=100, blank=True)
    brand = models.CharField(max_length=20, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    expires_on = models.DateField(null=True, blank=True)  # the last day of the month printed on it
    expiry_told_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    saved_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=20, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)  # Stripe has deleted it, and so have we

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="saved_card_positive"),
            models.UniqueConstraint(
                fields=["purpose", "owner"], condition=Q(status="asked"), name="saved_card_one_asked"
            ),
            models.UniqueConstraint(
                fields=["purpose", "owner"], condition=Q(status="active"), name="saved_card_one_active"
            ),
            models.CheckConstraint(
                condition=~Q(status="active")
                | ~Q(customer_id="") & ~Q(method_id="") & Q(saved_at__isnull=False, expires_on__isnull=False),
                name="saved_card_active_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(status="ended", ended_at__isnull=False) | ~Q(status="ended") & Q(ended_at__isnull=True),
                name="saved_card_ended_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True)
                | Q(status="ended", customer_id="", method_id="", brand="", last4="", expires_on__isnull=True),
                name="saved_card_forgotten_is_empty",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)

    @property
    def amount(self) -> Money:
        """Return what its holder agreed to."""
        return Money(self.amount_minor, self.currency)

    @property
    def label(self) -> str:
        """Return how its holder knows it: the brand and the last four digits."""
        return f"{self.brand.capitalize()} •••• {self.last4}".strip()


class ChargeStatus(models.TextChoices):
    """What became of what was to be taken."""

    PLANNED = "planned", _("planned")
    PAID = "paid", _("paid")
    STOPPED = "stopped", _("not taken: it was not wanted any more")
    FAILED = "failed", _("the card did not pay")


class CardCharge(models.Model):
    """So much is to be taken from a saved card on a day that its holder was told. Tried again on stated days only."""

    public_id = PublicIdField()
    card = models.ForeignKey(SavedCard, on_delete=models.PROTECT, related_name="charges")
    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pool_ref = models.CharField(max_length=16, blank=True)
    pledge_ref = models.CharField(max_length=16, db_index=True)  # the promise, or the gift to a pool, that it pays
    group = models.CharField(max_length=16)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2, blank=True)
    status = models.CharField(max_length=7, choices=ChargeStatus.choices, default=ChargeStatus.PLANNED)
    first_on = models.DateField()  # the day that was told
    next_on = models.DateField()
    last_on = models.DateField()  # never after
    tries = models.PositiveSmallIntegerField(default=0)  # answers of the bank that said no
    failure = models.CharField(max_length=40, blank=True)  # the bank's last word
    stopped_why = models.CharField(max_length=40, blank=True)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["status", "next_on"], name="card_charge_due")]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="card_charge_positive"),
            models.UniqueConstraint(fields=["pledge_ref"], condition=Q(status="planned"), name="card_charge_one"),
            models.CheckConstraint(
                condition=Q(project__isnull=False, pool_ref="") | Q(project__isnull=True) & ~Q(pool_ref=""),
                name="card_charge_one_purpose",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)

    @property
    def amount(self) -> Money:
        """Return what is to be taken."""
        return Money(self.amount_minor, self.currency)
