"""Limits on what guessing and flooding could exploit; the general limits stand in the settings."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class _WriteThrottle(SimpleRateThrottle):
    """Counts only requests that write, by person, else by address."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Let reading pass uncounted."""
        return request.method in ("GET", "HEAD", "OPTIONS") or super().allow_request(request, view)

    def get_cache_key(self, request: Request, view: Any) -> str:
        """Return whom this request counts against."""
        ident = f"u{request.user.pk}" if request.user and request.user.is_authenticated else self.get_ident(request)
        return str(self.cache_format % {"scope": self.scope, "ident": ident})


class PledgeThrottle(_WriteThrottle):
    """Making and confirming pledges: each sends a message to someone."""

    scope = "pledge"


class FactorThrottle(_WriteThrottle):
    """Steps signed with a second factor: six digits must not be guessed."""

    scope = "factor"
