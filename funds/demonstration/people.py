"""The invented people of the demonstration. Password and second factor are known to everyone, on purpose."""

from __future__ import annotations

import base64
import hashlib
import time
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof
from birge.accounts.models import User
from birge.organisations.models import Role
from birge.organisations.selectors import offices_of

PASSWORD = "together-we-build"  # noqa: S105 - printed for everyone to read
PERIOD_SECONDS = 30
CAN = {
    "": gettext_lazy("gives, with an account: sees all gifts in one place"),
    "admin": gettext_lazy("checks the papers of organisations and fills offices"),
    Role.HEAD: gettext_lazy("opens and starts projects, signs for the village"),
    Role.FINANCE_OFFICER: gettext_lazy("asks for money and shows receipts"),
    Role.FOCAL_POINT: gettext_lazy("writes projects and news, answers questions"),
    Role.COUNCIL_CHAIR: gettext_lazy("adopts, returns or declines projects"),
    Role.CHAIR: gettext_lazy("leads an association: its members, its terms, its pool"),
    Role.MEMBER: gettext_lazy("pays into the pool and proposes what to do with it"),
    Role.SIGNATORY: gettext_lazy("signs from outside, accepts stages and receipts, decides about the pool"),
    Role.TREASURER: gettext_lazy("takes cash for the pool, stands in for the signatory"),
    Role.DONOR_MANAGER: gettext_lazy("runs the matching donor’s pool, its rules and its report"),
    Role.CUSTODIAN_OFFICER: gettext_lazy("records and confirms money, pays out, sends back"),
}
SHOWN = (
    "focal-point@jany-aryk.example", "head@jany-aryk.example", "finance-officer@jany-aryk.example",
    "council-chair@ak-jar.example", "signatory@jany-aryk.example", "treasurer@orozbekovo.example",
    "chair@orozbekovo.example", "head@orozbekovo.example", "head@voznesenovka.example",
    "officer-1@south.example", "officer-2@south.example", "officer-1@talas.example",
    "chair@toolos.example", "treasurer@toolos.example", "signatory@toolos.example", "member-1@toolos.example",
    "manager@donor.example", "second.manager@donor.example",
    "admin@birge.example", "second.admin@birge.example", "aigul@donor.example",
)  # fmt: skip


@dataclass(frozen=True)
class Card:
    """Whom one can sign in as, and how. `code` and `next_code` are empty for people without a second factor."""

    name: str
    office: str
    can: str
    email: str
    password: str
    code: str
    next_code: str


def person_make(
    *, name: str, email: str, language: str, password_hash: str, factor: bool = True, staff: bool = False
) -> User:
    """Make a person whose address is verified and, with `factor`, whose authenticator anyone can compute."""
    user = User.objects.create_user(email, None, name=name, language=language, is_staff=staff, is_superuser=staff)
    user.password = password_hash  # one hash for all: a slow hasher would be run a hundred times for the same word
    user.save(update_fields=["password"])
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if factor:
        data = {"secret": get_adapter().encrypt(secret_of(email))}
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
    return user


def secret_of(email: str) -> str:
    """Return the secret of this invented person's authenticator, the same on every machine."""
    return base64.b32encode(hashlib.sha256(f"birge/demonstration/{email}".encode()).digest()[:20]).decode()


def proof_of(user: User) -> FactorProof:
    """Return the proof that the person has just shown their second factor, at the moment being played."""
    return FactorProof(user_id=user.pk, method="totp", at=clock.now())


def sign_in_cards() -> list[Card]:
    """Return whom one can sign in as, in the active language; empty before the demonstration is built.

    Refused outside demonstration mode.
    """
    if not settings.BIRGE_DEMO:
        raise ImproperlyConfigured("People whose codes are public exist only in demonstration mode (BIRGE_DEMO).")
    known = {user.email: user for user in User.objects.filter(email__in=SHOWN, is_active=True)}
    return [_card(known[email]) for email in SHOWN if email in known]


def _card(user: User) -> Card:
    email = user.email or ""
    term = offices_of(user).first()
    if user.is_staff:
        office, can = _("Administrator of the platform"), str(CAN["admin"])
    elif term is None:
        office, can = _("Donor"), str(CAN[""])
    else:
        language = get_language() or settings.LANGUAGE_CODE
        office = f"{term.office.get_role_display()}, {term.office.organisation.name(language)}"
        can = str(CAN.get(Role(term.office.role), ""))
    has_factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    step = int(time.time()) // PERIOD_SECONDS
    code, following = (_code(email, step), _code(email, step + 1)) if has_factor else ("", "")
    return Card(str(user), office, can, email, PASSWORD, code, following)


def _code(email: str, step: int) -> str:
    return str(format_hotp_value(hotp_value(secret_of(email), step)))
