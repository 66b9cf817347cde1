"""Looking at a promise when it is confirmed, and around once a day for what came later."""

from __future__ import annotations

import logging

from django.db import DatabaseError, transaction

from funds.pledges.models import Party, Pledge

from ..marks import marks_read
from ..models import Flag, FlagKind, PledgeOrigin
from ..origins import Origin, origin_hash
from ..relations import related_by
from ..signals import alike, lately_confirmed
from .flagging import flag_put

logger = logging.getLogger(__name__)
AROUND_DAYS = 3


def origin_keep(pledge: Pledge, origin: Origin) -> None:
    """Keep from where a promise was made, as today's hashes. Once; what an officer writes down has no origin."""
    if not origin.address or pledge.made_by_id is not None:
        return
    hashes = {"address": origin_hash(origin.address), "agent": origin_hash(origin.agent)}
    PledgeOrigin.objects.get_or_create(pledge=pledge, defaults=hashes)


def pledge_look(pledge: Pledge) -> list[Flag]:
    """Put a confirmed promise before the officers if it looks like one payer's of many, or a related party's.

    It stops nothing, and never fails: what could not be looked at now is looked at by the next `tick`.
    """
    try:
        with transaction.atomic():
            return _look(pledge)
    except DatabaseError:
        logger.exception("could not look at the pledge %s", pledge.public_id)
        return []


def watch_look_around() -> list[Flag]:
    """Look at the promises of the last days once more: cards, senders and receipts become known later."""
    while marks_read():
        pass
    return [flag for pledge in lately_confirmed(AROUND_DAYS).iterator() for flag in pledge_look(pledge)]


def _look(pledge: Pledge) -> list[Flag]:
    if pledge.party != Party.DONORS or pledge.pool_ref:
        return []
    flags = []
    found = alike(pledge)
    if found:
        keys = set().union(*found.values())
        together = Pledge.objects.filter(pk__in=keys).select_related("custodian")
        reasons = {code: len(those) for code, those in found.items()}
        flags.append(flag_put(kind=FlagKind.ONE_PAYER, project=pledge.project, pledges=together, reasons=reasons))
    why = [] if pledge.related else related_by(pledge)
    if why:
        reasons = dict.fromkeys(why, 1)
        flags.append(flag_put(kind=FlagKind.RELATED, project=pledge.project, pledges=[pledge], reasons=reasons))
    return flags
