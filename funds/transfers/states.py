"""Where a transfer stands, and which steps there are."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TransferStatus(models.TextChoices):
    """From a pool's decision to the other custodian's word that it has arrived."""

    ASKED = "asked", _("decided, being prepared")
    PREPARED = "prepared", _("prepared, waits for a second officer")
    APPROVED = "approved", _("approved, to be sent")
    SENT = "sent", _("on its way")
    CLOSING = "closing", _("said to have come back or to be lost")
    RECEIVED = "received", _("arrived")
    REFUSED = "refused", _("not sent")
    CAME_BACK = "came_back", _("came back")
    LOST = "lost", _("lost on the way")


class ClosedHow(models.TextChoices):
    """What became of money that did not arrive."""

    CAME_BACK = "came_back", _("it came back to our account")
    LOST = "lost", _("it is lost")


_S = TransferStatus
TRANSFER_ALLOWED: dict[TransferStatus, frozenset[TransferStatus]] = {
    _S.ASKED: frozenset({_S.PREPARED, _S.REFUSED}),
    _S.PREPARED: frozenset({_S.PREPARED, _S.APPROVED, _S.REFUSED}),
    _S.APPROVED: frozenset({_S.SENT, _S.REFUSED}),
    _S.SENT: frozenset({_S.RECEIVED, _S.CLOSING}),
    _S.CLOSING: frozenset({_S.SENT, _S.RECEIVED, _S.CAME_BACK, _S.LOST}),
    _S.RECEIVED: frozenset(),
    _S.REFUSED: frozenset(),
    _S.CAME_BACK: frozenset(),
    _S.LOST: frozenset(),
}
BEFORE = (_S.ASKED, _S.PREPARED, _S.APPROVED)  # nothing has left yet
ON_THE_WAY = (_S.SENT, _S.CLOSING)
OPEN = (*BEFORE, *ON_THE_WAY)  # the sum is out of reach of everything else
