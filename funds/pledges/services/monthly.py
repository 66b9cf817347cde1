"""A monthly promise to a project: made by anyone, started by the link in the message, paused, changed and ended."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.errors import Conflict, InvalidInput, NotFound, RuleNotMet
from birge.money import Money
from birge.notifications.contacts import contact_clean, fingerprint
from birge.notifications.services import Contact, notice_send
from funds.ledger.posting import command_finish, command_open
from projects.works.models import Project
from projects.works.states import ProjectStatus

from ..limits import amount_check
from ..models import Party, Pledge, PledgeContact
from ..models_monthly import Instalment, MonthlyPledge, MonthlyStatus
from ..notices import money_text
from ..selectors import plan_rest
from .cleaning import country_clean, language_clean
from .transitions import history_write

LAST_DAY = 28  # every month has it
MESSAGES_A_DAY = 5  # to one contact, whoever asks for them
SIGNATURE_LENGTH = 16  # base-32 characters: 80 bits


@transaction.atomic
def monthly_make(
    *,
    project: Project,
    amount: Money,
    day: int,
    contact: Contact | None,
    country: str,
    language: str,
    terms_version: str,
    idempotency: tuple[str, str],
    actor: User | None = None,
) -> MonthlyPledge:
    """Write down a monthly promise, and send its contact the link that starts it. Nothing is asked for before.

    Signed in and without a contact, the person's own e-mail is taken. Raises InvalidInput with its field, RuleNotMet
    (`not_open`), Conflict (`terms_changed`), KeyReused.
    """
    language, country = language_clean(language), country_clean(country)
    contact = _contact(contact, actor, country)
    said = {"verb": "monthly_make", "project": project.public_id, "amount": [amount.minor, amount.currency], "day": day}
    who = fingerprint("monthly", *contact)
    opened = command_open(scope=idempotency[0], key=idempotency[1], request={**said, "who": who, "country": country})
    if opened.replayed:
        return MonthlyPledge.objects.select_related("project").get(public_id=opened.command.result_ref)
    _check(_open_now(project), amount, day)
    if terms_version != settings.TERMS_VERSION:
        raise Conflict(_("The terms have changed. Please read them once more."), code="terms_changed")
    made = MonthlyPledge.objects.create(
        project=project,
        donor=actor,
        contact_kind=contact.kind,
        contact=contact.value,
        country=country,
        language=language,
        amount_minor=amount.minor,
        currency=amount.currency,
        day=day,
        terms_version=terms_version,
    )
    command_finish(opened.command, made.public_id)
    since = clock.now() - dt.timedelta(days=1)
    if MonthlyPledge.objects.filter(contact=contact.value, made_at__gt=since).count() <= MESSAGES_A_DAY:
        monthly_notice(made, "monthly_confirm")
    return made


@transaction.atomic
def monthly_start(*, token: str) -> MonthlyPledge:
    """Start it, as whoever holds the link that was sent to its contact and to nobody else. Started again, it stays so.

    Raises NotFound, RuleNotMet (`ended`), Conflict (`started_already`) beside another one for the same project.
    """
    locked = monthly_lock(monthly_by_token(token))
    if locked.status != MonthlyStatus.MADE:
        return locked
    locked.status, locked.started_on = MonthlyStatus.ACTIVE, clock.today()
    try:
        with transaction.atomic():
            locked.save(update_fields=["status", "started_on"])
    except IntegrityError:
        raise Conflict(
            _("You give to this project each month already. You can change that."), code="started_already"
        ) from None
    monthly_notice(locked, "monthly_started", day=locked.day)
    return locked


def monthly_pause(*, token: str) -> MonthlyPledge:
    """Ask for nothing for now. Raises NotFound, RuleNotMet (`ended`, `not_started`)."""
    return _move(token, MonthlyStatus.PAUSED)


def monthly_resume(*, token: str) -> MonthlyPledge:
    """Ask again from the next day of asking on: what was missed is not asked for."""
    return _move(token, MonthlyStatus.ACTIVE)


@transaction.atomic
def monthly_change(*, token: str, amount_minor: int, day: int) -> MonthlyPledge:
    """Promise another sum, or on another day. What was asked for already stays as it was asked."""
    locked = _live(token)
    _check(locked.project, Money(amount_minor, locked.currency), day)
    locked.amount_minor, locked.day = amount_minor, day
    locked.save(update_fields=["amount_minor", "day"])
    return locked


@transaction.atomic
def monthly_end(*, token: str = "", monthly: MonthlyPledge | None = None, why: str = "donor") -> MonthlyPledge:
    """End it and forget its contact; promises that were asked for keep theirs. Ended again, it stays so."""
    locked = monthly_lock(monthly or monthly_by_token(token))
    if locked.status == MonthlyStatus.ENDED:
        return locked
    if locked.status != MonthlyStatus.MADE and why == "donor":
        monthly_notice(locked, "monthly_ended")
    locked.status, locked.ended_why, locked.contact, locked.contact_kind = MonthlyStatus.ENDED, why, "", ""
    locked.donor = None
    locked.save(update_fields=["status", "ended_why", "contact", "contact_kind", "donor"])
    return locked


@transaction.atomic
def instalment_make(*, monthly: MonthlyPledge, asked: dt.date, amount_minor: int) -> Pledge | None:
    """Write this month's promise (status *made*) of a locked monthly one; None if that was done.

    It has no conditions: it is due at once, and goes back if the project fails. `funds.settlement` books it.
    """
    if monthly.asked_for is not None and (monthly.asked_for.year, monthly.asked_for.month) >= (asked.year, asked.month):
        return None
    monthly.asked_for = asked
    monthly.save(update_fields=["asked_for"])
    project = monthly.project
    if project.custodian is None:
        return None
    pledge = Pledge.objects.create(
        project=project,
        custodian=project.custodian,
        party=Party.DONORS,
        amount_minor=amount_minor,
        currency=monthly.currency,
        plan_amount_minor=amount_minor,
        donor=monthly.donor,
        country=monthly.country,
        language=monthly.language,
        conditions=[],
        terms_version=monthly.terms_version,
        horizon=clock.today() + dt.timedelta(days=settings.PLEDGE_CONFIRM_DAYS),
        made_at=clock.now(),
    )
    PledgeContact.objects.create(pledge=pledge, kind=monthly.contact_kind, value=monthly.contact)
    Instalment.objects.create(monthly=monthly, pledge=pledge, asked_for=asked)
    history_write(pledge, before="", actor=None, reason="this month’s part of a monthly promise")
    return pledge


def monthly_notice(monthly: MonthlyPledge, template: str, **context: Any) -> None:
    """Send `notifications/<template>.txt`; `amount`, `project` and `link` (to the three buttons) are known."""
    if not monthly.contact:
        return
    said = {
        "amount": money_text(monthly.amount, monthly.language),
        "project": monthly.project.title(monthly.language),
        "link": monthly_link(monthly),
    }
    contact = Contact(monthly.contact_kind, monthly.contact)
    notice_send(contact=contact, template=template, language=monthly.language, **(said | context))


def monthly_token(monthly: MonthlyPledge) -> str:
    """Return the text that stands in a link after `/m/monthly/`. It is sent to the contact, and shown to nobody."""
    return f"{monthly.public_id}-{_signature(monthly.public_id)}"


def monthly_link(monthly: MonthlyPledge) -> str:
    """Return the whole address of the signed link."""
    return f"{settings.SITE_URL}/m/monthly/{monthly_token(monthly)}"


def monthly_by_token(token: str) -> MonthlyPledge:
    """Return the promise whose link this is. Raises NotFound alike for a wrong and for an unknown one."""
    public_id, _dash, signature = token.strip().lower().partition("-")
    found = MonthlyPledge.objects.filter(public_id=public_id).select_related("project__custodian").first()
    if not constant_time_compare(_signature(public_id), signature) or found is None:
        raise NotFound
    return found


def monthly_lock(monthly: MonthlyPledge) -> MonthlyPledge:
    """Return it as it is now, locked until the transaction ends (before project and pledge)."""
    return (
        MonthlyPledge.objects.select_for_update(of=("self",), no_key=True)
        .select_related("project__custodian", "project__village")
        .get(pk=monthly.pk)
    )


@transaction.atomic
def _move(token: str, to: MonthlyStatus) -> MonthlyPledge:
    locked = _live(token)
    if locked.status == to:
        return locked
    if to == MonthlyStatus.ACTIVE:
        missed = asked_last(locked, clock.today())
        locked.asked_for = max(missed, locked.asked_for or missed)
    locked.status = to
    locked.save(update_fields=["status", "asked_for"])
    return locked


def _live(token: str) -> MonthlyPledge:
    locked = monthly_lock(monthly_by_token(token))
    if locked.status == MonthlyStatus.ENDED:
        raise RuleNotMet(_("This monthly promise has ended. You can start a new one."), code="ended")
    if locked.status == MonthlyStatus.MADE:
        raise RuleNotMet(_("Please start it first."), code="not_started")
    return locked


def asked_last(monthly: MonthlyPledge, day: dt.date) -> dt.date:
    """Return the last day of asking that is not after `day`."""
    asked = day.replace(day=monthly.day)
    return asked if asked <= day else (day.replace(day=1) - dt.timedelta(days=1)).replace(day=monthly.day)


def _contact(contact: Contact | None, actor: User | None, country: str) -> Contact:
    if contact is None and actor is not None and actor.email:
        contact = Contact("email", actor.email)
    if contact is None:
        raise InvalidInput(_("Please give an e-mail address or a phone number."), field="contact")
    return contact_clean(contact, country)


def _open_now(project: Project) -> Project:
    project = Project.objects.select_related("custodian").get(pk=project.pk)
    if project.status != ProjectStatus.OPEN or project.custodian is None:
        raise RuleNotMet(_("This project does not take pledges now."), code="not_open", status=project.status)
    return project


def _check(project: Project, amount: Money, day: int) -> None:
    if amount.currency != project.currency:
        raise InvalidInput(
            _("This project counts in %(currency)s. Please pledge in %(currency)s.") % {"currency": project.currency},
            field="amount",
            code="currency",
        )
    amount_check(amount, rest=Money(plan_rest(project), project.currency))
    if not 1 <= day <= LAST_DAY:
        raise InvalidInput(_("Please choose a day from 1 to 28: every month has it."), field="day")


def _signature(public_id: str) -> str:
    digest = hmac.new(settings.SECRET_KEY.encode(), f"monthly|{public_id}|1".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode()[:SIGNATURE_LENGTH].lower()
