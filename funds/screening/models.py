"""Block lists as they were on a day, each look into them, and each decision. Nothing of it is ever changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from birge import clock
from birge.ids import PublicIdField

from .states import Outcome, PartyKind, Subject, Verdict

SOURCE_LENGTH = 40


class BlockList(models.Model):
    """One list of one source, whole, as it was on the day `version`. The newest of each source counts."""

    public_id = PublicIdField()
    source = models.CharField(max_length=SOURCE_LENGTH)
    version = models.DateField()
    sha256 = models.CharField(max_length=64)
    name_count = models.PositiveIntegerField()
    loaded_by = models.ForeignKey(  # empty: from a shell
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    loaded_at = models.DateTimeField(default=clock.now)
    factor_method = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "version", "sha256"], name="block_list_once"),
            models.CheckConstraint(condition=Q(name_count__gt=0), name="block_list_names_somebody"),
        ]

    def __str__(self) -> str:
        """Return whose it is and of which day."""
        return f"{self.source} {self.version}"


class BlockedName(models.Model):
    """Somebody on a list: who put them there (`listed_by`: US, GB, EU, UN…), why, and since when."""

    block_list = models.ForeignKey(BlockList, on_delete=models.PROTECT, related_name="names")
    kind = models.CharField(max_length=12, choices=PartyKind.choices)
    name = models.CharField(max_length=300)
    aliases = models.JSONField(default=list)
    identifiers = models.JSONField(default=list)  # BIC, account number, or its beginning with a star
    listed_by = models.CharField(max_length=8)
    reason = models.CharField(max_length=500, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)  # the last day

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PartyKind.values), name="blocked_kind_known"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="blocked_period_forward",
            ),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class BlockedWord(models.Model):
    """One word, as it sounds, of one way to write a name that has `of` words. What is looked up is looked up here."""

    name = models.ForeignKey(BlockedName, on_delete=models.PROTECT, related_name="words")
    variant = models.PositiveSmallIntegerField()
    word = models.CharField(max_length=80, db_index=True)
    of = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        """Return the word."""
        return self.word


class ScreeningRecord(models.Model):
    """One look into the lists: who was looked up, in which versions, and what was like it."""

    public_id = PublicIdField()
    subject = models.CharField(max_length=12, choices=Subject.choices)
    subject_ref = models.CharField(max_length=64)
    organisation = models.ForeignKey(  # whose affair it is; empty: the platform's
        "organisations.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="screenings"
    )
    parties = models.JSONField()
    lists = models.JSONField()  # public id, source and version of each
    hits = models.JSONField(default=list)
    outcome = models.CharField(max_length=5, choices=Outcome.choices)
    screened_by = models.ForeignKey(  # empty: the passing of time, or a new list
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject", "subject_ref"], name="screening_of_subject")]
        constraints = [models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="screening_outcome_known")]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)

    @property
    def looked_nowhere(self) -> bool:
        """Say whether no list was loaded then: nothing was found, and that means nothing."""
        return not self.lists


class ScreeningDecision(models.Model):
    """What a person decided about the likenesses of one record, with a second factor, and why."""

    public_id = PublicIdField()
    record = models.OneToOneField(ScreeningRecord, on_delete=models.PROTECT, related_name="decision")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reason = models.CharField(max_length=500)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=clock.now)
    factor_method = models.CharField(max_length=20)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason="") & ~Q(factor_method=""), name="screening_decided_with_reason")
        ]

    def __str__(self) -> str:
        """Return what was decided."""
        return f"{self.record_id}: {self.verdict}"
