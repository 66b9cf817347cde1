"""A rule that is being tried out: its words, what each project would get, and the way on to a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from birge.places.models import Place, PlaceKind
from birge.places.selectors import places_current
from birge_engine.matching import RuleError, rule_canonical
from birge_engine.matching.tables import TableError
from frontend.forms.rules import TryForm, plain
from funds.matching.wording import reason_words, rule_words
from funds.pools.models import Pool
from funds.settlement.simulating import Past, Simulated, past_of, rule_with_pool, simulate
from projects.works.models import Project
from projects.works.selectors import projects_public

from .facts import say
from .words import language, place_line


@dataclass(frozen=True)
class TriedRow:
    """What one project would get, in words."""

    title: str
    text: str
    url: str
    contributed: str
    matched: str


def oblasts() -> list[tuple[str, str]]:
    """Return the oblasts and cities of the republic by SOATE, to choose from."""
    kinds = (PlaceKind.OBLAST, PlaceKind.CITY_REPUBLICAN)
    found: list[Place] = list(places_current().filter(kind__in=kinds))
    return [(place.soate, place.name(language()).text) for place in found]


def projects_tried(currency: str) -> list[Project]:
    """Return the projects whose past can be reckoned with."""
    found = projects_public().filter(currency=currency).select_related("village__parent__parent__parent")
    return list(found.prefetch_related("shares").order_by("-pk"))


def tried(form: TryForm, projects: list[Project], table: Past | None) -> dict[str, Any]:
    """Return what the page shows for a checked form: the rule in words and what it would give, or what is wrong."""
    said = form.cleaned_data
    data = form.rule()
    try:
        words = rule_words(data, language())
        full = rule_with_pool(data, said["pool"].minor)
        chosen = [each for each in projects if not said["projects"] or each.public_id in said["projects"]]
        past = table or past_of(chosen, first=said["first"], last=said["last"], within_plans=not said["beyond_plans"])
        found = simulate(full, past)
    except RuleError as error:
        form.add_error(None, _("Such a rule cannot be: %(why)s") % {"why": str(error)})
        return {}
    no_place = [row for row in found.rows if not row.matched and _no_place(past, row.project)]
    shown = [row for row in found.rows if row not in no_place and (row.contributed or row.matched)]
    titles = {each.public_id: each for each in projects} if table is None else {}
    return {
        "words": words,
        "rows": [_row(row, titles, form.currency) for row in shown],
        "no_place": len(no_place),
        "silent": len(found.rows) - len(shown) - len(no_place),
        "cut": past.cut,
        **_sums(found, sum(row.contributed for row in shown), form.currency),
        "rule_json": rule_canonical(data).decode(),
        "amount": plain(said["pool"]),
    }


def table_wrong(error: TableError) -> str:
    """Return what is wrong with a table, and in which line."""
    return _("Line %(line)s cannot be read: %(why)s") % {
        "line": error.line, "why": str(error).partition(": ")[2]
    }  # fmt: skip


def proposal_url(pool: Pool) -> str:
    """Return where a rule is proposed; nothing where that does not exist."""
    try:
        return reverse("proposal_new_match", args=[pool.public_id])
    except NoReverseMatch:
        return ""


def _no_place(past: Past, project: str) -> bool:
    """Say whether the plan of a project asks for no matching money at all."""
    facts = past.projects.get(project)
    return facts is not None and facts.rest == 0


def _sums(found: Simulated, contributed: int, currency: str) -> Mapping[str, Any]:
    return {
        "total": say(found.total, currency),
        "contributed": say(contributed, currency),
        "left": "" if found.left is None else say(found.left, currency),
        "gifts": found.gifts,
    }


def _row(row: Any, titles: dict[str, Project], currency: str) -> TriedRow:
    project = titles.get(row.project)
    reason = reason_words(row.reason)
    return TriedRow(
        title=project.title(language()) if project else row.project,
        text=". ".join(part for part in ((place_line(project.village) if project else ""), reason) if part),
        url=reverse("project", args=[project.public_id]) if project else "",
        contributed=say(row.contributed, currency),
        matched=say(row.matched, currency),
    )
