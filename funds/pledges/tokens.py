"""Signed links. Whoever holds one may see, or prove, one pledge; nothing else."""

from __future__ import annotations

import base64
import enum
import hashlib
import hmac

from django.conf import settings
from django.utils.crypto import constant_time_compare

from birge.errors import NotFound

from .models import Pledge

SIGNATURE_LENGTH = 16  # base-32 characters: 80 bits


class Purpose(enum.StrEnum):
    """What a link is good for."""

    MONEY = "money"  # "where is my money": look, withdraw, prolong, pay
    CONFIRM = "confirm"  # sent only to the contact itself, so that opening it proves the contact


def pledge_token(pledge: Pledge, purpose: Purpose = Purpose.MONEY) -> str:
    """Return the text that stands in a link after `/m/`; it changes when `token_version` is raised."""
    return f"{pledge.public_id}-{_signature(pledge, purpose)}"


def pledge_link(pledge: Pledge, purpose: Purpose = Purpose.MONEY) -> str:
    """Return the whole address of the signed link."""
    return f"{settings.SITE_URL}/m/{pledge_token(pledge, purpose)}"


def token_open(token: str) -> tuple[Pledge, Purpose]:
    """Return whose link this is and what for. Raises NotFound alike for a wrong and for an unknown one."""
    public_id, _, signature = token.strip().lower().partition("-")
    pledge = Pledge.objects.filter(public_id=public_id).select_related("project", "custodian").first()
    # An unknown id costs the same work, so that timing does not tell the two apart.
    candidate = pledge or Pledge(public_id=public_id)
    matches = [p for p in Purpose if constant_time_compare(_signature(candidate, p), signature)]
    if pledge is None or not matches:
        raise NotFound
    return pledge, matches[0]


def pledge_by_token(token: str, purpose: Purpose = Purpose.MONEY) -> Pledge:
    """Return the pledge whose link for `purpose` this is. Raises NotFound for anything else."""
    pledge, found = token_open(token)
    if found is not purpose:
        raise NotFound
    return pledge


def _signature(pledge: Pledge, purpose: Purpose) -> str:
    text = f"{purpose}|{pledge.public_id}|{pledge.token_version}"
    digest = hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode()[:SIGNATURE_LENGTH].lower()
