"""The header `Idempotency-Key`: required wherever money moves, so that a repeat after a lost answer does no harm."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from birge.accounts.factors import FactorProof, WrongCode, factor_count_wrong, factor_try_code
from birge.accounts.models import User
from funds.ledger.posting import command_finish, command_open
from funds.pledges.contacts import fingerprint

from .errors import InvalidHeader

HEADER = "Idempotency-Key"
PATTERN = "[A-Za-z0-9_.:-]{16,100}"
PARAMETER = OpenApiParameter(
    HEADER,
    {"type": "string", "pattern": f"^{PATTERN}$"},
    OpenApiParameter.HEADER,
    required=True,
    description=(
        "A fresh random text for each new request. The same key with the same body answers the same again; "
        "with another body it is refused (409, `key_reused`)."
    ),
)


class Public(Protocol):
    """Something with an identifier for outside."""

    @property
    def public_id(self) -> Any:
        """Return it."""


Result = TypeVar("Result", bound=Public)


def idempotency(request: Request, *, guest: str = "guest") -> tuple[str, str]:
    """Return (scope, key) for the service that opens the command; `guest` is the scope of who is not signed in.

    Raises InvalidHeader when the key is missing or malformed.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        raise InvalidHeader({HEADER: [_("Please send this header with a fresh random key.")]}, code="required")
    if not re.fullmatch(PATTERN, key):
        raise InvalidHeader({HEADER: [_("Please send 16 to 100 letters, digits or the signs - _ . :")]})
    user = request.user
    return (f"user:{user.public_id}" if isinstance(user, User) else guest), key


def signed_once(
    request: Request,
    *,
    verb: str,
    target: str,
    body: Mapping[str, Any],
    run: Callable[[FactorProof | None], Result],
    again: Callable[[str], Result],
    private: Sequence[str] = (),
) -> Result:
    """Run a money verb under the request's key, once; a replay returns `again(public_id)` and runs nothing.

    A `code` in `body` is checked after the command is opened, so that of many copies sent at once the first one uses
    it and the others wait for its answer. It is no part of what is compared: whoever repeats a request after a lost
    answer has only a newer code. Of fields named in `private` only a keyed digest is compared and kept.
    Raises InvalidHeader, KeyReused, SecondFactorRequired, and what `run` raises.
    """
    scope, key = idempotency(request)
    said = {name: _text(value) for name, value in body.items() if name != "code"}
    compared = said | {name: fingerprint(name, str(said[name])) for name in private if name in said}
    try:
        with transaction.atomic():
            opened = command_open(scope=scope, key=key, request={"verb": verb, "target": target, **compared})
            if opened.replayed:
                return again(opened.command.result_ref)
            result = run(_proof(request, body))
            command_finish(opened.command, result.public_id)
    except WrongCode:
        factor_count_wrong(_person(request))
        raise
    return result


def _proof(request: Request, body: Mapping[str, Any]) -> FactorProof | None:
    return factor_try_code(user=_person(request), code=body["code"]) if "code" in body else None


def _person(request: Request) -> User:
    """Return who asks; only views that let nobody else through read a code."""
    if not isinstance(request.user, User):
        raise TypeError("a signed step needs somebody who signs")
    return request.user


def _text(value: Any) -> Any:
    return value if isinstance(value, (str, int)) or value is None else str(value)
