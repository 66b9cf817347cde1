"""A pool is opened by an organisation that has agreed in writing how it decides, and closed when nothing is in it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import Conflict, InvalidInput, RuleNotMet
from birge.money import EXPONENTS
from birge.organisations.models import Organisation, OrganisationKind, OrganisationStatus
from birge.organisations.permissions import Action, require
from birge.organisations.selectors import terms_now
from funds.payments.models import Payment, PaymentStatus
from funds.transfers.selectors import coming_to

from ..models import Pool, PoolGift, StandingPromise
from ..notices import standing_notice
from ..selectors import DECIDING, pool_money
from ..states import GiftStatus, PoolStatus, StandingStatus
from .locking import pool_lock

NAME_LENGTH = 160
PURPOSE_LENGTH = 2000


@transaction.atomic
def pool_open(
    *,
    organisation: Organisation,
    custodian: Organisation,
    actor: User,
    currency: str,
    name_ru: str,
    name_ky: str = "",
    name_en: str = "",
    purpose: str = "",
    budget_minor: int | None = None,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> Pool:
    """Open a pool of an association or a matching donor, held by this custodian in one currency.

    Raises NotAllowed, RuleNotMet (`no_terms`), InvalidInput with its field, Conflict (`name_taken`).
    """
    require(actor, Action.POOL_OPEN, organisation)
    if terms_now(organisation) is None:
        raise RuleNotMet(_("First agree in writing on how you decide: the terms of reference."), code="no_terms")
    if custodian.kind != OrganisationKind.CUSTODIAN or custodian.status != OrganisationStatus.VERIFIED:
        raise InvalidInput(_("Please choose a custodian whose papers were checked."), field="custodian")
    if currency not in EXPONENTS:
        raise InvalidInput(_("We do not know this currency."), field="currency")
    names = {"name_ky": name_ky.strip(), "name_ru": name_ru.strip(), "name_en": name_en.strip()}
    _words_check(names, purpose)
    if budget_minor is not None and budget_minor <= 0:
        raise InvalidInput(_("The amount must be more than nothing."), field="budget")
    if starts_on and ends_on and ends_on < starts_on:
        raise InvalidInput(_("The last day is before the first one."), field="ends_on")
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)  # two clicks at once open one pool
    if organisation.pools.filter(name_ru=names["name_ru"], currency=currency, status=PoolStatus.OPEN).exists():
        raise Conflict(_("You have a pool of this name already."), code="name_taken", field="name_ru")
    pool = Pool.objects.create(
        organisation=organisation,
        custodian=custodian,
        currency=currency,
        purpose=purpose.strip(),
        budget_minor=budget_minor,
        starts_on=starts_on,
        ends_on=ends_on,
        opened_at=clock.now(),
        opened_by=actor,
        **names,
    )
    audit_record(
        actor=actor, action=Action.POOL_OPEN, obj=pool, organisation=organisation, custodian=custodian.public_id
    )
    return pool


@transaction.atomic
def pool_close(*, pool: Pool, actor: User, reason: str) -> Pool:
    """Take no more money. Only a pool that holds nothing and decides on nothing is closed; asked again, it stays so.

    What was announced and not paid, and monthly promises, end. Should a project give something back later, it can
    still be decided on. Raises NotAllowed, InvalidInput (`reason`), RuleNotMet (`not_empty`, `deciding`,
    `money_on_its_way`).
    """
    require(actor, Action.POOL_OPEN, pool.organisation)
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    locked = pool_lock(pool)
    if locked.status == PoolStatus.CLOSED:
        return locked
    money = pool_money(locked)
    if money.held_minor or money.with_treasurer_minor:
        raise RuleNotMet(_("There is still money in it. Decide on that first."), code="not_empty")
    if locked.proposals.filter(status__in=DECIDING).exists():
        raise RuleNotMet(_("A proposal still waits. Decide on it, or take it back."), code="deciding")
    if Payment.objects.filter(pool_ref=locked.public_id, status=PaymentStatus.RECORDED).exists():
        raise RuleNotMet(_("A payment still waits to be confirmed or refused."), code="money_on_its_way")
    if coming_to(locked.public_id).exists():
        raise RuleNotMet(_("Money from another custodian is on its way to it."), code="money_on_its_way")
    PoolGift.objects.filter(pool=locked, status=GiftStatus.ANNOUNCED).update(status=GiftStatus.WITHDRAWN)
    for standing in locked.standing.exclude(status=StandingStatus.ENDED).select_related("giver", "pool"):
        StandingPromise.objects.filter(pk=standing.pk).update(status=StandingStatus.ENDED)
        standing_notice(standing, "pool_standing_ended")
    locked.status = PoolStatus.CLOSED
    locked.save(update_fields=["status"])
    audit_record(actor=actor, action="pool_close", obj=locked, organisation=locked.organisation, reason=reason.strip())
    return locked


def _words_check(names: dict[str, str], purpose: str) -> None:
    if not names["name_ru"]:
        raise InvalidInput(_("Please name the pool."), field="name_ru")
    for field, text in names.items():
        if len(text) > NAME_LENGTH:
            raise InvalidInput(_("Please keep it under %(count)s characters.") % {"count": NAME_LENGTH}, field=field)
    if len(purpose) > PURPOSE_LENGTH:
        raise InvalidInput(_("Please keep it under %(count)s characters.") % {"count": PURPOSE_LENGTH}, field="purpose")
