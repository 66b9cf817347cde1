"""Organisations, their offices, and who holds an office when."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.ids import PublicIdField


class OrganisationKind(models.TextChoices):
    """The parties to a project."""

    VILLAGE_ADMINISTRATION = "village_administration", _("village administration")
    LOCAL_COUNCIL = "local_council", _("local council")
    MIGRANT_ASSOCIATION = "migrant_association", _("migrant association")
    MATCHING_DONOR = "matching_donor", _("matching donor")
    CUSTODIAN = "custodian", _("custodian")


class OrganisationStatus(models.TextChoices):
    """How far its papers were checked."""

    DRAFT = "draft", _("being written")
    SUBMITTED = "submitted", _("papers handed in")
    VERIFIED = "verified", _("verified")
    REFUSED = "refused", _("refused")
    SUSPENDED = "suspended", _("suspended")


_S = OrganisationStatus
ALLOWED: dict[OrganisationStatus, frozenset[OrganisationStatus]] = {
    _S.DRAFT: frozenset({_S.SUBMITTED}),
    _S.SUBMITTED: frozenset({_S.VERIFIED, _S.REFUSED}),
    _S.REFUSED: frozenset({_S.SUBMITTED}),  # with other papers
    _S.VERIFIED: frozenset({_S.SUSPENDED}),
    _S.SUSPENDED: frozenset({_S.VERIFIED}),
}


class Role(models.TextChoices):
    """What an office is for."""

    HEAD = "head", _("head")
    FINANCE_OFFICER = "finance_officer", _("finance officer")
    FOCAL_POINT = "focal_point", _("migration focal point")
    COUNCIL_CHAIR = "council_chair", _("chair of the council")
    DEPUTY = "deputy", _("deputy")
    CHAIR = "chair", _("chair")
    TREASURER = "treasurer", _("treasurer")
    SIGNATORY = "signatory", _("signatory")
    MEMBER = "member", _("member")
    DONOR_MANAGER = "donor_manager", _("manager")
    CUSTODIAN_OFFICER = "custodian_officer", _("custodian’s officer")


ROLES_OF: dict[str, frozenset[Role]] = {
    OrganisationKind.VILLAGE_ADMINISTRATION: frozenset({Role.HEAD, Role.FINANCE_OFFICER, Role.FOCAL_POINT}),
    OrganisationKind.LOCAL_COUNCIL: frozenset({Role.COUNCIL_CHAIR, Role.DEPUTY}),
    OrganisationKind.MIGRANT_ASSOCIATION: frozenset({Role.CHAIR, Role.TREASURER, Role.SIGNATORY, Role.MEMBER}),
    OrganisationKind.MATCHING_DONOR: frozenset({Role.DONOR_MANAGER}),
    OrganisationKind.CUSTODIAN: frozenset({Role.CUSTODIAN_OFFICER}),
}


class Organisation(models.Model):
    """A party. It can act only once a platform administrator has checked its papers."""

    public_id = PublicIdField()
    kind = models.CharField(max_length=24, choices=OrganisationKind.choices)
    name_ky = models.CharField(max_length=160, blank=True)
    name_ru = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    place = models.ForeignKey(
        "places.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="organisations"
    )
    country = models.CharField(max_length=2, default="KG")
    status = models.CharField(max_length=10, choices=OrganisationStatus.choices, default=OrganisationStatus.DRAFT)
    registered_number = models.CharField(max_length=40, blank=True)
    contact_email = models.EmailField(blank=True)
    about = models.TextField(blank=True)
    papers = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["name_ru", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["village_administration", "local_council"]) | Q(place__isnull=False),
                name="organisation_local_has_place",
            ),
            # Two of a kind in one place could not be told apart, and a project would have two councils.
            models.UniqueConstraint(
                fields=["kind", "place"],
                condition=Q(kind__in=["village_administration", "local_council"], status__in=["verified", "suspended"]),
                name="organisation_local_once",
            ),
        ]

    def __str__(self) -> str:
        """Return the Russian name, which every organisation has."""
        return self.name_ru

    def name(self, language: str) -> str:
        """Return the name in `language`, else the Russian one."""
        return {"ky": self.name_ky, "ru": self.name_ru, "en": self.name_en}.get(language, "") or self.name_ru


class Office(models.Model):
    """A seat with a role. It stays when people change."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="offices")
    role = models.CharField(max_length=20, choices=Role.choices)
    seat = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["organisation_id", "role", "seat"]
        constraints = [models.UniqueConstraint(fields=["organisation", "role", "seat"], name="office_once")]

    def __str__(self) -> str:
        """Return role and organisation."""
        return f"{self.get_role_display()}, {self.organisation}"


class TermStatus(models.TextChoices):
    """Whether a term counts."""

    ACTIVE = "active", _("active")
    ENDED = "ended", _("ended")


class Term(models.Model):
    """A person in an office, from a day to a day; `acting` where they stand in for the holder."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="terms")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="terms")
    acting = models.BooleanField(default=False)
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)  # the last day
    status = models.CharField(max_length=6, choices=TermStatus.choices, default=TermStatus.ACTIVE)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["office_id", "starts", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["office"], condition=Q(status="active", acting=False), name="term_one_holder"
            ),
            models.UniqueConstraint(
                fields=["office"], condition=Q(status="active", acting=True), name="term_one_acting_holder"
            ),
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="term_forward"),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("user")), name="term_not_granted_by_oneself"
            ),
        ]

    def __str__(self) -> str:
        """Return who holds what."""
        return f"{self.user} — {self.office}"

    def end(self, day: dt.date) -> None:
        """Let it end with `day`, or on the earlier day it had run out by itself."""
        self.status = TermStatus.ENDED
        self.ends = max(self.starts, day if self.ends is None else min(self.ends, day))
        self.save(update_fields=["status", "ends"])


class RequestKind(models.TextChoices):
    """What two persons must agree on."""

    FIRST_SIGNATORIES = "first_signatories", _("first signatories")
    GRANT = "grant", _("a new holder of an office")
    HAND_OVER = "hand_over", _("hand-over of an office")
    LOST_FACTOR = "lost_factor", _("a lost phone or key")
    END_TERM = "end_term", _("end of a term")


class RequestStatus(models.TextChoices):
    """Where a request stands."""

    ASKED = "asked", _("asked")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")


REQUEST_ALLOWED: dict[RequestStatus, frozenset[RequestStatus]] = {
    RequestStatus.ASKED: frozenset({RequestStatus.APPROVED, RequestStatus.REFUSED}),
    RequestStatus.APPROVED: frozenset(),
    RequestStatus.REFUSED: frozenset(),
}


class OfficeRequest(models.Model):
    """One person asks, another from outside agrees. Both are kept."""

    public_id = PublicIdField()
    kind = models.CharField(max_length=20, choices=RequestKind.choices)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="requests")
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    seat = models.PositiveSmallIntegerField(default=1)
    acting = models.BooleanField(default=False)
    ends = models.DateField(null=True, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    papers = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=8, choices=RequestStatus.choices, default=RequestStatus.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True)
    factor_method = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | (~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("person"))),
                name="request_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(status="asked", decided_by__isnull=True)
                | (~Q(status="asked") & Q(decided_by__isnull=False)),
                name="request_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        """Return what is asked and for whom."""
        return f"{self.get_kind_display()}: {self.person}"


class DecidedHow(models.TextChoices):
    """How an association or a matching donor decides about its pools."""

    SIGNATURES = "signatures", _("signatures of those who sign")
    VOTE = "vote", _("a vote of all members")


class TermsOfReference(models.Model):
    """What an organisation with pools has agreed on in writing. A new text is another version; old ones stay.

    Up to `threshold_minor` (minor units of `currency`) `needed_below` yes are enough, above it `needed_above`.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="terms_of_reference")
    version = models.PositiveIntegerField()
    text = models.TextField()
    language = models.CharField(max_length=2)
    paper = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    how = models.CharField(max_length=10, choices=DecidedHow.choices, default=DecidedHow.SIGNATURES)
    threshold_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="KGS")
    needed_below = models.PositiveSmallIntegerField()
    needed_above = models.PositiveSmallIntegerField()
    days_to_decide = models.PositiveSmallIntegerField(default=7)
    agreements_needed = models.PositiveSmallIntegerField(default=1)  # as many as the text before asked for large sums
    status = models.CharField(max_length=8, choices=RequestStatus.choices, default=RequestStatus.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True)
    factor_method = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["organisation_id", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "version"], name="terms_version_once"),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(status="asked"), name="terms_one_asked_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="terms_two_persons"
            ),
            models.CheckConstraint(
                # The one who proposes never counts: at least one other person agrees to every spending.
                condition=Q(threshold_minor__gte=0, needed_below__gte=1, needed_above__gte=F("needed_below")),
                name="terms_need_someone",
            ),
            models.CheckConstraint(condition=Q(days_to_decide__gte=1, days_to_decide__lte=60), name="terms_days"),
        ]

    def __str__(self) -> str:
        """Return whose they are and which version."""
        return f"{self.organisation} {self.version}"

    @property
    def public_id(self) -> str:
        """Return how records name it: by whose it is and which version."""
        return f"{self.organisation.public_id}:{self.version}"


class TermsAgreement(models.Model):
    """One person's yes to a new text. Never changed, never removed."""

    terms = models.ForeignKey(TermsOfReference, on_delete=models.PROTECT, related_name="agreements")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    factor_method = models.CharField(max_length=20)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["terms", "person"], name="terms_agreement_once")]

    def __str__(self) -> str:
        """Return the text that was agreed to."""
        return str(self.terms)


class JoinRequest(models.Model):
    """Somebody wants to be a member; the chair decides."""

    class Status(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", _("asked")
        APPROVED = "approved", _("admitted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("taken back")

    public_id = PublicIdField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="join_requests")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="join_requests")
    message = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.ASKED)
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"], condition=Q(status="asked"), name="join_request_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("person")), name="join_request_by_another"
            ),
        ]

    def __str__(self) -> str:
        """Return who wants to join what."""
        return f"{self.person} → {self.organisation}"
