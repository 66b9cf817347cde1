"""Ask Stripe what we have not heard: events that never came, attempts without an end, and after a long silence all."""

from __future__ import annotations

import datetime as dt
import json
import logging
from dataclasses import dataclass, field

from birge import clock
from birge.errors import BirgeError

from .gateway import StripeGateway
from .models import WAITING, AttemptStatus, StripeAccount, StripeAttempt, StripeEvent
from .saving import cards_sweep
from .settling import attempt_settle
from .sweep_after import look_after
from .webhooks import event_keep, event_process, intent_follow

logger = logging.getLogger(__name__)
OVERLAP = dt.timedelta(hours=6)  # looked at twice: Stripe's lists and our clocks need not agree to the second
REMEMBERED = dt.timedelta(days=29)  # Stripe lists events of thirty days; what is older is compared object by object


@dataclass
class SweepReport:
    """What one sweep of one account found; `failed` has to be looked at by a person, or waits for the next one."""

    account: str
    missed: list[str] = field(default_factory=list)  # events that were never delivered to us
    processed: int = 0
    settled: int = 0
    compared: int = 0
    failed: list[str] = field(default_factory=list)


def sweep(account: StripeAccount, *, full: bool = False) -> SweepReport:
    """Bring what we know of an account up to what Stripe says. May run at any time, twice, or be killed.

    `full` compares every payment and refund since the last sweep (or the first attempt); it is done by itself when
    that was longer ago than Stripe remembers events. Raises ProviderUnknown where Stripe does not answer at all.
    """
    started, report = clock.now(), SweepReport(account.label)
    since = _since(account, started)
    gateway = StripeGateway(account)
    _missed(gateway, account, max(since, started - REMEMBERED), report)
    _process(account, report)
    for attempt in _unsettled(account):
        _settle(attempt, report)
    look_after(account, since if full or started - since > REMEMBERED else None, report)
    report.failed += cards_sweep(account)
    if full or started - since > REMEMBERED:
        touched = {intent_id for intent_id in gateway.intents_touched(since) if intent_id}
        for intent_id in sorted(touched):
            _follow(account, intent_id, report)
    if not report.failed:
        StripeAccount.objects.filter(pk=account.pk).update(swept_until=started)
    return report


def _since(account: StripeAccount, now: dt.datetime) -> dt.datetime:
    first = StripeAttempt.objects.filter(account=account).order_by("made_at").first()
    known = account.swept_until or (first.made_at if first is not None else now)
    return known - OVERLAP


def _missed(gateway: StripeGateway, account: StripeAccount, since: dt.datetime, report: SweepReport) -> None:
    listed = list(gateway.events_since(since))
    known = set(
        StripeEvent.objects.filter(event_id__in=[raw["id"] for raw in listed]).values_list("event_id", flat=True)
    )
    for raw in reversed(listed):  # oldest first
        if raw["id"] in known or raw.get("livemode") is not account.livemode:
            continue
        event_keep(account, raw, json.dumps(raw, sort_keys=True))
        report.missed.append(raw["id"])


def _process(account: StripeAccount, report: SweepReport) -> None:
    waiting = StripeEvent.objects.filter(account=account, processed_at=None).select_related("account__custodian")
    for event in waiting.order_by("id"):
        try:
            event_process(event)
        except BirgeError as refusal:
            _failed(report, event.event_id, refusal)
        else:
            report.processed += 1


def _unsettled(account: StripeAccount) -> list[StripeAttempt]:
    """Return attempts that wait, and paid ones whose fee is not known."""
    found = StripeAttempt.objects.filter(account=account).select_related(
        "account__custodian", "project", "charge__card"
    )
    waiting = found.filter(status__in=WAITING)
    feeless = found.filter(status__in=[AttemptStatus.SUCCEEDED, AttemptStatus.REFUNDED], movement_id="")
    return list((waiting | feeless).order_by("id"))


def _settle(attempt: StripeAttempt, report: SweepReport) -> None:
    try:
        attempt_settle(attempt)
    except BirgeError as refusal:
        _failed(report, attempt.public_id, refusal)
    else:
        report.settled += 1


def _follow(account: StripeAccount, intent_id: str, report: SweepReport) -> None:
    try:
        intent_follow(account, intent_id)
    except BirgeError as refusal:
        _failed(report, intent_id, refusal)
    else:
        report.compared += 1


def _failed(report: SweepReport, what: str, refusal: BirgeError) -> None:
    logger.error("stripe sweep %s: %s waits (%s): %s", report.account, what, refusal.code, refusal)
    report.failed.append(what)
