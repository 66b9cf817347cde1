"""The way of one donor's money, from the promise to the photo, as steps in the order of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge.money import Money, format_money
from funds.matching.selectors import match_of
from funds.payments.models import Payment, PaymentStatus
from funds.pledges.models import Pledge
from funds.pledges.states import PledgeStatus
from funds.releases.models import GiftBack, Refund, RefundStatus, Release, ReleaseStatus
from funds.returns.models import BatchReason, PartStatus
from projects.updates.models import UpdatePhoto
from projects.works.models import MilestoneStatus, Project, Transition
from projects.works.states import ProjectStatus

from .exchange_words import difference_text, payment_counts, pledge_counts
from .matched import GIVEN, POOL, RESERVED, ROUND, SETTLED, TAKEN_BACK, MatchPart, match_parts, part_words

_P, _S = ProjectStatus, PledgeStatus
GIVEN_UP = frozenset({_S.WITHDRAWN, _S.LAPSED})
FAILED = frozenset({_P.EXPIRED, _P.CANCELLED})


@dataclass(frozen=True)
class StoryStep:
    """One step. `tone` is done, now, bad or empty (still to come); `on` is its UTC day once it happened.

    `entry` is the ledger entry that proves it, where there is one; `photos` says that there is something to look at.
    """

    code: str
    tone: str
    on: dt.date | None
    text: str
    entry: str = ""
    photos: bool = False

    @property
    def done(self) -> bool:
        """Say whether it has happened."""
        return self.tone in ("done", "bad")


def pledge_story(pledge: Pledge) -> list[StoryStep]:
    """Return the steps of this pledge's money, in the active language. Amounts are the donor's own where it says so."""
    parts = match_parts(pledge)
    return [
        *_promise(pledge),
        *_pools(parts, RESERVED),
        *_collecting(pledge),
        *_payments(pledge),
        *_pools(parts, GIVEN, ROUND, SETTLED),
        *_refunds(pledge),
        *_pools(parts, TAKEN_BACK),
        *_building(pledge),
        *_left_over(pledge),
    ]


def _promise(pledge: Pledge) -> Iterator[StoryStep]:
    amount = _say(pledge.amount_minor, pledge.currency)
    made = _("You promised %(amount)s.") % {"amount": amount}
    yield StoryStep("made", "done", _day(pledge.made_at), f"{made} {pledge_counts(pledge)}".strip())
    if pledge.confirmed_at is not None:
        yield StoryStep(
            "confirmed",
            "done",
            _day(pledge.confirmed_at),
            _("You confirmed it. The promise stands in the ledger."),
            entry=str(pledge.entry_id or ""),
        )
    elif pledge.status == _S.MADE:
        yield StoryStep(
            "confirmed", "now", None, _("Please confirm it with our code or link. Until then it does not count.")
        )
    matched = match_of(pledge.public_id)
    if matched:
        added = _say(matched, pledge.project.currency)
        yield StoryStep(
            "matched", "done", _day(pledge.confirmed_at), _("The village adds %(added)s to yours.") % {"added": added}
        )
    ended = pledge.transitions.filter(to_status__in=sorted(GIVEN_UP)).order_by("-id").first()
    if ended is not None and pledge.status in GIVEN_UP:
        text = _("You took the promise back.") if pledge.status == _S.WITHDRAWN else _("The promise has ended.")
        yield StoryStep(pledge.status, "bad", _day(ended.at), text)


def _pools(parts: list[MatchPart], *statuses: str) -> Iterator[StoryStep]:
    """Yield what pools set aside for this gift, gave, or took back. A round is open until it is settled."""
    for part in parts:
        if part.source == POOL and part.status in statuses:
            tone = {ROUND: "", TAKEN_BACK: "bad"}.get(part.status, "done")
            yield StoryStep(f"match_{part.status}", tone, part.on, part_words(part), entry=part.entry)


def _collecting(pledge: Pledge) -> Iterator[StoryStep]:
    if pledge.status in GIVEN_UP:
        return
    whole = _reached(pledge.project, _P.PLEDGED_IN_FULL)
    if whole is not None:
        yield StoryStep("whole", "done", _day(whole.at), _("Every share of the plan is promised."))
    elif pledge.project.status in FAILED:
        return
    else:
        tone = "now" if pledge.status == _S.CONFIRMED else ""
        paid = pledge.status not in (_S.MADE, _S.CONFIRMED)  # by card, before it was asked for
        waits = _("We wait until every share of the plan is promised.")
        then = _("We wait until every share of the plan is promised. Then you pay.")
        yield StoryStep("whole", tone, None, waits if paid else then)


def _payments(pledge: Pledge) -> Iterator[StoryStep]:
    came = Payment.objects.filter(group=pledge.group).exclude(status=PaymentStatus.REFUSED).order_by("id")
    came = came.select_related("project")
    custodian = pledge.custodian.name(_language())
    for payment in came:
        words = {"amount": _say(payment.amount_minor, payment.currency), "custodian": custodian}
        day, entry = _day(payment.decided_at), str(payment.entry_id or "")
        if payment.status == PaymentStatus.CONFIRMED:
            text = _("%(amount)s arrived. %(custodian)s holds it.") % words
            text = " ".join(filter(None, (text, payment_counts(payment), difference_text(payment))))
            yield StoryStep("paid", "done", day, text, entry=entry)
        elif payment.status == PaymentStatus.REVERSED:
            text = _("%(amount)s was written down by mistake and taken out again.") % words
            yield StoryStep("put_right", "bad", day, text, entry=entry)
        else:
            text = _("%(amount)s was written down by one officer. A second one, or you, must confirm it.") % words
            yield StoryStep("recorded", "now", None, text)
    if pledge.status in (_S.CONFIRMED, _S.DUE) and pledge.project.status not in FAILED:
        tone = "now" if pledge.status == _S.DUE else ""
        amount = _say(pledge.amount_minor, pledge.currency)
        yield StoryStep("due", tone, None, _("You pay %(amount)s.") % {"amount": amount})


def _refunds(pledge: Pledge) -> Iterator[StoryStep]:
    failed = pledge.project.transitions.filter(to_status__in=sorted(FAILED)).order_by("-id").first()
    if failed is None:
        return
    cancelled = failed.to_status == _P.CANCELLED
    text = _("The project was cancelled.") if cancelled else _("The shares did not come together in time.")
    yield StoryStep("failed", "bad", _day(failed.at), text)
    yield from _going_back(pledge, BatchReason.FAILED)


def _left_over(pledge: Pledge) -> Iterator[StoryStep]:
    """Yield what became of this gift's part of what a built project had left, and what was given back on request."""
    yield from _going_back(pledge, BatchReason.SURPLUS)
    for back in GiftBack.objects.filter(payment__group=pledge.group, status=GiftBack.Status.PAID).order_by("id"):
        words = {"amount": _say(back.amount_minor, back.currency)}
        text = _("%(amount)s went back to you, as you asked.") % words
        yield StoryStep("given_back", "done", _day(back.decided_at), text, entry=str(back.entry_id))


def _going_back(pledge: Pledge, reason: BatchReason) -> Iterator[StoryStep]:
    other = {BatchReason.FAILED: BatchReason.SURPLUS, BatchReason.SURPLUS: BatchReason.FAILED}[reason]
    refunds = Refund.objects.filter(payment__group=pledge.group).exclude(part__batch__reason=other)
    if reason == BatchReason.SURPLUS:
        refunds = refunds.filter(part__isnull=False)
    for refund in refunds.select_related("part").order_by("id"):
        words = {"amount": _say(refund.amount_minor, refund.currency)}
        if refund.status == RefundStatus.PAID:
            text, entry = _("%(amount)s went back to you.") % words, str(refund.entry_id)
            yield StoryStep("refunded", "done", _day(refund.confirmed_at), text, entry=entry)
        elif refund.status == RefundStatus.MOVED:
            text, entry = _("%(amount)s went on to another project, as you chose.") % words, str(refund.entry_id)
            yield StoryStep("moved", "done", _day(refund.confirmed_at), text, entry=entry)
        elif getattr(refund, "part", None) is not None and refund.part.status == PartStatus.OFFERED:
            text = _("%(amount)s is for another project of the village, if there is one.") % words
            yield StoryStep("refund_offered", "now", None, text)
        else:
            yield StoryStep("refund_due", "now", None, _("%(amount)s is on its way back to you.") % words)


def _building(pledge: Pledge) -> Iterator[StoryStep]:
    project = pledge.project
    if pledge.status != _S.COLLECTED or project.status in FAILED:
        return
    funded = _reached(project, _P.FUNDED)
    if funded is None:
        yield StoryStep("funded", "now", None, _("We wait until all the others have paid."))
    else:
        yield StoryStep("funded", "done", _day(funded.at), _("All the money is there."))
    paid = {
        release.milestone_id: release for release in Release.objects.filter(project=project, status=ReleaseStatus.PAID)
    }
    shown = set(UpdatePhoto.objects.filter(update__project=project).values_list("update__milestone_id", flat=True))
    for stage in project.milestones.all():
        release = paid.get(stage.pk)
        if release is not None:
            words = {"amount": _say(release.amount_minor, release.currency), "stage": stage.text}
            text = _("%(amount)s of the project’s money was paid out for: %(stage)s") % words
            yield StoryStep("released", "done", _day(release.paid_at), text, entry=str(release.entry_id))
        if stage.status == MilestoneStatus.ACCEPTED:
            text = _("Done, and seen from outside: %(stage)s") % {"stage": stage.text}
            yield StoryStep("accepted", "done", _day(stage.accepted_at), text, photos=stage.pk in shown)
        elif funded is not None:
            tone = "now" if release is not None or stage.status == MilestoneStatus.REPORTED else ""
            yield StoryStep("stage", tone, None, stage.text, photos=stage.pk in shown)
    completed = _reached(project, _P.COMPLETED)
    if completed is not None:
        yield StoryStep("completed", "done", _day(completed.at), _("It is built."))


def _reached(project: Project, status: ProjectStatus) -> Transition | None:
    """Return the newest step into `status`, unless the project fell back behind it since."""
    order = [_P.OPEN, _P.PLEDGED_IN_FULL, _P.FUNDED, _P.UNDER_WAY, _P.COMPLETED, _P.CLOSED]
    now = ProjectStatus(project.status)
    if now in order and order.index(now) < order.index(status):
        return None
    return project.transitions.filter(to_status=status).order_by("-id").first()


def _day(moment: dt.datetime | None) -> dt.date | None:
    return None if moment is None else moment.astimezone(dt.UTC).date()


def _language() -> str:
    return (get_language() or "ky")[:2]


def _say(minor: int, currency: str) -> str:
    return format_money(Money(minor, currency), _language())
