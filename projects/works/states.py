"""The life of a project, in one table."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class ProjectStatus(models.TextChoices):
    """Where a project stands."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("before the council")
    ADOPTED = "adopted", _("adopted by the council")
    OPEN = "open", _("raising money")
    PLEDGED_IN_FULL = "pledged_in_full", _("promised in full")
    FUNDED = "funded", _("funded")
    UNDER_WAY = "under_way", _("being built")
    COMPLETED = "completed", _("completed")
    CLOSED = "closed", _("closed")
    DECLINED = "declined", _("declined")
    EXPIRED = "expired", _("did not come together")
    CANCELLED = "cancelled", _("cancelled")
    SUSPENDED = "suspended", _("stopped for now")


_S = ProjectStatus
ALLOWED: dict[ProjectStatus, frozenset[ProjectStatus]] = {
    _S.DRAFT: frozenset({_S.SUBMITTED, _S.CANCELLED}),
    _S.SUBMITTED: frozenset({_S.ADOPTED, _S.DECLINED, _S.DRAFT, _S.CANCELLED}),
    _S.ADOPTED: frozenset({_S.OPEN, _S.CANCELLED}),
    _S.OPEN: frozenset({_S.PLEDGED_IN_FULL, _S.EXPIRED, _S.CANCELLED, _S.SUSPENDED}),
    # Back to open: a promise of the plan was taken back or ran out. Back from funded: a payment was put right.
    _S.PLEDGED_IN_FULL: frozenset({_S.FUNDED, _S.OPEN, _S.EXPIRED, _S.CANCELLED, _S.SUSPENDED}),
    _S.FUNDED: frozenset({_S.UNDER_WAY, _S.PLEDGED_IN_FULL, _S.CANCELLED, _S.SUSPENDED}),
    _S.UNDER_WAY: frozenset({_S.COMPLETED, _S.CANCELLED, _S.SUSPENDED}),
    _S.COMPLETED: frozenset({_S.CLOSED}),
    _S.SUSPENDED: frozenset({_S.OPEN, _S.PLEDGED_IN_FULL, _S.FUNDED, _S.UNDER_WAY, _S.CANCELLED}),
    _S.CLOSED: frozenset(),
    _S.DECLINED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.CANCELLED: frozenset(),
}
WORDS_CAN_CHANGE = frozenset({_S.DRAFT})
HAS_RESOLUTION = frozenset(set(ProjectStatus) - {_S.DRAFT, _S.SUBMITTED, _S.DECLINED, _S.CANCELLED})
OPENED = HAS_RESOLUTION - {_S.ADOPTED}
NOT_PUBLIC = frozenset({_S.DRAFT, _S.SUBMITTED})


class Why:
    """The reasons of steps that the rule itself takes. Kept in English with the step; pages translate them."""

    ALL_PROMISED = gettext_noop("Every share of the plan is promised.")
    FELL_AWAY = gettext_noop("A promise of the plan was taken back or ran out.")
    ALL_HELD = gettext_noop("All money of the plan has come.")
    PUT_RIGHT = gettext_noop("A payment was put right.")
    OUT_OF_TIME = gettext_noop("The shares did not come together in time.")
    TIME_TO_DECIDE = gettext_noop("Not all the money came in time. The village decides how to go on.")
