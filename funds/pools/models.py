"""Pools: money of an association or a matching donor, held by one custodian in one currency, and who decides on it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from birge.ids import PublicIdField
from birge.money import Money

from .states import GiftStatus, PoolStatus, ProposalKind, ProposalStatus, StandingStatus

CREDIT_LINE_LENGTH = 80


class Pool(models.Model):
    """Money held together. What it holds is asked from the ledger; nothing is kept here twice."""

    public_id = PublicIdField()
    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="pools")
    custodian = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="kept_pools")
    currency = models.CharField(max_length=3, default="KGS")
    name_ky = models.CharField(max_length=160, blank=True)
    name_ru = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    purpose = models.TextField(blank=True)  # in the words of whoever opened it
    budget_minor = models.BigIntegerField(null=True, blank=True)  # what its owner means to bring; says nothing is held
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)  # the last day
    status = models.CharField(max_length=6, choices=PoolStatus.choices, default=PoolStatus.OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["name_ru", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(organisation=F("custodian")), name="pool_held_by_another"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="pool_period_forward",
            ),
            models.CheckConstraint(
                condition=Q(budget_minor__isnull=True) | Q(budget_minor__gt=0), name="pool_budget_positive"
            ),
        ]

    def __str__(self) -> str:
        """Return the Russian name, which every pool has."""
        return self.name_ru

    def name(self, language: str) -> str:
        """Return the name in `language`, else the Russian one."""
        return {"ky": self.name_ky, "ru": self.name_ru, "en": self.name_en}.get(language, "") or self.name_ru


class StandingPromise(models.Model):
    """So much a month to a pool. It is a reminder: nobody is charged by it."""

    public_id = PublicIdField()
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="standing")
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    amount_minor = models.BigIntegerField()
    day = models.PositiveSmallIntegerField()  # of the month, 1 to 28
    status = models.CharField(max_length=6, choices=StandingStatus.choices, default=StandingStatus.ACTIVE)
    language = models.CharField(max_length=2)
    started_on = models.DateField()
    reminded_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="standing_positive"),
            models.CheckConstraint(condition=Q(day__gte=1, day__lte=28), name="standing_day_every_month_has"),
            models.UniqueConstraint(
                fields=["pool", "giver"], condition=~Q(status="ended"), name="standing_one_per_giver"
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)


class PoolGift(models.Model):
    """What somebody pays into a pool: announced, then paid by a payment that bears its `public_id` as its group."""

    public_id = PublicIdField()
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="gifts")
    standing = models.ForeignKey(
        StandingPromise, on_delete=models.SET_NULL, null=True, blank=True, related_name="gifts"
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=9, choices=GiftStatus.choices, default=GiftStatus.ANNOUNCED)
    made_at = models.DateTimeField()
    recorded_by = models.ForeignKey(  # the treasurer or officer who wrote it down; empty: the giver did
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    received_minor = models.BigIntegerField(null=True, blank=True)
    token_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="pool_gift_positive"),
            models.CheckConstraint(
                condition=Q(status="paid", received_minor__isnull=False)
                | (~Q(status="paid") & Q(received_minor__isnull=True)),
                name="pool_gift_paid_has_money",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)

    @property
    def amount(self) -> Money:
        """Return what was announced."""
        return Money(self.amount_minor, self.currency)


class PoolGiver(models.Model):
    """Who gave to a pool, and how they want to be thanked. Erasable; no row means nobody."""

    gift = models.OneToOneField(PoolGift, on_delete=models.CASCADE, related_name="giver")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="pool_gifts"
    )
    contact_kind = models.CharField(max_length=5, blank=True)
    contact = models.CharField(max_length=254, blank=True, db_index=True)
    language = models.CharField(max_length=2, default="ky")
    credit_line = models.CharField(max_length=CREDIT_LINE_LENGTH, blank=True)  # empty: do not name me

    def __str__(self) -> str:
        """Return the gift it belongs to, not the person: this ends up in logs."""
        return f"giver of {self.gift_id}"


class Proposal(models.Model):
    """What is to become of a pool's money. What was voted (`digest` of `content`) is exactly what is booked."""

    public_id = PublicIdField()
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="proposals")
    kind = models.CharField(max_length=11, choices=ProposalKind.choices)
    content = models.JSONField()  # see pools.services.content: plain data, amounts in minor units
    digest = models.CharField(max_length=64)  # SHA-256 of its canonical form
    amount_minor = models.BigIntegerField(default=0)  # what leaves the pool's free money by it
    currency = models.CharField(max_length=3)
    project = models.ForeignKey(
        "works.Project", on_delete=models.PROTECT, null=True, blank=True, related_name="pool_proposals"
    )
    to_pool = models.ForeignKey(Pool, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=600)
    how = models.CharField(max_length=10)  # signatures | vote, as the terms of reference said when it was made
    needed = models.PositiveSmallIntegerField()  # so many yes
    entitled = models.PositiveSmallIntegerField()  # of so many people
    terms_version = models.PositiveIntegerField()
    deadline = models.DateField()  # the last day (UTC)
    status = models.CharField(max_length=9, choices=ProposalStatus.choices, default=ProposalStatus.OPEN)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    booked_at = models.DateTimeField(null=True, blank=True)
    entry_id = models.UUIDField(null=True, blank=True)  # the first entry it was booked with, where money moved
    group = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["pool", "status"], name="proposal_by_pool")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ProposalStatus.values), name="proposal_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="proposal_not_negative"),
            models.CheckConstraint(condition=Q(needed__gte=1, needed__lte=F("entitled")), name="proposal_can_pass"),
            models.CheckConstraint(
                condition=Q(status="booked", booked_at__isnull=False)
                | (~Q(status="booked") & Q(booked_at__isnull=True)),
                name="proposal_booked_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(kind="give") | Q(project__isnull=False, amount_minor__gt=0),
                name="proposal_gives_to_something",
            ),
            models.CheckConstraint(
                condition=~Q(kind="pass_on") | (Q(to_pool__isnull=False, amount_minor__gt=0) & ~Q(to_pool=F("pool"))),
                name="proposal_passes_on_elsewhere",
            ),
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)

    @property
    def amount(self) -> Money:
        """Return what leaves the pool's free money."""
        return Money(self.amount_minor, self.currency)


class Ballot(models.Model):
    """One person's yes or no to one proposal, as they saw it (`digest`). Never changed, never removed."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="ballots")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    yes = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)
    role = models.CharField(max_length=20)  # the office in which they decided
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    factor_method = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "person"], name="ballot_once"),
            models.CheckConstraint(condition=Q(yes=True) | ~Q(reason=""), name="ballot_no_has_reason"),
        ]

    def __str__(self) -> str:
        """Return the proposal and the answer."""
        return f"{self.proposal_id}: {'yes' if self.yes else 'no'}"


class ProposalStep(models.Model):
    """History: each change of a proposal, who made it, when and why. Never changed, never removed."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="steps")
    from_status = models.CharField(max_length=9, blank=True)
    to_status = models.CharField(max_length=9)
    at = models.DateTimeField()
    actor = models.ForeignKey(  # empty: the passing of time
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        """Return the change in one line."""
        return f"{self.from_status}→{self.to_status}"
