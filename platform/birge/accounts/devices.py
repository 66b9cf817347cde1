"""Which device a deed about cash was done on: a hint that tells two people from one person with two accounts.

A browser gets a random cookie at sign-in. We keep only a keyed digest of it, only with deeds about cash, and forget it
after `KEPT`. Who clears their cookies or uses another browser is a new device: it is a hint, not a proof.
"""

from __future__ import annotations

import datetime as dt
import re

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from birge import clock, randomness
from birge.notifications.contacts import fingerprint

from .models import DeviceUse, User

COOKIE = "birge_device"
KEPT = dt.timedelta(days=400)  # as long as browsers keep a cookie at most
_TOKEN = re.compile(r"[0-9a-f]{32}")


def device_of(request: HttpRequest) -> str:
    """Return the digest of this browser's cookie; empty where it has none, as with a token of the API."""
    token = request.COOKIES.get(COOKIE, "")
    return fingerprint("device", token) if _TOKEN.fullmatch(token) else ""


def device_give(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give the browser its cookie, or prolong the one it has. Called at sign-in."""
    token = request.COOKIES.get(COOKIE, "")
    if not _TOKEN.fullmatch(token):
        token = randomness.new_uuid().hex
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(KEPT.total_seconds()),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def device_keep(*, user: User, device: str) -> None:
    """Note, in the caller's transaction, that this person did something about cash on this device; empty: nothing."""
    if not device:
        return
    if DeviceUse.objects.filter(user=user, digest=device).update(last_at=clock.now()):
        return
    try:
        with transaction.atomic():
            DeviceUse.objects.create(user=user, digest=device)
    except IntegrityError:  # the same person, at the same moment
        return


def device_used_by(*, user: User, device: str) -> bool:
    """Say whether this person did something about cash on this device."""
    return bool(device) and DeviceUse.objects.filter(user=user, digest=device).exists()


def devices_forget(today: dt.date) -> int:
    """Forget what is older than `KEPT`; return how many. Called by `tick`."""
    before = dt.datetime.combine(today, dt.time(), dt.UTC) - KEPT
    return DeviceUse.objects.filter(last_at__lt=before).delete()[0]
