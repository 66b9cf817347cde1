"""A project is built and money is left: it is divided like that of a failed one, and each gift stays a gift."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from funds.ledger.models import Balance
from funds.releases.models import ReleaseStatus
from funds.releases.selectors import releases_waiting, tranche_minor
from funds.returns.models import BatchReason, RefundBatch
from projects.works.models import Project
from projects.works.services import project_lock
from projects.works.states import ProjectStatus

from ...facts import held_minor
from .dividing import batch_open, on_its_way_minor
from .working import batch_work_at_once

BUILT = frozenset({ProjectStatus.COMPLETED, ProjectStatus.CLOSED})


def projects_with_surplus() -> list[Project]:
    """Return the built projects for which more is held than any stage still takes and than is on its way back."""
    held = Balance.objects.filter(account__type="held", amount__gt=0, account__purpose_ref__gt="")
    built = Project.objects.filter(status__in=sorted(BUILT), public_id__in=held.values("account__purpose_ref"))
    found = built.select_related("custodian").order_by("id")
    return [project for project in found if surplus_minor(project) > 0]


def surplus_minor(project: Project) -> int:
    """Return what is left over (minor units); nothing while a stage still has to be paid. Exact under its lock."""
    if project.status not in BUILT or releases_waiting(project).exists():
        return 0
    for milestone in project.milestones.select_related("project__custodian"):
        paid = milestone.releases.filter(status=ReleaseStatus.PAID).exists()
        if not paid and tranche_minor(milestone) > 0:
            return 0
    return max(0, held_minor(project) - on_its_way_minor(project))


@transaction.atomic
def surplus_open(*, project: Project) -> RefundBatch | None:
    """Divide what is left over among all that brought money, as each donor chose. Called by `tick`; once."""
    locked = project_lock(project)
    if surplus_minor(locked) == 0:
        return None
    batch = batch_open(locked, BatchReason.SURPLUS)
    if batch is not None and batch.parts.count() <= settings.RETURNS_AT_ONCE:
        batch_work_at_once(batch)
    return batch
