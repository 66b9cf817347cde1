"""Where something comes from, as hashes that nobody can turn back after two days."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from birge import clock, randomness
from birge.notifications.contacts import contact_root, fingerprint

from .models import CardTry, OriginSalt, PledgeOrigin

SALT_DAYS, KEEP_DAYS = 2, 30


@dataclass(frozen=True)
class Origin:
    """Who asks, as the door knows it: address and browser. Never stored as they are."""

    address: str = ""
    agent: str = ""


def origin_hash(value: str, day: dt.date | None = None) -> str:
    """Return an address or a browser as that day's hash (today's unless told); empty for nothing.

    The same on the same UTC day, and something else tomorrow.
    """
    if not value:
        return ""
    return hmac.new(_salt(day or clock.today()).encode(), value.encode(), hashlib.sha256).hexdigest()


def origins_lately(value: str) -> list[str]:
    """Return an address as today's and yesterday's hash: an hour may begin before midnight."""
    today = clock.today()
    return [each for each in (origin_hash(value, today), origin_hash(value, today - dt.timedelta(days=1))) if each]


def contact_hash(value: str) -> str:
    """Return a contact as a keyed hash, the same for all spellings of one mailbox; empty for nothing."""
    return fingerprint("watch-contact", contact_root(value)) if value else ""


def origins_forget(today: dt.date) -> int:
    """Delete salts after two days, and hashes after thirty; return how many salts went."""
    start = dt.datetime.combine(today - dt.timedelta(days=KEEP_DAYS), dt.time(), dt.UTC)
    PledgeOrigin.objects.filter(at__lt=start).delete()
    CardTry.objects.filter(at__lt=start).delete()
    gone, _by_model = OriginSalt.objects.filter(day__lte=today - dt.timedelta(days=SALT_DAYS)).delete()
    return gone


def _salt(day: dt.date) -> str:
    known = OriginSalt.objects.filter(day=day).first()
    if known is None:
        try:
            with transaction.atomic():
                known = OriginSalt.objects.create(day=day, salt=randomness.token_bytes(32).hex())
        except IntegrityError:  # another process was first
            known = OriginSalt.objects.get(day=day)
    return known.salt
