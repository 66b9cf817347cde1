"""Card testing: who tries many cards is asked to wait, told how to pay otherwise, and shown to the officers."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.errors import RuleNotMet
from funds.payments.models import StripeAttempt
from funds.payments.providers.stripe.models import WAITING
from funds.pledges.contacts import contact_of
from funds.pledges.models import Pledge

from ..marks import marks_read
from ..models import CardMark, CardTry, Decision, Flag, FlagKind, FlagStatus
from ..origins import Origin, contact_hash, origin_hash, origins_lately
from .flagging import flag_put

HOUR = dt.timedelta(hours=1)


def card_attempt_check(*, pledge: Pledge, origin: Origin | None = None) -> None:
    """Count an attempt to pay by card; what is counted stays, also where it is refused.

    Raises RuleNotMet (`too_many`: in an hour, or another way; `no_cards`: by transfer or in cash only, since an officer
    decided so).
    """
    with transaction.atomic():
        refusal = _count(pledge, origin or Origin())
    if refusal is not None:
        raise refusal


def _count(pledge: Pledge, origin: Origin) -> RuleNotMet | None:
    decided = Flag.objects.filter(
        kind=FlagKind.CARDS, status=FlagStatus.DECIDED, decision=Decision.NO_CARDS, pledges__pledge__group=pledge.group
    )
    if decided.exists():
        return RuleNotMet(
            _("Cards are not taken for this promise. Please pay by transfer or in cash, or talk to the custodian."),
            code="no_cards",
        )
    if StripeAttempt.objects.filter(pledge_ref=pledge.public_id, status__in=WAITING).exists():
        return None  # the page that is open already is shown again
    contact = contact_of(pledge)
    hashed = contact_hash(contact.value if contact else "")
    reasons = _too_many(pledge, hashed, origin)
    CardTry.objects.create(
        pledge_ref=pledge.public_id,
        contact=hashed,
        address=origin_hash(origin.address),
        waited=bool(reasons),
    )
    if not reasons:
        return None
    flag_put(kind=FlagKind.CARDS, project=pledge.project, pledges=[pledge], reasons=reasons)
    return RuleNotMet(
        _("You have tried this often. Please wait an hour, or pay another way."), code="too_many", counted=reasons
    )


def _too_many(pledge: Pledge, contact: str, origin: Origin) -> dict[str, int]:
    """Return what was tried more often in the last hour than is usual: what, and how often."""
    since = clock.now() - HOUR
    tries = CardTry.objects.filter(at__gt=since, waited=False)
    counted = {
        "pledge": tries.filter(pledge_ref=pledge.public_id).count(),
        "contact": tries.filter(contact=contact).count() if contact else 0,
        "address": tries.filter(address__in=origins_lately(origin.address)).count() if origin.address else 0,
        "declined": _declined(pledge, contact, origin, since),
    }
    limits: dict[str, int] = settings.WATCH_CARD_LIMITS
    return {what: count + 1 for what, count in counted.items() if count >= limits[what]}


def _declined(pledge: Pledge, contact: str, origin: Origin, since: dt.datetime) -> int:
    """Return how often a bank said no to this payer, or to a card that this payer used, in the last hour."""
    marks_read()
    mine = CardTry.objects.filter(at__gt=since)
    refs = {pledge.public_id}
    if contact:
        refs |= set(mine.filter(contact=contact).values_list("pledge_ref", flat=True))
    if origin.address:
        refs |= set(mine.filter(address__in=origins_lately(origin.address)).values_list("pledge_ref", flat=True))
    lately = CardMark.objects.filter(at__gt=since, declined=True)
    cards = set(lately.filter(pledge_ref__in=refs).exclude(card="").values_list("card", flat=True))
    declined = lately.filter(pledge_ref__in=refs) | lately.filter(card__in=cards)
    return declined.distinct().count()
