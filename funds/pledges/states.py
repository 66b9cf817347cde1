"""The life of a pledge, in one table."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PledgeStatus(models.TextChoices):
    """Where a pledge stands."""

    MADE = "made", _("made, contact not yet proven")
    CONFIRMED = "confirmed", _("confirmed")
    DUE = "due", _("due: please pay now")
    COLLECTED = "collected", _("collected")
    REFUNDED = "refunded", _("refunded")
    WITHDRAWN = "withdrawn", _("withdrawn")
    LAPSED = "lapsed", _("lapsed")


_S = PledgeStatus
ALLOWED: dict[PledgeStatus, frozenset[PledgeStatus]] = {
    _S.MADE: frozenset({_S.CONFIRMED, _S.WITHDRAWN, _S.LAPSED}),
    # Money may come before it is asked for (confirmed → collected); nobody turns a giver away.
    _S.CONFIRMED: frozenset({_S.DUE, _S.COLLECTED, _S.WITHDRAWN, _S.LAPSED}),
    # due → confirmed: its conditions ceased to hold, because another promise of the plan fell away.
    _S.DUE: frozenset({_S.CONFIRMED, _S.COLLECTED, _S.WITHDRAWN, _S.LAPSED}),
    # collected → confirmed: its payment was written down by mistake and taken back.
    _S.COLLECTED: frozenset({_S.REFUNDED, _S.CONFIRMED}),
    _S.REFUNDED: frozenset(),
    _S.WITHDRAWN: frozenset(),
    _S.LAPSED: frozenset(),
}
OPEN = (_S.CONFIRMED, _S.DUE)  # promised, in the pledge book, money not yet come
IN_LEDGER = (_S.CONFIRMED, _S.DUE, _S.COLLECTED)
