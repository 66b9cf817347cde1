"""What looks like abuse: where attempts came from (for days only), and what is put before the custodian's officers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.ids import PublicIdField


class OriginSalt(models.Model):
    """What one day's addresses are hashed with. It is deleted after two days; then nobody can find out the address."""

    day = models.DateField(unique=True)
    salt = models.CharField(max_length=64)

    def __str__(self) -> str:
        """Return the day, never the salt."""
        return f"{self.day}"


class PledgeOrigin(models.Model):
    """From which address and with which browser a promise was made, as that day's hashes. Deleted after 30 days."""

    pledge = models.OneToOneField("pledges.Pledge", on_delete=models.CASCADE, related_name="origin")
    address = models.CharField(max_length=64, db_index=True)
    agent = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        """Return the pledge it belongs to."""
        return f"origin of {self.pledge_id}"


class CardTry(models.Model):
    """Somebody began to pay by card, or was asked to wait. Hashes only; deleted after 30 days."""

    pledge_ref = models.CharField(max_length=16, db_index=True)
    contact = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=clock.now, db_index=True)
    waited = models.BooleanField(default=False)  # was asked to wait

    def __str__(self) -> str:
        """Return the pledge it was for."""
        return self.pledge_ref


class CardMark(models.Model):
    """What an event of Stripe says about a card: a keyed hash of Stripe's fingerprint, and whether it was declined."""

    event = models.OneToOneField("payments.StripeEvent", on_delete=models.CASCADE, related_name="card_mark")
    pledge_ref = models.CharField(max_length=16, blank=True, db_index=True)
    card = models.CharField(max_length=64, blank=True, db_index=True)
    declined = models.BooleanField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the pledge it was for."""
        return self.pledge_ref


class FlagKind(models.TextChoices):
    """What something looks like."""

    CARDS = "cards", _("many attempts to pay by card")
    RELATED = "related", _("somebody who earns from the project gives to it")
    ONE_PAYER = "one_payer", _("many promises of one payer")


class FlagStatus(models.TextChoices):
    """Where a flag stands."""

    OPEN = "open", _("to be looked at")
    ASKED = "asked", _("one officer has decided, another must agree")
    DECIDED = "decided", _("decided")


class Decision(models.TextChoices):
    """What officers say it is."""

    NOTHING = "nothing", _("it is nothing")
    SUPPLIER = "supplier", _("sells to the project")
    OFFICE = "office", _("works for the ayil okmotu, or signs for the project")
    ONE_DONOR = "one_donor", _("these are one donor")
    NO_CARDS = "no_cards", _("no more cards for these promises")


FITTING: dict[FlagKind, frozenset[Decision]] = {
    FlagKind.CARDS: frozenset({Decision.NOTHING, Decision.NO_CARDS}),
    FlagKind.RELATED: frozenset({Decision.NOTHING, Decision.SUPPLIER, Decision.OFFICE}),
    FlagKind.ONE_PAYER: frozenset({Decision.NOTHING, Decision.ONE_DONOR}),
}
RELATED_DECISIONS = frozenset({Decision.SUPPLIER, Decision.OFFICE})
ALLOWED: dict[FlagStatus, frozenset[FlagStatus]] = {
    FlagStatus.OPEN: frozenset({FlagStatus.ASKED, FlagStatus.DECIDED}),
    FlagStatus.ASKED: frozenset({FlagStatus.OPEN, FlagStatus.DECIDED}),
    FlagStatus.DECIDED: frozenset({FlagStatus.OPEN}),  # more was found, or a donor objects
}


class Flag(models.Model):
    """Something for the officers to look at. It blocks nothing. `reasons`: codes and counts, nothing personal."""

    public_id = PublicIdField()
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=FlagKind.choices)
    reasons = models.JSONField(default=dict)  # code → how many
    status = models.CharField(max_length=8, choices=FlagStatus.choices, default=FlagStatus.OPEN)
    found_at = models.DateTimeField(default=clock.now)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    factor_method = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["custodian", "status"], name="flag_by_custodian")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=FlagStatus.values), name="flag_status_known"),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True) | ~Q(agreed_by=F("decided_by")) & ~Q(factor_method=""),
                name="flag_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(status="open")
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision="") & ~Q(reason=""),
                name="flag_decided_by_name",
            ),
            models.CheckConstraint(
                condition=~Q(status="decided", decision__in=["supplier", "office", "one_donor"])
                | Q(agreed_by__isnull=False),
                name="flag_takes_two",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)


class FlagPledge(models.Model):
    """A promise that a flag is about."""

    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="pledges")
    pledge = models.ForeignKey("pledges.Pledge", on_delete=models.PROTECT, related_name="flags")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["flag", "pledge"], name="flag_pledge_once")]

    def __str__(self) -> str:
        """Return the pair."""
        return f"{self.flag_id}: {self.pledge_id}"


class FlagStep(models.Model):
    """History of a flag. Never changed. `note`: the officer's reason, or what a donor says against it."""

    class Step(models.TextChoices):
        """What happened."""

        FOUND = "found", _("found")
        MORE = "more", _("more was found")
        DECIDED = "decided", _("an officer decided")
        AGREED = "agreed", _("another officer agreed")
        DISAGREED = "disagreed", _("another officer did not agree")
        OBJECTED = "objected", _("a donor objects")

    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=9, choices=Step.choices)
    at = models.DateTimeField(default=clock.now)
    actor = models.ForeignKey(  # empty: found by itself, or a donor without an account
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    note = models.CharField(max_length=300, blank=True)
    reasons = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        """Return the step."""
        return self.step


class SameDonor(models.Model):
    """Two officers said that whoever has this identity (see `funds.matching.donors`) is the one who leads."""

    identity = models.CharField(max_length=64, unique=True)
    leader = models.CharField(max_length=64, db_index=True)
    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="same_donors")

    def __str__(self) -> str:
        """Return the flag that says so."""
        return f"by {self.flag_id}"
