"""Callers of the API: guests, people with tokens, and codes of their authenticators."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from birge.accounts.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PERIOD_SECONDS = 30
_numbers = itertools.count(1)


def caller(user: User | None = None) -> APIClient:
    """Return a client that speaks English, for a guest or for a person by their token."""
    client = APIClient(HTTP_ACCEPT_LANGUAGE="en")
    if user is not None:
        token, _made = Token.objects.get_or_create(user=user)
        client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    return client


def code_of(user: User) -> str:
    """Return the code that this person's authenticator shows now, giving them one whose secret we know."""
    data = {"secret": get_adapter().encrypt(SECRET)}
    Authenticator.objects.update_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": data})
    return str(format_hotp_value(hotp_value(SECRET, int(time.time()) // PERIOD_SECONDS)))


def fresh_key() -> dict[str, str]:
    """Return a header with an Idempotency-Key that was not used before."""
    return {"HTTP_IDEMPOTENCY_KEY": f"test-key-{next(_numbers):06}"}


def leaves(body: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Return every value in a JSON body with its path."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield from leaves(value, f"{path}/{name}")
    elif isinstance(body, list):
        for index, value in enumerate(body):
            yield from leaves(value, f"{path}/{index}")
    else:
        yield path, body
