"""From which address a request comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings


def client_address(meta: Mapping[str, Any]) -> str:
    """Return the address of who asks: behind NUM_PROXIES proxies what the outermost of them saw.

    What a client writes into the header by itself stands further left, and is not believed.
    """
    proxies: int = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    seen = [part.strip() for part in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",") if part.strip()]
    if proxies and seen:
        return seen[-min(proxies, len(seen))]
    return str(meta.get("REMOTE_ADDR", ""))
