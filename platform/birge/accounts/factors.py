"""The second factor of one step: who proved it, how, and when. allauth does the arithmetic."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from birge import clock
from birge.errors import SecondFactorRequired

from .models import User

FRESH = dt.timedelta(minutes=5)
MOST_WRONG = 5
WRONG_WINDOW_SECONDS = 5 * 60
ENROLLED = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True)
class FactorProof:
    """A person proved a second factor by `method` at `at` (aware)."""

    user_id: int
    method: str
    at: dt.datetime


def factor_enrolled(user: User) -> bool:
    """Say whether the person has an authenticator or a passkey, and it is trusted (48 h after a lost one)."""
    if user.factor_trusted_from is not None and clock.now() < user.factor_trusted_from:
        return False
    return bool(Authenticator.objects.filter(user=user, type__in=ENROLLED).exists())


class WrongCode(SecondFactorRequired):
    """The code is not right, or was used before. Whoever catches it counts it: `factor_count_wrong`."""


def factor_verify_code(*, user: User, code: str) -> FactorProof:
    """Check a code of the authenticator app, or a recovery code; each works once.

    Raises SecondFactorRequired for a wrong or used code, and after five wrong ones for five minutes.
    """
    try:
        return factor_try_code(user=user, code=code)
    except WrongCode:
        factor_count_wrong(user)
        raise


def factor_try_code(*, user: User, code: str) -> FactorProof:
    """Check a code inside a larger transaction, which raises WrongCode on: the caller counts it once that is over.

    Counted inside, a wrong try would be forgotten with everything else that the refusal rolls back.
    """
    digits = "".join(code.split())
    if cache.get(_wrong_key(user), 0) >= MOST_WRONG:
        raise SecondFactorRequired(_("Too many wrong codes. Please wait five minutes."), field="code")
    with transaction.atomic():
        # One code at a time for one person: the lock keeps two requests from using the same one.
        found = list(Authenticator.objects.select_for_update().filter(user=user).order_by("pk"))
        for authenticator in found:
            if authenticator.type == Authenticator.Type.WEBAUTHN or not digits:
                continue
            if authenticator.wrap().validate_code(digits):
                authenticator.record_usage()
                return FactorProof(user_id=user.pk, method=authenticator.type, at=clock.now())
    raise WrongCode(_("This code is not right. Please wait for the next one and try again."), field="code")


def factor_count_wrong(user: User) -> None:
    """Count one wrong try, outside of any transaction that is about to be rolled back."""
    cache.add(_wrong_key(user), 0, WRONG_WINDOW_SECONDS)
    cache.incr(_wrong_key(user))


def _wrong_key(user: User) -> str:
    return f"factor-wrong:{user.pk}"


def factor_from_session(request: HttpRequest) -> FactorProof | None:
    """Return the proof of a passkey shown within the last five minutes in this session, or None.

    Only passkeys: their ceremony happens on a page of its own. Codes are typed for each step.
    """
    if not isinstance(request.user, User):
        return None
    for record in reversed(get_authentication_records(request)):
        if record.get("method") == "mfa" and record.get("type") == Authenticator.Type.WEBAUTHN:
            at = dt.datetime.fromtimestamp(record["at"], dt.UTC)
            if clock.now() - at <= FRESH:
                return FactorProof(user_id=request.user.pk, method=Authenticator.Type.WEBAUTHN, at=at)
    return None


def factor_require(proof: FactorProof | None, actor: User) -> FactorProof:
    """Return the proof if it is this person's and at most five minutes old; else raise SecondFactorRequired."""
    if proof is None or proof.user_id != actor.pk or not factor_enrolled(actor):
        raise SecondFactorRequired(field="code")
    if not dt.timedelta(0) <= clock.now() - proof.at <= FRESH:
        raise SecondFactorRequired(field="code")
    return proof
