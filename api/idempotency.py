"""The header `Idempotency-Key`: required wherever money moves, so that a repeat after a lost answer does no harm."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from birge.accounts.factors import FactorProof, factor_verify_code
from birge.accounts.models import User
from funds.ledger.models import Command
from funds.ledger.posting import command_finish, command_open

from .errors import InvalidHeader

HEADER = "Idempotency-Key"
PATTERN = "[A-Za-z0-9_.:-]{8,100}"
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

    public_id: Any


Result = TypeVar("Result", bound=Public)


def idempotency(request: Request, *, guest: str = "guest") -> tuple[str, str]:
    """Return (scope, key) for the service that opens the command; `guest` is the scope of who is not signed in.

    Raises InvalidHeader when the key is missing or malformed.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        raise InvalidHeader({HEADER: [_("Please send this header with a fresh random key.")]}, code="required")
    if not re.fullmatch(PATTERN, key):
        raise InvalidHeader({HEADER: [_("Please send 8 to 100 letters, digits or the signs - _ . :")]})
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
) -> Result:
    """Run a money verb under the request's key, once; a replay returns `again(public_id)` and runs nothing.

    A `code` in `body` is checked before the transaction begins, so that a wrong try stays counted; it is no part of
    what is compared, because whoever repeats a request after a lost answer has only a newer code.
    Raises InvalidHeader, KeyReused, SecondFactorRequired, and what `run` raises.
    """
    scope, key = idempotency(request)
    compared = {name: _text(value) for name, value in body.items() if name != "code"}
    proof = None
    if "code" in body and not Command.objects.filter(scope=scope, key=key).exists():
        assert isinstance(request.user, User)  # noqa: S101 - a WriteView lets nobody else through
        proof = factor_verify_code(user=request.user, code=body["code"])
    with transaction.atomic():
        opened = command_open(scope=scope, key=key, request={"verb": verb, "target": target, **compared})
        if opened.replayed:
            return again(opened.command.result_ref)
        result = run(proof)
        command_finish(opened.command, result.public_id)
    return result


def _text(value: Any) -> Any:
    return value if isinstance(value, (str, int)) or value is None else str(value)
