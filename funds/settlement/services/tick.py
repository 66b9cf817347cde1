"""Time passes: what a day brings by itself. Each step stands in a transaction of its own and may be repeated."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from birge import clock
from birge.accounts.devices import devices_forget
from birge.errors import BirgeError
from birge.i18n.dates import day_text
from birge.notifications.services import notices_resend
from birge.organisations.models import Organisation
from funds.matching.donors import donors_forget
from funds.payments.models import Payment, PaymentStatus
from funds.payments.providers.stripe.charging import charges_due
from funds.payments.selectors import payment_waits_for
from funds.pledges.models import Pledge
from funds.pledges.notices import pledge_notice
from funds.pledges.selectors import pledges_open, pledges_past_horizon, pledges_to_ask_again
from funds.pledges.services import pledge_lock
from funds.pledges.states import PledgeStatus
from funds.pools.models import StandingPromise
from funds.pools.selectors import standing_due
from funds.pools.services import proposals_expire, standing_remind
from funds.reconciliation.services import reconcile, reconcile_due
from funds.transfers.selectors import late
from funds.transfers.services import transfer_alarm
from funds.watch.origins import origins_forget
from funds.watch.services import watch_look_around
from projects.works.models import Project
from projects.works.states import ProjectStatus

from .cash_telling import cash_tell
from .charging import cards_end_over, cards_tell_expiry, charge_enqueue, charges_plan_missed
from .deciding import decision_announce
from .looking_again import looked_again
from .monthly import monthly_cards_end_over, monthly_tell
from .monthly_projects import instalments_due, monthly_forgotten
from .pledging import pledge_lapse_and_release
from .refunds import ENDED, project_expire_and_refund, refunds_open_late
from .returning.surplus import projects_with_surplus, surplus_open
from .returning.working import batch_work, batches_waiting
from .rounds import round_settle, rounds_over, rule_end_over, rules_over

logger = logging.getLogger(__name__)


@dataclass
class TickReport:
    """What one tick did, by public id; `failed` says what has to be looked at by a person."""

    asked_again: list[str] = field(default_factory=list)
    lapsed: list[str] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)
    refunds: list[str] = field(default_factory=list)
    proposals_expired: list[str] = field(default_factory=list)
    reminded: list[str] = field(default_factory=list)
    rounds: list[str] = field(default_factory=list)
    rules_ended: list[str] = field(default_factory=list)
    transfers_late: list[str] = field(default_factory=list)
    looked_again: list[str] = field(default_factory=list)
    cash_told: list[str] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)  # custodians whose books were held against their banks
    flagged: list[str] = field(default_factory=list)  # put before officers: what looks like abuse
    charges: list[str] = field(default_factory=list)  # handed to the worker
    resent: int = 0
    failed: list[str] = field(default_factory=list)


def tick(now: dt.datetime | None = None) -> TickReport:
    """Do everything that is due by `now` (UTC decides): ask again, lapse, end grace, expire, remind, send again.

    Deadlines and horizons are last days: they pass when the next UTC day begins. Safe to run at any time, twice, or
    beside another tick; one failure is logged and does not hold up the rest.
    """
    today = (now or clock.now()).astimezone(dt.UTC).date()
    report = TickReport()
    _ask_again(today, report)
    _cards(today, report)
    _lapse_all(pledges_past_horizon(today), "the promise's last day has passed", report)
    for project in _projects_past_grace(today):
        decision_announce(project)
        due = pledges_open(project).filter(status=PledgeStatus.DUE)
        _lapse_all(due, "not paid within the days of grace", report)
    for project in _projects_past_deadline(today):
        _expire(project, report)
    for project in _projects_with_late_money():
        report.refunds += [refund.public_id for refund in refunds_open_late(project=project)]
    for project in projects_with_surplus():
        surplus_open(project=project)
    for batch in batches_waiting():
        report.failed += batch_work(batch)
    for standing in standing_due(today):
        _remind(standing, today, report)
    _end_rules(today, report)
    report.transfers_late += [each.public_id for each in late(today) if transfer_alarm(each)]
    report.looked_again += looked_again()
    report.proposals_expired += [proposal.public_id for proposal in proposals_expire(today)]
    report.cash_told += cash_tell(today)
    devices_forget(today)
    for custodian in reconcile_due(today):
        _compare(custodian, report)
    report.flagged = sorted({flag.public_id for flag in watch_look_around()})
    origins_forget(today)
    report.resent = notices_resend()
    return report


def _ask_again(today: dt.date, report: TickReport) -> None:
    until = today + dt.timedelta(days=settings.PLEDGE_ASK_AGAIN_DAYS)
    for pledge in pledges_to_ask_again(today, until):
        with transaction.atomic():
            locked = pledge_lock(pledge)
            if locked.status != PledgeStatus.CONFIRMED or locked.horizon_asked_on is not None:
                continue
            locked.horizon_asked_on = today
            locked.save(update_fields=["horizon_asked_on"])
            pledge_notice(locked, "pledge_ask_again", horizon=day_text(locked.horizon, locked.language))
        report.asked_again.append(locked.public_id)


def _cards(today: dt.date, report: TickReport) -> None:
    """Tell of cards that end, plan what was missed, forget what is over, and have taken what is due."""
    cards_tell_expiry()
    charges_plan_missed()
    cards_end_over()
    monthly_cards_end_over()
    monthly_tell(today)
    monthly_forgotten()
    report.reminded += [pledge.public_id for pledge in instalments_due(today)]
    for charge in charges_due(today):
        charge_enqueue(charge)
        report.charges.append(charge.public_id)


def _projects_past_grace(today: dt.date) -> list[Project]:
    waiting = Project.objects.filter(status=ProjectStatus.PLEDGED_IN_FULL, grace_until__lt=today)
    return list(waiting.order_by("id"))


def _projects_past_deadline(today: dt.date) -> list[Project]:
    """Return what did not come together in time; whoever still collects has until the end of the grace period."""
    late = Project.objects.filter(deadline__lt=today)
    raising = late.filter(status=ProjectStatus.OPEN)
    collecting = late.filter(status=ProjectStatus.PLEDGED_IN_FULL, grace_until__lt=today)
    return list((raising | collecting).order_by("id"))


def _projects_with_late_money() -> list[Project]:
    """Return ended projects for which money was confirmed that is not on its way back yet."""
    late = Payment.objects.filter(
        status=PaymentStatus.CONFIRMED, project__status__in=sorted(ENDED), refund__isnull=True
    )
    return list(Project.objects.filter(pk__in=late.values("project")).order_by("id"))


def _lapse_all(pledges: QuerySet[Pledge], reason: str, report: TickReport) -> None:
    """Let each lapse for which no money is on its way."""
    for pledge in pledges:
        if payment_waits_for(pledge.public_id):
            continue
        try:
            pledge_lapse_and_release(pledge=pledge, reason=reason)
        except BirgeError as refusal:
            _failed(report, pledge.public_id, refusal)
        else:
            report.lapsed.append(pledge.public_id)


def _expire(project: Project, report: TickReport) -> None:
    try:
        project_expire_and_refund(project=project)
    except BirgeError as refusal:
        _failed(report, project.public_id, refusal)
    else:
        report.expired.append(project.public_id)


def _remind(standing: StandingPromise, today: dt.date, report: TickReport) -> None:
    try:
        gift = standing_remind(standing=standing, today=today)
    except BirgeError as refusal:
        _failed(report, standing.public_id, refusal)
    else:
        report.reminded += [gift.public_id] if gift is not None else []


def _compare(custodian: Organisation, report: TickReport) -> None:
    try:
        reconcile(custodian)
    except BirgeError as refusal:
        _failed(report, custodian.public_id, refusal)
    else:
        report.compared.append(custodian.public_id)


def _end_rules(today: dt.date, report: TickReport) -> None:
    """Settle the rounds, and end the other rules, whose last day has passed."""
    for version in rounds_over(today):
        try:
            report.rounds.append(round_settle(version=version).public_id)
        except BirgeError as refusal:
            _failed(report, version.ref, refusal)
    for rule in rules_over(today):
        try:
            report.rules_ended += [rule.public_id] if rule_end_over(rule=rule) else []
        except BirgeError as refusal:
            _failed(report, rule.public_id, refusal)
    donors_forget()


def _failed(report: TickReport, public_id: str, refusal: BirgeError) -> None:
    logger.error("tick: %s refused (%s): %s", public_id, refusal.code, refusal)
    report.failed.append(public_id)
