"""What is published beside the ledger so that anyone computes once more what rules of pools gave.

Named in settings.LEDGER_PUBLISHED: the ledger itself knows of no rules. `size` is how many entries the checkpoint
covers beside which it is published.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef

from birge.places.models import Place
from birge.places.selectors import place_ancestors
from funds.ledger.models import Account, LogLeaf, StatementLine
from funds.matching.models import RuleVersion, Run
from projects.works.models import Project

from .matching import OBLASTS


def rules(_size: int) -> dict[str, dict[str, Any]]:
    """Return every version of every rule that was ever published, by how entries name it.

    Not cut to the checkpoint: what was published since then has no entries yet, and changes nothing.
    """
    found = RuleVersion.objects.select_related("rule__custodian").order_by("rule__position", "number")
    return {
        version.ref: {
            "pool": version.rule.pool_ref,
            "custodian": version.rule.custodian.public_id,
            "currency": version.rule.currency,
            "position": version.rule.position,
            "name": version.rule.name,
            "data": version.data,
            "digest": version.digest,
            "proposal": version.proposal_ref,
            "published_at": version.published_at.isoformat(),
            "ended_at": version.rule.ended_at.isoformat() if version.rule.ended_at else None,
        }
        for version in found
    }


def projects(size: int) -> dict[str, dict[str, Any]]:
    """Return what rules look at in each project that an entry is about, and that never changes; see `match_facts`."""
    touched = Exists(StatementLine.objects.filter(account=OuterRef("pk"), index__lt=size))
    refs = Account.objects.filter(touched).exclude(purpose_ref="").values("purpose_ref")
    found = Project.objects.filter(public_id__in=refs).select_related("village").prefetch_related("shares")
    oblasts: dict[int, str] = {}
    return {
        project.public_id: {
            "category": project.category,
            "oblast": _oblast(project.village, oblasts),
            "village": project.village.soate,
            "shares": {share.party: share.amount_minor for share in project.shares.all()},
            "currency": project.currency,
        }
        for project in found.order_by("public_id")
    }


def runs(size: int, digest: str = "") -> Iterator[tuple[str, str]]:
    """Yield (digest, report) of the rounds that were settled, or of just one.

    A round whose gifts stand beyond the checkpoint is left out; so is one that gave nothing as long as one of the
    promises and payments that it looked at does.
    """
    found = Run.objects.order_by("id")
    for run in found.filter(digest=digest) if digest else found:
        if _covered(run, size):
            yield run.digest, run.report


def _covered(run: Run, size: int) -> bool:
    gave = run.given.values("entry_id")
    if run.total_minor:
        return LogLeaf.objects.filter(entry_id__in=gave, index__lt=size).exists()
    named = {entry for gift in json.loads(run.report)["gifts"] for entry in gift["entries"]}
    return LogLeaf.objects.filter(entry_id__in=named, index__lt=size).count() == len(named)


def _oblast(village: Place, known: dict[int, str]) -> str:
    if village.pk not in known:
        places = [village, *place_ancestors(village)]
        known[village.pk] = next((place.soate for place in places if place.kind in OBLASTS), "")
    return known[village.pk]
