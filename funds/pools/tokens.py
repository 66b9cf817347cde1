"""Signed links of those who give to a pool. Whoever holds one may see and answer for one gift, or one monthly promise.

The six-digit code says yes to one payment. It is for who has no use for a link: they read it out from their phone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from birge.errors import Conflict, InvalidInput, NotFound

from .models import PoolGift, StandingPromise

SIGNATURE_LENGTH = 16  # base-32 characters: 80 bits
MOST_WRONG = 5
WRONG_WINDOW_SECONDS = 24 * 60 * 60


def pool_gift_token(gift: PoolGift) -> str:
    """Return the text that stands in a link after `/g/`; it changes when `token_version` is raised."""
    return f"{gift.public_id}-{_signature('gift', gift.public_id, gift.token_version)}"


def pool_gift_link(gift: PoolGift) -> str:
    """Return the whole address of the signed link: what I pay to this pool, and how."""
    return f"{settings.SITE_URL}/g/{pool_gift_token(gift)}"


def pool_gift_by_token(token: str) -> PoolGift:
    """Return the gift whose link this is. Raises NotFound alike for a wrong and for an unknown one."""
    public_id, _dash, signature = token.strip().lower().partition("-")
    gift = PoolGift.objects.filter(public_id=public_id).select_related("pool__custodian", "pool__organisation").first()
    # An unknown id costs the same work, so that timing does not tell the two apart.
    wanted = _signature("gift", public_id, gift.token_version if gift else 1)
    if not constant_time_compare(wanted, signature) or gift is None:
        raise NotFound
    return gift


def standing_token(standing: StandingPromise) -> str:
    """Return the text that stands in a link after `/g/monthly/`."""
    return f"{standing.public_id}-{_signature('standing', standing.public_id, 1)}"


def standing_link(standing: StandingPromise) -> str:
    """Return the whole address of the signed link: pause, change or end my monthly promise."""
    return f"{settings.SITE_URL}/g/monthly/{standing_token(standing)}"


def standing_by_token(token: str) -> StandingPromise:
    """Return the monthly promise whose link this is. Raises NotFound alike for a wrong and for an unknown one."""
    public_id, _dash, signature = token.strip().lower().partition("-")
    standing = StandingPromise.objects.filter(public_id=public_id).select_related("pool", "giver").first()
    if not constant_time_compare(_signature("standing", public_id, 1), signature) or standing is None:
        raise NotFound
    return standing


def payment_code(gift: PoolGift, payment_ref: str) -> str:
    """Return the six digits by which whoever received them says yes to this payment."""
    digest = hmac.new(_key(), f"pool-code|{gift.public_id}|{gift.token_version}|{payment_ref}".encode(), hashlib.sha256)
    return f"{int.from_bytes(digest.digest()[:8]) % 1_000_000:06d}"


def payment_code_check(gift: PoolGift, payment_ref: str, code: str) -> None:
    """Raise InvalidInput (field `code`) unless these are the digits; after five wrong ones none is right for a day.

    Call it outside of the transaction that books: a wrong one stays counted.
    """
    key = f"pool-code-wrong:{payment_ref}"
    if cache.get(key, 0) >= MOST_WRONG:
        raise Conflict(_("Too many wrong codes. Please use the link, or ask who else signs."), code="too_many_codes")
    if not constant_time_compare(payment_code(gift, payment_ref), "".join(code.split())):
        cache.add(key, 0, WRONG_WINDOW_SECONDS)
        cache.incr(key)
        raise InvalidInput(_("This code is not right."), field="code", code="code_wrong")


def _signature(purpose: str, public_id: str, version: int) -> str:
    digest = hmac.new(_key(), f"pool|{purpose}|{public_id}|{version}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode()[:SIGNATURE_LENGTH].lower()


def _key() -> bytes:
    return str(settings.SECRET_KEY).encode()
