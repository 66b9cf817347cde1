"""Callers of the API: guests, people with tokens, and codes of their authenticators."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from birge.accounts.models import User
from tests.factories.funds import PDF

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PERIOD_SECONDS = 30
V1 = "/api/v1/"
_numbers = itertools.count(1)


class Caller(APIClient):
    """A client that speaks JSON and English, and sends a fresh Idempotency-Key with all that writes."""

    def __init__(self, user: User | None = None) -> None:
        super().__init__(HTTP_ACCEPT_LANGUAGE="en")
        self.user = user
        if user is not None:
            token, _made = Token.objects.get_or_create(user=user)
            self.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")

    def call(self, method: str, path: str, body: Any = None, *, form: str = "json", **headers: Any) -> Any:
        """Return the response. `path` is below /api/v1/; a `key` given as a header replaces the fresh one."""
        if method.lower() == "get":
            return self.get(V1 + path, body, **headers)
        sent = {} if body is None else body
        return getattr(self, method.lower())(V1 + path, sent, format=form, **(fresh_key() | headers))

    def read(self, path: str, **query: Any) -> Any:
        """Return what stands there now."""
        return self._good(self.call("get", path, query), 200)

    def write(self, path: str, body: Any = None, *, method: str = "post", status: int = 200, **how: Any) -> Any:
        """Return the answer to something that must succeed."""
        return self._good(self.call(method, path, body, **how), status)

    def make(self, path: str, body: Any = None, **how: Any) -> Any:
        """Return what was made."""
        return self.write(path, body, status=201, **how)

    def sign(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Do something that takes a code of one's authenticator."""
        assert self.user is not None
        return self.write(path, {**(body or {}), "code": code_of(self.user)})

    def upload(self, organisation: str, kind: str, visibility: str = "public") -> str:
        """Return the identifier of a new paper."""
        made = self.make("documents/", upload_form(organisation, kind, visibility), form="multipart")
        return str(made["id"])

    def _good(self, response: Any, status: int) -> Any:
        assert response.status_code == status, (response.status_code, response.content.decode()[:2000])
        return response.json() if response.content else None


def caller(user: User | None = None) -> Caller:
    """Return a client for a guest, or for a person by their token."""
    return Caller(user)


def code_of(user: User) -> str:
    """Return the code that this person's authenticator shows now, as if they had waited for a new one."""
    give_factor(user)
    cache.delete(f"allauth.mfa.totp.used?user={user.pk}&code={_shown()}")
    return _shown()


def give_factor(user: User) -> None:
    """Give this person an authenticator whose secret we know."""
    data = {"secret": get_adapter().encrypt(SECRET)}
    Authenticator.objects.update_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": data})


def _shown() -> str:
    return str(format_hotp_value(hotp_value(SECRET, int(time.time()) // PERIOD_SECONDS)))


def fresh_key() -> dict[str, str]:
    """Return a header with an Idempotency-Key that was not used before."""
    return {"HTTP_IDEMPOTENCY_KEY": f"test-key-{next(_numbers):08}"}


def upload_form(organisation: str, kind: str, visibility: str = "public") -> dict[str, Any]:
    """Return what an upload sends: each time another paper."""
    paper = SimpleUploadedFile("paper.pdf", PDF + f"paper {next(_numbers)}".encode(), "application/pdf")
    return {"organisation": organisation, "kind": kind, "title": kind, "visibility": visibility, "file": paper}


def money(minor: int, currency: str = "KGS") -> dict[str, Any]:
    """Return a sum as a body holds it."""
    return {"minor": minor, "currency": currency}


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
