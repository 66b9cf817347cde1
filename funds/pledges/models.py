"""Promises of money. What names a person stands in tables of its own, so that it can be erased."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from birge.ids import PublicIdField, new_public_id
from birge.money import Money

from .models_monthly import Instalment, MonthlyPledge
from .states import OPEN, PledgeStatus

__all__ = [
    "CREDIT_LINE_LENGTH",
    "ConfirmedHow",
    "ContactProof",
    "CreditChoice",
    "Instalment",
    "MonthlyPledge",
    "Party",
    "Pledge",
    "PledgeContact",
    "PledgeCredit",
    "PledgeTransition",
]

CREDIT_LINE_LENGTH = 80


class Party(models.TextChoices):
    """Whose share of the plan a pledge fills. The village's is no pledge: see `funds.matching`."""

    DONORS = "donors", _("donors")
    MATCHING = "matching", _("matching donor")


class ConfirmedHow(models.TextChoices):
    """How the contact was proven."""

    LINK = "link", _("link in the message")
    CODE = "code", _("code in the message")
    CALL_BACK = "call_back", _("an officer called back")
    SIGNED_IN = "signed_in", _("signed in with a verified address")
    DECISION = "decision", _("those who decide on the pool")


class CreditChoice(models.TextChoices):
    """Under which name a gift is thanked. Never filled in for the donor."""

    OWN_NAME = "own_name", _("my own name")
    FAMILY = "family", _("my family")
    GROUP = "group", _("a group, as we call ourselves")
    NOBODY = "nobody", _("nobody: do not name me")


class RelatedKind(models.TextChoices):
    """How somebody who gives earns from the same project, or decides on it. Public; who it is stays private."""

    SUPPLIER = "supplier", _("sells to the project")
    OFFICE = "office", _("works for the ayil okmotu, or signs for the project")


class Pledge(models.Model):
    """One promise to one project, kept by one custodian, in one currency."""

    public_id = PublicIdField()
    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, related_name="pledges")
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    party = models.CharField(max_length=10, choices=Party.choices, default=Party.DONORS)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # What it counts in the plan's currency, by the rate of the day on which it was made.
    plan_amount_minor = models.BigIntegerField()
    rate = models.DecimalField(max_digits=18, decimal_places=8, default=1)
    rate_source = models.CharField(max_length=40, blank=True)
    rate_on = models.DateField(null=True, blank=True)
    donor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="pledges"
    )
    pool_ref = models.CharField(max_length=16, blank=True, db_index=True)  # the pool that gives, if it is no person
    made_by = models.ForeignKey(  # the officer who wrote it down for a caller; empty when donors did it themselves
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=PledgeStatus.choices, default=PledgeStatus.MADE)
    country = models.CharField(max_length=2)
    language = models.CharField(max_length=2)
    conditions = models.JSONField(default=list)
    terms_version = models.CharField(max_length=20)
    horizon = models.DateField()  # the last day on which the promise still stands
    horizon_asked_on = models.DateField(null=True, blank=True)  # when the donor was last asked to prolong it
    entry_id = models.UUIDField(null=True, blank=True, unique=True)  # of its pledge.confirmed
    group = models.CharField(max_length=16, default=new_public_id, db_index=True)  # ties remainder and match to it
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_how = models.CharField(max_length=10, choices=ConfirmedHow.choices, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    collected_minor = models.BigIntegerField(null=True, blank=True)  # what really came for it, in the plan's currency
    # Where an exchange made a difference: what the part of the promise that was kept had counted in the plan.
    kept_minor = models.BigIntegerField(null=True, blank=True)
    # Declared by who gives, or found out by two officers; nothing follows such a promise. Empty: not that we know.
    related = models.CharField(max_length=8, choices=RelatedKind.choices, blank=True)
    token_version = models.PositiveIntegerField(default=1)  # raised to make all links sent so far useless

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["project", "status"], name="pledge_by_project"),
            models.Index(fields=["status", "horizon"], name="pledge_by_horizon"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0, plan_amount_minor__gt=0), name="pledge_positive"),
            models.CheckConstraint(condition=Q(status__in=PledgeStatus.values), name="pledge_status_known"),
            models.CheckConstraint(condition=Q(related__in=["", *RelatedKind.values]), name="pledge_related_known"),
            models.CheckConstraint(
                condition=~Q(status__in=["confirmed", "due", "collected", "refunded"])
                | Q(entry_id__isnull=False, confirmed_at__isnull=False),
                name="pledge_confirmed_is_booked",
            ),
            models.CheckConstraint(
                condition=~Q(status="made") | Q(entry_id__isnull=True), name="pledge_made_is_not_booked"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["collected", "refunded"], collected_minor__isnull=False)
                | (~Q(status__in=["collected", "refunded"]) & Q(collected_minor__isnull=True)),
                name="pledge_collected_has_money",
            ),
            models.CheckConstraint(
                condition=~Q(confirmed_how="call_back")
                | Q(confirmed_at__isnull=False) & (Q(donor__isnull=True) | ~Q(donor=F("confirmed_by"))),
                name="pledge_call_back_by_another",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier: a pledge has no other name."""
        return str(self.public_id)

    @property
    def amount(self) -> Money:
        """Return what was promised."""
        return Money(self.amount_minor, self.currency)

    @property
    def exchanged(self) -> bool:
        """Say whether it was promised in another currency than the plan's and counts by a rate."""
        return self.rate_on is not None

    @property
    def is_open(self) -> bool:
        """Say whether it stands in the pledge book and waits for its money."""
        return self.status in OPEN


class PledgeContact(models.Model):
    """Where the donor can be reached. Erasable."""

    class Kind(models.TextChoices):
        """The channels a donor may choose."""

        EMAIL = "email", _("e-mail")
        SMS = "sms", _("phone")

    pledge = models.OneToOneField(Pledge, on_delete=models.CASCADE, related_name="contact")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    value = models.CharField(max_length=254, db_index=True)

    def __str__(self) -> str:
        """Return the pledge it belongs to, not the address: this ends up in logs."""
        return f"contact of {self.pledge_id}"


class PledgeCredit(models.Model):
    """The name under which the donor wants thanks. Erasable; no row means nobody."""

    pledge = models.OneToOneField(Pledge, on_delete=models.CASCADE, related_name="credit")
    choice = models.CharField(max_length=8, choices=CreditChoice.choices)
    line = models.CharField(max_length=CREDIT_LINE_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(choice="nobody", line="") | (~Q(choice="nobody") & ~Q(line="")),
                name="credit_line_iff_named",
            )
        ]

    def __str__(self) -> str:
        """Return the line as it is shown."""
        return self.line


class PledgeRelation(models.Model):
    """What a related party said of itself: who, and what. Private and erasable; `Pledge.related` stays."""

    pledge = models.OneToOneField(Pledge, on_delete=models.CASCADE, related_name="relation")
    words = models.CharField(max_length=200)

    def __str__(self) -> str:
        """Return the pledge it belongs to."""
        return f"relation of {self.pledge_id}"


class PledgeTransition(models.Model):
    """History: each change of status, who made it, when and why."""

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="transitions")
    from_status = models.CharField(max_length=10, blank=True)  # empty: it was made
    to_status = models.CharField(max_length=10)
    at = models.DateTimeField()
    actor = models.ForeignKey(  # empty: the donor without an account, or the passing of time
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        """Return the change in one line."""
        return f"{self.from_status}→{self.to_status}"


class ContactProof(models.Model):
    """A six-digit code that waits to be typed. Only its keyed hash is kept."""

    pledge = models.OneToOneField(Pledge, on_delete=models.CASCADE, related_name="proof")
    salt = models.CharField(max_length=32)
    code_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent = models.PositiveSmallIntegerField(default=1)  # codes sent for this pledge so far

    def __str__(self) -> str:
        """Return the pledge it belongs to."""
        return f"proof of {self.pledge_id}"
