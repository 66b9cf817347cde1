"""What is to be built, what it should cost, who is to bring how much, and in which stages."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.ids import PublicIdField

from .states import HAS_RESOLUTION, OPENED, ProjectStatus

LANGUAGES = ("ky", "ru", "en")


class Category(models.TextChoices):
    """What kind of work."""

    LIGHT = "light", _("light")
    WATER = "water", _("drinking water")
    IRRIGATION = "irrigation", _("irrigation")
    KINDERGARTEN = "kindergarten", _("kindergarten")
    SCHOOL = "school", _("school")
    ROAD = "road", _("road")
    BRIDGE = "bridge", _("bridge")
    CLINIC = "clinic", _("clinic")
    CULTURE = "culture", _("culture and sport")
    OTHER = "other", _("other")


class Party(models.TextChoices):
    """Who brings a share of the plan."""

    DONORS = "donors", _("Donors")
    VILLAGE = "village", _("The village")
    MATCHING = "matching", _("Matching donor")
    IN_KIND = "in_kind", _("Ashar: work and things")


MONEY_PARTIES = (Party.DONORS, Party.VILLAGE, Party.MATCHING)


class Project(models.Model):
    """One project of one village. It knows what things should cost, never who has paid."""

    public_id = PublicIdField()
    village = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="projects")
    also_serves = models.ManyToManyField("places.Place", blank=True, related_name="+")
    administration = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="projects")
    custodian = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="kept_projects"
    )
    category = models.CharField(max_length=12, choices=Category.choices)
    currency = models.CharField(max_length=3, default="KGS")
    language = models.CharField(max_length=2, default="ky")  # the one it was written in
    title_ky = models.CharField(max_length=200, blank=True)
    title_ru = models.CharField(max_length=200, blank=True)
    title_en = models.CharField(max_length=200, blank=True)
    summary_ky = models.TextField(blank=True)
    summary_ru = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)
    status = models.CharField(max_length=16, choices=ProjectStatus.choices, default=ProjectStatus.DRAFT)
    people_asked = models.TextField(blank=True)  # how, when and how many; empty: they were not asked
    permits = models.TextField(blank=True)
    keeper_name = models.CharField(max_length=120, blank=True)
    keeper_role = models.CharField(max_length=120, blank=True)
    upkeep_yearly_minor = models.BigIntegerField(null=True, blank=True)
    deadline = models.DateField(null=True, blank=True)  # the last day (UTC) on which promises may come together
    grace_until = models.DateField(null=True, blank=True)  # the last day for the money once all is promised
    resolution = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resolution_number = models.CharField(max_length=60, blank=True)
    resolution_date = models.DateField(null=True, blank=True)
    outside_signatory = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="signs_for"
    )
    outside_substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="stands_in_for"
    )
    signatory_organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    picture = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    village_pays_first = models.BooleanField(default=False)
    source_ref = models.CharField(max_length=80, blank=True)  # the row of an imported list
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["status", "category"], name="project_by_status")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ProjectStatus.values), name="project_status_known"),
            models.CheckConstraint(
                condition=~Q(status__in=sorted(HAS_RESOLUTION))
                | (Q(resolution__isnull=False, resolution_date__isnull=False) & ~Q(resolution_number="")),
                name="project_adopted_has_resolution",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=sorted(OPENED))
                | Q(
                    opened_at__isnull=False,
                    custodian__isnull=False,
                    deadline__isnull=False,
                    outside_signatory__isnull=False,
                    outside_substitute__isnull=False,
                    signatory_organisation__isnull=False,
                ),
                name="project_open_has_holder_and_signers",
            ),
            models.CheckConstraint(
                condition=Q(outside_signatory__isnull=True)
                | Q(outside_substitute__isnull=True)
                | ~Q(outside_signatory=models.F("outside_substitute")),
                name="project_two_outside_persons",
            ),
            models.UniqueConstraint(
                fields=["administration", "source_ref"], condition=~Q(source_ref=""), name="project_imported_once"
            ),
        ]

    def __str__(self) -> str:
        """Return the title in the language it was written in."""
        return self.title(self.language) or self.public_id

    def title(self, language: str) -> str:
        """Return the title in `language`, else as it was written."""
        return self._text("title", language)

    def summary(self, language: str) -> str:
        """Return the summary in `language`, else as it was written."""
        return self._text("summary", language)

    def language_borrowed(self, language: str) -> bool:
        """Say whether the summary is shown in another language than the reader's."""
        return not getattr(self, f"summary_{language}", "")

    def _text(self, field: str, language: str) -> str:
        order = [language, self.language, *LANGUAGES]
        texts = [getattr(self, f"{field}_{each}", "") for each in order]
        return next((text for text in texts if text), "")


def line_total(quantity: Decimal, unit_price_minor: int) -> int:
    """Return quantity × price in whole minor units, halves rounded up."""
    return int((quantity * unit_price_minor).quantize(Decimal(1), rounding=ROUND_HALF_UP))


class BudgetLine(models.Model):
    """What is bought."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="budget_lines")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit = models.CharField(max_length=30)
    unit_price_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    quote = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["project_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["project", "position"], name="budget_line_position"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, unit_price_minor__gte=0, total_minor__gte=0), name="budget_line_positive"
            ),
        ]

    def __str__(self) -> str:
        """Return what it is."""
        return self.text


class Share(models.Model):
    """How much one party is to bring."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="shares")
    party = models.CharField(max_length=8, choices=Party.choices)
    organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    amount_minor = models.BigIntegerField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["project_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "party"], name="share_once_per_party"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="share_positive"),
        ]

    def __str__(self) -> str:
        """Return the party."""
        return self.party


class MilestoneStatus(models.TextChoices):
    """How far a stage is."""

    PLANNED = "planned", _("planned")
    REPORTED = "reported", _("reported as done")
    ACCEPTED = "accepted", _("done, seen by the outside signatory")


class Milestone(models.Model):
    """A stage of the work and the part of the money tied to it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="milestones")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=300)
    due_on = models.DateField(null=True, blank=True)
    tranche_minor = models.BigIntegerField()
    status = models.CharField(max_length=8, choices=MilestoneStatus.choices, default=MilestoneStatus.PLANNED)
    reported_at = models.DateTimeField(null=True, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["project_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["project", "position"], name="milestone_position"),
            models.CheckConstraint(condition=Q(tranche_minor__gte=0), name="milestone_not_negative"),
            models.CheckConstraint(
                condition=Q(status="planned") | Q(reported_at__isnull=False, reported_by__isnull=False),
                name="milestone_reported_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(status="accepted")
                | (Q(accepted_by__isnull=False) & ~Q(accepted_by=models.F("reported_by"))),
                name="milestone_accepted_by_another",
            ),
        ]

    def __str__(self) -> str:
        """Return what it is."""
        return self.text


class Transition(models.Model):
    """History: each change of state, who made it, when and why."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="transitions")
    from_status = models.CharField(max_length=16, blank=True)  # empty: it was written down
    to_status = models.CharField(max_length=16)
    at = models.DateTimeField(default=clock.now)
    actor = models.ForeignKey(  # empty: the rule itself, by time or by money
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    actor_office = models.CharField(max_length=24, blank=True)  # kind of the organisation they acted for
    reason = models.TextField(blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["project_id", "id"]

    def __str__(self) -> str:
        """Return the change in one line."""
        return f"{self.from_status}→{self.to_status}"


class SignatoryChange(models.Model):
    """Another outside signatory: one side asks, the other agrees, so that nobody can sign twice through a friend."""

    class Status(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", _("asked")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    public_id = PublicIdField()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="signatory_changes")
    substitute = models.BooleanField(default=False)  # the substitute is changed, not the signatory
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True)
    factor_method = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "substitute"], condition=Q(status="asked"), name="signatory_change_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=models.F("asked_by")) & ~Q(decided_by=models.F("person"))),
                name="signatory_change_two_persons",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)
