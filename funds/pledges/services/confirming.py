"""The contact is proven; the promise is booked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.permissions import Action, require
from funds.ledger.models import Command, Entry
from funds.ledger.posting import EntryDraft, post

from ..contacts import contact_of
from ..entries import confirmed_draft
from ..models import ConfirmedHow, Pledge, PledgeContact
from ..proofs import code_check
from ..states import PledgeStatus
from ..tokens import Purpose, pledge_by_token
from .making import confirmation_send
from .transitions import pledge_lock, pledge_move


def contact_prove(
    *, pledge: Pledge, how: str, code: str = "", token: str = "", actor: User | None = None, reason: str = ""
) -> ConfirmedHow:
    """Check that the contact is the donor's, in the way `how` says; raise unless it is proven.

    Call it outside the transaction that books the promise: a wrong code stays counted.
    link: `token` from the message. code: `code` from the message. call_back: the custodian's officer `actor` says in
    `reason` whom they reached and when; audited. signed_in: `actor` made the pledge and the address is verified.
    """
    match how:
        case ConfirmedHow.LINK:
            if pledge_by_token(token, Purpose.CONFIRM).pk != pledge.pk:
                raise NotAllowed
        case ConfirmedHow.CODE:
            code_check(pledge, code)
        case ConfirmedHow.CALL_BACK:
            _called_back(pledge, actor, reason)
        case ConfirmedHow.SIGNED_IN:
            _signed_in(pledge, actor)
        case _:
            raise InvalidInput(_("We do not know this way to confirm."), field="how")
    return ConfirmedHow(how)


@transaction.atomic
def pledge_confirm(
    *,
    pledge: Pledge,
    how: ConfirmedHow,
    command: Command,
    actor: User | None = None,
    reason: str = "",
    beside: Sequence[EntryDraft] = (),
    commitment: str | None = None,
) -> list[Entry]:
    """Book the promise, and in the same breath the drafts `beside` it (its match); return all entries in order.

    Called by `funds.settlement` only, with the project's row locked and the contact proven. The promise stands for
    90 days from now (PLEDGE_HORIZON_DAYS).
    """
    pledge = pledge_lock(pledge)
    if pledge.status != PledgeStatus.MADE:
        raise RuleNotMet(_("This pledge cannot be confirmed any more."), code="transition", from_status=pledge.status)
    entries = post(command=command, drafts=[confirmed_draft(pledge, commitment=commitment), *beside])
    pledge_move(
        pledge,
        PledgeStatus.CONFIRMED,
        actor=actor,
        reason=reason,
        entry_id=entries[0].id,
        confirmed_at=clock.now(),
        confirmed_how=how,
        confirmed_by=actor,
        horizon=horizon_from(clock.today()),
    )
    if how == ConfirmedHow.CALL_BACK:
        audit_record(
            actor=actor, action=Action.PLEDGE_CALL_BACK, obj=pledge, organisation=pledge.custodian, reason=reason
        )
    return entries


def horizon_from(day: dt.date) -> dt.date:
    """Return the last day of a promise that begins on `day`."""
    return day + dt.timedelta(days=settings.PLEDGE_HORIZON_DAYS)


@transaction.atomic
def confirmation_resend(*, pledge: Pledge) -> None:
    """Send the link and a new code once more. Raises RuleNotMet unless it waits for them, Conflict after five."""
    pledge = pledge_lock(pledge)
    if pledge.status != PledgeStatus.MADE:
        raise RuleNotMet(_("This pledge is confirmed already."), code="transition", from_status=pledge.status)
    confirmation_send(pledge)


@transaction.atomic
def pledge_prolong(*, pledge: Pledge) -> Pledge:
    """Let the promise stand for 90 days more, as its donor answered when asked again.

    Raises RuleNotMet if it no longer stands, Conflict (`too_early`) when nobody has asked.
    """
    pledge = pledge_lock(pledge)
    if not pledge.is_open:
        raise RuleNotMet(_("This pledge no longer stands. You can make a new one."), code="transition")
    if pledge.horizon_asked_on is None:
        raise Conflict(_("Your pledge stands. There is nothing to do yet."), code="too_early")
    pledge.horizon, pledge.horizon_asked_on = horizon_from(clock.today()), None
    pledge.save(update_fields=["horizon", "horizon_asked_on"])
    return pledge


def _called_back(pledge: Pledge, actor: User | None, reason: str) -> None:
    require(actor, Action.PLEDGE_CALL_BACK, pledge.custodian)
    if actor is None or pledge.donor_id == actor.pk:
        raise NotAllowed(_("Nobody confirms their own pledge by a call."))
    if not reason.strip():
        raise InvalidInput(_("Please write when and how you reached the donor."), field="reason")


def _signed_in(pledge: Pledge, actor: User | None) -> None:
    if actor is None or pledge.donor_id != actor.pk:
        raise NotAllowed
    contact = contact_of(pledge)
    verified = EmailAddress.objects.filter(user=actor, verified=True)
    if contact is None or contact.kind != PledgeContact.Kind.EMAIL:
        raise RuleNotMet(_("Please confirm with the code we sent."), code="not_verified")
    if not verified.filter(email__iexact=contact.value).exists():
        raise RuleNotMet(_("Please confirm with the code we sent."), code="not_verified")
