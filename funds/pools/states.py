"""Where a proposal stands, and which steps there are."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PoolStatus(models.TextChoices):
    """Whether a pool takes money."""

    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class ProposalKind(models.TextChoices):
    """What a pool's money can be asked to do."""

    GIVE = "give", _("give to a project")
    MATCH = "match", _("use as matching money")
    RULE_CHANGE = "rule_change", _("change a matching rule")
    RULE_END = "rule_end", _("end a matching rule")
    PASS_ON = "pass_on", _("pass on to another pool")


class ProposalStatus(models.TextChoices):
    """How far a proposal is."""

    OPEN = "open", _("being decided")
    APPROVED = "approved", _("approved, not booked yet")
    BOOKED = "booked", _("approved and booked")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("taken back")
    EXPIRED = "expired", _("not decided in time")


_S = ProposalStatus
PROPOSAL_ALLOWED: dict[ProposalStatus, frozenset[ProposalStatus]] = {
    _S.OPEN: frozenset({_S.APPROVED, _S.REFUSED, _S.WITHDRAWN, _S.EXPIRED}),
    _S.APPROVED: frozenset({_S.BOOKED, _S.WITHDRAWN, _S.EXPIRED}),
    _S.BOOKED: frozenset(),
    _S.REFUSED: frozenset(),
    _S.WITHDRAWN: frozenset(),
    _S.EXPIRED: frozenset(),
}


class GiftStatus(models.TextChoices):
    """Whether what somebody wants to pay into a pool has come."""

    ANNOUNCED = "announced", _("announced")
    PAID = "paid", _("paid")
    WITHDRAWN = "withdrawn", _("taken back")


class StandingStatus(models.TextChoices):
    """Whether a monthly promise is asked for."""

    ACTIVE = "active", _("active")
    PAUSED = "paused", _("paused")
    ENDED = "ended", _("ended")
