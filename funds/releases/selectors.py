"""Questions about money that leaves."""

from __future__ import annotations

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.organisations.models import Organisation
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.payments.selectors import at_risk_minor, exchange_lost_minor, fees_minor, shortfall_minor
from projects.updates.selectors import has_photos
from projects.works.models import Milestone, MilestoneStatus, Project
from projects.works.selectors import Missing
from projects.works.states import ProjectStatus

from .models import REFUND_ENDED, Expense, ExpenseStatus, GiftBack, Refund, Release, ReleaseStatus

RELEASES_IN = frozenset({ProjectStatus.UNDER_WAY, ProjectStatus.COMPLETED})
# So much of what was paid out must be shown by accepted receipts before the next tranche. Not all of it: a rest of
# a tranche is spent together with the next one, and nobody should invent a receipt for it.
RECEIPTS_PERCENT = 90


def release_missing(milestone: Milestone) -> list[Missing]:
    """Return why the money of this stage cannot be asked for yet; empty when it can.

    The first tranche needs a contract or quote, named when asking. Each next one needs the stage before it: accepted,
    shown in photos, and what was paid out shown by receipts. The last of several leaves once the project is completed.
    """
    project = milestone.project
    missing = []
    if project.status not in RELEASES_IN:
        missing.append(Missing("status", _("Money leaves only while the work is under way."), "status"))
    if tranche_minor(milestone) == 0:
        missing.append(Missing("nothing", _("No money is tied to this stage."), "milestone"))
    if Release.objects.filter(milestone=milestone).exclude(status=ReleaseStatus.REFUSED).exists():
        missing.append(Missing("asked", _("The money of this stage was asked for already."), "milestone"))
    missing += _missing_before(milestone)
    if held_minor(project) < tranche_minor(milestone):
        missing.append(Missing("held", _("So much money is not held for this project."), "milestone"))
    return missing + taken_back_missing(project, tranche_minor(milestone))


def taken_back_missing(project: Project, amount: int) -> list[Missing]:
    """Return why `amount` (minor units) may not leave since givers' banks took money back, or still may."""
    if shortfall_minor(project) > 0:
        text = _("A giver’s bank took money back. Nothing is paid out until the custodian has covered what is missing.")
        return [Missing("shortfall", text, "held")]
    at_risk = at_risk_minor(project)
    if at_risk and held_minor(project) - amount < at_risk:
        text = _("A giver’s bank disputes a gift. So much money has to stay until the bank has decided.")
        return [Missing("disputed", text, "held")]
    return []


def tranche_minor(milestone: Milestone) -> int:
    """Return what this stage pays out (minor units): the last one less by fees, exchange rates and gifts given back."""
    if milestone.project.milestones.filter(position__gt=milestone.position).exists():
        return milestone.tranche_minor
    project = milestone.project
    gone = fees_minor(project) + exchange_lost_minor(project) + gifts_back_minor(project)
    return max(0, milestone.tranche_minor - gone)


def gifts_back_minor(project: Project) -> int:
    """Return what was given back on request out of what was held, while the project was built (minor units)."""
    back = GiftBack.objects.filter(payment__project=project, status=GiftBack.Status.PAID)
    return int(back.aggregate(total=Sum("from_held_minor"))["total"] or 0)


def _missing_before(milestone: Milestone) -> list[Missing]:
    project = milestone.project
    before = project.milestones.filter(position__lt=milestone.position).order_by("-position").first()
    if before is None:
        return []
    missing = []
    if before.status != MilestoneStatus.ACCEPTED:
        missing.append(Missing("accepted", _("The stage before it is not accepted yet."), "milestone"))
    if not has_photos(before):
        missing.append(Missing("photos", _("Photos of the stage before it are missing."), "updates"))
    released, shown = released_minor(project), documented_minor(project)
    if shown * 100 < released * RECEIPTS_PERCENT:
        missing.append(
            Missing("receipts", _("Accepted receipts for the money paid out so far are missing."), "receipts")
        )
    last = not project.milestones.filter(position__gt=milestone.position).exists()
    if last and project.status != ProjectStatus.COMPLETED:
        text = _("The last money leaves once the whole work is completed.")
        missing.append(Missing("completed", text, "milestone"))
    return missing


def held_minor(project: Project) -> int:
    """Return what the custodian holds for the project now (minor units)."""
    if project.custodian is None:
        return 0
    return balance(codes.held_project(project.custodian.public_id, project.public_id), project.currency)


def released_minor(project: Project) -> int:
    """Return what was paid out for the project (minor units)."""
    paid = Release.objects.filter(project=project, status=ReleaseStatus.PAID)
    return int(paid.aggregate(total=Sum("amount_minor"))["total"] or 0)


def documented_minor(project: Project) -> int:
    """Return what accepted receipts show (minor units)."""
    accepted = Expense.objects.filter(project=project, status=ExpenseStatus.ACCEPTED)
    return int(accepted.aggregate(total=Sum("amount_minor"))["total"] or 0)


def advance_rest_minor(project: Project) -> int:
    """Return what was paid out and not yet shown by an accepted receipt (minor units)."""
    return released_minor(project) - documented_minor(project)


def release_rest_minor(release: Release) -> int:
    """Return what of a paid tranche no receipt was shown for, accepted or waiting (minor units)."""
    shown = release.expenses.exclude(status=ExpenseStatus.REFUSED).aggregate(total=Sum("amount_minor"))["total"]
    return release.amount_minor - int(shown or 0)


def releases_waiting(project: Project) -> QuerySet[Release]:
    """Return the tranches that were asked for and not yet paid or refused."""
    return Release.objects.filter(project=project, status__in=[ReleaseStatus.ASKED, ReleaseStatus.SIGNED])


def releases_to_pay(custodian: Organisation) -> QuerySet[Release]:
    """Return what is signed from both sides and waits for the custodian, oldest first."""
    waiting = Release.objects.filter(custodian=custodian, status=ReleaseStatus.SIGNED)
    return waiting.select_related("project", "milestone").order_by("asked_at")


def releases_for_signer(user: User) -> QuerySet[Release]:
    """Return what waits for signatures on projects that this person signs for from outside."""
    waiting = Release.objects.filter(status=ReleaseStatus.ASKED)
    mine = waiting.filter(project__outside_signatory=user) | waiting.filter(project__outside_substitute=user)
    return mine.select_related("project", "milestone").order_by("asked_at")


def expenses_for_signer(user: User) -> QuerySet[Expense]:
    """Return the receipts that wait for this outside signatory's check."""
    waiting = Expense.objects.filter(status=ExpenseStatus.SUBMITTED)
    mine = waiting.filter(project__outside_signatory=user) | waiting.filter(project__outside_substitute=user)
    return mine.select_related("project", "release__milestone", "budget_line", "receipt").order_by("submitted_at")


def refunds_open(custodian: Organisation) -> QuerySet[Refund]:
    """Return what still has to go back, oldest first."""
    waiting = Refund.objects.filter(custodian=custodian).exclude(status__in=REFUND_ENDED)
    return waiting.select_related("project", "payment").order_by("due_at", "id")
