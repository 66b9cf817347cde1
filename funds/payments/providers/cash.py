"""Cash, handed to the custodian's officer."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ..models import PaymentKind
from .base import ByHand, Provider


class Cash(ByHand):
    """An officer takes it and writes a slip; the payer or a second officer confirms it."""

    kind = PaymentKind.CASH.value

    @property
    def label(self) -> str:
        """Return its name in the active language."""
        return _("Cash")


provider: Provider = Cash()
