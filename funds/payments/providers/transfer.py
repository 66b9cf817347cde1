"""Bank transfer to the custodian's account."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ..models import PaymentKind
from .base import ByHand, Provider


class Transfer(ByHand):
    """The payer's bank moves it; an officer sees it on the statement."""

    kind = PaymentKind.TRANSFER.value

    @property
    def label(self) -> str:
        """Return its name in the active language."""
        return _("Bank transfer")


provider: Provider = Transfer()
