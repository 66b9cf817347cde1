"""Six-digit codes that prove a contact: ten minutes, five attempts, compared in constant time."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from birge import clock, randomness
from birge.errors import Conflict, InvalidInput

from .models import ContactProof, Pledge

LIFETIME = dt.timedelta(minutes=10)
MOST_ATTEMPTS = 5
MOST_SENT = 5  # codes for one pledge: nobody's phone is flooded through us


@transaction.atomic
def code_new(pledge: Pledge) -> str:
    """Make a code that replaces the one before, and return it for sending; only its hash is stored.

    Raises Conflict (`too_many_codes`) after five.
    """
    code = "".join(randomness.choice("0123456789") for _n in range(6))
    salt = randomness.token_bytes(16).hex()
    proof = ContactProof.objects.select_for_update().filter(pledge=pledge).first()
    if proof is None:
        proof = ContactProof(pledge=pledge, sent=0)
    if proof.sent >= MOST_SENT:
        raise Conflict(_("We have sent enough codes. Please use the newest, or ask for a call."), code="too_many_codes")
    proof.salt, proof.code_hash = salt, _hash(pledge, salt, code)
    proof.expires_at, proof.attempts, proof.sent = clock.now() + LIFETIME, 0, proof.sent + 1
    proof.save()
    return code


def code_check(pledge: Pledge, code: str) -> None:
    """Raise InvalidInput (field `code`) unless `code` is the one sent, still fresh, and tries are left.

    Each try is counted in a transaction of its own and stays counted whatever the caller rolls back.
    """
    outcome = _code_try(pledge, code)
    if outcome == "wrong":
        raise InvalidInput(_("This code is not right."), field="code", code="code_wrong")
    if outcome == "used_up":
        raise InvalidInput(
            _("This code is used up or too old. Please ask for a new one."), field="code", code="code_old"
        )


@transaction.atomic
def _code_try(pledge: Pledge, code: str) -> str:
    proof = ContactProof.objects.select_for_update().filter(pledge=pledge).first()
    if proof is None or proof.attempts >= MOST_ATTEMPTS or proof.expires_at < clock.now():
        return "used_up"
    proof.attempts += 1
    proof.save(update_fields=["attempts"])
    digits = "".join(code.split())
    return "right" if constant_time_compare(_hash(pledge, proof.salt, digits), proof.code_hash) else "wrong"


def _hash(pledge: Pledge, salt: str, code: str) -> str:
    text = f"contact-code|{pledge.public_id}|{salt}|{code}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
