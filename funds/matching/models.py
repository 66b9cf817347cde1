"""Rules by which money follows money, what they have reserved and what they gave."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from birge.ids import PublicIdField


class RuleStatus(models.TextChoices):
    """Whether a rule matches."""

    PUBLISHED = "published", _("published")
    ENDED = "ended", _("ended")


class Rule(models.Model):
    """A matching rule of a pool, through all its versions; its money is set aside in the ledger under its id."""

    public_id = PublicIdField()
    pool_ref = models.CharField(max_length=16, db_index=True)
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    position = models.PositiveIntegerField()  # several rules may match one project: the smaller comes first
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=9, choices=RuleStatus.choices, default=RuleStatus.PUBLISHED)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["position"], name="rule_position_once")]

    def __str__(self) -> str:
        """Return the name it was published under."""
        return self.name


class RuleVersion(models.Model):
    """One published text of a rule. Frozen: changing a rule makes another version, for what comes after."""

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    data = models.JSONField()  # the rule as birge_engine.matching.rule_parse reads it
    digest = models.CharField(max_length=64)  # SHA-256 of its canonical form
    proposal_ref = models.CharField(max_length=16)  # who decided on it
    published_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["rule_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once"),
            models.UniqueConstraint(
                fields=["rule"], condition=Q(superseded_at__isnull=True), name="rule_one_version_now"
            ),
        ]

    def __str__(self) -> str:
        """Return how the ledger names it."""
        return self.ref

    @property
    def ref(self) -> str:
        """Return how entries name it: `<rule>:<version>`."""
        return f"{self.rule.public_id}:{self.number}"


class MatchDonor(models.Model):
    """One who gives, as one rule version sees them. Linkable inside that version only, and erasable.

    `identity` is a keyed hash of what makes two gifts one donor's (see `donors.identity_of`); `tag` stands in leaves.
    """

    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="donors")
    identity = models.CharField(max_length=64)
    tag = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "identity"], name="match_donor_once")]

    def __str__(self) -> str:
        """Return the tag."""
        return self.tag


class ReservationStatus(models.TextChoices):
    """Where a reserved match stands."""

    RESERVED = "reserved", _("reserved")
    GIVEN = "given", _("given")
    RELEASED = "released", _("released")


class Reservation(models.Model):
    """Money set aside for one pledge until its horizon: of the village's share, or (`version`) by a pool's rule."""

    version = models.ForeignKey(  # empty: the village's share
        RuleVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="reservations"
    )
    donor = models.ForeignKey(MatchDonor, on_delete=models.SET_NULL, null=True, blank=True, related_name="reservations")
    counted_minor = models.BigIntegerField(default=0)  # how much of the pledge a pool's rule matched
    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, related_name="reservations")
    pledge_ref = models.CharField(max_length=16, db_index=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    entry_id = models.UUIDField(unique=True)  # of its match.reserved
    status = models.CharField(max_length=8, choices=ReservationStatus.choices, default=ReservationStatus.RESERVED)
    until = models.DateField()
    group = models.CharField(max_length=16, blank=True)
    reserved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="reservation_positive"),
            models.CheckConstraint(
                condition=Q(status="reserved", ended_at__isnull=True)
                | (~Q(status="reserved") & Q(ended_at__isnull=False)),
                name="reservation_ended_iff_not_reserved",
            ),
            models.UniqueConstraint(
                fields=["pledge_ref"],
                condition=Q(status="reserved", version__isnull=True),
                name="reservation_one_live_per_pledge",
            ),
            models.UniqueConstraint(
                fields=["pledge_ref", "version"],
                condition=Q(status="reserved", version__isnull=False),
                name="reservation_one_live_per_rule",
            ),
        ]

    def __str__(self) -> str:
        """Return whom it is for and how much."""
        return f"{self.pledge_ref}: {self.amount_minor} {self.currency}"


class RoundGift(models.Model):
    """A confirmed pledge that takes part in a round: which donor's it is, should the contact be erased meanwhile."""

    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="round_gifts")
    donor = models.ForeignKey(MatchDonor, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=16)  # of the pledge and its remainders
    at = models.DateTimeField()
    first_time = models.BooleanField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["version", "group"], name="round_gift_once")]

    def __str__(self) -> str:
        """Return the group of the pledge."""
        return self.group


class Run(models.Model):
    """One settlement of a round: what went in, by which rule, what came out. Its report is public and recomputable."""

    public_id = PublicIdField()
    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="runs")
    at = models.DateTimeField()
    report = models.TextField()  # canonical JSON: the rule, the projects, the gifts by tag, what each project got
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the report; entries of the run carry it
    input_digest = models.CharField(max_length=64)
    total_minor = models.BigIntegerField()
    settled_by = models.ForeignKey(  # empty: the rule's last day had passed
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["version"], name="run_once_per_version"),
            models.CheckConstraint(condition=Q(total_minor__gte=0), name="run_not_negative"),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)


class Given(models.Model):
    """What a rule of a pool gave to a project: for one pledge's payment, or in one run."""

    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="given")
    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, related_name="matches_given")
    reservation = models.ForeignKey(Reservation, on_delete=models.PROTECT, null=True, blank=True, related_name="given")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, blank=True, related_name="given")
    pledge_ref = models.CharField(max_length=16, blank=True, db_index=True)
    payment_ref = models.CharField(max_length=16, blank=True, db_index=True)  # the payment that caused it
    group = models.CharField(max_length=16, blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    entry_id = models.UUIDField(unique=True)  # of its match.allocated
    given_at = models.DateTimeField()
    returned_minor = models.BigIntegerField(default=0)
    returned_entry_id = models.UUIDField(null=True, blank=True, unique=True)  # of its match.reversed

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, returned_minor__gte=0, returned_minor__lte=F("amount_minor")),
                name="given_returns_no_more",
            ),
            models.CheckConstraint(
                condition=Q(reservation__isnull=False, run__isnull=True)
                | Q(reservation__isnull=True, run__isnull=False),
                name="given_for_pledge_or_run",
            ),
        ]

    def __str__(self) -> str:
        """Return what was given to what."""
        return f"{self.amount_minor} {self.currency} → {self.project_id}"
