"""The queue: one flag for one matter, with all that was found, and each step that anybody takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.errors import InvalidInput, RuleNotMet
from funds.pledges.models import Pledge
from projects.works.models import Project

from ..models import ALLOWED, Decision, Flag, FlagKind, FlagPledge, FlagStatus, FlagStep


@transaction.atomic
def flag_put(*, kind: FlagKind, project: Project, pledges: Iterable[Pledge], reasons: Mapping[str, int]) -> Flag:
    """Put these promises before the custodian's officers, in the flag that is about some of them already, if any.

    A decided one is opened again only where promises are new in it. Nothing is blocked by it.
    """
    wanted = {each.pk: each for each in pledges}
    custodian = next(iter(wanted.values())).custodian
    known = Flag.objects.filter(kind=kind, project=project, pledges__pledge__in=wanted).order_by("id").first()
    if known is None:
        made = Flag.objects.create(kind=kind, project=project, custodian=custodian, reasons=dict(reasons))
        FlagPledge.objects.bulk_create([FlagPledge(flag=made, pledge=each) for each in wanted.values()])
        _step(made, FlagStep.Step.FOUND)
        return made
    locked = flag_lock(known)
    there = set(locked.pledges.values_list("pledge_id", flat=True))
    fresh = [each for pk, each in wanted.items() if pk not in there]
    more = {code: max(count, locked.reasons.get(code, 0)) for code, count in reasons.items()}
    if not fresh and set(more) <= set(locked.reasons):
        return locked
    FlagPledge.objects.bulk_create([FlagPledge(flag=locked, pledge=each) for each in fresh])
    locked.reasons = {**locked.reasons, **more}
    if fresh and locked.status == FlagStatus.DECIDED:
        return flag_move(locked, FlagStatus.OPEN, FlagStep.Step.MORE)
    locked.save(update_fields=["reasons"])
    _step(locked, FlagStep.Step.MORE)
    return locked


def flag_lock(flag: Flag) -> Flag:
    """Return the flag as it is now, locked until the transaction ends. After the project, before nothing."""
    return (
        Flag.objects.select_for_update(of=("self",), no_key=True)
        .select_related("custodian", "project", "decided_by")
        .get(pk=flag.pk)
    )


def flag_move(
    flag: Flag, to: FlagStatus, step: FlagStep.Step, *, actor: User | None = None, note: str = "", **changes: Any
) -> Flag:
    """Change the status of a locked flag together with `changes`, and write its history.

    An open one has no decision: what was decided before stands in the steps. Raises RuleNotMet (`transition`).
    """
    before = FlagStatus(flag.status)
    if to not in ALLOWED[before]:
        raise RuleNotMet(_("This is decided already."), code="transition", from_status=before.value)
    if to == FlagStatus.OPEN:
        changes |= {"decision": "", "reason": "", "decided_by": None, "decided_at": None}
        changes |= {"agreed_by": None, "agreed_at": None, "factor_method": ""}
    said = changes.get("decision") or flag.decision
    flag.status = to
    for name, value in changes.items():
        setattr(flag, name, value)
    flag.save()
    _step(flag, step, actor=actor, note=note, decision=said)
    return flag


@transaction.atomic
def flag_objected(*, flag: Flag, words: str) -> Flag:
    """Open a decided flag again, because a donor whom it touched objects. Raises InvalidInput (`words`), RuleNotMet."""
    if not words.strip():
        raise InvalidInput(_("Please say why it is wrong."), field="words")
    return flag_move(flag_lock(flag), FlagStatus.OPEN, FlagStep.Step.OBJECTED, note=words.strip()[:300])


def _step(
    flag: Flag, step: FlagStep.Step, *, actor: User | None = None, note: str = "", decision: str = ""
) -> FlagStep:
    return FlagStep.objects.create(
        flag=flag,
        step=step,
        at=clock.now(),
        actor=actor,
        note=note,
        decision=Decision(decision) if decision else "",
        reasons=flag.reasons,
    )
