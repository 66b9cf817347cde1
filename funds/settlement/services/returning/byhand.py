"""Which refunds officers may send by hand: never one that a provider is sending, or a donor still decides on."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils.translation import gettext as _

from birge import clock
from birge.errors import RuleNotMet
from funds.payments.models import Payment, StripeDispute
from funds.payments.providers.stripe.models_after import DISPUTE_OPEN
from funds.releases.models import Refund
from funds.returns.models import PartStatus

from .closing import part_lock, part_of
from .moving import wants_move
from .routing import needs_nobody, refund_lock, to_officer
from .working import part_begin

BY_HAND = (PartStatus.OFFICER, PartStatus.DONE)  # of what is done, the refund's own status says why not


def by_hand_check(refund: Refund) -> None:
    """Raise RuleNotMet (`not_by_hand`) unless officers send this one.

    What was not begun yet is begun with; where no provider was asked so far, the officer is quicker.
    """
    part = part_of(refund)
    if part is not None and part.status == PartStatus.WAITING:
        if needs_nobody(part) or wants_move(refund):
            part = part_begin(part)
        else:
            refund_lock(refund)
            part = part_lock(part)
            part = to_officer(part) if part.status == PartStatus.WAITING else part
    if part is None or part.status in BY_HAND:
        return
    if part.status == PartStatus.OFFERED:
        raise RuleNotMet(
            _("The donor chose another project of the village. It is decided by itself."), code="not_by_hand"
        )
    raise RuleNotMet(_("The payment provider sends this one back."), code="not_by_hand")


def from_provider(refund: Refund) -> bool:
    """Take a locked refund from its provider, which does not send it, and give it to officers; say whether it was so.

    Raises RuleNotMet (`with_provider`) while the provider says that it has sent it: it would be sent twice.
    """
    part = part_of(refund)
    if part is None or part.status != PartStatus.PROVIDER:
        return False
    wait = dt.timedelta(days=settings.RETURNS_MOVE_DAYS)
    if part.answered_at is not None and clock.now() < part.answered_at + wait:
        raise RuleNotMet(
            _("The provider says that it has sent this. Please wait until its own report comes."), code="with_provider"
        )
    to_officer(part_lock(part))
    return True


def by_officers(refund: Refund) -> bool:
    """Say whether officers send this one: no provider does, and its donor decides nothing."""
    part = part_of(refund)
    return part is None or part.status in (PartStatus.WAITING, *BY_HAND)


def with_provider(refund: Refund) -> bool:
    """Say whether its provider was asked to send it."""
    part = part_of(refund)
    return part is not None and part.status == PartStatus.PROVIDER


def not_disputed_check(payment: Payment) -> None:
    """Raise RuleNotMet (`disputed`) while the payer's bank decides: it would go back twice."""
    if StripeDispute.objects.filter(attempt__payment=payment, status__in=DISPUTE_OPEN).exists():
        text = _("The payer’s bank disputes this payment. Wait for its decision: it gives the money back itself.")
        raise RuleNotMet(text, code="disputed")
