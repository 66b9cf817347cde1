"""A round is settled once: its report is computed, kept, and booked as it says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from django.db import transaction

from birge import clock
from birge.accounts.models import User
from birge_engine.matching.rounds import report_input_digest
from funds.ledger.models import Command, Entry
from funds.ledger.posting import post
from projects.works.models import Project

from ..models import Given, Reservation, RuleVersion, Run
from ..rule_entries import run_drafts
from ..rule_selectors import COUNTS
from .drawing import counted_by_group, matched_in_rounds


def matched_already(groups: Iterable[str]) -> dict[str, int]:
    """Return how much of each gift (its group) rules have matched so far (minor units): gift by gift, or in rounds."""
    wanted = set(groups)
    taken = counted_by_group(Reservation.objects.filter(COUNTS, group__in=wanted, version__isnull=False))
    for group, amount in matched_in_rounds(wanted).items():
        taken[group] = max(taken.get(group, 0), amount)
    return taken


@transaction.atomic
def round_book(
    *,
    version: RuleVersion,
    report: bytes,
    projects: Mapping[str, Project],
    command: Command,
    settled_by: User | None = None,
) -> Run:
    """Keep the report of a round (see `birge_engine.matching.rounds`) and give what it says, project by project.

    `projects` are the locked rows by public id; the rule is locked. Raises InsufficientFunds if the rule lacks money,
    which its report rules out.
    """
    results = {row["project"]: row["matched"] for row in json.loads(report)["results"] if row["matched"]}
    run = Run.objects.create(
        version=version,
        at=clock.now(),
        report=report.decode(),
        digest=hashlib.sha256(report).hexdigest(),
        input_digest=report_input_digest(report),
        total_minor=sum(results.values()),
        settled_by=settled_by,
    )
    for name in sorted(results):
        entry = post(command=command, drafts=run_drafts(run, projects[name], results[name]))[0]
        _given(run, projects[name], results[name], entry)
    return run


def _given(run: Run, project: Project, amount: int, entry: Entry) -> Given:
    return Given.objects.create(
        version=run.version,
        project=project,
        run=run,
        group=run.public_id,
        amount_minor=amount,
        currency=project.currency,
        entry_id=entry.id,
        given_at=clock.now(),
    )
