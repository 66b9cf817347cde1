"""Tranches and receipts as the village sees them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.factors import factor_enrolled
from birge.accounts.models import User
from birge.documents.models import Document
from birge.organisations.permissions import Action, may
from frontend.presenters.facts import say
from funds.releases.models import Expense, ExpenseStatus, Release, ReleaseStatus, Side
from funds.releases.selectors import advance_rest_minor, release_missing, tranche_minor
from projects.works.models import Milestone, Project

RECEIPT_TONE = {ExpenseStatus.SUBMITTED: "wait", ExpenseStatus.ACCEPTED: "", ExpenseStatus.REFUSED: "bad"}
WAYS_OUT = {"photos": "village_news", "receipts": "village_receipts"}


@dataclass(frozen=True)
class Gap:
    """Why it is too early, and where to go if the village can do something about it."""

    text: str
    url: str


@dataclass(frozen=True)
class Signed:
    """One side's signature, there or awaited."""

    side: str
    who: str
    at: dt.datetime | None
    tone: str


@dataclass(frozen=True)
class Receipt:
    """One receipt with what became of it."""

    amount: str
    text: str
    line: str
    day: dt.date
    status_label: str
    tone: str
    reason: str
    paper: Document


def asking_page(project: Project, stage: Milestone) -> dict[str, Any]:
    """Return what stands above the form; or why there is no form yet."""
    gaps = [
        Gap(each.text, reverse(WAYS_OUT[each.code], args=[project.public_id]) if each.code in WAYS_OUT else "")
        for each in release_missing(stage)
    ]
    return {"stage_text": stage.text, "amount": say(tranche_minor(stage), project.currency), "gaps": gaps}


def release_page(project: Project, release: Release, user: User) -> dict[str, Any]:
    """Return one tranche for somebody of the village."""
    signatures = {each.side: each for each in release.signatures.select_related("signer")}
    open_ = release.status in (ReleaseStatus.ASKED, ReleaseStatus.SIGNED)
    head = may(user, Action.RELEASE_SIGN_VILLAGE, project.administration)
    clerk = may(user, Action.RELEASE_ASK, project.administration)
    signing = release.status == ReleaseStatus.ASKED and head and Side.VILLAGE not in signatures
    return {
        "release": release,
        "amount": say(release.amount_minor, release.currency),
        "status_label": ReleaseStatus(release.status).label,
        "asked_by": str(release.asked_by),
        "signed": [_signed(side, signatures) for side in Side],
        "can_sign": signing and release.asked_by_id != user.pk,
        "asked_it_oneself": signing and release.asked_by_id == user.pk,
        "needs_factor": not factor_enrolled(user),
        "can_refuse": open_ and (head or clerk),
        "refuse_title": _("Refuse it") if head else _("Take it back"),
    }


def _signed(side: Side, signatures: dict[str, Any]) -> Signed:
    signature = signatures.get(side)
    if signature is None:
        return Signed(str(side.label), _("not signed yet"), None, "now")
    return Signed(str(side.label), str(signature.signer), signature.at, "done")


def receipts_page(project: Project) -> dict[str, Any]:
    """Return all receipts, newest first, and what is still to be shown."""
    found = project.expenses.select_related("budget_line", "receipt").order_by("-id")
    waiting = sum(each.amount_minor for each in found if each.status == ExpenseStatus.SUBMITTED)
    rest = advance_rest_minor(project) - waiting
    return {
        "receipts": [_receipt(each) for each in found],
        "rest": say(rest, project.currency) if rest > 0 else "",
        "paid_out": project.releases.filter(status=ReleaseStatus.PAID).exists(),
    }


def _receipt(expense: Expense) -> Receipt:
    status = ExpenseStatus(expense.status)
    return Receipt(
        amount=say(expense.amount_minor, expense.currency),
        text=_("%(supplier)s, no. %(number)s") % {"supplier": expense.supplier, "number": expense.number},
        line=expense.budget_line.text,
        day=expense.spent_on,
        status_label=str(status.label),
        tone=RECEIPT_TONE[status],
        reason=expense.refused_reason,
        paper=expense.receipt,
    )
