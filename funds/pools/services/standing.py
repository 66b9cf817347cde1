"""So much a month: a promise to oneself. Once a month it becomes an announced gift and a message; nobody is charged."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.money import Money
from funds.payments.models import Payment, PaymentStatus

from ..models import Pool, PoolGift, PoolGiver, StandingPromise
from ..notices import gift_notice, person_contact, standing_notice, ways_to_pay
from ..selectors import asked_last, asks_now, takes_money
from ..states import GiftStatus, StandingStatus
from ..tokens import standing_by_token
from .gifts import Giver, amount_check, gift_write
from .locking import pool_lock

LAST_DAY = 28  # every month has it


@transaction.atomic
def standing_start(*, pool: Pool, actor: User, amount_minor: int, day: int, language: str) -> StandingPromise:
    """Be reminded on this day of each month to pay so much. One for each person and pool.

    Raises InvalidInput (`amount`, `day`, `language`, `contact`), RuleNotMet (`closed`), Conflict (`started_already`).
    """
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput(_("We do not speak this language yet."), field="language")
    if person_contact(actor) is None:
        raise InvalidInput(_("Please give an e-mail address or a phone number."), field="contact")
    _check(pool, amount_minor, day)
    locked = pool_lock(pool)
    if not takes_money(locked):
        raise RuleNotMet(_("This pool takes no more money."), code="closed")
    try:
        with transaction.atomic():
            standing = StandingPromise.objects.create(
                pool=locked,
                giver=actor,
                amount_minor=amount_minor,
                day=day,
                language=language,
                started_on=clock.today(),
            )
    except IntegrityError:
        raise Conflict(
            _("You have promised this pool something each month already. You can change it."), code="started_already"
        ) from None
    standing_notice(standing, "pool_standing_started", day=day)
    return standing


@transaction.atomic
def standing_pause(*, standing: StandingPromise, actor: User | None = None, token: str = "") -> StandingPromise:
    """Send no reminders for now. Raises NotAllowed, RuleNotMet (`ended`)."""
    return _move(standing, StandingStatus.PAUSED, actor, token)


@transaction.atomic
def standing_resume(*, standing: StandingPromise, actor: User | None = None, token: str = "") -> StandingPromise:
    """Send reminders again, from the next day of asking on: what was missed is not asked for."""
    was_paused = _lock(standing, actor, token).status == StandingStatus.PAUSED
    resumed = _move(standing, StandingStatus.ACTIVE, actor, token)
    if was_paused:
        missed = asked_last(resumed, clock.today())
        resumed.reminded_on = max(missed, resumed.reminded_on or missed)
        resumed.save(update_fields=["reminded_on"])
    return resumed


@transaction.atomic
def standing_change(
    *, standing: StandingPromise, amount_minor: int, day: int, actor: User | None = None, token: str = ""
) -> StandingPromise:
    """Promise another sum, or on another day. What was asked for this month stays as it was asked."""
    locked = _lock(standing, actor, token)
    _check(locked.pool, amount_minor, day)
    locked.amount_minor, locked.day = amount_minor, day
    locked.save(update_fields=["amount_minor", "day"])
    return locked


@transaction.atomic
def standing_end(*, standing: StandingPromise, actor: User | None = None, token: str = "") -> StandingPromise:
    """End it; whoever wants can start anew. Ended once more, it stays so."""
    standing_may(standing, actor, token)
    if StandingPromise.objects.filter(pk=standing.pk, status=StandingStatus.ENDED).exists():
        return StandingPromise.objects.get(pk=standing.pk)
    ended = _move(standing, StandingStatus.ENDED, actor, token)
    standing_notice(ended, "pool_standing_ended")
    return ended


@transaction.atomic
def standing_remind(*, standing: StandingPromise, today: dt.date) -> PoolGift | None:
    """Announce this month's gift in the giver's name and ask for it, if its day has come. Called by `tick`.

    What the month before asked for and was not paid is no longer asked for. None if there is nothing to do (any more).
    """
    locked = _row(standing)
    if locked.status != StandingStatus.ACTIVE or not takes_money(locked.pool) or not asks_now(locked, today):
        return None
    gift = _gift_of(locked, asked_last(locked, today))
    gift_notice(gift, "pool_standing_due", ways=ways_to_pay(locked.pool))
    return gift


@transaction.atomic
def standing_announce(*, standing: StandingPromise, asked: dt.date) -> PoolGift | None:
    """Announce the gift of the day `asked`, which may lie ahead, in the giver's name; None if that was done already.

    `funds.settlement` plans to take it from a saved card, and writes to the giver.
    """
    locked = _row(standing)
    known = locked.reminded_on is not None and (locked.reminded_on.year, locked.reminded_on.month) >= (
        asked.year,
        asked.month,
    )
    if locked.status != StandingStatus.ACTIVE or not takes_money(locked.pool) or known:
        return None
    return _gift_of(locked, asked)


def _gift_of(locked: StandingPromise, asked: dt.date) -> PoolGift:
    locked.reminded_on = asked
    locked.save(update_fields=["reminded_on"])
    _forgo(locked)
    before = PoolGiver.objects.filter(gift__standing=locked).order_by("-id").first()
    giver = Giver(
        user=locked.giver,
        contact=person_contact(locked.giver),
        language=locked.language,
        credit_line=before.credit_line if before else "",
    )
    return gift_write(locked.pool, Money(locked.amount_minor, locked.pool.currency), giver, standing=locked)


def _forgo(standing: StandingPromise) -> None:
    waiting = Payment.objects.filter(status=PaymentStatus.RECORDED, pool_ref=standing.pool.public_id)
    unpaid = PoolGift.objects.filter(standing=standing, status=GiftStatus.ANNOUNCED)
    unpaid.exclude(public_id__in=waiting.values("group")).update(status=GiftStatus.WITHDRAWN)


def _move(standing: StandingPromise, to: StandingStatus, actor: User | None, token: str) -> StandingPromise:
    locked = _lock(standing, actor, token)
    locked.status = to
    locked.save(update_fields=["status"])
    return locked


def _lock(standing: StandingPromise, actor: User | None, token: str) -> StandingPromise:
    standing_may(standing, actor, token)
    locked = _row(standing)
    if locked.status == StandingStatus.ENDED:
        raise RuleNotMet(_("This monthly promise has ended. You can start a new one."), code="ended")
    return locked


def _row(standing: StandingPromise) -> StandingPromise:
    return (
        StandingPromise.objects.select_for_update(of=("self",), no_key=True)
        .select_related("pool__custodian", "pool__organisation", "giver")
        .get(pk=standing.pk)
    )


def standing_may(standing: StandingPromise, actor: User | None, token: str) -> None:
    """Raise NotAllowed unless it is who promised: by the signed link, or signed in."""
    if token:
        if standing_by_token(token).pk != standing.pk:
            raise NotAllowed
    elif actor is None or actor.pk != standing.giver_id:
        raise NotAllowed


def _check(pool: Pool, amount_minor: int, day: int) -> None:
    amount_check(pool, Money(amount_minor, pool.currency))
    if not 1 <= day <= LAST_DAY:
        raise InvalidInput(_("Please choose a day from 1 to 28: every month has it."), field="day")
