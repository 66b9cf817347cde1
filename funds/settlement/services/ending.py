"""All promises of a project end together, when the project does."""

from __future__ import annotations

from django.db import transaction

from funds.ledger.models import Command
from funds.ledger.posting import post
from funds.matching.selectors import reserved_refs
from funds.matching.services import match_release, matches_release, rules_lock, village_promise_end
from funds.pledges.models import Pledge
from funds.pledges.notices import pledge_notice
from funds.pledges.services import pledge_lapse, pledge_lock
from funds.pledges.states import OPEN, PledgeStatus
from projects.works.models import Project

from .pledging import promise_release


@transaction.atomic
def promises_end(*, project: Project, command: Command, reason: str) -> list[Pledge]:
    """Let every pledge of a locked project that still waits lapse, and the village's unpaid promise end.

    Called when a project expires or is cancelled, under that command; it moves no money. Returns the pledges.
    """
    rules_lock(project=project)
    waiting = Pledge.objects.filter(project=project, status__in=[PledgeStatus.MADE, *OPEN]).order_by("id")
    ended = []
    for pledge in waiting:
        locked = pledge_lock(pledge)
        was_made = locked.status == PledgeStatus.MADE
        promise_release(locked, command)
        ended.append(pledge_lapse(pledge=locked, reason=reason))
        if not was_made:
            pledge_notice(locked, "pledge_lapsed")
    for pledge_ref in reserved_refs(project):  # of pledges that were kept: their money goes back, nothing is matched
        unreserved = match_release(pledge_ref=pledge_ref)
        if unreserved is not None:
            post(command=command, drafts=[unreserved])
        matches_release(pledge_ref=pledge_ref, command=command)
    rest = village_promise_end(project=project)
    if rest is not None:
        post(command=command, drafts=[rest])
    return ended
