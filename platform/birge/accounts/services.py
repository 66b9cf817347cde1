"""What changes an account: ending its sessions, freeing it of a lost second factor, closing it."""

from __future__ import annotations

import datetime as dt

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from rest_framework.authtoken.models import Token

from birge import clock
from birge.audit.services import audit_record
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.notifications.services import Contact, notice_send
from birge.organisations.models import Role, Term, TermStatus
from birge.organisations.permissions import is_platform_administrator
from birge.organisations.selectors import offices_of

from .factors import factor_enrolled
from .models import User

REST = dt.timedelta(hours=48)  # a new factor counts only then: colleagues have time to object


@transaction.atomic
def sessions_end(*, user: User) -> None:
    """Sign the person out everywhere, at once: browsers and tokens for the REST API."""
    User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)
    user.refresh_from_db(fields=["session_round"])
    Token.objects.filter(user=user).delete()


@transaction.atomic
def factor_reset(*, user: User, actor: User, reason: str) -> dt.datetime:
    """Take away every authenticator, passkey and recovery code, end all sessions; return when a new one counts.

    That two persons agreed is the caller's to see to: `office_request_approve`.
    """
    Authenticator.objects.filter(user=user).delete()
    trusted_from = clock.now() + REST
    user.factor_trusted_from = trusted_from
    user.save(update_fields=["factor_trusted_from"])
    sessions_end(user=user)
    audit_record(actor=actor, action="factor_reset", obj=user, reason=reason, trusted_from=trusted_from.isoformat())
    return trusted_from


@transaction.atomic
def user_deactivate(*, user: User, actor: User, reason: str) -> User:
    """Close an account: one's own, or another's as an administrator with a second factor. Its offices end today.

    Who holds an office cannot leave it without a hand-over; an administrator can shut anyone out at once, but no
    administrator closes their own account. Raises NotAllowed, SecondFactorRequired, InvalidInput (`reason`),
    RuleNotMet (`holds_office`), Conflict (`closed_already`).
    """
    _closer_check(user, actor)
    why = reason.strip()
    if not why:
        raise InvalidInput(_("Please say why."), field="reason")
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not locked.is_active:
        raise Conflict(_("This account is closed already."), code="closed_already")
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    for term in Term.objects.filter(user=locked, status=TermStatus.ACTIVE).order_by("pk"):
        term.end(clock.today())
        audit_record(actor=actor, action="term_end", obj=term, reason=why, person=locked.public_id)
    sessions_end(user=locked)
    audit_record(actor=actor, action="user_deactivate", obj=locked, reason=why)
    if locked.email:
        contact = Contact("email", locked.email)
        notice_send(contact=contact, template="account_closed", language=locked.language, reason=why)
    return locked


def _closer_check(user: User, actor: User) -> None:
    if actor.pk == user.pk:
        if not actor.is_active or actor.is_staff:
            raise NotAllowed(_("Another administrator must do this."), code="same_person")
        if offices_of(user).exclude(office__role=Role.MEMBER).exists():
            raise RuleNotMet(_("You hold an office. Please hand it over first."), code="holds_office")
    elif not is_platform_administrator(actor):
        raise NotAllowed
    elif not factor_enrolled(actor):
        raise SecondFactorRequired(_("Please set up your second factor first."))
